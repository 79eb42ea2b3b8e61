"""The minutes of a session: what they say, and signing them off, after which they never change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select, update

from lms.api.learning import activity_by_id
from lms.api.people import AccountErased, ancestors, birth_years, org, orgs_by_id, people_by_id
from lms.api.web import say_to
from lms.api.work import Conflict, _, audit, clock, connection, settings
from plugins.supervision import queries
from plugins.supervision.models import Seat, Session
from plugins.supervision.queries import SessionRow
from plugins.supervision.wording import KINDS
from quizzes.api import Live, live, told

S, T = Session.__table__, Seat.__table__
VERSION = 1  # of the body; a later one says what is different
NOBODY = "(đã xóa)"  # as the core says it of somebody who is forgotten


def body_of(session: SessionRow) -> dict[str, Any]:
    """What the minutes say, as things are now: plain values, all names written out."""
    rows = queries.seats(session.id)
    people = queries.seated(rows)
    years = birth_years(people)
    papers = live([row.attempt_uuid for row in rows if row.attempt_uuid is not None])
    numbers = {row.id: row.number for row in rows}
    happened = queries.incidents(session.id)
    officers = people_by_id({i.by_id for i in happened if i.by_id is not None} | {session.made_by})
    listed = []
    for row in rows:
        person = people.get(row.account_id or 0)
        if row.account_id is None:
            continue
        paper = papers.get(row.attempt_uuid) if row.attempt_uuid is not None else None
        listed.append(
            {
                "seat": row.number, "account": row.account_id, "name": person.full_name if person else NOBODY,
                "born": years.get(row.account_id), "state": _state(row.present_at is not None, paper),
                "started_at": paper.started_at if paper else None,
                "handed_in_at": paper.submitted_at if paper else None, "extra": row.extra_minutes,
            }
        )  # fmt: skip
    states = [p["state"] for p in listed]
    handed_in = sum(state in ("passed", "failed", "marking") for state in states)
    unit, course = org(session.org_id), activity_by_id(session.course_id)
    quiz = told(session.revision_id) if session.revision_id is not None else None
    named = activity_by_id(session.activity_id)
    return {
        "version": VERSION, "title": session.title, "unit": unit.full_name if unit else "",
        "unit_above": _above(session), "unit_short": unit.name if unit else "",
        "state_body": settings().issuer_is_state, "place": session.place,
        "code": session.code, "mode": session.mode, "starts_at": session.starts_at, "ends_at": session.ends_at,
        "opened_at": session.opened_at, "closed_at": session.closed_at, "ended_at": session.ended_at,
        "quiz": quiz.title if quiz else (named.title if named else ""), "revision": quiz.number if quiz else None,
        "total": quiz.total if quiz else 0, "limit": quiz.limit if quiz else None,
        "course": course.title if course else "", "extended": session.extended,
        "planned_by": officers[session.made_by].full_name if session.made_by in officers else NOBODY,
        "proctors": [
            {"name": p.name, "account": p.account_id is not None, "at": p.entered_at}
            for p in queries.proctors(session.id)
        ],
        "counts": {
            "listed": len(listed), "present": sum(state != "absent" for state in states),
            "absent": states.count("absent"), "handed_in": handed_in, "passed": states.count("passed"),
            "failed": states.count("failed"), "marking": states.count("marking"),
        },
        "people": listed,
        "events": [
            {
                "at": i.at, "seat": numbers.get(i.seat_id or 0), "what": _words(i.kind), "minutes": i.amount,
                "words": i.words, "by": i.by_name or (officers[i.by_id].full_name if i.by_id in officers else ""),
            }
            for i in happened
        ],
    }  # fmt: skip


def _words(kind: str) -> str:
    """What happened, in Vietnamese, as the paper is: an act of a later release as it is stored."""
    return say_to(KINDS[kind], "vi", "bạn") if kind in KINDS else kind


def _above(session: SessionRow) -> str:
    """The unit above the one that holds it, as the heading of a paper has it; empty for those below the nation."""
    line = [org_id for org_id in ancestors(session.org_id) if org_id != session.org_id]
    above = orgs_by_id(line[:1]).get(line[0]) if len(line) > 1 else None
    return above.full_name if above else ""


def _state(present: bool, paper: Live | None) -> str:
    if paper is None:
        return "present" if present else "absent"
    if paper.is_open:
        return "open"
    if paper.passed is None:
        return "marking"
    return "passed" if paper.passed else "failed"


def digest_of(body: dict[str, Any]) -> str:
    """SHA-256 over the body's canonical JSON."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sign_off(session: SessionRow, by_id: int) -> str:
    """Freezes the minutes; their digest goes into the journal. Signing twice is once. Conflict before the end."""
    held = queries.session_by_id(session.id, hold=True)
    if held is None or not held.is_ended or held.opened_at is None:
        raise Conflict(_("The minutes can be signed off once the session has ended."))
    if held.minutes_digest is not None:
        return held.minutes_digest
    body = body_of(held)
    digest = digest_of(body)
    connection().execute(
        update(S)
        .where(S.c.id == held.id)
        .values(minutes_body=body, minutes_digest=digest, signed_at=clock.seconds(), signed_by=by_id)
    )
    audit.record(by_id, "supervision.signed", f"supervision:{held.uuid}", digest=digest)
    return digest


def when_account_erased(event: AccountErased) -> None:
    """Takes the name of somebody who is forgotten out of minutes that were signed off; harmless when it comes again.

    The digest stays that of what was signed: the paper says that names were taken out since.
    """
    rows = connection().execute(
        select(S.c.id, S.c.minutes_body)
        .join(T, T.c.session_id == S.c.id)
        .where(T.c.account_id == event.account_id, S.c.minutes_digest.is_not(None))
    )
    for row in rows.all():
        body = row.minutes_body
        changed = [
            {**p, "name": NOBODY, "born": None} if p["account"] == event.account_id else p for p in body["people"]
        ]
        if changed != body["people"]:
            connection().execute(update(S).where(S.c.id == row.id).values(minutes_body={**body, "people": changed}))


def erased_from(body: dict[str, Any]) -> int:
    """How many names were taken out."""
    return sum(p["name"] == NOBODY for p in body["people"])
