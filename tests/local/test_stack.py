"""The stack restarts parts that die, leaves nothing at its end, and names what is missing."""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO

import httpx
import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from local.azurite import DIRECTORY_PREFIX, AzuriteMissingError, private_directory
from local.ports import PortTakenError, free_port
from local.process import Child, ChildFailedError
from local.product import product_stack
from local.stack import Addresses, Stack
from tests import waiting
from tests.local.conftest import OTHER_APP, other_stack
from tests.local.official_client import OfficialClient

ROOT = Path(__file__).parents[2]
LAUNCH = """
import signal, sys
from pathlib import Path
from local.stack import Stack
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with Stack(root=Path(sys.argv[1]), containers=["manifests"],
           settings={"HARBOUR_CONTAINER": "manifests"},
           storage_setting="HarbourStorage", signalr_setting="HarbourSignalR") as stack:
    print(*(stack[name].pid for name in ("azurite", "signalr", "functions")), flush=True)
    stack.wait()
"""


def alive(pid: int) -> bool:
    """Whether a process still runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may end between opening and reading
        return False


def hears(docker: OfficialClient, text: str) -> None:
    """Wait for the call of a blob with this text; what restarts announce again may come before."""
    waiting.until(lambda: docker.receive()["text"] == text, f"a call with {text!r}")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for temporary files of this test alone."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    tempfile.tempdir = None


@pytest.fixture
def launched(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], list[int], Path]]:
    """The other app's stack in a process of its own: the process, its children, its temp folder."""
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(OTHER_APP)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        children = [int(pid) for pid in process.stdout.readline().split()]
        assert len(children) == 3
        assert list(temporary.glob(f"{DIRECTORY_PREFIX}*"))
        yield process, children, temporary
        process.kill()


def test_sigterm_leaves_nothing(
    launched: tuple[subprocess.Popen[str], list[int], Path],
) -> None:
    """After SIGTERM no process and no temporary directory remains, and the exit code is 0."""
    process, children, temporary = launched
    process.terminate()
    assert process.wait(waiting.PATIENCE) == 0
    assert not any(map(alive, children))
    assert not list(temporary.iterdir())


@pytest.mark.skipif(not shutil.which("setpriv"), reason="children end so by setpriv alone")
def test_a_killed_parent_takes_its_children_along(
    launched: tuple[subprocess.Popen[str], list[int], Path],
) -> None:
    """After kill -9 the children end, too; the next start removes the directory."""
    process, children, temporary = launched
    process.kill()
    process.wait(waiting.PATIENCE)
    waiting.until(lambda: not any(map(alive, children)), "the children end")
    assert list(temporary.glob(f"{DIRECTORY_PREFIX}*"))
    with private_directory() as directory:
        assert list(temporary.iterdir()) == [directory]
        assert directory.stat().st_mode & 0o777 == 0o700
        with private_directory() as second:
            assert directory.exists()
            assert second.exists()
    assert not list(temporary.iterdir())


def test_the_products_files_go_as_well(temporary: Path) -> None:
    """What is laid over the page goes at the end, and after kill -9 with the next start."""
    run = "from local.product import product_stack as run; stack = run(site=None); import os;"
    subprocess.run([sys.executable, "-c", run], cwd=ROOT, check=True)
    assert not list(temporary.iterdir())
    subprocess.run([sys.executable, "-c", f"{run} os.kill(os.getpid(), 9)"], cwd=ROOT, check=False)
    assert len(list(temporary.iterdir())) == 1
    with private_directory() as directory:
        assert list(temporary.iterdir()) == [directory]


