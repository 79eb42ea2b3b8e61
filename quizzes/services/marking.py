"""Answers that a person marks: by one, or by two who do not see each other's marks, with somebody to decide between.

Two markers agree where their marks lie no further apart than the quiz's policy lets them, and come to the same verdict;
then the mean counts. The last mark that a paper waits for gives its verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import insert, select, update

from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection
from quizzes import corrections, queries
from quizzes.items.contract import ITEM_TYPES, WAITS, WHOLE, Mark, Marked, waits
from quizzes.models import Attempt, Marking, Reading, ToMark
from quizzes.policies import Policy
from quizzes.queries import AttemptRow, VersionRow
from quizzes.remarks import Verdict, replaced, verdict
from quizzes.services import attempts, queueing
from quizzes.services.queueing import AGAIN, DECISION, FIRST, SECOND

A, M, RD, Q = Attempt.__table__, Marking.__table__, Reading.__table__, ToMark.__table__
LONGEST_NOTE = 1_000
CLAIM = 30 * 60  # seconds for which an answer is one's own to mark


class Waiting(Struct, frozen=True):
    """An answer that waits for a person's mark."""

    row: AttemptRow
    position: int
    version: VersionRow
    answer: list[Any]

    @property
    def kind(self) -> Marked:
        """Its type; NotFound where that is not in use now."""
        kind: object = ITEM_TYPES.find(self.version.type)
        if not isinstance(kind, Marked):
            raise NotFound
        return kind

    @property
    def policy(self) -> Policy:
        """How the quiz is marked."""
        return Policy.of(queries.revision(self.row.revision_id))


class Given(Struct, frozen=True):
    """A mark that somebody gave: `role` 1 the first, 2 the second, 3 who decided, 4 who marked anew."""

    role: int
    levels: list[Any]
    parts: int
    note: str
    by_id: int
    at: int


class Stand(Struct, frozen=True):
    """How far an answer is on its way to its mark, and who holds it until when."""

    stage: int
    claimed_by: int | None
    claimed_until: int | None

    def held_by_other(self, account_id: int) -> bool:
        """Whether somebody else is marking it now."""
        return self.claimed_by not in (None, account_id) and (self.claimed_until or 0) > clock.seconds()


def places_waiting(row: AttemptRow) -> list[int]:
    """The positions of a paper whose answers wait."""
    return [n for n, mark in enumerate(row.marks or ()) if mark == WAITS]


def one_waiting(row: AttemptRow, position: int) -> Waiting:
    """An answer of a paper that waits. NotFound where it does not."""
    if position not in places_waiting(row):
        raise NotFound
    (version,) = queries.versions([row.paper[position][0]])
    return Waiting(row, position, version, queries.responses(row.id)[position])


def stand_of(attempt_id: int, position: int) -> Stand:
    """How far an answer that waits is."""
    row = connection().execute(
        select(Q.c.stage, Q.c.claimed_by, Q.c.claimed_until).where(
            Q.c.attempt_id == attempt_id, Q.c.position == position
        )
    ).first()  # fmt: skip
    return Stand(*row) if row else Stand(FIRST, None, None)


def given_to(attempt_id: int, position: int) -> list[Given]:
    """The marks that persons gave to an answer that more than one looked at, in order."""
    rows = connection().execute(
        select(RD.c.role, RD.c.levels, RD.c.parts, RD.c.note, RD.c.by_id, RD.c.at)
        .where(RD.c.attempt_id == attempt_id, RD.c.position == position)
        .order_by(RD.c.id)
    )
    return [Given(*row) for row in rows]


def marked_anew(attempt_id: int) -> list[tuple[int, int, str]]:
    """(position, moment, why) of the answers of a paper that were marked anew, in order."""
    rows = connection().execute(
        select(RD.c.position, RD.c.at, RD.c.note)
        .where(RD.c.attempt_id == attempt_id, RD.c.role == AGAIN)
        .order_by(RD.c.id)
    )
    return [(row.position, row.at, row.note) for row in rows]


def claim(one: Waiting, by_id: int) -> None:
    """Makes an answer one's own to mark, for half an hour. Conflict where somebody else is marking it."""
    now = clock.seconds()
    held = connection().execute(
        update(Q)
        .where(
            Q.c.attempt_id == one.row.id,
            Q.c.position == one.position,
            Q.c.claimed_by.is_(None) | (Q.c.claimed_by == by_id) | (Q.c.claimed_until <= now),
        )
        .values(claimed_by=by_id, claimed_until=now + CLAIM)
    )
    if held.rowcount != 1:
        raise Conflict(_("Somebody else is marking this answer now. Please take another one."))


def release(one: Waiting, by_id: int) -> None:
    """Gives back an answer that one had claimed."""
    connection().execute(
        update(Q)
        .where(Q.c.attempt_id == one.row.id, Q.c.position == one.position, Q.c.claimed_by == by_id)
        .values(claimed_by=None, claimed_until=None)
    )


