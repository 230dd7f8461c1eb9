"""Stands in for `az`, `curl`, `node`, `npm` and `npx`: a small cloud in a file, calls recorded.

    stub_tool.py TOOL ARGUMENT…

STUB_DIRECTORY holds `calls.jsonl`, `cloud.json` and, after a page was uploaded, `site/`. A call
whose words contain STUB_FAIL fails; STUB_FAIL_TIMES says how often (once where it is not set), and
STUB_SAYS in which words. STUB_AZ is the version of `az`, STUB_FACES how many Face resources the
subscription has; STUB_ROLES_AFTER, STUB_REFERENCES_AFTER and STUB_KEY_AFTER say how many questions
come too early for the app's roles, its references and its key; STUB_UNLOADED is an app without
functions. STUB_GROUP is where the group lies, and whose it is.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False  # imports of its own would be most of what a call takes
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_DIRECTORY = os.environ["STUB_DIRECTORY"]
_SECRETS = {
    "TICKET_KEY": "ticket-key",
    "ROOM_CREATION_KEY": "room-creation-key",
    "ICE_SERVERS": "ice-servers",
    "TURN_SECRET": "turn-secret",
    "OPENTOK_API_SECRET": "opentok-api-secret",
    "VONAGE_PRIVATE_KEY": "vonage-private-key",
}
_FUNCTION_KEY = "the-blob-extension-key"
_SITE_TOKEN = "the-deployment-token"
_APP = "/subscriptions/1/resourceGroups/rg-calls/providers/Microsoft.Web/sites/func-1"


class _RefusalError(Exception):
    """What Azure refuses, in its words."""


class _Cloud:
    """What stands in the subscription."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def answer(self, words: str, arguments: list[str]) -> str:
        """What `az` prints to a call."""
        group = f"rg-{os.environ['AZURE_ENV_NAME']}"
        lists = {
            "version": os.environ.get("STUB_AZ", "2.80.0"),
            "account show": "1 a subscription",
            "cognitiveservices account list ": os.environ.get("STUB_FACES", "1"),
            "functionapp function list": self._functions(),
            "deployment sub what-if": "+ everything",
            f"rest --method post --url {_APP}/config/configreferences/appsettings/refresh": "",
            "account get-access-token": "",
            "functionapp list-flexconsumption-locations": "North Europe,West Europe,eastus2",
            "group show": os.environ.get("STUB_GROUP", "westeurope calls"),
            "group exists": str(self.state["group"]).lower(),
            "keyvault list-deleted": self._names("deleted_vaults"),
            "keyvault list ": f"/subscriptions/1/resourceGroups/{group}/vaults/kv-1",
            "staticwebapp secrets": _SITE_TOKEN,
            "cognitiveservices account list-deleted": self._names("deleted_faces"),
        }
        rest = {
            "/vaults/kv-1/secrets?": ",".join(sorted(self.state["secrets"])),
            "/Microsoft.Consumption/budgets?": self.state["budget_start"] or "",
        }
        if words.startswith("rest --method get --url /subscriptions/1/"):
            for part, text in rest.items():
                if part in words:
                    return f"{text}\n"
            if f"{_APP}/config/configreferences/appsettings?" in words:
                return f"{self._too_early('references_after')}\n"
        for start, text in lists.items():
            if words.startswith(start):
                return f"{text}\n"
        changes: dict[str, Callable[[], str]] = {
            "deployment sub create": self._infrastructure,
            "deployment sub show --name calls-westeurope ": self._outputs,
            "deployment group create": self._subscription,
            "functionapp deployment": lambda: self._code(arguments),
            "functionapp keys": self._key_length,
            "group delete": self._end,
            "keyvault purge": lambda: self._purged("deleted_vaults"),
            "cognitiveservices account purge": lambda: self._purged("deleted_faces"),
        }
        for start, change in changes.items():
            if words.startswith(start):
                return change()
        raise _RefusalError(f"the stand-in does not know: az {words}")

    def _functions(self) -> str:
        loaded = self.state["package"] and not os.environ.get("STUB_UNLOADED")
        return "func-1/create_room func-1/read_frame" if loaded else ""

    def _too_early(self, what: str) -> int:
        early = int(self.state[what] > 0)
        self.state[what] -= early
        return early

    def _names(self, kind: str) -> str:
        return "\n".join(f"{name}\twesteurope" for name in self.state[kind])

    def _purged(self, kind: str) -> str:
        self.state[kind] = []
        return ""

    def _code(self, arguments: list[str]) -> str:
        if self._too_early("roles_after"):
            raise _RefusalError("InaccessibleStorageException: BlobUploadFailedException: 403")
        self.state["package"] = os.path.exists(arguments[arguments.index("--src") + 1])
        return ""

    def _subscription(self) -> str:
        if not self.state["package"]:
            raise _RefusalError("blobs_extension does not exist")
        self.state["subscription"] = True
        return ""

    def _end(self) -> str:
        self.state.update(_nothing() | {"deleted_vaults": ["kv-1"], "deleted_faces": ["face-1"]})
        return ""

    def _infrastructure(self) -> str:
        if self.state["deleted_vaults"] or self.state["deleted_faces"]:
            raise _RefusalError("a resource of this name exists in deleted state")
        start = os.environ["BUDGET_START"]
        if self.state["budget_start"] not in {None, start}:
            raise _RefusalError("Start date of budgets cannot be updated")
        given = {name: os.environ.get(variable) for variable, name in _SECRETS.items()}
        self.state["secrets"] |= {name: value for name, value in given.items() if value}
        self.state.update(group=True, budget_start=start)
        return self._outputs()

    def _outputs(self) -> str:
        outputs = {
            "azurE_RESOURCE_GROUP": f"rg-{os.environ['AZURE_ENV_NAME']}",  # Azure spells it so
            "EVENT_TOPIC_NAME": "evgt-1",
            "FUNCTION_APP_NAME": "func-1",
            "FUNCTIONS_ORIGIN": "https://func-1.azurewebsites.net",
            "SIGNALR_HOST": "sigr-1.service.signalr.net",
            "SITE_NAME": "stapp-1",
            "SITE_ORIGIN": "https://stapp-1.azurestaticapps.net",
            "STORAGE_ORIGIN": "https://st1.blob.core.windows.net",
        }
        return json.dumps({n: {"type": "String", "value": v} for n, v in outputs.items()})

    def _key_length(self) -> str:
        if self._too_early("key_after"):
            return "0\n"
        return f"{len(_FUNCTION_KEY) if self.state['package'] else 0}\n"


