"""Azure Storage on one machine: Azurite's blobs and queues, from its own package folder.

It runs with a random account key in a private directory. For each request it answers, it prints a
line of JSON (`azurite/announce.cjs`). So a new blob is known about a millisecond after its upload
(`creation`). Flags:
https://github.com/Azure/Azurite#command-line-options; `--skipApiVersionCheck` because current
SDKs speak a newer API version than Azurite knows.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import unquote

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient, CorsRule

ACCOUNT: Final = "devstoreaccount1"
NODE_MAJOR: Final = 20
DIRECTORY_PREFIX: Final = "azurite-local-"
_PACKAGE: Final = Path(__file__).parent / "azurite"
_MAIN: Final = _PACKAGE / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_ANNOUNCE: Final = _PACKAGE / "announce.cjs"


class AzuriteMissingError(Exception):
    """Node or Azurite's package is missing; the text says what to do."""


@dataclass(frozen=True)
class Creation:
    """A new blob: its container, its name and the storage operation that created it.

    `length` is in bytes; None after a copy or an upload in blocks, because no request has it.
    """

    container: str
    blob: str
    api: str = "PutBlob"
    length: int | None = None
    content_type: str = "application/octet-stream"
    blob_type: str = "BlockBlob"
    etag: str = ""


@dataclass(frozen=True)
class Request:
    """One request that the storage answered; `path` begins with the account."""

    method: str
    path: str
    status: int
    comp: str | None = None
    restype: str | None = None
    length: int = 0
    copies: bool = False
    blobType: str = "BlockBlob"  # noqa: N815 - the key in the line of JSON
    contentType: str = "application/octet-stream"  # noqa: N815
    etag: str = ""

    @property
    def operation(self) -> str:
        """The method, the container or queue, and the operation on it, for example `PUT frames`."""
        container = self.path.split("/")[2] if self.path.count("/") >= 2 else ""
        return " ".join(filter(None, (self.method, container, self.restype, self.comp)))


@dataclass(frozen=True)
class Azurite:
    """One Azurite: its ports, its containers, and the origins whose pages may upload to it.

    `port` is the blob service's, `queue_port` the queue service's.
    """

    port: int
    queue_port: int
    directory: Path
    containers: Sequence[str]
    cors_origins: Sequence[str] = ()
    key: str = field(
        default_factory=lambda: base64.b64encode(secrets.token_bytes(64)).decode(), repr=False
    )

    @property
    def endpoint(self) -> str:
        """The blob endpoint, account included, without trailing slash."""
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    @property
    def connection_string(self) -> str:
        """An ordinary storage connection string with this run's key."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={self.key};"
            f"BlobEndpoint={self.endpoint};"
            f"QueueEndpoint=http://127.0.0.1:{self.queue_port}/{ACCOUNT};"
        )

    @property
    def environment(self) -> dict[str, str]:
        """What Azurite reads from the environment: the account and its key."""
        return {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"}

    def command(self) -> list[str]:
        """The command line. Raises AzuriteMissingError."""
        return [
            find_node(),
            "--require",
            str(_ANNOUNCE),
            str(_main_script()),
            "--location",
            str(self.directory),
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            str(self.port),
            "--queueHost",
            "127.0.0.1",
            "--queuePort",
            str(self.queue_port),
            "--tableHost",
            "127.0.0.1",
            "--tablePort",
            "0",
            "--silent",
            "--skipApiVersionCheck",
            "--loose",
            "--disableTelemetry",
            "--disableProductStyleUrl",
        ]

    def listens(self) -> bool:
        """Whether both ports take connections."""
        for port in (self.port, self.queue_port):
            try:
                socket.create_connection(("127.0.0.1", port), 0.5).close()
            except OSError:
                return False
        return True

    def client(self) -> BlobServiceClient:
        """A client with bounded timeouts that uses no proxy."""
        return BlobServiceClient.from_connection_string(
            self.connection_string,
            connection_timeout=2,
            read_timeout=10,
            retry_total=2,
            use_env_settings=False,
        )

    def prepare(self) -> None:
        """Creates the containers; pages of the allowed origins may PUT blobs. Safe to repeat."""
        with self.client() as client:
            for container in self.containers:
                with contextlib.suppress(ResourceExistsError):
                    client.create_container(container)
            rules = [
                CorsRule(
                    list(self.cors_origins),
                    ["PUT"],
                    allowed_headers=["*"],
                    exposed_headers=["*"],
                    max_age_in_seconds=3600,
                )
            ]
            client.set_service_properties(cors=rules if self.cors_origins else [])


def answered(line: str) -> Request | None:
    """The request that a line of the storage's output describes; None for another line."""
    if not line.startswith("{"):
        return None
    said = json.loads(line)
    return Request(**{name: value for name, value in said.items() if value is not None})


def creation(request: Request) -> Creation | None:
    """The blob that a request created; None for every other request.

    A blob is created by `PUT` without `comp`, a copy included, or by the last step of an upload
    in blocks (https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage).
    """
    _, _, container, *blob = (*request.path.split("/"), "", "", "")
    name = "/".join(blob).rstrip("/")
    if request.method != "PUT" or request.status not in (201, 202) or not name or request.restype:
        return None
    if request.comp not in (None, "blocklist"):
        return None
    api = "PutBlockList" if request.comp else "CopyBlob" if request.copies else "PutBlob"
    return Creation(
        unquote(container),
        unquote(name),
        api,
        request.length if api == "PutBlob" else None,
        request.contentType,
        request.blobType,
        request.etag.strip('"'),
    )


@contextmanager
def private_directory() -> Iterator[Path]:
    """A new directory (mode 0700) that is removed at exit.

    A killed launcher cannot remove its directory. So each launcher also removes directories whose
    owner is gone: the owner holds a lock, which the kernel releases when the owner dies.
    """
    parent = Path(tempfile.gettempdir())
    for stale in parent.glob(f"{DIRECTORY_PREFIX}*"):
        with contextlib.suppress(OSError), (stale / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(stale, ignore_errors=True)
    directory, held = _locked_directory()
    try:
        with held:
            yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _locked_directory() -> tuple[Path, TextIO]:
    while True:
        directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX))
        lock = (directory / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if directory.exists():
            return directory, lock
        lock.close()  # a launcher saw the lock before it was held, and removed the directory


def find_node() -> str:
    """The path of a Node that is new enough. Raises AzuriteMissingError."""
    node = shutil.which("node")
    if node is None:
        raise AzuriteMissingError(
            f"node is missing: install Node.js {NODE_MAJOR} or newer (https://nodejs.org)"
        )
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
        major = int(answer.stdout.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        raise AzuriteMissingError("node does not tell its version: reinstall Node.js") from None
    if major < NODE_MAJOR:
        raise AzuriteMissingError(f"node {major} is too old: install Node.js {NODE_MAJOR} or newer")
    return node


def _main_script() -> Path:
    if not _MAIN.is_file():
        raise AzuriteMissingError("Azurite is not installed: run `npm ci` in local/azurite")
    return _MAIN
