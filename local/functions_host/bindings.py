"""The functions of an app and their bindings, as the worker read them from the app.

The property names are those of `function.json`; for SignalR see
https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service. `connection`
is not a property of a SignalR binding; this host ignores it, as the real one does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

RETURN: Final = "$return"
DEFAULT_SIGNALR_SETTING: Final = "AzureSignalRConnectionString"

_SETTING = re.compile(r"%([^%]+)%")


class BindingError(Exception):
    """The app declares something that this host cannot do; the text names function and binding."""


@dataclass(frozen=True)
class HttpTrigger:
    """`methods` is None if the function takes all methods."""

    name: str
    route: str
    methods: frozenset[str] | None


@dataclass(frozen=True)
class BlobTrigger:
    """`path` is `container/pattern`; `connection` names a setting."""

    name: str
    path: str
    connection: str


@dataclass(frozen=True)
class TimerTrigger:
    """`schedule` is an NCRONTAB expression."""

    name: str
    schedule: str


@dataclass(frozen=True)
class ConnectionInfo:
    """`signalRConnectionInfo`: what a client needs to connect to a hub."""

    name: str
    hub: str
    user_id: str | None
    setting: str


@dataclass(frozen=True)
class SignalROutput:
    """`signalR`: messages and group actions for a hub."""

    name: str
    hub: str
    setting: str


@dataclass(frozen=True)
class Function:
    """One function: its trigger, its other bindings and its declaration as JSON."""

    name: str
    trigger: HttpTrigger | BlobTrigger | TimerTrigger
    inputs: Sequence[ConnectionInfo]
    outputs: Sequence[SignalROutput]
    bindings: Sequence[dict[str, Any]]

    @property
    def returns_response(self) -> bool:
        """Whether the function returns an HTTP response."""
        return isinstance(self.trigger, HttpTrigger)


def read_functions(declared: Sequence[tuple[str, list[dict[str, Any]]]]) -> list[Function]:
    """Every function of an app, from names and bindings. Raises BindingError."""
    return [_function(name, bindings) for name, bindings in declared]


def _function(name: str, bindings: Sequence[dict[str, Any]]) -> Function:
    triggers: list[HttpTrigger | BlobTrigger | TimerTrigger] = []
    inputs: list[ConnectionInfo] = []
    outputs: list[SignalROutput] = []
    resolved = [
        {key: _with_settings(name, value) for key, value in declared.items()}
        for declared in bindings
    ]
    for binding in resolved:
        label, kind = str(binding.get("name")), binding.get("type")
        setting = binding.get("connectionStringSetting") or DEFAULT_SIGNALR_SETTING
        match kind, str(binding.get("direction")).upper():
            case "httpTrigger", "IN":
                triggers.append(_http_trigger(name, label, binding))
            case "blobTrigger", "IN":
                triggers.append(_blob_trigger(name, label, binding))
            case "timerTrigger", "IN":
                triggers.append(TimerTrigger(label, str(binding["schedule"])))
            case "signalRConnectionInfo", "IN":
                inputs.append(
                    ConnectionInfo(label, binding["hubName"], binding.get("userId"), setting)
                )
            case "signalR", "OUT":
                outputs.append(SignalROutput(label, binding["hubName"], setting))
            case "http", "OUT" if label == RETURN:
                pass
            case _:
                raise BindingError(
                    f"function {name}: binding {label!r} is of type {kind!r} "
                    f"({binding.get('direction')}), which the local host does not know"
                )
    if len(triggers) != 1:
        raise BindingError(f"function {name} has {len(triggers)} triggers; it needs exactly one")
    return Function(name, triggers[0], inputs, outputs, resolved)


def _http_trigger(function: str, label: str, binding: dict[str, Any]) -> HttpTrigger:
    level = str(binding.get("authLevel", "FUNCTION"))
    if level.upper() != "ANONYMOUS":
        raise BindingError(
            f"function {function}: binding {label!r} asks for authorization level {level!r}; "
            "the local host has no keys and serves ANONYMOUS only"
        )
    methods = binding.get("methods")
    return HttpTrigger(
        label,
        str(binding.get("route") or function).strip("/"),
        None if not methods else frozenset(str(method).upper() for method in methods),
    )


def _blob_trigger(function: str, label: str, binding: dict[str, Any]) -> BlobTrigger:
    path = str(binding["path"]).strip("/")
    if "{" in path.split("/", maxsplit=1)[0]:
        raise BindingError(
            f"function {function}: binding {label!r} must name its container, not {path!r}"
        )
    return BlobTrigger(label, path, str(binding.get("connection") or "AzureWebJobsStorage"))


def _with_settings(function: str, value: Any) -> Any:
    """Replaces `%NAME%` by that setting, as the host does in every binding's strings."""
    if not isinstance(value, str):
        return value

    def setting(match: re.Match[str]) -> str:
        try:
            return os.environ[match.group(1)]
        except KeyError:
            raise BindingError(
                f"function {function}: the setting {match.group(1)} is missing"
            ) from None

    return _SETTING.sub(setting, value)