def _nothing() -> dict[str, Any]:
    return {
        "group": False,
        "secrets": {},
        "budget_start": None,
        "package": False,
        "key_after": int(os.environ.get("STUB_KEY_AFTER", "0")),
        "references_after": int(os.environ.get("STUB_REFERENCES_AFTER", "0")),
        "roles_after": int(os.environ.get("STUB_ROLES_AFTER", "0")),
        "subscription": False,
        "site": False,
        "deleted_vaults": [],
        "deleted_faces": [],
    }


def _fails(words: str) -> bool:
    wanted = os.environ.get("STUB_FAIL")
    if not wanted or wanted not in words:
        return False
    counter = f"{_DIRECTORY}/failed"
    failed = int(_read(counter) or 0)
    _write(counter, str(failed + 1))
    return failed < int(os.environ.get("STUB_FAIL_TIMES", "1"))


def _upload(state: dict[str, Any]) -> None:
    if os.environ["SWA_CLI_DEPLOYMENT_TOKEN"] != _SITE_TOKEN:
        raise _RefusalError("the deployment token is wrong")
    os.makedirs(f"{_DIRECTORY}/site", exist_ok=True)
    for name in os.listdir():
        _write(f"{_DIRECTORY}/site/{name}", _read(name))
    state["site"] = True


def _read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def _write(path: str, text: str, mode: str = "w") -> None:
    with open(path, mode) as file:
        file.write(text)


def main(tool: str, arguments: list[str]) -> int:
    """Record the call and answer it; the exit status."""
    words = " ".join(arguments)
    environ = {name: os.environ[name] for name in _SECRETS if os.environ.get(name)}
    call = json.dumps({"argv": [tool, *arguments], "secrets": environ})
    _write(f"{_DIRECTORY}/calls.jsonl", f"{call}\n", "a")
    cloud = f"{_DIRECTORY}/cloud.json"
    state = json.loads(_read(cloud) or "null") or _nothing()
    try:
        if _fails(f"{tool} {words}"):
            raise _RefusalError(os.environ.get("STUB_SAYS", "the stand-in was told to fail"))
        if tool == "az":
            sys.stdout.write(_Cloud(state).answer(words, arguments))
        elif tool == "node" and arguments[0] != "-e":
            print("step                 ms\nreading             812")
        elif tool == "npx":
            _upload(state)
        elif arguments[:2] == ["run", "build"]:
            os.makedirs("dist", exist_ok=True)
            _write("dist/index.html", "the page")
            _write("dist/config.json", '{"api": ""}')
        _write(cloud, json.dumps(state))
    except _RefusalError as refusal:
        _write(cloud, json.dumps(state))
        print(f"ERROR: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
