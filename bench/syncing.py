"""What phones send after a week without a network: CPU and statements for one event, in batches of fifty."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from bench.counting import counter
from bench.inside import applications
from lms import clock, starting
from lms.db.unit_of_work import connection, let_go
from lms.learning.access import course_for

EVENTS, BATCH, COURSE = 1000, 50, "ky-nang-so-nguoi-dan"


@dataclass(frozen=True)
class Row:
    """One kind of event: CPU milliseconds of this process and statements, each of one event."""

    what: str
    cpu: float
    statements: float


def measure(which: str, events: int = EVENTS) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    return {kind: _figures(app, events) for kind, app in applications(which, "syncing")}


def _figures(app: Flask, events: int) -> list[Row]:
    with app.app_context():
        counter.install(connection().engine)
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        lessons = [p for p in course_for(None, COURSE).places if p.kind == "lesson"]
        slug, version = connection().execute(
            text("SELECT slug, current_id FROM quizzes_item WHERE pool = 'practice' ORDER BY id LIMIT 1")
        ).one()  # fmt: skip
        let_go()
    client = app.test_client()
    person = starting.demo_sign_ins()["learner"]
    client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    answers = [
        _event("check.answered", {"item": slug, "version": version, "fields": {"answer": ["ab"[n % 2]]}})
        for n in range(events)
    ]
    reads = [
        _event("lesson.read", {"course": COURSE, "lesson": p.slug, "content": p.content_id}) for p in lessons[:BATCH]
    ]
    return [
        _sent(client, f"{events:,} answers to practice questions", answers),
        _sent(client, "… sent once more, since every reply was lost", answers),
        _sent(client, f"{len(reads)} lessons read", reads),
    ]


def _event(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"key": secrets.token_hex(16), "seq": 1, "t": clock.seconds(), "kind": kind, "data": data}


def _sent(client: FlaskClient, what: str, events: list[dict[str, Any]]) -> Row:
    mark = client.get_cookie("hv_who")
    assert mark is not None
    before, began = counter.sent, time.process_time()
    for start in range(0, len(events), BATCH):
        body = {"person": mark.value, "events": events[start : start + BATCH]}
        answer = client.post("/api/v1/sync", json=body, headers={"X-Outbox": "1"})
        assert answer.status_code == 200, answer.text
        assert {a["state"] for a in answer.get_json()["answers"]} <= {"applied", "duplicate"}
    spent = time.process_time() - began
    return Row(what, 1000 * spent / len(events), (counter.sent - before) / len(events))


def markdown(found: dict[str, list[Row]]) -> str:
    """The tables."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    parts = []
    for kind, rows in found.items():
        lines = [f"| What a phone sends later, {names[kind]} | CPU ms an event, here | statements |"]
        lines += ["| --- | ---: | ---: |"]
        lines += [f"| {r.what} | {r.cpu:.2f} | {r.statements:.2f} |" for r in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
