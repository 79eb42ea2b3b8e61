"""Routes as values: each says for whom it is, and whether it writes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, redirect, request
from flask_login import current_user
from msgspec import Struct

from lms.contract.points import ExtensionPoint, PluginError
from lms.errors import NotFound, NotSignedIn

ANYONE, LEARNER, STAFF, MACHINE = "anyone", "learner", "staff", "machine"
View = Callable[..., Any]
_PLACE = re.compile(r"<(\w+:)?\w+>")  # what a place in an address is called tells nothing to the router


class Route(Struct, frozen=True):
    """One address: `audience` is who may come in at all; finer rules are the access functions'."""

    rule: str
    endpoint: str
    view: View
    methods: tuple[str, ...]
    audience: str


class Routes:
    """The addresses of one audience's module: `routes = Routes("quizzes", "/bai-kiem-tra")`."""

    def __init__(self, name: str, prefix: str = "") -> None:
        self.name, self.prefix = name, prefix
        self.rows: list[Route] = []

    def get(
        self, rule: str, audience: str, endpoint: str | None = None, by_claim: bool = False
    ) -> Callable[[View], View]:
        """A page that reads. It never writes. `by_claim`: its access function checks the session's claim itself."""
        return self._add(rule, ("GET",), audience, endpoint, by_claim)

    def post(
        self, rule: str, audience: str, endpoint: str | None = None, by_claim: bool = False
    ) -> Callable[[View], View]:
        """A form that writes. `by_claim` as for `get`."""
        return self._add(rule, ("POST",), audience, endpoint, by_claim)

    def _add(
        self, rule: str, methods: tuple[str, ...], audience: str, endpoint: str | None, by_claim: bool
    ) -> Callable[[View], View]:
        def keep(view: View) -> View:
            name = f"{self.name}.{endpoint or view.__name__}"
            self.rows.append(Route(self.prefix + rule, name, guarded(view, audience, by_claim), methods, audience))
            return view

        return keep


def guarded(view: View, audience: str, by_claim: bool = False) -> View:
    """The view for its audience: NotSignedIn where that asks for somebody and nobody is here."""
    if audience not in (ANYONE, LEARNER, STAFF, MACHINE):
        raise ValueError(f"No audience is called {audience!r}.")
    if audience in (ANYONE, MACHINE) or by_claim:
        return view

    @functools.wraps(view)
    def for_somebody(*args: Any, **values: Any) -> Any:
        if not current_user.is_authenticated:
            raise NotSignedIn
        return view(*args, **values)

    return for_somebody


ROUTES: ExtensionPoint[Routes] = ExtensionPoint(
    "routes", "Addresses of pages and forms.", lambda r: f"{r.name}:{r.prefix}:{id(r)}"
)


def register(app: Flask, owned: Iterable[tuple[str, Routes]], only: str = "") -> None:
    """Adds the addresses of every plugin (its name, its routes). `only` as in the settings.

    Raises PluginError, naming both, where two plugins share an address or the name of one.
    """
    taken: dict[str, str] = {}
    for plugin, routes in owned:
        for row in routes.rows:
            rule = _PLACE.sub(r"<\1>", row.rule)
            for key in (row.endpoint, *(f"{method} {rule}" for method in row.methods)):
                if key in taken:
                    raise PluginError(f"Plugins {taken[key]!r} and {plugin!r} both provide {key!r} for routes.")
                taken[key] = plugin
            app.add_url_rule(row.rule, endpoint=row.endpoint, view_func=row.view, methods=list(row.methods))
    if only:
        app.before_request(_only(*only.split()))


def _only(home: str, *names: str) -> Callable[[], Any]:
    """What answers for pages that are not to be there: this program serves one purpose then, and has no other door."""
    allowed = frozenset(names)

    def refuse() -> Any:
        if request.path == "/":
            return redirect(home, 303)
        if request.endpoint is not None and not {request.endpoint, request.endpoint.partition(".")[0]} & allowed:
            raise NotFound
        return None

    return refuse
