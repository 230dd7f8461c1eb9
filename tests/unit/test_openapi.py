"""docs/openapi.yaml has the functions' routes, codes and examples, and the page's types."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import validate

from functions.limit_table import LIMITS

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
EXAMPLES: dict[str, Any] = json.loads((ROOT / "tests" / "contract" / "http.json").read_text())
MESSAGES: dict[str, Any] = json.loads((ROOT / "tests" / "contract" / "messages.json").read_text())
# Errors no route has of its own: whatever is unexpected.
UNDOCUMENTED = {(500, "internal")}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what its `$ref` names."""
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every method, path and operation."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


def test_the_document_is_openapi() -> None:
    """It is valid OpenAPI 3.1."""
    validate(DOCUMENT)


def test_it_has_the_routes_of_the_code_and_no_other() -> None:
    """Method, path and name of each HTTP function, as its decorators give them."""
    source = "".join(file.read_text() for file in (ROOT / "functions" / "api").glob("*.py"))
    declared = {
        (method, f"/api/{route}", name)
        for name, route, method in re.findall(
            r'function_name\("(\w+)"\)\s+@api\.route\(\s*"([^"]+)",\s*methods=\["(\w+)"\]', source
        )
    }
    assert len(declared) == source.count("@api.route(")
    assert {(m, path, op["operationId"]) for m, path, op in operations()} == declared


def _errors_of_the_code() -> set[tuple[int, str]]:
    """Status and code of every `ApiError` the package makes, and of every limit's."""
    found = set()
    for file in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name("ApiError"),
                    args=[ast.Constant(int(status)), ast.Constant(str(code)), *_],
                ):
                    found.add((status, code))
    return found | {(429, limit.code) for limit in LIMITS.values()}


def test_it_has_the_errors_of_the_code_and_no_other() -> None:
    """The document has exactly the statuses and codes with which the functions refuse."""
    documented = {
        (int(status), code)
        for _, _, operation in operations()
        for status, response in operation["responses"].items()
        for code in resolved(response).get("x-codes", [])
    }
    assert documented == _errors_of_the_code() - UNDOCUMENTED


def test_every_refusal_has_the_one_body() -> None:
    """Every answer from 400 on has the error's body; 429 and 503 have Retry-After."""
    for method, path, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            found = resolved(response)
            schema = found["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Refusal"}, (method, path, status)
            assert found["x-codes"], (method, path, status)
            assert ("headers" in found) == (status in ("429", "503")), (method, path, status)


@pytest.mark.parametrize("route", [route for route in EXAMPLES if not route.startswith("error")])
def test_the_shared_examples_fit_the_document(route: str) -> None:
    """The requests and answers of tests/contract are valid by the document."""
    method, path = route.partition(" (")[0].split(" ")
    operation = DOCUMENT["paths"][path][method.lower()]
    example = EXAMPLES[route]
    response = resolved(operation["responses"][str(example["status"])])
    if "content" in response:
        _check(response["content"], example["response"])
    if "requestBody" in operation:
        _check(operation["requestBody"]["content"], example["request"])


def test_it_has_the_hubs_messages_and_no_other() -> None:
    """Each message of tests/contract is a webhook of the document and valid by it."""
    hooks = DOCUMENT["webhooks"]
    assert set(hooks) == set(MESSAGES)
    for target, message in MESSAGES.items():
        _check(hooks[target]["post"]["requestBody"]["content"], message)


def _check(content: dict[str, Any], value: object) -> None:
    """Fictional ids of the examples count as well-formed."""
    schema = {**content["application/json"]["schema"], "components": DOCUMENT["components"]}
    jsonschema_rs.validate(json.loads(json.dumps(schema)), value)


def test_the_pages_types_are_made_from_the_document(tmp_path: Path) -> None:
    """frontend/src/wire/openapi.d.ts is what `make types` writes."""
    package = ROOT / "frontend" / "openapi"
    command = json.loads((package / "package.json").read_text())["scripts"]["generate"].split()
    fresh = tmp_path / "openapi.d.ts"
    command = [*command[1:-1], str(fresh)]
    tool = package / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    subprocess.run(["node", tool, *command], cwd=package, check=True, capture_output=True)
    committed = ROOT / "frontend" / "src" / "wire" / "openapi.d.ts"
    assert committed.read_text() == fresh.read_text(), "docs/openapi.yaml has changed: make types"