def test_the_page_is_told_what_the_environment_tells_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Settings reach the app from the environment, and `local.settings.json` wins: so the page."""
    monkeypatch.setenv("READING", "device")
    monkeypatch.setenv("VIDEO_PROVIDER", "opentok")
    chosen: list[tuple[dict[str, str], str]] = [({}, "device"), ({"READING": "service"}, "service")]
    for settings, reading in chosen:
        stack = product_stack(site=None, settings=settings)
        assert stack._overlay
        assert json.loads((stack._overlay / "config.json").read_text())["reading"] == reading
        headers = stack._site_config(Addresses("http://f", "http://s", "http://h"))["globalHeaders"]
        assert "https://*.opentok.com" in headers["Content-Security-Policy"]


def test_a_launcher_removes_no_directory_that_is_just_being_made(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory is private also if another launcher starts before its lock is held."""
    locks = fcntl.flock
    others = ExitStack()

    def lock_late(file: TextIO, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", locks)
        others.enter_context(private_directory())
        locks(file, kind)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    with others, private_directory() as directory:
        assert directory.exists()
        assert len(list(temporary.iterdir())) == 2
    assert not list(temporary.iterdir())


def test_azurite_comes_back_with_containers_and_cors(
    stack: Stack, manifests: ContainerClient, docker: OfficialClient
) -> None:
    """After it is killed Azurite restarts with port, containers and CORS, and uploads work."""
    life = stack["azurite"].kill()
    stack["azurite"].wait_ready(after_start=life)
    with BlobServiceClient.from_connection_string(stack.storage) as account:
        assert {"manifests", "elsewhere"} <= {one.name for one in account.list_containers()}
    answer = httpx.options(
        f"{manifests.url}/a/1.txt",
        headers={
            "Origin": stack.url,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "x-ms-blob-type,x-ms-meta-captain",
        },
        trust_env=False,
        timeout=waiting.PATIENCE,
    )
    assert answer.headers["access-control-allow-origin"] == stack.url
    manifests.upload_blob("phoenix/1.txt", b"ashes")
    hears(docker, "ashes")


def test_other_pages_may_not_upload(manifests: ContainerClient) -> None:
    """CORS allows only the page's own origin."""
    answer = httpx.options(
        f"{manifests.url}/a/1.txt",
        headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"},
        trust_env=False,
        timeout=waiting.PATIENCE,
    )
    assert "access-control-allow-origin" not in answer.headers


def test_what_waited_while_the_host_was_away_is_called(
    stack: Stack, manifests: ContainerClient, docker: OfficialClient
) -> None:
    """Uploads during the host's absence are called after its restart."""
    life = stack["functions"].kill()
    manifests.upload_blob("patience/1.txt", b"waiting")
    stack["functions"].wait_ready(after_start=life)
    hears(docker, "waiting")


def test_what_lay_in_the_storage_at_its_start_is_called(
    stack: Stack, manifests: ContainerClient, docker: OfficialClient
) -> None:
    """Blobs that exist when the stack starts are called."""
    manifests.upload_blob("ghost/1.txt", b"aboard")
    hears(docker, "aboard")
    azurite = stack["azurite"]
    life, pid = azurite.starts, azurite.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)  # politely: it saves its index at the end, else every 5 s only
    azurite.wait_ready(after_start=life)
    hears(docker, "aboard")


def test_the_host_comes_back(stack: Stack, http: httpx.Client) -> None:
    """After it is killed the local host answers again on its port."""
    life = stack["functions"].kill()
    stack["functions"].wait_ready(after_start=life)
    assert http.get("/v1/cookies").status_code == 200


def test_a_taken_port_is_named() -> None:
    """If another program listens on the wanted port, nothing starts."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} is taken"):
            Stack(root=OTHER_APP, port=port).start()


def test_who_took_the_port_meanwhile_is_not_taken_for_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with two starts at once: the other's answers make no stack ready; the reason is named."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'[{"name": "x", "config": {"bindings": []}}]')

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.05,))
        thread.start()
        try:
            monkeypatch.setattr("local.stack.choose_port", lambda _: other.server_port)
            with (
                pytest.raises(ChildFailedError, match="address already in use"),
                other_stack(log=io.StringIO()),
            ):
                pass
        finally:
            other.shutdown()
            thread.join(waiting.PATIENCE)


def test_a_missing_node_is_named(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without node on the PATH the error says what to do, and nothing remains."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(AzuriteMissingError, match="node is missing: install Node"):
        Stack(root=OTHER_APP).start()
    assert not list(temporary.iterdir())


def test_an_unknown_binding_stops_the_start(tmp_path: Path) -> None:
    """An app with a queue trigger is refused; the error names function and binding."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "queue_app.py").write_text(
        "import azure.functions as func\n"
        "app = func.FunctionApp()\n"
        '@app.queue_trigger(arg_name="crane", queue_name="q", connection="C")\n'
        "def lift(crane: func.QueueMessage) -> None: ...\n"
    )
    log = io.StringIO()
    with pytest.raises(ChildFailedError, match="function lift: binding 'crane' is of type 'queueT"):
        Stack("queue_app:app", root=tmp_path, log=log).start()
    assert "[functions] cannot start" in log.getvalue()


