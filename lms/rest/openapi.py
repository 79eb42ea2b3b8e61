"""The OpenAPI 3.1 document, made from the operations: it cannot say anything else than what is served."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from lms.rest.operations import PREFIX, Operation
from lms.rest.problems import Problem
from lms.web.session import COOKIE

TITLE = "Học vụ số"
ABOUT = (
    "Check papers, read what is taught, follow one's own progress. Every refusal is a problem document (RFC 9457)."
    " Moments are RFC 3339; addresses inside answers are relative to the server."
)
_REFERENCE = "#/components/schemas/{name}"
_MEANINGS = {
    401: "Nobody is signed in.",
    403: "The account may not do this, or the request comes from another site's page.",
    404: "There is no such thing, or it is not open to the asker.",
    409: "What is kept of it does not fit together: do not rely on it.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Something in the request does not fit; `errors` says what.",
    429: "Too many requests; try again after the given seconds.",
    503: "Busy; try again after the given seconds.",
}
_RETRY = {
    "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 1}}
}
Json = dict[str, Any]


def document(operations: Iterable[Operation]) -> Json:
    """The document of the given operations; the same bytes for the same operations in any order."""
    found = sorted(operations, key=lambda o: (o.path, o.method))
    kinds = _kinds(found)
    references, schemas = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    schema_of = dict(zip(kinds, references, strict=True))
    paths: Json = {}
    for operation in found:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": PREFIX.rpartition("/v")[2],
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": package} for package in sorted({o.package for o in found})],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {str(status): _refusal(status, schema_of[Problem]) for status in _MEANINGS},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "The cookie of somebody who has signed in on the pages.",
                }
            },
        },
    }


def encoded(operations: Iterable[Operation]) -> bytes:
    """The document as it is served and as docs/openapi.json keeps it."""
    return (json.dumps(document(operations), ensure_ascii=False, indent=2) + "\n").encode()


def _kinds(operations: list[Operation]) -> list[Any]:
    """Every type that answers and bodies name, once."""
    kinds: dict[Any, None] = {Problem: None}
    for operation in operations:
        kinds |= dict.fromkeys([operation.gives, *operation.refusals.values()])
        if operation.takes_body is not None:
            kinds[operation.takes_body] = None
    return list(kinds)


def _operation(operation: Operation, schema_of: dict[Any, Json]) -> Json:
    told: Json = {
        "operationId": f"{operation.package}_{operation.name}",
        "tags": [operation.package],
        "summary": operation.summary,
    }
    if operation.about:
        told["description"] = " ".join(operation.about.split())
    told["security"] = [] if operation.open else [{"session": []}]
    parameters = _parameters(operation.takes_path, "path") + _parameters(operation.takes_query, "query")
    if parameters:
        told["parameters"] = parameters
    if operation.takes_body is not None:
        content = {"application/json": {"schema": schema_of[operation.takes_body]}}
        told["requestBody"] = {"required": True, "content": content}
    answers: Json = {
        "200": {"description": "As asked.", "content": {"application/json": {"schema": schema_of[operation.gives]}}}
    }
    for status in sorted(_refused_with(operation)):
        special = operation.refusals.get(status)
        if special is None:
            answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
        else:
            answers[str(status)] = _refusal(status, {"anyOf": [schema_of[special], schema_of[Problem]]})
    told["responses"] = answers
    return told


def _refused_with(operation: Operation) -> set[int]:
    """The statuses with which an operation may refuse: what the frame itself does, and what the operation names."""
    statuses = {404, 422, 503, *operation.refusals}  # 404: an address with a NUL in it names nothing, whatever it asks
    if operation.takes_body is not None:
        statuses |= {413, 415}
    if operation.method != "GET":
        statuses.add(403)
    if not operation.open:
        statuses.add(401)
    if operation.limited:
        statuses.add(429)
    return statuses


def _refusal(status: int, schema: Json) -> Json:
    told: Json = {"description": _MEANINGS[status], "content": {"application/problem+json": {"schema": schema}}}
    if status in (429, 503):
        told["headers"] = _RETRY
    return told


def _parameters(wanted: type[msgspec.Struct] | None, place: str) -> list[Json]:
    """One parameter a field."""
    if wanted is None:
        return []
    schemas, parts = msgspec.json.schema_components([wanted], ref_template=_REFERENCE)
    described = parts[schemas[0]["$ref"].rpartition("/")[2]]
    rows: list[Json] = []
    for name, schema in described["properties"].items():
        row: Json = {"name": name, "in": place, "required": name in described["required"]}
        if about := schema.pop("description", None):
            row["description"] = about
        rows.append(row | {"schema": schema})
    return rows
