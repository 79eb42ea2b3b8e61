"""What was answered and what it came to, for whoever looks at many papers at once: analysis, calibration, integrity.

Reads only, a statement each however many papers are asked for. Nothing here is for a learner's page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from lms.api.plugins import ExtensionPoint
from lms.api.work import connection
from quizzes.items.contract import DROPPED, WAITS
from quizzes.models import SUBMITTED, Attempt, Item, ItemVersion, Marking, Reading, Response, ResponseHistory

A, I, V, R, H = (t.__table__ for t in (Attempt, Item, ItemVersion, Response, ResponseHistory))
MOST = 5_000  # papers at a time


class Hand(Struct, frozen=True):
    """Who had a hand in papers besides those who wrote them: `of(attempt_ids)` gives (attempt, account) of each."""

    name: str
    of: Callable[[Collection[int]], Iterable[tuple[int, int]]]


HANDS: ExtensionPoint[Hand] = ExtensionPoint(
    "hands", "Who marked or supervised papers, so that nobody judges what they took part in.", lambda h: h.name
)


class Graded(Struct, frozen=True):
    """A paper that was handed in. `versions` and `marks` go by position; moments are seconds since 1970.

    A mark is in parts of a point, 0 to `WHOLE`; None: the question did not count. `passed` is None, and `waits` says
    of how many questions, while a person has yet to mark some; their marks are None too.
    """

    id: int
    uuid: UUID
    account_id: int
    activity_id: int
    course_id: int
    revision_id: int
    started_at: int
    submitted_at: int
    session: str | None  # the supervised session in which it was begun
    versions: tuple[int, ...]
    orders: tuple[tuple[int, ...], ...]  # how the options of each stood
    marks: tuple[int | None, ...]
    passed: bool | None
    waits: int
    form: str | None = None  # the letter, where the quiz has forms that measure change


class Given(Struct, frozen=True):
    """An answer as it was last saved, when it was, when it was first, and how often it was changed in between."""

    answer: Sequence[Any]
    saved_at: int
    first_at: int
    changes: int


class Worded(Struct, frozen=True):
    """A version of a question: what it asks, of what type, for which skills."""

    id: int
    item_id: int
    slug: str
    bank_id: int
    pool: str
    number: int
    type: str
    level: int | None
    thinking: str | None
    twins: str | None
    is_current: bool
    retired_at: int | None
    body: Mapping[str, Any]

    @property
    def skills(self) -> Sequence[str]:
        """The codes of what it tests."""
        codes: Sequence[str] = self.body["skills"]
        return codes


def papers(
    *,
    after: int = 0,
    most: int = MOST,
    ids: Collection[int] | None = None,
    activity_id: int | None = None,
    account_id: int | None = None,
    session: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> list[Graded]:
    """Papers that were handed in, in the order in which they were begun: the next page begins `after` the last's id.

    `since` (and then) and `until` (not then) are moments of handing in.
    """
    wanted = (
        select(
            A.c.id, A.c.uuid, A.c.account_id, A.c.activity_id, A.c.course_id, A.c.revision_id, A.c.started_at,
            A.c.submitted_at, A.c.session, A.c.paper, A.c.marks, A.c.passed, A.c.waits, A.c.form,
        )
        .where(A.c.state == SUBMITTED, A.c.id > after)
        .order_by(A.c.id)
        .limit(most)
    )  # fmt: skip
    if ids is not None:
        wanted = wanted.where(A.c.id.in_(ids))
    for column, value in ((A.c.activity_id, activity_id), (A.c.account_id, account_id), (A.c.session, session)):
        if value is not None:
            wanted = wanted.where(column == value)
    if since is not None:
        wanted = wanted.where(A.c.submitted_at >= since)
    if until is not None:
        wanted = wanted.where(A.c.submitted_at < until)
    return [
        Graded(
            row.id, row.uuid, row.account_id, row.activity_id, row.course_id, row.revision_id, row.started_at,
            row.submitted_at, row.session, tuple(entry[0] for entry in row.paper),
            tuple(tuple(entry[1]) for entry in row.paper),
            tuple(None if mark in (WAITS, DROPPED) else mark for mark in row.marks or (None,) * len(row.paper)),
            row.passed, row.waits, row.form,
        )
        for row in connection().execute(wanted)
    ]  # fmt: skip


def newest_papers(most: int) -> int:
    """The id after which the newest `most` papers come that were handed in; 0 where there are not more."""
    found = connection().execute(
        select(A.c.id).where(A.c.state == SUBMITTED).order_by(A.c.id.desc()).offset(most).limit(1)
    )
    return found.scalar_one_or_none() or 0


def answers(attempt_ids: Collection[int]) -> dict[int, dict[int, Given]]:
    """The answers of papers by attempt and position; two statements."""
    found: dict[int, dict[int, Given]] = {attempt_id: {} for attempt_id in attempt_ids}
    database = connection()
    before = {
        (row.attempt_id, row.position): (row.first_at, row.changes)
        for row in database.execute(
            select(
                H.c.attempt_id, H.c.position, func.min(H.c.saved_at).label("first_at"), func.count().label("changes")
            )
            .where(H.c.attempt_id.in_(attempt_ids))
            .group_by(H.c.attempt_id, H.c.position)
        )
    }
    rows = database.execute(
        select(R.c.attempt_id, R.c.position, R.c.answer, R.c.saved_at).where(R.c.attempt_id.in_(attempt_ids))
    )
    for row in rows:
        first_at, changes = before.get((row.attempt_id, row.position), (row.saved_at, 0))
        found[row.attempt_id][row.position] = Given(row.answer, row.saved_at, first_at, changes)
    return found


def worded(version_ids: Collection[int]) -> dict[int, Worded]:
    """Versions by their ids, as they stand now; one statement."""
    rows = connection().execute(
        select(
            V.c.id, V.c.item_id, I.c.slug, I.c.bank_id, V.c.pool, V.c.number, V.c.type, V.c.level, V.c.thinking,
            I.c.twins, I.c.current_id, I.c.retired_at, V.c.body,
        )
        .join(I, I.c.id == V.c.item_id)
        .where(V.c.id.in_(version_ids))
    )  # fmt: skip
    return {
        row.id: Worded(
            row.id, row.item_id, row.slug, row.bank_id, row.pool, row.number, row.type, row.level, row.thinking,
            row.twins, row.current_id == row.id, row.retired_at, row.body,
        )
        for row in rows
    }  # fmt: skip


def markers(attempt_ids: Collection[int]) -> list[tuple[int, int]]:
    """(attempt, account) of everybody who marked an answer of these papers; two statements."""
    database = connection()
    said = ((Marking.__table__, Marking.__table__.c.marked_by), (Reading.__table__, Reading.__table__.c.by_id))
    return [
        (row[0], row[1])
        for table, who in said
        for row in database.execute(select(table.c.attempt_id, who).where(table.c.attempt_id.in_(attempt_ids)))
    ]


def hands(attempt_ids: Collection[int]) -> set[int]:
    """The accounts of all who marked or supervised these papers, as far as the plugins in use know."""
    return {account_id for hand in HANDS for _attempt, account_id in hand.of(attempt_ids)}
