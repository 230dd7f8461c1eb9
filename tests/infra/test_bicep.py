"""The Bicep files: well-formed, bounded, least-privileged, and true to what the app is."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from functions.contract import FRAME_MAX_BYTES, FRAMES_CONTAINER
from functions.limits import LIMITS_CONTAINER
from functions.rooms import ROOMS_CONTAINER
from tests.infra.bicep import FILES, INFRA, ROOT, parameters

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
BUILT_IN_ROLES = {
    "cognitiveServicesUser": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "signalrServiceOwner": "7e4f1700-ea5a-4f59-8f37-079cfe29dce3",
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
}

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BOUNDS = {
    "string": ("@minLength", "@maxLength", "@allowed"),
    "int": ("@minValue", "@allowed"),
    "array": ("@maxLength",),
    "object": (),  # tags and settings, made by main.bicep itself
}


def test_types_and_properties_are_those_azure_publishes() -> None:
    """The Bicep files name resource types, versions, properties and values that exist."""
    checker = ROOT.parent / "shared" / "tools" / "check_bicep"
    if not checker.exists():
        pytest.skip("no check_bicep beside the project: `az bicep build` checks the same")
    found = subprocess.run([checker, INFRA], capture_output=True, text=True, check=False)
    lines = found.stdout.splitlines()
    assert found.returncode == 0, found.stdout + found.stderr
    assert len(lines) == len(FILES)
    assert all(line.endswith(": 0 errors, 0 warnings") for line in lines), found.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_parameter_is_described_and_bounded(file: object) -> None:
    """Each parameter says what it is, and takes only values within bounds."""
    for parameter in parameters(INFRA / str(file)):
        assert "@description(" in parameter.decorators, parameter.name
        bounds = _BOUNDS[parameter.type]
        assert not bounds or any(b in parameter.decorators for b in bounds), parameter.name


def test_every_parameter_is_found() -> None:
    """The reader of parameters above misses none."""
    for file in FILES:
        assert len(parameters(file)) == len(re.findall(r"^param ", file.read_text(), re.M)), file


def test_the_parameter_file_fills_each_parameter_once() -> None:
    """main.bicepparam gives every parameter of main.bicep, and no other."""
    given = re.findall(r"^param (\w+) =", (INFRA / "main.bicepparam").read_text(), re.M)
    assert sorted(given) == sorted(p.name for p in parameters(INFRA / "main.bicep"))


def test_defaults_of_the_parameter_file_are_those_of_the_template() -> None:
    """A variable that is not set means the default main.bicep declares."""
    text = (INFRA / "main.bicepparam").read_text()
    given = dict(
        re.findall(r"^param (\w+) = \w*\(?readEnvironmentVariable\('\w+', '([^']*)'\)", text, re.M)
    )
    declared = {
        p.name: p.default.strip("'")
        for p in parameters(INFRA / "main.bicep")
        if p.default is not None and p.default != "[]"
    }
    assert {name: given[name] for name in declared} == declared
    assert {name for name in given if given[name]} <= set(declared)


def test_secrets_are_secure_parameters_without_a_default_value() -> None:
    """What must not show in a deployment's history is marked so, and has no value in the file."""
    secrets = ("ticketKey", "roomCreationKey", "iceServers", "opentokApiSecret", "vonagePrivateKey")
    for file in (INFRA / "main.bicep", INFRA / "modules" / "keyvault.bicep"):
        found = {p.name: p for p in parameters(file)}
        for name in secrets:
            assert "@secure()" in found[name].decorators, name
            assert found[name].default in {None, "''"}, name


def test_roles_are_the_named_ones_and_in_one_file() -> None:
    """Every role id is that of the built-in role it is named after; no other file assigns any."""
    roles = (INFRA / "modules" / "roles.bicep").read_text()
    assert dict(re.findall(rf"^  (\w+): '({_GUID.pattern})'$", roles, re.M)) == BUILT_IN_ROLES
    for name in BUILT_IN_ROLES:
        assert f"'Microsoft.Authorization/roleDefinitions', roleIds.{name})" in roles
    for file in FILES:
        if file.name != "roles.bicep":
            assert not _GUID.search(file.read_text()), file
            assert "roleAssignments" not in file.read_text(), file


def test_no_scanner_finding_is_waved_through() -> None:
    """Each skipped finding of the scanner gives its reason in place."""
    for file in FILES:
        for skip in re.findall(r"#checkov:skip=(.*)", file.read_text()):
            assert re.fullmatch(r"CKV2?_AZURE_\d+: \S.{7,}", skip), f"{file.name}: {skip}"