@pytest.mark.parametrize(
    ("environment", "said"),
    [({"PORT": "none"}, "PORT must be a number"), ({"PATH": "/nowhere"}, "node is missing")],
)
def test_the_launcher_names_the_remedy(environment: dict[str, str], said: str) -> None:
    """`python -m local` ends with code 1 and one or two plain lines, without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env=dict(os.environ) | environment,
        capture_output=True,
        text=True,
        timeout=waiting.PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


@pytest.mark.parametrize("handler", ["SIG_DFL", "SIG_IGN"])
def test_nohup_is_obeyed(handler: str) -> None:
    """The end of a terminal ends the launcher, unless it was started to stay."""
    run = (
        f"import signal; signal.signal(signal.SIGHUP, signal.{handler})\n"
        "from local.__main__ import main; main()\n"
        "print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)"
    )
    done = subprocess.run(
        [sys.executable, "-c", run],
        cwd=ROOT,
        env=os.environ | {"PORT": "none"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{handler == 'SIG_IGN'}\n"


def test_the_launcher_runs_the_product(temporary: Path) -> None:
    """`python -m local` prints Ready once, serves page and app, and leaves nothing after SIGINT."""
    if not (ROOT / "frontend" / "dist" / "index.html").is_file():
        pytest.fail("the page is not built: run `npm run build` in frontend")
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env=dict(os.environ) | {"PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"Ready: http://127.0.0.1:{port}\n"
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=url, trust_env=False, timeout=waiting.PATIENCE) as http:
                assert http.get("/").headers["content-type"].startswith("text/html")
                functions = http.get("/admin/functions").json()
            assert any(
                binding["type"] == "blobTrigger"
                for function in functions
                for binding in function["config"]["bindings"]
            )
            process.send_signal(signal.SIGINT)
            assert process.wait(waiting.PATIENCE) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()
    assert not list(temporary.iterdir())


def test_the_last_words_of_a_child_are_kept_however_slowly_they_are_read(tmp_path: Path) -> None:
    """A child that ends at once is reported with what it said, also if the log is slow."""

    class SlowLog(io.StringIO):
        def write(self, text: str) -> int:
            time.sleep(1.2)
            return super().write(text)

    says = "import sys; print('one\\nfarewell', file=sys.stderr)"
    child = Child(
        "dies",
        [sys.executable, "-c", says],
        env={},
        cwd=tmp_path,
        ready=lambda: False,
        log=SlowLog(),
    )
    child.start()
    try:
        with pytest.raises(ChildFailedError, match="farewell"):
            child.wait_ready(waiting.PATIENCE)
    finally:
        child.stop()


def test_signatures_and_tokens_a_child_says_are_masked(tmp_path: Path) -> None:
    """A child's output holds no signature or token, neither in memory nor in the log."""
    said = "PUT /a?sv=1&sig=c2lnbmF0dXJl&se=2 and /hub?access_token=aGVhZGVy.Y2xhaW1z 201"
    talks = f"import sys, time; print({said!r}, file=sys.stderr, flush=True); time.sleep(600)"
    log = io.StringIO()
    child = Child(
        "talker", [sys.executable, "-c", talks], env={}, cwd=tmp_path, ready=lambda: True, log=log
    )
    child.start()
    try:
        assert child.wait_output("201")
    finally:
        child.stop()
    for text in ("\n".join(child.output), log.getvalue()):
        assert "PUT /a?sv=1&sig=…&se=2 and /hub?access_token=… 201" in text
