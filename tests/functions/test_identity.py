"""Azure's own SDKs work without keys, against stand-ins for identity endpoint and storage."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.blob import BlobServiceClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from functions import identity
from functions.tickets import ParticipantTickets
from functions.upload_tickets import DelegationKey, UploadTickets
from tests import waiting
from tests.clock import TestClock
from tests.functions.conftest import App
from tests.functions.stub_face import StubFace, face
from tests.functions.stub_server import PAUSE, Request, Response, StubServer

SMILE = (Path(__file__).parents[1] / "faces" / "astronaut.jpg").read_bytes()
CLIENT = "11111111-2222-3333-4444-555555555555"
ROOM, ADA = "r" * 22, "p" * 22
HOUR = 3600.0


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A certificate for this machine; the SDK sends no token without TLS."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "certificate.pem", folder / "private.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return context, chain


class StubIdentity(StubServer):
    """The identity endpoint inside App Service and Functions.

    https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
    """

    def __init__(self) -> None:
        super().__init__(self.token)

    def token(self, request: Request) -> Response:
        """A token that says for which resource it is."""
        assert request.headers["x-identity-header"] == "secret"
        assert request.query["api-version"] == "2019-08-01"
        resource = request.query["resource"]
        return Response.json(
            {
                "access_token": f"token for {resource}",
                "expires_on": str(int(time.time()) + 24 * 3600),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": request.query.get("client_id", ""),
            }
        )


class StubStorage(StubServer):
    """A storage account without shared keys: bearer tokens only, and it lends delegation keys.

    https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
    Every participant asked for is here and agreed to be read.
    """

    def __init__(self, tls: ssl.SSLContext, clock: TestClock) -> None:
        super().__init__(lambda request: _of_storage(self.answer(request)), tls)
        self.clock = clock
        self.keys: list[ElementTree.Element] = []
        self.refuses_keys = False
        self.lends_nonsense = False
        self.lends = threading.Event()  # cleared, it takes its time
        self.lends.set()

    def answer(self, request: Request) -> Response:
        """A participant's record, or a delegation key."""
        if request.headers.get("authorization") != "Bearer token for https://storage.azure.com":
            return Response(401)
        if request.method == "HEAD":
            return Response(
                headers={
                    "ETag": '"0x1"',
                    "Last-Modified": formatdate(self.clock.now(), usegmt=True),
                    "x-ms-meta-name": "Ada",
                    "x-ms-meta-consent": "yes",
                    "x-ms-meta-joined": "1763834400000",
                }
            )
        assert request.query == {"restype": "service", "comp": "userdelegationkey"}
        if self.refuses_keys:
            return Response(403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"})
        self.keys.append(ElementTree.fromstring(request.body))
        self.lends.wait()
        if self.lends_nonsense:
            return Response(200, b"<UserDelegationKey/>", {"Content-Type": "application/xml"})
        start, expiry = (self.keys[-1].findtext(name) for name in ("Start", "Expiry"))
        key = (
            '<?xml version="1.0" encoding="utf-8"?><UserDelegationKey>'
            "<SignedOid>object</SignedOid><SignedTid>tenant</SignedTid>"
            f"<SignedStart>{start}</SignedStart><SignedExpiry>{expiry}</SignedExpiry>"
            "<SignedService>b</SignedService><SignedVersion>2025-01-05</SignedVersion>"
            f"<Value>{'A' * 43}=</Value></UserDelegationKey>"
        )
        return Response(200, key.encode(), {"Content-Type": "application/xml"})


def _of_storage(response: Response) -> Response:
    """The answer with what each of the storage's has."""
    return replace(response, headers=response.headers | {"x-ms-request-id": "1"})


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubIdentity]:
    """The app runs where a managed identity is at hand."""
    with StubIdentity() as stub:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stub.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        yield stub


@pytest.fixture
def storage(
    tls: tuple[ssl.SSLContext, Path],
    endpoint: StubIdentity,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StubStorage]:
    """An account that knows only identities."""
    assert endpoint.url
    context, chain = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(chain))
    with StubStorage(context, clock) as stub:
        yield stub


@pytest.fixture
def uploads(storage: StubStorage, clock: TestClock) -> Iterator[UploadTickets]:
    """Upload tickets signed with a borrowed key."""
    with BlobServiceClient(
        f"{storage.url}/account", identity.credential(CLIENT), retry_total=0
    ) as client:
        yield UploadTickets(client, 1, DelegationKey(client, clock.now), clock.now)