def test_no_key_opens_anything() -> None:
    """Storage, SignalR, Face and telemetry take identities only, and no blob is public."""

    def text(name: str) -> str:
        return (INFRA / "modules" / name).read_text()

    assert "allowSharedKeyAccess: false" in text("storage.bicep")
    assert "allowBlobPublicAccess: false" in text("storage.bicep")
    assert "disableLocalAuth: true" in text("signalr.bicep")
    assert "disableLocalAuth: true" in text("face.bicep")
    assert "DisableLocalAuth: true" in text("monitoring.bicep")
    assert "enableRbacAuthorization: true" in text("keyvault.bicep")


@pytest.mark.parametrize("module", ["storage", "signalr", "functions"])
def test_only_the_site_may_call(module: str) -> None:
    """Cross-origin requests are let in from the static site's origin alone."""
    text = (INFRA / "modules" / f"{module}.bicep").read_text()
    assert re.findall(r"allowedOrigins: (.*)", text) == ["[siteOrigin]"]
    assert "siteOrigin: site.outputs.origin" in (INFRA / "main.bicep").read_text()


def test_the_page_may_send_the_headers_it_sends() -> None:
    """Storage lets in each header the page uploads a frame with."""
    upload = (ROOT / "frontend" / "src" / "upload.ts").read_text()
    put = upload.split("method: 'PUT'", 1)[1].split("},", 1)[0]
    sent = {name.lower() for name in re.findall(r"^\s+'([\w-]+)':", put, re.M)}
    allowed = re.search(
        r"allowedHeaders: \[(.*)\]", (INFRA / "modules" / "storage.bicep").read_text()
    )
    assert allowed is not None
    assert {"x-ms-blob-type", "content-type"} <= sent
    assert sent <= set(re.findall(r"'([^']+)'", allowed[1]))


def test_events_of_frames_reach_the_function_that_reads_them() -> None:
    """The subscription names the trigger, its container, and sizes the app wants to hear of."""
    subscription = (INFRA / "subscription.bicep").read_text()
    trigger = (ROOT / "functions" / "frames.py").read_text()
    assert '.function_name("read_frame")' in trigger
    assert "functionName=Host.Functions.read_frame&" in subscription
    assert f"/containers/{FRAMES_CONTAINER}/blobs/'" in subscription
    assert "subjectEndsWith: '.jpg'" in subscription
    largest = re.search(r"param largestFrame int = (\d+)", subscription)
    assert largest is not None
    # Larger frames than it reads still reach the app, which says so to the room and deletes them.
    assert int(largest[1]) >= 2 * FRAME_MAX_BYTES


def test_what_the_app_leaves_is_deleted_after_a_day() -> None:
    """The lifecycle rule covers frames, rooms and counts; a deleted blob is not kept."""
    storage = (INFRA / "modules" / "storage.bicep").read_text()
    prefixes = [f"'{name}/'" for name in (FRAMES_CONTAINER, LIMITS_CONTAINER, ROOMS_CONTAINER)]
    assert f"prefixMatch: [{', '.join(prefixes)}]" in storage
    assert "blobTypes: ['blockBlob', 'appendBlob']" in storage
    assert "daysAfterModificationGreaterThan: 1" in storage
    assert len(re.findall(r"RetentionPolicy: \{\n\s+enabled: false", storage)) == 2
    for container in (FRAMES_CONTAINER, ROOMS_CONTAINER):
        assert f"  name: '{container}'\n" in storage


def test_the_plan_runs_the_python_the_project_is_checked_with() -> None:
    """The function app's Python is the one the type checker assumes."""
    functions = (INFRA / "modules" / "functions.bicep").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    version = re.search(r"name: 'python'\n\s+version: '([\d.]+)'", functions)
    assert version is not None
    assert f'python_version = "{version[1]}"' in project


def test_azd_runs_scripts_that_exist() -> None:
    """Every script a hook of azure.yaml names is there and may be run."""
    hooks = re.findall(r"^    run: (.*)", (ROOT / "azure.yaml").read_text(), re.M)
    scripts = [script for hook in hooks for script in re.findall(r"infra/\w+\.sh", hook)]
    assert len(scripts) == 3
    for script in scripts:
        assert (ROOT / script).stat().st_mode & 0o111, script


def test_azd_finds_the_service_it_deploys() -> None:
    """The function app carries the tag by which azd knows where the code goes."""
    functions = (INFRA / "modules" / "functions.bicep").read_text()
    assert "'azd-service-name': 'functions'" in functions
    assert "\nservices:\n  functions:\n" in (ROOT / "azure.yaml").read_text()


def test_host_settings_are_json() -> None:
    """host.json, which the deployment ships, can be read."""
    assert json.loads((ROOT / "host.json").read_text())["version"] == "2.0"
