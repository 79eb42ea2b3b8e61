"""Every way to ask wrongly gets a problem document that says what is wrong, and never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.rest.conftest import unknown_number
from tests.rest.test_verifying import problem_of


@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/nothing", "/api/v2/programmes", "/api/v1//programmes", "/api/v1/programmes/"]
)
def test_an_address_that_is_not_there(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["type"] == "/problems/http-404"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/verify", {"POST", "OPTIONS"}),
        ("POST", "/api/v1/programmes", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/api/v1/me", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/api/v1/openapi.json", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_taken(reader: FlaskClient, method: str, path: str, allowed: set[str]) -> None:
    answer = reader.open(path, method=method)
    problem_of(answer, 405, "http-405")
    assert set(answer.allow) == allowed
    options = reader.options(path)
    assert options.status_code == 200
    assert set(options.allow) == allowed


@pytest.mark.parametrize("path", ["/programmes", "/programmes/nguoi-dan", "/programmes/none", "/me", "/openapi.json"])
def test_head_is_get_without_its_body(reader: FlaskClient, path: str) -> None:
    get, head = reader.get("/api/v1" + path), reader.head("/api/v1" + path)
    assert head.status_code == get.status_code
    assert head.mimetype == get.mimetype
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    assert head.data == b""


WRONG: list[tuple[str, dict[str, Any], int, dict[str, str]]] = [
    ("no body", {}, 415, {}),
    ("a form", {"data": {"number": "x"}}, 415, {}),
    ("json by another name", {"data": b"{}", "content_type": "text/plain"}, 415, {}),
    ("nothing in json", {"data": b"", "content_type": "application/json"}, 422, {}),
    ("half a json", {"data": b'{"number": "', "content_type": "application/json"}, 422, {}),
    ("not utf-8", {"data": b'{"number": "\xff"}', "content_type": "application/json"}, 422, {}),
    ("half a pair", {"data": b'{"number": "\\ud800"}', "content_type": "application/json"}, 422, {}),
    ("a list", {"json": []}, 422, {}),
    ("null", {"json": None, "content_type": "application/json"}, 422, {}),
    ("too deep", {"data": b"[" * 30000, "content_type": "application/json"}, 422, {}),
    ("no number", {"json": {}}, 422, {"number": "Còn thiếu trường này."}),
    ("another name", {"json": {"number": "x", "text": 1}}, 422, {"text": "Ở đây không có trường nào tên như vậy."}),
    ("a whole number", {"json": {"number": 5}}, 422, {"number": "str"}),
    ("null for a number", {"json": {"number": None}}, 422, {"number": "str"}),
    ("too long", {"json": {"number": "9" * 81}}, 422, {"number": "80"}),
    ("an empty number", {"json": {"number": ""}}, 422, {"number": "HVS-XN"}),
    ("a NUL", {"json": {"number": "HVS\0"}}, 422, {"number": "HVS-XN"}),
    ("no such day", {"json": {"number": "x", "birth_date": "1960-02-30"}}, 422, {"birth_date": "date"}),
    ("our way of days", {"json": {"number": "x", "birth_date": "20/11/1960"}}, 422, {"birth_date": "date"}),
    ("too large", {"json": {"number": "9" * 70_000}}, 413, {}),
]


@pytest.mark.parametrize(("what", "sent", "status", "errors"), WRONG, ids=[row[0] for row in WRONG])
def test_a_body_that_does_not_fit(
    reader: FlaskClient, what: str, sent: dict[str, Any], status: int, errors: dict[str, str]
) -> None:
    body = problem_of(reader.post("/api/v1/verify", **sent), status, "invalid" if status == 422 else f"http-{status}")
    told = body.get("errors", {})
    assert set(told) == set(errors)
    assert all(errors[name] in told[name] for name in errors)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("group=everyone", "group"),
        ("group=null", "group"),
        ("group=", "group"),
        ("group=citizens&group=workers", "group"),
        ("grop=citizens", "grop"),
        ("text=1", "text"),
        ("self=1", "self"),
        ("%F0%9F%98%80=%ED%A0%80", "😀"),
    ],
)
def test_a_parameter_that_does_not_fit(reader: FlaskClient, query: str, name: str) -> None:
    body = problem_of(reader.get(f"/api/v1/programmes?{query}"), 422, "invalid")
    assert set(body["errors"]) == {name}


def test_parameters_are_known_to_every_operation(reader: FlaskClient, shared_number: str) -> None:
    for path in (f"/verify/{shared_number}", "/programmes/nguoi-dan", "/openapi.json"):
        assert set(problem_of(reader.get(f"/api/v1{path}?x=1"), 422, "invalid")["errors"]) == {"x"}


def test_a_place_that_cannot_be(any_app: Flask) -> None:
    client = any_app.test_client()
    for place in ("%00", "%ED%A0%80", "%FF", "a%00", "..", "%2e%2e%2fetc", "x" * 5000, "{ban}", "'--"):
        for path in (f"/api/v1/programmes/{place}", f"/api/v1/verify/{place}"):
            answer = client.get(path)
            assert answer.status_code in (404, 422), path
            assert answer.mimetype == "application/problem+json", path


def test_a_refusal_is_in_the_readers_language(reader: FlaskClient) -> None:
    path = f"/api/v1/verify/{unknown_number()}"
    in_vietnamese = problem_of(reader.get(path), 404, "unknown-paper")["title"]
    reader.set_cookie("lang", "en")
    in_english = problem_of(reader.get(path), 404, "unknown-paper")["title"]
    assert in_vietnamese.startswith("Không có giấy nào mang số hiệu này. Bạn")
    assert in_english.startswith("No paper has this number.")
