"""The evaluated deployment is bounded, has least privilege, and fits the app."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.contract import FRAME_MAX_BYTES, FRAMES_CONTAINER
from functions.limits import LIMITS_CONTAINER
from functions.rooms import ROOMS_CONTAINER
from tests.infra.compiler import (
    SUBSCRIPTION,
    Deployment,
    default_parameters,
    deployment,
    event_subscription,
    is_expression,
    is_output,
    needs_bicep,
    template,
)
from tests.infra.files import FILES, INFRA, ROOT

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles, and where each counts.
_ROLES = {
    "Cognitive Services User": (
        "a97b65f3-24c7-4388-baec-2e87135dc908",
        "Microsoft.CognitiveServices/accounts",
    ),
    "Key Vault Secrets User": (
        "4633458b-17de-408a-b874-0445c86b69e6",
        "Microsoft.KeyVault/vaults",
    ),
    "Monitoring Metrics Publisher": (
        "3913510d-42f4-4e42-8a64-420c390055eb",
        "Microsoft.Insights/components",
    ),
    "SignalR Service Owner": (
        "7e4f1700-ea5a-4f59-8f37-079cfe29dce3",
        "Microsoft.SignalRService/signalR",
    ),
    "Storage Blob Data Owner": (
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Microsoft.Storage/storageAccounts",
    ),
    "Storage Queue Data Contributor": (
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Microsoft.Storage/storageAccounts",
    ),
    "Storage Table Data Contributor": (
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "Microsoft.Storage/storageAccounts",
    ),
}
_OPENTOK = {"VIDEO_PROVIDER": "opentok", "OPENTOK_API_KEY": "12345678", "OPENTOK_API_SECRET": "s"}
_VONAGE = {
    "VIDEO_PROVIDER": "opentok",
    "VONAGE_APPLICATION_ID": "00000000-0000-0000-0000-000000000002",
    "VONAGE_PRIVATE_KEY": "a key of\ntwo lines\n",
}
_CHOICES: dict[str, dict[str, str]] = {
    "default": {},
    "OpenTok": _OPENTOK,
    "Vonage": _VONAGE,
    "embedded": {"FACE_READER": "embedded"},
    "free": {"FACE_SKU": "F0", "SIGNALR_TIER": "Free", "ALWAYS_READY_INSTANCES": "0"},
}
each_choice = pytest.mark.parametrize("chosen", _CHOICES.values(), ids=_CHOICES)

# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
_NAMES = {
    "Microsoft.CognitiveServices/accounts": r"[a-zA-Z0-9][a-zA-Z0-9-]{1,63}",
    "Microsoft.Consumption/budgets": r"[\w-]{1,63}",
    "Microsoft.EventGrid/systemTopics": r"[a-zA-Z0-9-]{3,50}",
    "Microsoft.Insights/actionGroups": r"[^:<>+/&%\\?|]{1,259}[^:<>+/&%\\?| .]",
    "Microsoft.Insights/metricAlerts": r"[^*#&+:<>?@%{}\\/|]{1,259}[^*#&+:<>?@%{}\\/| .]",
    "Microsoft.Insights/components": r"[^%&\\?/]{1,260}",
    "Microsoft.KeyVault/vaults": r"[a-zA-Z][a-zA-Z0-9-]{2,23}",
    "Microsoft.ManagedIdentity/userAssignedIdentities": r"[a-zA-Z0-9][\w-]{2,127}",
    "Microsoft.OperationalInsights/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9-]{3,62}",
    "Microsoft.Resources/resourceGroups": r"[\w.()-]{1,90}",
    "Microsoft.SignalRService/signalR": r"[a-zA-Z][a-zA-Z0-9-]{2,62}",
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.Web/serverfarms": r"[a-zA-Z0-9-]{1,60}",
    "Microsoft.Web/sites": r"[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
    "Microsoft.Web/staticSites": r"[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
}
_BOUNDS = {
    "string": {"minLength", "maxLength", "allowedValues"},
    "securestring": {"maxLength"},
    "int": {"minValue", "allowedValues"},
    "array": {"maxLength"},
}


@needs_bicep
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_parameter_is_described_and_bounded(file: Path) -> None:
    """Each parameter has a description and bounds."""
    for name, parameter in template(file).get("parameters", {}).items():
        assert parameter["metadata"]["description"], name
        if parameter["type"] != "object":  # tags and settings, made by main.bicep itself
            assert _BOUNDS[parameter["type"].lower()] & set(parameter), name


@needs_bicep
def test_the_parameter_file_gives_the_defaults_of_the_template() -> None:
    """Without variables main.bicepparam gives each parameter its declared default."""
    declared = template(INFRA / "main.bicep")["parameters"]
    given = default_parameters()
    assert set(given) == set(declared)
    defaults = {n: p["defaultValue"] for n, p in declared.items() if "defaultValue" in p}
    assert {name: given[name] for name in defaults} == defaults


@needs_bicep
@each_choice
def test_names_are_within_what_azure_takes(chosen: dict[str, str]) -> None:
    """Each top-level resource has a name that Azure accepts for its kind."""
    own = [r for r in deployment(chosen).resources if r["type"].count("/") == 1]
    named = [r for r in own if not r["type"].endswith("/roleAssignments")]
    assert {r["type"] for r in named} <= set(_NAMES)
    assert len(named) >= len(_NAMES) - 1
    for resource in named:
        assert re.fullmatch(_NAMES[resource["type"]], resource["name"]), resource["name"]


@needs_bicep
@each_choice
def test_roles_by_table(chosen: dict[str, str]) -> None:
    """The app's identity has exactly the roles of the table, each on one resource."""
    roles = deployment(chosen).all("Microsoft.Authorization/roleAssignments")
    expected = dict(_ROLES)
    if chosen.get("FACE_READER") == "embedded":
        del expected["Cognitive Services User"]
    definitions = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    assert sorted(r["properties"]["roleDefinitionId"] for r in roles) == sorted(
        f"{definitions}/{role}" for role, _ in expected.values()
    )
    where = dict(expected.values())
    for assignment in roles:
        assert is_output(assignment["properties"]["principalId"], "identity", "principalId")
        role = assignment["properties"]["roleDefinitionId"].rpartition("/")[2]
        assert where[role] in assignment["id"]
        # Known before anything is deployed: what-if tells it.
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", assignment["name"])
    assert len({r["name"] for r in roles}) == len(roles)


