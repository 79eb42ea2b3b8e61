"""Operations as values: one address of the API, typed by its view's own signature."""

from __future__ import annotations

import functools
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

import msgspec
from flask import Flask, Response
from msgspec import Struct, field

from lms.contract.points import ExtensionPoint, PluginError
from lms.rest import reading
from lms.rest.problems import Problem
from lms.web.routes import ANYONE, MACHINE, View, guarded

PREFIX = "/api/v1"
ENCODER = msgspec.json.Encoder()
_PLACE = re.compile(r"\{(\w+)\}")


class Operation(Struct, frozen=True):
    """One method of one address below /api/v1. `path` is written as OpenAPI does: /verify/{number}.

    `takes_path`, `takes_query` and `takes_body` are msgspec Structs, or None; `gives` is what a success returns.
    `refusals` says which problems carry more than the common members; `limited`: the address has a rate limit;
    `most_body`: bytes of a body.
    """

    method: str
    path: str
    name: str
    package: str
    audience: str
    summary: str
    about: str
    view: View
    takes_path: type[msgspec.Struct] | None
    takes_query: type[msgspec.Struct] | None
    takes_body: type[msgspec.Struct] | None
    gives: Any
    refusals: Mapping[int, type[Problem]] = field(default_factory=dict)
    limited: bool = False
    most_body: int = reading.MOST_BODY

    @property
    def key(self) -> str:
        """What makes it unique: method and address, whatever the places in it are called."""
        return f"{self.method} {PREFIX}{_PLACE.sub('{}', self.path)}"

    @property
    def rule(self) -> str:
        """The address as the router writes it."""
        return PREFIX + _PLACE.sub(r"<\1>", self.path)

    @property
    def endpoint(self) -> str:
        """How the router calls it."""
        return f"{self.package}.api_{self.name}"

    @property
    def open(self) -> bool:
        """Whether anybody may ask, signed in or not."""
        return self.audience in (ANYONE, MACHINE)


class Operations(list[Operation]):
    """The operations of one module: `operations = Operations("certificates")`, given as `OPERATIONS.of(*operations)`.

    The view's parameters say what it takes: `path`, `query` and `body`, each a Struct; what it returns is a Struct, or
    a `Response` that is passed on as it is. A parameter of a query is never null: where it may stay away, its type is
    `… | UnsetType = UNSET`. The first line of its docstring is the summary, the rest the description.
    """

    def __init__(self, package: str) -> None:
        super().__init__()
        self.package = package

    def get(
        self, path: str, audience: str, *, refusals: Mapping[int, type[Problem]] | None = None, limited: bool = False
    ) -> Callable[[View], View]:
        """An operation that reads."""
        return self._add("GET", path, audience, refusals or {}, limited)

    def post(
        self, path: str, audience: str, *, refusals: Mapping[int, type[Problem]] | None = None, limited: bool = False,
        most_body: int = reading.MOST_BODY,
    ) -> Callable[[View], View]:  # fmt: skip
        """An operation that takes a JSON body, of so many bytes at most."""
        return self._add("POST", path, audience, refusals or {}, limited, most_body)

    def _add(
        self, method: str, path: str, audience: str, refusals: Mapping[int, type[Problem]], limited: bool,
        most_body: int = reading.MOST_BODY,
    ) -> Callable[[View], View]:  # fmt: skip
        def keep(view: View) -> View:
            told = typing.get_type_hints(view, include_extras=True)
            gives = _success(told.pop("return", None))
            if unknown := set(told) - {"path", "query", "body"}:
                raise PluginError(f"{_name(view)} takes {sorted(unknown)}; an operation takes path, query and body.")
            places, named = set(_PLACE.findall(path)), told.get("path")
            if places != (set(named.__struct_fields__) if named else set()):
                raise PluginError(f"{_name(view)}: the places of {path} are not the fields of its `path`.")
            if gives is None:
                raise PluginError(f"{_name(view)} does not say what it returns.")
            summary, _gap, about = inspect.cleandoc(view.__doc__ or "").partition("\n")
            self.append(
                Operation(
                    method, path, view.__name__, self.package, audience, summary.rstrip("."), about.strip(), view,
                    named, told.get("query"), told.get("body"), gives, refusals, limited, most_body,
                )
            )  # fmt: skip
            return view

        return keep


OPERATIONS: ExtensionPoint[Operation] = ExtensionPoint("operations", "Addresses of the REST API.", lambda o: o.key)


def register(app: Flask, found: Iterable[Operation]) -> None:
    """Adds the operations to the application."""
    for operation in found:
        app.add_url_rule(
            operation.rule,
            endpoint=operation.endpoint,
            view_func=_served(operation),
            methods=[operation.method],
            merge_slashes=False,
        )


def _served(operation: Operation) -> View:
    takes_path, takes_query, takes_body = operation.takes_path, operation.takes_query, operation.takes_body

    @functools.wraps(operation.view)
    def serve(**places: str) -> Response:
        values: dict[str, Any] = {}
        if takes_path is not None:
            values["path"] = reading.path(places, takes_path)
        query = reading.query(takes_query)
        if takes_query is not None:
            values["query"] = query
        if takes_body is not None:
            values["body"] = reading.body(takes_body, operation.most_body)
        answer = operation.view(**values)
        if not isinstance(answer, Response):
            answer = Response(ENCODER.encode(answer), mimetype="application/json")
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return guarded(serve, operation.audience)


def _success(told: Any) -> Any:
    """The type of the success among what a view returns: the one that is not a ready Response."""
    if typing.get_origin(told) in (Union, types.UnionType):
        kinds = [kind for kind in typing.get_args(told) if kind is not Response]
        return kinds[0] if len(kinds) == 1 else None
    return None if told is Response else told


def _name(view: View) -> str:
    return f"{view.__module__}.{view.__name__}"
