"""Checking a paper by machine: the same answer, the same record and the same limit as on the page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from certificates.queries import credential_by_number
from certificates.services import changing
from certificates.services.verifying import MISSES
from lms.db.unit_of_work import unit_of_work
from tests.rest.conftest import BIRTH_DATE, account_id, checks_recorded, issued, unknown_number

DAY = "{:04}-{:02}-{:02}".format(*BIRTH_DATE)
JSON = {"Accept": "application/json"}


def problem_of(answer: TestResponse, status: int, kind: str) -> dict[str, Any]:
    """The members of a problem document, after a look at what all of them have."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert body["type"] == f"/problems/{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["instance"].startswith("/api/v1/")
    return body


def without_moment(body: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in body.items() if k != "checked_at"}


def test_a_paper_is_found_and_the_check_recorded(any_app: Flask) -> None:
    number, client = issued(any_app), any_app.test_client()
    answer = client.get(f"/api/v1/verify/{number}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert (body["number"], body["state"], body["kind"]) == (number, "valid", "attainment")
    assert body["name_masked"] is True
    assert body["name"] == "H***** Thị Lành"
    assert "birth" not in answer.get_data(as_text=True)
    assert checks_recorded(any_app) == [("valid", "api")]


def test_the_page_tells_machines_the_same(app: Flask, client: FlaskClient) -> None:
    number = issued(app)
    by_api = client.get(f"/api/v1/verify/{number}").get_json()
    by_page = client.get(f"/verify/{number}", headers=JSON).get_json()
    assert list(by_api) == list(by_page)
    assert without_moment(by_api) == without_moment(by_page)
    assert checks_recorded(app) == [("valid", "api"), ("valid", "json")]


def test_a_number_is_read_as_people_type_it(reader: FlaskClient, shared_number: str) -> None:
    answer = reader.get(f"/api/v1/verify/{shared_number.lower().replace('-', ' ')}")
    assert answer.get_json()["number"] == shared_number


def test_a_number_that_no_paper_has(any_app: Flask) -> None:
    number, client = unknown_number(), any_app.test_client()
    body = problem_of(client.get(f"/api/v1/verify/{number}"), 404, "unknown-paper")
    by_page = client.get(f"/verify/{number}", headers=JSON)
    assert by_page.status_code == 404
    assert by_page.mimetype == "application/json"
    assert without_moment(by_page.get_json()) == {"number": number, "state": "unknown"}
    assert without_moment(by_page.get_json()).items() <= body.items()
    problem_of(client.post("/api/v1/verify", json={"number": number, "birth_date": DAY}), 404, "unknown-paper")
    assert checks_recorded(any_app) == [("unknown", "api"), ("unknown", "json"), ("unknown", "api")]


def test_a_mistyped_number_is_no_check(app: Flask, client: FlaskClient) -> None:
    number = unknown_number()
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for answer in (client.get(f"/api/v1/verify/{wrong}"), client.post("/api/v1/verify", json={"number": wrong})):
        assert set(problem_of(answer, 422, "invalid")["errors"]) == {"number"}
    assert checks_recorded(app) == []


def test_the_birth_date_shows_the_whole_name(app: Flask, client: FlaskClient) -> None:
    number = issued(app)
    fits = client.post("/api/v1/verify", json={"number": number, "birth_date": DAY}).get_json()
    assert (fits["name"], fits["name_masked"]) == ("Hoàng Thị Lành", False)
    for body in ({"number": number, "birth_date": "1960-03-06"}, {"number": number}):
        other = client.post("/api/v1/verify", json=body).get_json()
        assert other["name_masked"] is True
        assert other["name"] != fits["name"]


def test_birth_dates_cannot_be_guessed(app: Flask, client: FlaskClient) -> None:
    number = issued(app)
    for day in range(1, 6):
        answer = client.post("/api/v1/verify", json={"number": number, "birth_date": f"1960-04-{day:02}"})
        assert answer.status_code == 200
    refused = client.post("/api/v1/verify", json={"number": number, "birth_date": DAY})
    problem_of(refused, 429, "too-many")
    assert int(refused.headers["Retry-After"]) > 0
    elsewhere = client.post(
        "/api/v1/verify", json={"number": number, "birth_date": DAY}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert elsewhere.status_code == 429


def test_numbers_cannot_be_tried_one_after_the_other(any_app: Flask) -> None:
    """One limit for page and API together, by network address; it counts numbers that no paper has."""
    number, client = unknown_number(), any_app.test_client()
    for turn in range(MISSES):
        path, headers = (f"/api/v1/verify/{number}", {}) if turn % 2 else (f"/verify/{number}", JSON)
        assert client.get(path, headers=headers).status_code == 404
    refused = client.get(f"/api/v1/verify/{number}")
    problem_of(refused, 429, "too-many")
    assert int(refused.headers["Retry-After"]) > 0
    assert len(checks_recorded(any_app)) == MISSES
    there = client.get(f"/api/v1/verify/{number}", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert there.status_code == 404


def test_a_withdrawn_paper_says_why(app: Flask, client: FlaskClient) -> None:
    number = issued(app)
    with app.app_context():
        row = credential_by_number(number)
        assert row is not None
        with unit_of_work():
            changing.revoke(row, changing.Why("issued_in_error", "Cấp nhầm người", account_id("verifier")))
    answer = client.get(f"/api/v1/verify/{number}")
    assert answer.status_code == 200
    assert (answer.get_json()["state"], answer.get_json()["reason"]) == ("revoked", "Cấp nhầm người")


def test_another_site_cannot_ask_in_somebodys_name(reader: FlaskClient) -> None:
    answer = reader.post(
        "/api/v1/verify", json={"number": unknown_number()}, headers={"Origin": "https://evil.example"}
    )
    problem_of(answer, 403, "not-allowed")


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html, application/json", "text/html"),
        ("application/json;q=0.5, text/html;q=0.9", "text/html"),
        ("image/png", "text/html"),
        ("application/json;q=0, text/html", "text/html"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/html;q=0.5, application/json;q=0.9", "application/json"),
        ("text/html;q=0, application/json;q=0.1", "application/json"),
    ],
)
def test_who_asks_the_page_for_json_gets_json(
    reader: FlaskClient, shared_number: str, accept: str | None, mimetype: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    for number, status in ((shared_number, 200), (unknown_number(), 404)):
        answer = reader.get(f"/verify/{number}", headers=headers)
        assert (answer.status_code, answer.mimetype) == (status, mimetype)
        assert "Accept" in answer.vary


def test_the_api_answers_json_whatever_is_asked_for(reader: FlaskClient, shared_number: str) -> None:
    for accept in ("text/html", "image/png", "*/*"):
        assert reader.get(f"/api/v1/verify/{shared_number}", headers={"Accept": accept}).mimetype == "application/json"
        answer = reader.get("/api/v1/nothing", headers={"Accept": accept})
        assert answer.mimetype == "application/problem+json"
