"""Route templates of HTTP triggers, as ASP.NET Core reads them.

`room/{id}`, `{id:int}` with a constraint, `{id?}` optional at the end, `{*rest}` for all
that follows (https://learn.microsoft.com/aspnet/core/fundamentals/routing). Literal parts match in
any letter case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

CONSTRAINTS: Final[Mapping[str, str]] = {
    "": r"[^/]+",
    "alpha": r"[A-Za-z]+",
    "bool": r"(?i:true|false)",
    "decimal": r"-?\d+(?:\.\d+)?",
    "double": r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "float": r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "guid": r"\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?",
    "int": r"-?\d{1,10}",
    "long": r"-?\d{1,19}",
    "required": r"[^/]+",
}
_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)(?::([^{}?]+))?(\?)?\}")

T = TypeVar("T")


class RouteError(ValueError):
    """This host does not know a template's constraint or form."""


class Route(NamedTuple):
    """A compiled template: its pattern, and its rank (the smallest matches first)."""

    pattern: re.Pattern[str]
    rank: tuple[int, ...]


class Routes(Generic[T]):
    """A table of templates and methods; the most specific template wins."""

    def __init__(self) -> None:
        self._entries: list[tuple[Route, frozenset[str] | None, T]] = []

    def add(self, template: str, methods: frozenset[str] | None, target: T) -> None:
        """Adds one; with `methods` None it takes all methods. Raises RouteError."""
        self._entries.append((compile_route(template), methods, target))
        self._entries.sort(key=lambda entry: entry[0].rank)

    def find(self, method: str, path: str) -> tuple[T, dict[str, str]] | None:
        """The target and its parameters for `path` (no slashes at its ends)."""
        for route, methods, target in self._entries:
            if (methods is None or method in methods) and (match := route.pattern.fullmatch(path)):
                return target, {k: v for k, v in match.groupdict().items() if v is not None}
        return None


def compile_route(template: str) -> Route:
    """Compiles one template. Raises RouteError."""
    pattern, rank = "", []
    segments = [part for part in template.split("/") if part]
    for index, segment in enumerate(segments):
        slash = "/" if index else ""
        whole = _PARAMETER.fullmatch(segment)
        if whole is None:
            pattern += slash + "".join(_mixed(segment, template))
            rank.append(0 if "{" not in segment else 1)
            continue
        stars, name, constraint, optional = whole.groups()
        if stars:
            pattern += f"(?:{slash}(?P<{name}>.*))?"
        elif optional:
            pattern += f"(?:{slash}(?P<{name}>{_constrained(constraint, template)}))?"
        else:
            pattern += f"{slash}(?P<{name}>{_constrained(constraint, template)})"
        rank.append(4 if stars else 3 if not constraint else 2)
    return Route(re.compile(pattern, re.IGNORECASE | re.DOTALL), (*rank, -1))


def _mixed(segment: str, template: str) -> Iterator[str]:
    position = 0
    for match in _PARAMETER.finditer(segment):
        yield re.escape(segment[position : match.start()])
        yield f"(?P<{match.group(2)}>{_constrained(match.group(3), template)})"
        position = match.end()
    rest = segment[position:]
    if "{" in rest or "}" in rest:
        raise RouteError(f"the route {template!r} has a parameter that is not understood")
    yield re.escape(rest)


def _constrained(constraint: str | None, template: str) -> str:
    try:
        return CONSTRAINTS[(constraint or "").lower()]
    except KeyError:
        known: Sequence[str] = sorted(filter(None, CONSTRAINTS))
        raise RouteError(
            f"the route {template!r} has the constraint {constraint!r}; "
            f"known here: {', '.join(known)}"
        ) from None
