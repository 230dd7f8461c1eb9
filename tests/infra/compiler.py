"""The Bicep compiler: where it is, what it says of a file, what a deployment evaluates to.

One `bicep jsonrpc` process answers everything: starting the compiler takes longer than its answers.
Its methods: https://github.com/Azure/bicep/blob/main/src/Bicep.Cli/Rpc/ICliJsonRpcProtocol.cs
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.infra.files import INFRA, ROOT

Json = dict[str, Any]

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = "rg-calls"

# What main.bicepparam cannot do without. Everything else in a shell stays out of an evaluation.
_NEEDED = {
    "AZURE_ENV_NAME": "calls",
    "AZURE_LOCATION": "westeurope",
    "BUDGET_START": "2026-11-01",
}
_KEPT = ("HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME", "DOTNET_BUNDLE_EXTRACT_BASE_DIR")


@functools.cache
def _program() -> str | None:
    """The compiler: the one `BICEP` names, on the `PATH`, or where az installs it."""
    if named := os.environ.get("BICEP"):
        return str(Path(named).absolute())
    by_az = Path.home() / ".azure" / "bin" / "bicep"
    return shutil.which("bicep") or (str(by_az) if by_az.exists() else None)


needs_bicep = pytest.mark.skipif(
    _program() is None,
    reason="no Bicep compiler: run `az bicep install`, or name one in BICEP",
)


class _Compiler:
    """A conversation with `bicep jsonrpc`: requests and answers with a Content-Length each."""

    def __init__(self) -> None:
        program = _program()
        assert program, "a test that asks the compiler is marked needs_bicep"
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # Without this the compiler needs ICU, which a bare machine does not have.
        kept["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
        self._process = subprocess.Popen(
            [program, "jsonrpc", "--stdio"],
            env=kept | _NEEDED,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._sent = 0
        atexit.register(self._process.kill)

    def ask(self, method: str, **parameters: object) -> Json:
        """The answer to one request; `RuntimeError` where the compiler gives none."""
        assert self._process.stdin
        self._sent += 1
        request = {"jsonrpc": "2.0", "id": self._sent, "method": method, "params": parameters}
        body = json.dumps(request).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()
        while (answer := self._read()).get("id") != self._sent:
            pass  # a notification
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: Json = answer["result"]
        return result

    def _read(self) -> Json:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise RuntimeError(f"the compiler ended: {self._process.wait()}")
        answer: Json = json.loads(self._process.stdout.read(length))
        return answer


@functools.cache
def _compiler() -> _Compiler:
    return _Compiler()


def _compiled(file: Path) -> Json:
    if file.suffix == ".bicepparam":
        return _compiler().ask("bicep/compileParams", path=str(file), parameterOverrides={})
    return _compiler().ask("bicep/compile", path=str(file))


def diagnostics(file: Path) -> list[str]:
    """The errors and warnings, the linter's too, of a file and what it uses."""
    return [
        f"{Path(found['source']).name}: {found['level']} {found['code']}: {found['message']}"
        for found in _compiled(file)["diagnostics"]
    ]


def formatted(file: Path) -> str:
    """A file's text as the formatter writes it."""
    text: str = _compiler().ask("bicep/format", path=str(file))["contents"]
    return text


@functools.cache
def template(file: Path) -> Json:
    """A Bicep file as the JSON that Azure takes."""
    contents: Json = json.loads(_compiled(file)["contents"])
    return contents


@functools.cache
def default_parameters() -> Json:
    """What main.bicepparam gives where no variable is set: values by name."""
    contents = json.loads(_compiled(INFRA / "main.bicepparam")["parameters"])
    return {name: given["value"] for name, given in contents["parameters"].items()}


def choose(infra: Path, **environ: str) -> Path:
    """The parameter file of a copy, with these variables of the environment set."""
    file = infra / "main.bicepparam"
    text = file.read_text()
    for name, value in environ.items():
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        pattern = rf"readEnvironmentVariable\('{name}'(?:, '[^']*')?\)"
        found = re.search(pattern, text)
        assert found, f"main.bicepparam does not read {name}"
        text = text.replace(found[0], f"'{escaped}'")
    file.write_text(text)
    return file


@dataclass(frozen=True)
class Deployment:
    """A deployment as Azure's template engine sees it before it sends anything."""

    resources: tuple[Json, ...]
    outputs: Json

    def all(self, type_: str) -> list[Json]:
        """The resources of a type."""
        return [r for r in self.resources if r["type"] == type_ and r.get("condition") is not False]

    def one(self, type_: str) -> Json:
        """The only resource of a type."""
        (resource,) = self.all(type_)
        return resource

    @property
    def settings(self) -> dict[str, str]:
        """The app settings, by name."""
        properties: dict[str, str] = self.one("Microsoft.Web/sites/config")["properties"]
        return properties


@functools.cache
def _snapshot(file: Path) -> Deployment:
    answer = _compiler().ask(
        "bicep/getSnapshot",
        path=str(file),
        metadata={
            "tenantId": "00000000-0000-0000-0000-000000000002",
            "subscriptionId": SUBSCRIPTION,
            "resourceGroup": None if file.name == "main.bicepparam" else GROUP,
            "location": "westeurope",
            "deploymentName": None,
        },
    )
    snapshot = json.loads(answer["snapshot"])
    return Deployment(tuple(snapshot["predictedResources"]), snapshot["outputs"])


def copy(folder: Path) -> Path:
    """A copy, in a folder, of all that the compiler reads."""
    shutil.copy(ROOT / "host.json", folder)
    unseen = shutil.ignore_patterns("__pycache__")  # another worker may be writing there
    return Path(shutil.copytree(INFRA, folder / "infra", ignore=unseen))


def _copied(secrets_shown: bool) -> Path:
    """A copy of the files that lasts as long as the tests.

    The compiler evaluates nothing that depends on a secret, so a copy may show them.
    """
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    infra = copy(folder)
    if secrets_shown:
        for file in infra.rglob("*.bicep"):
            file.write_text(file.read_text().replace("@secure()\n", ""))
    return infra


@functools.cache
def _evaluated(secrets_shown: bool, chosen: frozenset[tuple[str, str]]) -> Deployment:
    return _snapshot(choose(_copied(secrets_shown), **dict(chosen)))


def deployment(
    environ: Mapping[str, str] | None = None, *, secrets_shown: bool = False
) -> Deployment:
    """What deploying with these variables of the environment comes to."""
    return _evaluated(secrets_shown, frozenset((environ or {}).items()))


@functools.cache
def event_subscription() -> Json:
    """The event subscription, the only resource of subscription.bicep."""
    file = _copied(secrets_shown=False) / "subscription.bicepparam"
    file.write_text(
        "using 'subscription.bicep'\nparam functionAppName = 'func-x'\nparam topicName = 'evgt-x'\n"
    )
    (resource,) = _snapshot(file).resources
    return resource


def is_output(value: object, module: str, output: str) -> bool:
    """Whether a value is another module's output, which is known only once that is deployed."""
    pattern = rf"\[reference\(.*'{module}-\{{0\}}'.*\)\.outputs\.{output}\.value\]"
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_expression(value: str) -> bool:
    """Whether a value is left for Azure to evaluate."""
    return re.fullmatch(r"\[\w+\(.*\]", value, re.S) is not None
