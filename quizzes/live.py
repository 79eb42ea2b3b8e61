"""Papers as they stand now, for whoever supervises them: how far, how long yet. Never what was answered."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, func, select

from lms.api.learning import RUNNERS
from lms.api.work import clock, connection
from quizzes.items.contract import ITEM_TYPES, runs
from quizzes.models import OPEN, Attempt, QuizRevision, Response
from quizzes.policies import Clock, Policy
from quizzes.queries import attempt_by_uuid, revision, versions
from quizzes.services.running import ticket_of

A, R, V = Attempt.__table__, Response.__table__, QuizRevision.__table__


class Live(Struct, frozen=True):
    """A paper: `answered` of `total` questions, the last answer at `saved_at`; `left` in seconds, None: no clock.

    `passed` is None while it is open, or while a person has yet to mark `waits` answers.
    """

    uuid: UUID
    account_id: int
    activity_id: int
    revision_id: int
    session: str | None
    is_open: bool
    is_paused: bool
    own_break: bool
    answered: int
    total: int
    left: int | None
    started_at: int
    saved_at: int | None
    submitted_at: int | None
    passed: bool | None
    waits: int


def live(uuids: Collection[UUID]) -> dict[UUID, Live]:
    """These papers by their names; one statement."""
    now = clock.seconds()
    found = connection().execute(_wanted().where(A.c.uuid.in_(list(uuids)))) if uuids else ()
    return {row.uuid: _live(row, now) for row in found}


def open_paper(account_id: int, activity_id: int) -> Live | None:
    """The paper of a quiz that a person has open, wherever it was begun."""
    row = (
        connection()
        .execute(_wanted().where(A.c.account_id == account_id, A.c.activity_id == activity_id, A.c.state == OPEN))
        .first()
    )
    return _live(row, clock.seconds()) if row else None


def _wanted() -> Select[tuple[object, ...]]:
    done = select(func.count(), func.max(R.c.saved_at)).where(R.c.attempt_id == A.c.id)
    return select(
        A.c.uuid, A.c.account_id, A.c.activity_id, A.c.revision_id, A.c.session, A.c.state, A.c.paused_at,
        A.c.pause_ends_at, A.c.due_at, A.c.break_left, A.c.paper, A.c.started_at, A.c.submitted_at, A.c.passed,
        A.c.waits, done.with_only_columns(func.count()).scalar_subquery().label("answered"),
        done.with_only_columns(func.max(R.c.saved_at)).scalar_subquery().label("saved_at"),
    )  # fmt: skip


def _live(row: object, now: int) -> Live:
    found = row._mapping  # type: ignore[attr-defined]
    runs_by = Clock(found["due_at"], found["paused_at"], found["pause_ends_at"], found["break_left"])
    is_open = found["state"] == OPEN
    return Live(
        found["uuid"], found["account_id"], found["activity_id"], found["revision_id"], found["session"], is_open,
        is_open and found["paused_at"] is not None, found["pause_ends_at"] is not None, found["answered"],
        len(found["paper"]), runs_by.left(now) if is_open else None, found["started_at"], found["saved_at"],
        found["submitted_at"], found["passed"], found["waits"],
    )  # fmt: skip


def opens(uuid: UUID) -> list[str]:
    """How the addresses begin that somebody needs for a paper: its own pages, and of what its questions ask to run."""
    row = attempt_by_uuid(uuid)
    found = [f"/luot/{uuid}/"]
    for position, version in enumerate(versions([entry[0] for entry in row.paper]) if row else ()):
        kind = runs(ITEM_TYPES.find(version.type))
        runner = RUNNERS.find(kind.runner) if kind else None
        if kind is not None and runner is not None:
            address = runner.url(kind.thing(version.spec), ticket_of(uuid, position), "/")
            found.append(address.partition("?")[0].rsplit("/", 1)[0] + "/")
    return list(dict.fromkeys(found))


class Told(Struct, frozen=True):
    """What can be said of a published quiz to whoever arranges it. `limit`: minutes, None without a clock."""

    title: str
    pool: str
    number: int
    limit: int | None
    total: int
    supervised: bool
    knows_who: bool  # whoever takes it must be known as its programme's final check asks


def told(revision_id: int) -> Told:
    """A published quiz. NotFound where there is none."""
    body = revision(revision_id)
    number = connection().execute(select(V.c.number).where(V.c.id == revision_id)).scalar_one()
    return Told(
        body["title"], body["pool"], number, body.get("limit"), sum(line["count"] for line in body["draw"]),
        Policy.of(body).is_supervised, bool(body["needs_birth_date"]),
    )  # fmt: skip


def exams() -> list[int]:
    """The activities of quizzes that ask exam questions or ask for somebody to be there, by their newest revisions."""
    newest = select(func.max(V.c.id)).group_by(V.c.activity_id)
    rows = connection().execute(select(V.c.activity_id, V.c.body).where(V.c.id.in_(newest)).order_by(V.c.activity_id))
    return [
        row.activity_id
        for row in rows
        if row.body["pool"] == "exam" or (row.body.get("policy") and Policy.of(row.body).is_supervised)
    ]
