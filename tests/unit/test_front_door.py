"""The repository's own files for GitHub cover all of its parts."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def _tracked(*patterns: str) -> set[str]:
    """The folders of this repository's files of these names."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {f"/{Path(file).parent}".replace("/.", "/") for file in listed.stdout.split()}


def test_dependabot_asks_about_each_folder_that_pins_something() -> None:
    """Dependabot covers every npm lock, every requirements file and the actions."""
    config = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())
    asked = {
        update["package-ecosystem"]: set(update.get("directories", [update.get("directory")]))
        for update in config["updates"]
    }
    assert asked["npm"] == _tracked("*package-lock.json")
    assert asked["pip"] >= _tracked("requirements*.txt", "local/requirements.txt")
    assert asked["github-actions"] == {"/"}


def test_the_devcontainer_is_what_the_ci_has() -> None:
    """The container has CI's Python and Node.js, and starts `make run`."""
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    ci = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    (python,) = re.findall(r'python-version: "([\d.]+)"', ci)
    (node,) = set(re.findall(r"node-version: (\d+)", ci))
    assert f"python:{python}-" in container["image"]
    (feature,) = container["features"].values()
    assert feature["version"] == node
    assert [v for k, v in container.items() if k.endswith("Command")] == ["make run"]


def test_workflows_may_read_and_end() -> None:
    """Workflows may only read, pin their actions, and have a time limit."""
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(file.read_text())
        assert workflow["permissions"] == {"contents": "read"}, file
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"] <= 60, file
            for step in job["steps"]:
                action = step.get("uses", "")
                assert not action or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action), action
                if action.startswith("actions/checkout@"):  # else its token lies in .git/config
                    assert step["with"] == {"persist-credentials": False}, file


def test_each_form_for_an_issue_asks_for_something() -> None:
    """Every issue form has a name and a required question."""
    for form in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        content = yaml.safe_load(form.read_text())
        if form.name == "config.yml":
            continue
        assert content["name"], form
        assert any(part.get("validations", {}).get("required") for part in content["body"]), form
