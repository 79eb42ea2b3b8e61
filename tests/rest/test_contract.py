"""The API against its own description: what is documented is what is served, whatever is sent."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openapi_spec_validator
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from lms.rest.operations import OPERATIONS, Operation
from lms.web.session import COOKIE
from tests.rest.conftest import BIRTH_DATE, EachFromElsewhere, issued, unknown_number

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "openapi.json"
SEED = 757
Answered = dict[str, set[int]]


def described(app: Flask, session: str = "") -> schemathesis.BaseSchema:
    """The served description, with how it is to be tried."""
    app.wsgi_app = EachFromElsewhere(app.wsgi_app)  # type: ignore[method-assign]
    settings: dict[str, Any] = {
        "seed": SEED,
        "cache": {"enabled": False},
        "workers": 1,
        # Check digits are more than a schema can say: a number of the right shape may still be refused with 422.
        # Nor does a schema know whose phone it is that sends (403).
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 401, 403, 404, 422]}},
        "phases": {"stateful": {"enabled": False}},  # no operation makes something for another one
        "generation": {"mode": "all", "max-examples": 30, "deterministic": True},
    }
    if session:
        settings["auth"] = {"openapi": {"session": {"api_key": session}}}
        # The probe of this check cannot speak WSGI; test_learning asks without and with a forged session instead.
        settings["checks"]["ignored_auth"] = {"enabled": False}
    config = SchemathesisConfig.from_dict(settings)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)


def examined(schema: schemathesis.BaseSchema) -> Answered:
    """Tries every operation in every way; fails with all that was found. Returns which statuses each answered."""
    answered: Answered = defaultdict(set)
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            wrong.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            for case_id, interaction in event.recorder.interactions.items():
                asked, label = interaction.request, event.label or ""
                if interaction.response is not None and label.startswith(f"{asked.method} "):
                    answered[label].add(interaction.response.status_code)
                for check in event.recorder.checks.get(case_id, []):
                    if check.status == Status.FAILURE:
                        wrong.append(f"{asked.method} {asked.uri} {asked.body!r}: {check.failure_info}")
    assert not wrong, "\n\n".join(dict.fromkeys(wrong))
    return answered


def test_whatever_anyone_sends_is_answered_as_documented(app: Flask) -> None:
    issued(app)
    answered = examined(described(app))
    assert answered["GET /me"] == {401}
    assert answered["GET /programmes"] >= {200, 422}
    assert answered["GET /programmes/{slug}"] >= {404}
    assert answered["GET /verify/{number}"] >= {422}
    assert answered["POST /verify"] >= {415, 422}


def test_whatever_a_learner_sends_is_answered_as_documented(app: Flask, sign_in: Callable[[str], FlaskClient]) -> None:
    issued(app)
    cookie = sign_in("learner").get_cookie(COOKIE)
    assert cookie is not None
    answered = examined(described(app, cookie.value).include(path="/me"))
    assert 200 in answered["GET /me"]


def test_answers_about_a_paper_fit_their_schemas(app: Flask) -> None:
    number = issued(app)
    schema = described(app)
    by_number, with_birth_date = schema["/verify/{number}"]["GET"], schema["/verify"]["POST"]
    day = "{:04}-{:02}-{:02}".format(*BIRTH_DATE)
    for case, status in (
        (by_number.Case(path_parameters={"number": number}), 200),
        (by_number.Case(path_parameters={"number": unknown_number()}), 404),
        (with_birth_date.Case(body={"number": number, "birth_date": day}, media_type="application/json"), 200),
        (with_birth_date.Case(body={"number": unknown_number()}, media_type="application/json"), 404),
    ):
        assert case.call_and_validate().status_code == status


def test_the_document_is_valid_openapi(reader: FlaskClient) -> None:
    answer = reader.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["openapi"].startswith("3.1")
    openapi_spec_validator.validate(answer.json)


def test_the_committed_document_is_current(reader: FlaskClient, tmp_path: Path) -> None:
    """`lms openapi docs/openapi.json` brings it up to date."""
    made = tmp_path / "openapi.json"
    environment = os.environ | {"LMS_DATA_DIR": str(tmp_path), "LMS_DATABASE_URL": f"sqlite:///{tmp_path}/lms.sqlite"}
    subprocess.run(
        [sys.executable, "-m", "lms.cli", "openapi", str(made)],
        env=environment | {"LMS_PLUGINS": "first-party"},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert made.read_bytes() == COMMITTED.read_bytes(), "run: lms openapi docs/openapi.json"
    assert reader.get("/api/v1/openapi.json").data == COMMITTED.read_bytes()


def test_every_address_below_api_is_described(app: Flask) -> None:
    paths = json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == told


@pytest.mark.parametrize("known", ["GET /verify/{number}", "POST /verify", "GET /programmes", "GET /me"])
def test_the_document_says_who_may_ask(known: str) -> None:
    method, path = known.split()
    operation = json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"][path][method.lower()]
    assert operation["security"] == ([{"session": []}] if path == "/me" else [])
    assert ("401" in operation["responses"]) == (path == "/me")
    assert ("429" in operation["responses"]) == path.startswith("/verify")


def test_operations_explain_themselves(app: Flask) -> None:
    with app.app_context():
        found: list[Operation] = list(OPERATIONS)
    assert len(found) == len({o.endpoint for o in found})
    assert all(o.summary for o in found)
