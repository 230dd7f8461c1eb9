"""The local host reads an app's bindings and its host.json without running the app."""

# ruff: noqa: ARG001 - a binding's parameter must be there, used or not

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from local.functions_host.bindings import (
    BindingError,
    BlobTrigger,
    Function,
    HttpTrigger,
    SignalROutput,
    read_functions,
)
from local.functions_host.host_json import HostJson, HostJsonError
from local.functions_host.log import LEVELS, LogLevels
from local.functions_host.routes import RouteError, Routes
from local.functions_host.worker import declare

ANONYMOUS = func.AuthLevel.ANONYMOUS


def read(app: func.FunctionApp) -> list[Function]:
    """What the worker declares and the host makes of it."""
    return read_functions([(name, bindings) for name, bindings, _ in declare(app)])


def test_bindings_are_read_from_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Triggers and outputs are as declared, with settings in percent signs replaced."""
    monkeypatch.setenv("BOX", "boxes")
    app = func.FunctionApp(http_auth_level=ANONYMOUS)

    @app.route("hello", methods=["post"])
    def hello(req: func.HttpRequest) -> str:
        return ""

    @app.blob_trigger(arg_name="blob", path="%BOX%/{name}", connection="S")
    @app.generic_output_binding(arg_name="out", type="signalR", hub_name="h")
    def look(blob: func.InputStream, out: func.Out[str]) -> None: ...

    first, second = read(app)
    assert first.trigger == HttpTrigger("req", "hello", frozenset({"POST"}))
    assert second.trigger == BlobTrigger("blob", "boxes/{name}", "S")
    assert second.outputs == [SignalROutput("out", "h", "AzureSignalRConnectionString")]


def queue(app: func.FunctionApp) -> None:
    """A trigger that the host does not know."""

    @app.queue_trigger(arg_name="message", queue_name="q", connection="C")
    def work(message: func.QueueMessage) -> None: ...


def table(app: func.FunctionApp) -> None:
    """An output that the host does not know."""

    @app.route("x", auth_level=ANONYMOUS)
    @app.blob_output(arg_name="copy", path="a/b", connection="C")
    def work(req: func.HttpRequest, copy: func.Out[str]) -> None: ...


def keyed(app: func.FunctionApp) -> None:
    """A route that wants a key."""

    @app.route("x", auth_level=func.AuthLevel.FUNCTION)
    def work(req: func.HttpRequest) -> None: ...


def unbound(app: func.FunctionApp) -> None:
    """A parameter to which nothing is bound."""

    @app.route("x", auth_level=ANONYMOUS)
    def work(req: func.HttpRequest, extra: str) -> None: ...


def absent(app: func.FunctionApp) -> None:
    """A binding without a parameter."""

    @app.route("x", auth_level=ANONYMOUS)
    @app.generic_output_binding(arg_name="out", type="signalR", hub_name="h")
    def work(req: func.HttpRequest) -> None: ...


def wild(app: func.FunctionApp) -> None:
    """A blob path whose container is a pattern."""

    @app.blob_trigger(arg_name="blob", path="{any}/{name}", connection="S")
    def work(blob: func.InputStream) -> None: ...


def unset(app: func.FunctionApp) -> None:
    """A setting that is not there."""

    @app.blob_trigger(arg_name="blob", path="%NOWHERE%/{name}", connection="S")
    def work(blob: func.InputStream) -> None: ...


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (queue, "function work: binding 'message' is of type 'queueTrigger'"),
        (table, "function work: binding 'copy' is of type 'blob'"),
        (keyed, "function work: binding 'req' asks for authorization level"),
        (unbound, "function work: nothing is bound to extra"),
        (absent, "function work: its code has no parameter out"),
        (wild, "function work: binding 'blob' must name its container"),
        (unset, "function work: the setting NOWHERE is missing"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(
    declare: Callable[[func.FunctionApp], None], said: str
) -> None:
    """The error names the function and what is unsupported."""
    app = func.FunctionApp()
    declare(app)
    with pytest.raises(BindingError, match=said):
        read(app)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("rooms", "list"),
        ("ROOMS", "list"),
        ("rooms/new", "new"),
        ("rooms/17", "number"),
        ("rooms/abc", "name"),
        ("rooms/abc/people", "people"),
        ("rooms/abc/people/x", "people"),
        ("files/a/b/c.txt", "files"),
        ("report-7.csv", "report"),
        ("rooms/abc/people/x/y", None),
        ("report-x.csv", None),
        ("", None),
    ],
)
def test_the_most_specific_route_wins(path: str, target: str | None) -> None:
    """Routes sort as literals, constraints, parameters, catch-alls, in any letter case."""
    routes: Routes[str] = Routes()
    routes.add("files/{*rest}", None, "files")
    routes.add("rooms/{name}", None, "name")
    routes.add("rooms/{id:int}", None, "number")
    routes.add("rooms/new", None, "new")
    routes.add("rooms", None, "list")
    routes.add("rooms/{name}/people/{who?}", None, "people")
    routes.add("report-{id:int}.csv", None, "report")
    found = routes.find("GET", path)
    assert (found[0] if found else None) == target


def test_route_parameters_are_strings() -> None:
    """Parameters are strings; an absent optional one is left out, a catch-all has slashes."""
    routes: Routes[int] = Routes()
    routes.add("a/{x:int}/{y?}", frozenset({"GET"}), 1)
    routes.add("b/{*rest}", None, 2)
    assert routes.find("GET", "a/7") == (1, {"x": "7"})
    assert routes.find("GET", "a/7/é ü") == (1, {"x": "7", "y": "é ü"})
    assert routes.find("POST", "a/7") is None
    assert routes.find("GET", "b/c/d") == (2, {"rest": "c/d"})


@pytest.mark.parametrize("template", ["{id:prime}", "a{", "x-{id:range(1,2)}"])
def test_an_unknown_route_is_refused(template: str) -> None:
    """An unknown constraint or shape of a route stops the start."""
    with pytest.raises(RouteError):
        Routes[int]().add(template, None, 1)


def test_host_json_has_the_real_defaults(tmp_path: Path) -> None:
    """An empty version 2.0 file has the defaults that it has on Azure."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    settings = HostJson.load(tmp_path)
    assert (settings.route_prefix, settings.poison_threshold) == ("api", 5)
    assert settings.function_timeout is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        "{",
        {},
        {"version": "1.0"},
        {"version": "2.0", "functionTimeout": "5 minutes"},
        {"version": "2.0", "extensions": {"blobs": {"poisonBlobThreshold": 0}}},
        {"version": "2.0", "logging": {"logLevel": {"Function": "Loud"}}},
    ],
)
def test_a_wrong_host_json_is_named(tmp_path: Path, document: Any) -> None:
    """A missing or wrong host.json stops the start."""
    if document is not None:
        text = document if isinstance(document, str) else json.dumps(document)
        (tmp_path / "host.json").write_text(text)
    with pytest.raises(HostJsonError, match=r"host\.json"):
        HostJson.load(tmp_path)


@pytest.mark.parametrize(
    ("category", "least"),
    [
        ("Function.crate", "none"),
        ("function.CRATE.user", "warning"),
        ("Function.crate.User.more", "warning"),
        ("Function.other.User", "none"),
        ("Host.Results", "error"),
        ("Host", "trace"),
        ("Worker", "trace"),
    ],
)
def test_the_longest_prefix_decides_a_categorys_level(category: str, least: str) -> None:
    """The longest prefix in any letter case sets a category's level, else `default`."""
    rules = {
        "default": "Trace",
        "Function": "None",
        "Function.crate.User": "Warning",
        "Host.Results": "Error",
    }
    levels = LogLevels({prefix: LEVELS[level.lower()] for prefix, level in rules.items()})
    assert levels.minimum(category) == LEVELS[least]


def test_without_rules_information_is_written() -> None:
    """Without rules the level is Information, as in the real host."""
    assert LogLevels().minimum("Function.crate") == LEVELS["information"]