@needs_bicep
@each_choice
def test_everything_has_its_name_before_it_is_deployed(chosen: dict[str, str]) -> None:
    """No resource's name or id depends on another resource, so what-if shows all of them."""
    for resource in deployment(chosen).resources:
        assert not is_expression(resource["name"]), resource["name"]
        assert not is_expression(resource["id"]), resource["id"]


@needs_bicep
def test_what_is_kept_warm_is_what_events_call() -> None:
    """The http group, which serves the blob extension's webhook, is always ready."""
    (group,) = _scale(deployment({"ALWAYS_READY_INSTANCES": "2"}))["alwaysReady"]
    assert group == {"name": "http", "instanceCount": 2}


@needs_bicep
@pytest.mark.parametrize("threads", ["5", "8", "32"])
def test_requests_and_frames_at_once_are_within_the_threads(threads: str) -> None:
    """Requests and frames that an instance takes at once add up to its worker's threads."""
    made = deployment({"PYTHON_THREADPOOL_THREAD_COUNT": threads})
    host = json.loads((ROOT / "host.json").read_text())
    frames = host["extensions"]["blobs"]["maxDegreeOfParallelism"]
    requests = _scale(made)["triggers"]["http"]["perInstanceConcurrency"]
    assert requests >= 1
    assert requests + frames == int(made.settings["PYTHON_THREADPOOL_THREAD_COUNT"])


@needs_bicep
def test_dropped_events_are_told_to_the_owners() -> None:
    """Dropped events raise an alert for the owners and the given addresses."""
    made = deployment({"BUDGET_EMAILS": "a@example.org, b@example.org,a@example.org,"})
    rule = made.one("Microsoft.Insights/metricAlerts")["properties"]
    (condition,) = rule["criteria"]["allOf"]
    assert condition["metricName"] == "DroppedEventCount"
    assert rule["scopes"] == [made.one("Microsoft.EventGrid/systemTopics")["id"]]
    people = made.one("Microsoft.Insights/actionGroups")
    assert rule["actions"] == [{"actionGroupId": people["id"]}]
    addresses = [r["emailAddress"] for r in people["properties"]["emailReceivers"]]
    assert addresses == ["a@example.org", "b@example.org"]
    assert len(people["properties"]["armRoleReceivers"]) == 1


@needs_bicep
def test_a_budget_can_be_left_out() -> None:
    """BUDGET_AMOUNT=0 makes no budget."""
    with_budget, without = deployment(), deployment({"BUDGET_AMOUNT": "0"})
    assert with_budget.one("Microsoft.Consumption/budgets")["properties"]["amount"] == 100
    assert without.all("Microsoft.Consumption/budgets") == []


