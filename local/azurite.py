"""Azure Blob Storage on one machine: Azurite's blob service, from its own package folder.

It runs with a random account key in a private directory. Its access log on standard output tells of
each new blob about a millisecond after the upload (`creation`). Flags:
https://github.com/Azure/Azurite#command-line-options; ``--skipApiVersionCheck`` because current
SDKs speak a newer API version than Azurite knows.
"""

import base64
import contextlib
import fcntl
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient, CorsRule

ACCOUNT: Final = "devstoreaccount1"
NODE_MAJOR: Final = 20
DIRECTORY_PREFIX: Final = "azurite-local-"
_PACKAGE: Final = Path(__file__).parent / "azurite"
_MAIN: Final = _PACKAGE / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_ACCESS_LINE = re.compile(r'"PUT /[^/\s]+/([^/?\s]+)/([^?\s]+)(?:\?(\S*))? HTTP/[\d.]+" 201 ')


class AzuriteMissingError(Exception):
    """Node or Azurite's package is not there; the text names the remedy."""


@dataclass(frozen=True)
class Creation:
    """A blob that has come into being: container, name and the storage operation that did it."""

    container: str
    blob: str
    api: str = "PutBlob"


@dataclass(frozen=True)
class Azurite:
    """One Azurite: where it listens, what it keeps, which pages may upload to it."""

    port: int
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
        )

    @property
    def environment(self) -> dict[str, str]:
        """What Azurite reads from the environment: the account and its key."""
        return {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"}

    def command(self) -> list[str]:
        """The command line. Raises AzuriteMissingError."""
        return [
            find_node(),
            str(_main_script()),
            "--location",
            str(self.directory),
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            str(self.port),
            "--skipApiVersionCheck",
            "--loose",
            "--disableTelemetry",
            "--disableProductStyleUrl",
        ]

    def listens(self) -> bool:
        """Whether the port takes connections."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
            return True
        return False

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


def creation(line: str) -> Creation | None:
    """The blob that an access-log line tells of, or None for every other request.

    A blob is created by ``PUT`` with answer 201 and no ``comp``, or by the last step of an upload
    in blocks. The query is dropped here: it holds the upload's signature.
    """
    match = _ACCESS_LINE.search(line)
    if match is None:
        return None
    container, blob, query = match.groups()
    parameters = parse_qs(query or "")
    operation = parameters.get("comp", [""])[0]
    if "restype" in parameters or operation not in ("", "blocklist"):
        return None
    return Creation(unquote(container), unquote(blob), "PutBlockList" if operation else "PutBlob")


@contextmanager
def private_directory() -> Iterator[Path]:
    """A new directory (mode 0700) that is removed at exit.

    A launcher that was killed cannot remove its own, so each one also removes those whose owner is
    gone: the owner holds a lock, which the kernel lets go at its death.
    """
    parent = Path(tempfile.gettempdir())
    for stale in parent.glob(f"{DIRECTORY_PREFIX}*"):
        with contextlib.suppress(OSError), (stale / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(stale, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX))
    try:
        with (directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


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