def test_upload_tickets_are_signed_by_the_managed_identity(
    make_app: Callable[..., App], storage: StubStorage, endpoint: StubIdentity, clock: TestClock
) -> None:
    """Without any key, one token and one delegation key serve all upload tickets."""
    app = make_app(
        FramesStorage="",
        FramesStorage__blobServiceUri=f"{storage.url}/account/",
        FramesStorage__queueServiceUri=f"{storage.url}/account/",
        FramesStorage__credential="managedidentity",
        FramesStorage__clientId=CLIENT,
    )
    ticket, _ = ParticipantTickets("k" * 32, 60, clock.now).issue(ROOM, ADA)
    for _ in range(2):
        answer = app.call("issue_upload_tickets", {"count": 2}, ticket=ticket, room=ROOM)
        assert answer.status == 200, answer.body
    (asked,) = endpoint.requests
    assert asked.query["client_id"] == CLIENT
    assert len(storage.keys) == 1
    url = urlsplit(answer.body["uploads"][0]["url"])
    assert url.path.startswith(f"/account/frames/{ROOM}/{ADA}/")
    sas = {name: value for name, (value,) in parse_qs(url.query).items()}
    assert (sas["sp"], sas["sr"], sas["spr"]) == ("c", "b", "https")
    assert (sas["skoid"], sas["sktid"]) == ("object", "tenant")
    start, expiry, key_start, key_expiry = (
        dt.datetime.fromisoformat(sas[name]) for name in ("st", "se", "skt", "ske")
    )
    now = dt.datetime.fromtimestamp(clock.now(), dt.UTC)
    assert key_start <= start == now - dt.timedelta(minutes=5)
    assert expiry == now + dt.timedelta(minutes=2) < key_expiry


def test_a_delegation_key_serves_for_hours_and_is_renewed_before_its_end(
    storage: StubStorage, uploads: UploadTickets, clock: TestClock
) -> None:
    """Tickets share one key for hours, and none is signed with a key about to end."""
    for _ in range(2):
        uploads.sign(ROOM, ADA, 8)
    clock.advance(4.9 * HOUR)
    uploads.sign(ROOM, ADA, 1)
    assert len(storage.keys) == 1
    clock.advance(0.2 * HOUR)
    uploads.sign(ROOM, ADA, 1)
    assert len(storage.keys) == 2


def test_a_slow_renewal_keeps_nobody_else_waiting(
    storage: StubStorage, uploads: UploadTickets, clock: TestClock
) -> None:
    """While one request renews the key, the others sign with the old one."""
    uploads.sign(ROOM, ADA, 1)
    clock.advance(5.1 * HOUR)
    storage.lends.clear()
    with ThreadPoolExecutor(1) as asker:
        renewing = asker.submit(uploads.sign, ROOM, ADA, 1)
        try:
            waiting.until(lambda: len(storage.keys) == 2, "a new key is asked for")
            assert uploads.sign(ROOM, ADA, 1)
            assert not renewing.done()
        finally:
            storage.lends.set()
        assert renewing.result()
    assert len(storage.keys) == 2