def mark(one: Waiting, levels: Sequence[int], note: str, by_id: int) -> None:
    """Gives an answer a mark: the only one, the first of two, or the second.

    With the last that a paper waits for, the verdict is recorded and told. Conflict where somebody gave it meanwhile,
    holds it, or where one has marked it already; Invalid for a level that is not in the rubric.
    """
    given = graded(one, levels)
    marks = _held(one)
    stand = stand_of(one.row.id, one.position)
    if stand.stage == DECISION:
        raise Conflict(_("Two people have marked this. Somebody else decides between them now."))
    if stand.held_by_other(by_id):
        raise Conflict(_("Somebody else is marking this answer now. Please take another one."))
    before = given_to(one.row.id, one.position)
    if any(reading.by_id == by_id for reading in before):
        raise Conflict(_("You have marked this answer. The second mark comes from somebody else."))
    policy, role = one.policy, SECOND if before else FIRST
    audit.record(by_id, "answer.marked", subject(one), position=one.position + 1, parts=given.parts, marker=role)
    if policy.markers == 1 and not before:
        count(one, marks, given.parts, list(levels), note, by_id)
        return
    read_by(one, role, levels, given.parts, note, by_id)
    if not before:
        _to_stage(one, SECOND)
        return
    first = before[0]
    if agreed(one, marks, policy, first.parts, given.parts):
        notes = "\n\n".join(dict.fromkeys(text for text in (first.note, note) if text))
        same = first.levels == list(levels)
        both = list(levels) if same else [first.levels, list(levels)]
        count(one, marks, mean(first.parts, given.parts), both, notes, by_id)
    else:
        _to_stage(one, DECISION)


def graded(one: Waiting, levels: Sequence[int]) -> Mark:
    """The mark for these levels; Invalid for one that is not in the rubric."""
    try:
        return one.kind.mark_by(one.version.spec, levels)
    except ValueError as error:
        raise Invalid(_("Please choose a level in every line.")) from error


def mean(first: int, second: int) -> int:
    """The mean of two marks in parts of a point; half a part counts for the learner."""
    return -(-(first + second) // 2)


def agreed(one: Waiting, marks: Sequence[int | None], policy: Policy, first: int, second: int) -> bool:
    """Whether two marks lie near enough and, where nothing else waits, come to the same verdict."""
    if abs(first - second) * 100 > policy.apart * WHOLE:
        return False
    if list(marks).count(WAITS) > 1:
        return True
    with_first, with_second = (
        judged(one.row, replaced(marks, one.position, parts)).passed for parts in (first, second)
    )
    return with_first == with_second


def judged(row: AttemptRow, marks: Sequence[int | None]) -> Verdict:
    """What marks of a paper come to, corrections of its questions heeded."""
    body = queries.revision(row.revision_id)
    found = queries.versions([entry[0] for entry in row.paper])
    before = list(marks)
    if row.acts:
        for one in corrections.on_paper(row.id):
            before[one.position] = one.was
    return verdict(marks, before, [v.body["skills"] for v in found], row.passing or body["pass"])


def _held(one: Waiting) -> list[int | None]:
    """The marks of the paper, held; Conflict where this one is given already."""
    row = connection().execute(select(A.c.marks).where(A.c.id == one.row.id).with_for_update()).one()
    marks = list(row.marks)
    if marks[one.position] != WAITS:
        raise Conflict(_("Somebody marked this meanwhile."))
    return marks


def read_by(one: Waiting, role: int, levels: Sequence[int], parts: int, note: str, by_id: int) -> None:
    """Keeps what one person gave."""
    connection().execute(
        insert(RD).values(
            attempt_id=one.row.id, position=one.position, role=role, levels=list(levels), parts=parts,
            note=note[:LONGEST_NOTE], by_id=by_id, at=clock.seconds(),
        )
    )  # fmt: skip


def _to_stage(one: Waiting, stage: int) -> None:
    connection().execute(
        update(Q)
        .where(Q.c.attempt_id == one.row.id, Q.c.position == one.position)
        .values(stage=stage, claimed_by=None, claimed_until=None)
    )


def subject(one: Waiting) -> str:
    """What the journal calls the paper of an answer."""
    return f"attempt:{one.row.uuid}"


def count(one: Waiting, marks: Sequence[int | None], parts: int, levels: list[Any], note: str, by_id: int) -> None:
    """Makes a mark the one that counts; with the last one of a paper the verdict follows. `marks` are held.

    Whoever calls notes the act in the journal.
    """
    new = replaced(marks, one.position, parts)
    left = new.count(WAITS)
    connection().execute(
        insert(M).values(
            attempt_id=one.row.id, position=one.position, levels=levels, parts=parts, note=note[: 2 * LONGEST_NOTE],
            marked_by=by_id, marked_at=clock.seconds(),
        )
    )  # fmt: skip
    found = judged(one.row, new)
    connection().execute(update(A).where(A.c.id == one.row.id).values(marks=new, waits=left, passed=found.passed))
    queueing.leave(one.row.id, one.position)
    if not left:
        attempts.settle(one.row, new, found.score, bool(found.passed))


def marked(attempt_id: int, found: Sequence[VersionRow]) -> dict[int, Mark]:
    """What persons said of the answers of a paper, by position. No statement where none is marked by a person."""
    kinds = [ITEM_TYPES.find(version.type) for version in found]
    if not any(waits(kind) for kind in kinds):
        return {}
    rows = connection().execute(
        select(M.c.position, M.c.levels, M.c.parts, M.c.note).where(M.c.attempt_id == attempt_id)
    )
    said = {}
    for row in rows:
        kind: object = kinds[row.position]
        whys = []
        if isinstance(kind, Marked):
            # of two marks that lay near enough, the words of both
            both = row.levels if row.levels and isinstance(row.levels[0], list) else [row.levels]
            whys = [kind.mark_by(found[row.position].spec, levels).why for levels in both]
        said[row.position] = Mark(row.parts, "\n\n".join(dict.fromkeys(text for text in (*whys, row.note) if text)))
    return said