@needs_bicep
@pytest.mark.parametrize(
    "start", ["2026-11-01", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00.0000000Z"]
)
def test_the_start_of_a_budget_is_taken_as_azure_writes_it(start: str) -> None:
    """A second deployment accepts the budget's start in the form in which Azure returns it."""
    budget = deployment({"BUDGET_START": start}).one("Microsoft.Consumption/budgets")
    assert budget["properties"]["timePeriod"]["startDate"] == start


@needs_bicep
def test_events_are_smaller_than_the_largest_body() -> None:
    """The Functions host accepts an event of 1 MB, Event Grid's maximum, and little more."""
    limit = int(deployment().settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"])
    batch = event_subscription()["properties"]["destination"]["properties"]
    assert batch["maxEventsPerBatch"] == 1
    assert 1_048_576 < limit <= 4 * 1_048_576


@needs_bicep
@each_choice
def test_no_key_opens_anything(chosen: dict[str, str]) -> None:
    """Storage, SignalR, Face and telemetry accept only identities, and no blob is public."""
    made = deployment(chosen)
    storage = made.one("Microsoft.Storage/storageAccounts")["properties"]
    assert storage["allowSharedKeyAccess"] is storage["allowBlobPublicAccess"] is False
    containers = made.all("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert containers
    assert all(c["properties"]["publicAccess"] == "None" for c in containers)
    assert made.one("Microsoft.SignalRService/signalR")["properties"]["disableLocalAuth"]
    for face in made.all("Microsoft.CognitiveServices/accounts"):
        assert face["properties"]["disableLocalAuth"]
    insights = made.one("Microsoft.Insights/components")
    assert insights["properties"]["DisableLocalAuth"]
    workspace = made.one("Microsoft.OperationalInsights/workspaces")
    assert workspace["properties"]["features"]["disableLocalAuth"]
    assert made.one("Microsoft.KeyVault/vaults")["properties"]["enableRbacAuthorization"]
    passwords = made.all("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert [p["properties"]["allow"] for p in passwords] == [False, False]
    values = [value for name, value in made.settings.items() if name.endswith("__credential")]
    assert values == ["managedidentity"] * 3


@needs_bicep
@each_choice
def test_only_the_site_may_call(chosen: dict[str, str]) -> None:
    """Cross-origin requests are allowed only from the static site's origin."""
    made = deployment(chosen)
    blobs = made.one("Microsoft.Storage/storageAccounts/blobServices")["properties"]
    (rule,) = blobs["cors"]["corsRules"]
    let_in = [
        rule["allowedOrigins"],
        made.one("Microsoft.SignalRService/signalR")["properties"]["cors"]["allowedOrigins"],
        made.one("Microsoft.Web/sites")["properties"]["siteConfig"]["cors"]["allowedOrigins"],
    ]
    for origins in let_in:
        (origin,) = origins
        assert is_output(origin, "site", "origin"), origin


@needs_bicep
def test_the_page_may_send_the_headers_it_sends() -> None:
    """The storage's CORS rule allows each header of an upload."""
    (upload,) = [
        text
        for file in (ROOT / "frontend" / "src").rglob("*.ts")
        if not file.name.endswith(".test.ts") and "x-ms-blob-type" in (text := file.read_text())
    ]
    put = upload.split("method: 'PUT'", 1)[1].split("\n        },", 1)[0]
    sent = {name.lower() for name in re.findall(r"'([\w-]+)':", put)}
    blobs = deployment().one("Microsoft.Storage/storageAccounts/blobServices")["properties"]
    assert {"x-ms-blob-type", "content-type"} <= sent
    assert sent <= set(blobs["cors"]["corsRules"][0]["allowedHeaders"])


@needs_bicep
def test_events_of_frames_reach_the_function_that_reads_them() -> None:
    """The event subscription names the trigger, its container and the largest blob."""
    properties = event_subscription()["properties"]
    trigger = (ROOT / "functions" / "frames.py").read_text()
    assert '.function_name("read_frame")' in trigger
    endpoint = properties["destination"]["properties"]["endpointUrl"]
    assert "/runtime/webhooks/blobs?functionName=Host.Functions.read_frame&code=" in endpoint
    assert "systemKeys.blobs_extension" in endpoint
    filter_ = properties["filter"]
    container = f"/blobServices/default/containers/{FRAMES_CONTAINER}/blobs/"
    assert filter_["subjectBeginsWith"] == container
    assert filter_["subjectEndsWith"] == ".jpg"
    (largest,) = filter_["advancedFilters"]
    assert largest["key"] == "data.contentLength"
    # Larger frames than it reads still reach the app, which says so to the room and deletes them.
    assert largest["value"] >= 2 * FRAME_MAX_BYTES


@needs_bicep
def test_what_the_app_leaves_is_deleted_after_a_day() -> None:
    """The lifecycle rule deletes frames, rooms and counts after a day; nothing is kept longer."""
    made = deployment()
    policy = made.one("Microsoft.Storage/storageAccounts/managementPolicies")["properties"]
    (rule,) = policy["policy"]["rules"]
    containers = (FRAMES_CONTAINER, LIMITS_CONTAINER, ROOMS_CONTAINER)
    filters = rule["definition"]["filters"]
    assert filters["prefixMatch"] == [f"{name}/" for name in containers]
    assert filters["blobTypes"] == ["blockBlob", "appendBlob"]
    actions = rule["definition"]["actions"]
    assert actions["baseBlob"] == {"delete": {"daysAfterModificationGreaterThan": 1}}
    assert actions["snapshot"] == {"delete": {"daysAfterCreationGreaterThan": 1}}
    blobs = made.one("Microsoft.Storage/storageAccounts/blobServices")["properties"]
    for policy in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
        assert blobs[policy] == {"enabled": False}
    assert blobs["isVersioningEnabled"] is False
    there = made.all("Microsoft.Storage/storageAccounts/blobServices/containers")
    assert {c["name"].rpartition("/")[2] for c in there} == {*containers, "app-package"}


@needs_bicep
def test_the_plan_runs_the_python_the_project_is_checked_with() -> None:
    """The function app and the type checker use the same Python version."""
    runtime = _site(deployment())["functionAppConfig"]["runtime"]
    assert runtime["name"] == "python"
    project = (ROOT / "pyproject.toml").read_text()
    assert f'python_version = "{runtime["version"]}"' in project


@needs_bicep
def test_free_tiers_are_free() -> None:
    """With both free tiers and no warm instance, nothing costs money while idle."""
    made = deployment(_CHOICES["free"])
    assert made.one("Microsoft.SignalRService/signalR")["sku"]["name"] == "Free_F1"
    assert made.one("Microsoft.CognitiveServices/accounts")["sku"]["name"] == "F0"
    assert made.one("Microsoft.Web/staticSites")["sku"]["name"] == "Free"
    assert _scale(made)["alwaysReady"] == []


def _site(made: Deployment) -> dict[str, Any]:
    properties: dict[str, Any] = made.one("Microsoft.Web/sites")["properties"]
    return properties


def _scale(made: Deployment) -> dict[str, Any]:
    scale: dict[str, Any] = _site(made)["functionAppConfig"]["scaleAndConcurrency"]
    return scale


@needs_bicep
def test_without_face_nothing_of_face_is_left() -> None:
    """With the embedded reader the deployment has no Face resource, role or address."""
    with_face, without = deployment(), deployment(_CHOICES["embedded"])
    assert (len(with_face.resources), len(without.resources)) == (37, 35)
    assert without.settings["AZURE_FACE_ENDPOINT"] == ""


@needs_bicep
@pytest.mark.parametrize(
    ("chosen", "secrets"),
    [
        ({}, set()),
        ({"TICKET_KEY": "k"}, {"ticket-key"}),
        ({"ROOM_CREATION_KEY": "k", "ICE_SERVERS": "[]"}, {"room-creation-key", "ice-servers"}),
        ({"TURN_URLS": "turn:h", "TURN_SECRET": "k"}, {"turn-secret"}),
        (_OPENTOK, {"opentok-api-secret"}),
        (_VONAGE, {"vonage-private-key"}),
    ],
    ids=["none", "ticket key", "creation key and TURN", "shared TURN secret", "OpenTok", "Vonage"],
)
def test_a_secret_is_written_only_where_it_is_given(
    chosen: dict[str, str], secrets: set[str]
) -> None:
    """A deployment without a secret does not change the vault's value."""
    made = deployment(chosen, secrets_shown=True)
    written = made.all("Microsoft.KeyVault/vaults/secrets")
    assert {s["name"].rpartition("/")[2] for s in written} == secrets


@needs_bicep
def test_the_docs_say_how_many_resources_there_are() -> None:
    """docs/deploy.md has the number of resources with and without Azure Face."""
    made = [
        len(deployment({"TICKET_KEY": "k", "FACE_READER": reader}, secrets_shown=True).resources)
        for reader in ("embedded", "azure")
    ]
    docs = (ROOT / "docs" / "deploy.md").read_text()
    assert f"all {made[0]} resources ({made[1]} with Azure Face)" in docs


@needs_bicep
@each_choice
def test_nothing_is_reached_without_tls(chosen: dict[str, str]) -> None:
    """Storage and functions answer only over HTTPS from TLS 1.2, and accept no cookies."""
    made = deployment(chosen)
    storage = made.one("Microsoft.Storage/storageAccounts")["properties"]
    assert storage["supportsHttpsTrafficOnly"] is True
    assert storage["minimumTlsVersion"] == "TLS1_2"
    app = _site(made)
    assert app["httpsOnly"] is True
    assert app["siteConfig"]["minTlsVersion"] == "1.2"
    assert app["siteConfig"]["cors"]["supportCredentials"] is False


@needs_bicep
@pytest.mark.parametrize("kept", ["", "room-creation-key,ice-servers"])
def test_a_secret_of_an_earlier_deployment_stays_in_use(kept: str) -> None:
    """Settings refer to the secrets that the vault holds, and to no others."""
    settings = deployment({"KEPT_SECRETS": kept}, secrets_shown=True).settings
    for name in ("ROOM_CREATION_KEY", "ICE_SERVERS"):
        assert is_expression(settings[name]) is bool(kept)


@needs_bicep
@pytest.mark.parametrize(
    ("chosen", "refers"),
    [
        (_OPENTOK | {"VIDEO_PROVIDER": "mesh"}, (False, False)),
        (_VONAGE | {"VIDEO_PROVIDER": "mesh"}, (False, False)),
        (_OPENTOK, (True, False)),
        (_VONAGE, (False, True)),
        (_OPENTOK | {"VONAGE_APPLICATION_ID": _VONAGE["VONAGE_APPLICATION_ID"]}, (True, False)),
    ],
    ids=["mesh after OpenTok", "mesh after Vonage", "OpenTok", "Vonage", "both"],
)
def test_only_the_secrets_of_the_video_are_referred_to(
    chosen: dict[str, str], refers: tuple[bool, bool]
) -> None:
    """Settings refer only to the chosen video provider's secrets, because others never resolve."""
    settings = deployment(chosen, secrets_shown=True).settings
    names = ("OPENTOK_API_SECRET", "VONAGE_PRIVATE_KEY")
    assert tuple(bool(settings[name]) for name in names) == refers


def test_no_scanner_finding_is_waved_through() -> None:
    """Each skipped finding of the scanner gives its reason beside it."""
    skips = [
        (file.name, skip)
        for file in FILES
        for skip in re.findall(r"// checkov:skip=(.*)", file.read_text())
    ]
    assert skips
    for file, skip in skips:
        assert re.fullmatch(r"CKV2?_AZURE_\d+: \S.{7,}", skip), f"{file}: {skip}"


def test_azd_runs_scripts_that_exist() -> None:
    """Every script in a hook of azure.yaml exists and is executable."""
    hooks = re.findall(r"^    run: (.*)", (ROOT / "azure.yaml").read_text(), re.M)
    scripts = [script for hook in hooks for script in re.findall(r"infra/\w+\.sh", hook)]
    assert len(scripts) == 4
    for script in scripts:
        assert (ROOT / script).stat().st_mode & 0o111, script


def test_azd_is_new_enough_for_its_hooks() -> None:
    """The required azd version has `azd env set --file`, which came after 1.17."""
    text = (ROOT / "azure.yaml").read_text()
    assert "azd env set --file" in text
    asked = re.search(r'requiredVersions:\n  azd: ">= 1\.(\d+)\.0"', text)
    assert asked
    assert int(asked[1]) >= 18
    assert f"azd 1.{asked[1]} or later" in (ROOT / "docs" / "deploy.md").read_text()


@needs_bicep
def test_azd_finds_the_service_it_deploys() -> None:
    """The function app has the tag by which azd finds where to deploy the code."""
    assert deployment().one("Microsoft.Web/sites")["tags"]["azd-service-name"] == "functions"
    assert "\nservices:\n  functions:\n" in (ROOT / "azure.yaml").read_text()


def test_host_settings_are_json() -> None:
    """host.json is valid JSON."""
    assert json.loads((ROOT / "host.json").read_text())["version"] == "2.0"