def test_a_renewal_that_fails_leaves_the_old_key_in_use(
    storage: StubStorage, uploads: UploadTickets, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    """After a failed renewal the old key is used, and a new one requested once a minute."""
    uploads.sign(ROOM, ADA, 1)
    storage.refuses_keys = True
    clock.advance(5.1 * HOUR)
    asked = len(storage.requests)
    for _ in range(3):
        assert uploads.sign(ROOM, ADA, 1)
    assert len(storage.requests) == asked + 1
    assert "HttpResponseError" in caplog.text or "ClientAuthenticationError" in caplog.text
    clock.advance(61)
    uploads.sign(ROOM, ADA, 1)
    assert len(storage.requests) == asked + 2
    clock.advance(HOUR)
    with pytest.raises(HttpResponseError):
        uploads.sign(ROOM, ADA, 1)
    storage.refuses_keys = False
    assert uploads.sign(ROOM, ADA, 1)


def test_a_renewal_that_gives_nonsense_leaves_the_old_key_in_use(
    storage: StubStorage, uploads: UploadTickets, clock: TestClock
) -> None:
    """A key that is none is a renewal that failed."""
    uploads.sign(ROOM, ADA, 1)
    storage.lends_nonsense = True
    clock.advance(5.1 * HOUR)
    assert uploads.sign(ROOM, ADA, 1)


class _CountingLock:
    """A lock that counts those who came for it."""

    def __init__(self) -> None:
        self.came = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self.came += 1
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_a_key_that_does_not_come_is_waited_for_once(
    storage: StubStorage, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who wait while a first key is refused do not ask for another, one after the other."""
    storage.lends.clear()
    storage.lends_nonsense = True
    service = BlobServiceClient(
        f"{storage.url}/account", identity.credential(CLIENT), retry_total=0
    )
    key, lock = DelegationKey(service, clock.now), _CountingLock()
    monkeypatch.setattr(key, "_lock", lock)
    with service, ThreadPoolExecutor(5) as asker:
        first = asker.submit(key.get)
        waiting.until(lambda: len(storage.keys) == 1, "a key is asked for")
        others = [asker.submit(key.get) for _ in range(4)]
        waiting.until(lambda: lock.came == 5, "others wait")
        storage.lends.set()
        assert first.exception()
        assert all(isinstance(one.exception(), AzureError) for one in others)
    assert len(storage.keys) == 1


ODD_TOKENS = {
    "429 without a body": Response(429),
    "503 without a body": Response(503),
    "a page": Response(200, b"<html>", {"Content-Type": "text/html"}),
    "no object": Response.json([]),
    "no time": Response.json({"access_token": "t", "expires_on": "soon", "resource": "r"}),
    "cut off": Response(200, b'{"access_token": "t"}', truncated=True),
}


@pytest.mark.parametrize("odd", ODD_TOKENS.values(), ids=list(ODD_TOKENS))
def test_an_odd_answer_of_the_identity_is_an_error_of_azure(
    endpoint: StubIdentity, odd: Response
) -> None:
    """Whatever the identity's endpoint answers, the error is one that the functions expect."""
    endpoint.respond = lambda _request: odd
    asked = identity.credential(CLIENT)
    with pytest.raises(AzureError):
        asked.get_token("https://storage.azure.com/.default")


def test_an_identity_that_asks_for_a_long_pause_is_asked_again_soon(
    endpoint: StubIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No function waits for the hour that a `Retry-After` asks for."""
    slept: list[float] = []
    me, sleep = threading.get_ident(), time.sleep

    def note(seconds: float) -> None:
        if threading.get_ident() == me:
            slept.append(seconds)
        else:  # a thread that another test left
            sleep(seconds)

    monkeypatch.setattr(time, "sleep", note)
    endpoint.respond = lambda _request: Response(429, headers={"Retry-After": "3600"})
    with pytest.raises(AzureError):
        identity.credential(CLIENT).get_token("https://storage.azure.com/.default")
    assert len(endpoint.requests) == 2
    assert 0 < sum(slept) <= 5


def test_an_identity_whose_answer_drips_is_given_up_in_time(
    endpoint: StubIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token whose bytes come one by one counts as none."""
    monkeypatch.setattr(identity, "_READ", 25 * PAUSE)
    whole = endpoint.respond
    endpoint.respond = lambda request: replace(whole(request), drips=True)
    with pytest.raises(AzureError):
        identity.credential(CLIENT).get_token("https://storage.azure.com/.default")


def test_an_identity_without_its_role_is_a_clear_error(
    make_app: Callable[..., App], storage: StubStorage, clock: TestClock
) -> None:
    """If the storage gives no delegation key, the answer is the 503 of an unavailable storage."""
    storage.refuses_keys = True
    app = make_app(
        FramesStorage="",
        FramesStorage__blobServiceUri=f"{storage.url}/account",
        FramesStorage__queueServiceUri=f"{storage.url}/account",
        FramesStorage__clientId=CLIENT,
    )
    ticket, _ = ParticipantTickets("k" * 32, 60, clock.now).issue(ROOM, ADA)
    answer = app.call("issue_upload_tickets", {"count": 1}, ticket=ticket, room=ROOM)
    assert (answer.status, answer.body["error"]) == (503, "storage-unavailable")


@pytest.mark.parametrize("client_id", [CLIENT, ""], ids=["user-assigned", "system-assigned"])
def test_azure_face_takes_the_managed_identity(
    make_app: Callable[..., App], endpoint: StubIdentity, client_id: str
) -> None:
    """Without a key Azure Face gets a token for Cognitive Services, requested once."""
    with StubFace(face(), emotion=True) as azure:
        azure.authorized = lambda request: (
            request.headers.get("authorization")
            == "Bearer token for https://cognitiveservices.azure.com"
        )
        app = make_app(
            FACE_READER="azure",
            AZURE_FACE_ENDPOINT=azure.url,
            AZURE_CLIENT_ID=client_id,
        )
        ada = app.join(app.room())
        for _ in range(2):
            (action,) = app.trigger(app.upload(ada, SMILE))
            assert action["target"] == "reading"
    (asked,) = endpoint.requests
    assert asked.query.get("client_id", "") == client_id
    assert app.frames() == []
