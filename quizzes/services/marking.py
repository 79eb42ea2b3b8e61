"""Answers that a person marks: which wait, and the mark that is given. The last one gives the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection
from quizzes import queries
from quizzes.items.contract import ITEM_TYPES, WAITS, Mark, Marked
from quizzes.models import Attempt, Marking
from quizzes.queries import AttemptRow, VersionRow
from quizzes.scoring import score
from quizzes.services import attempts

A, M = Attempt.__table__, Marking.__table__
LONGEST_NOTE = 1_000


@dataclass(frozen=True)
class Waiting:
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


def places_waiting(row: AttemptRow) -> list[int]:
    """The positions of a paper whose answers wait."""
    return [n for n, mark in enumerate(row.marks or ()) if mark == WAITS]


def one_waiting(row: AttemptRow, position: int) -> Waiting:
    """An answer of a paper that waits. NotFound where it does not."""
    if position not in places_waiting(row):
        raise NotFound
    (version,) = queries.versions([row.paper[position][0]])
    return Waiting(row, position, version, queries.responses(row.id)[position])


def mark(one: Waiting, levels: Sequence[int], note: str, by_id: int) -> None:
    """Gives an answer its mark; with the last that a paper waits for, the verdict is recorded and told.

    Raises Conflict where somebody gave it meanwhile, Invalid for a level that is not in the rubric.
    """
    try:
        given = one.kind.mark_by(one.version.spec, levels)
    except ValueError as error:
        raise Invalid(_("Please choose a level in every line.")) from error
    database = connection()
    held = database.execute(select(A.c.marks, A.c.waits).where(A.c.id == one.row.id).with_for_update()).one()
    marks = list(held.marks)
    if marks[one.position] != WAITS:
        raise Conflict(_("Somebody marked this meanwhile."))
    marks[one.position] = given.parts
    left = held.waits - 1
    database.execute(
        insert(M).values(
            attempt_id=one.row.id, position=one.position, levels=list(levels), parts=given.parts,
            note=note[:LONGEST_NOTE], marked_by=by_id, marked_at=clock.seconds(),
        )
    )  # fmt: skip
    body = queries.revision(one.row.revision_id)
    found = queries.versions([entry[0] for entry in one.row.paper])
    result = score(marks, [v.body["skills"] for v in found], one.row.passing or body["pass"])
    verdict = None if left else result.passed
    database.execute(update(A).where(A.c.id == one.row.id).values(marks=marks, waits=left, passed=verdict))
    audit.record(by_id, "answer.marked", f"attempt:{one.row.uuid}", position=one.position + 1, parts=given.parts)
    if not left:
        attempts.settle(one.row, marks, result)


def marked(attempt_id: int, found: Sequence[VersionRow]) -> dict[int, Mark]:
    """What persons said of the answers of a paper, by position. No statement where none is marked by a person."""
    kinds = [ITEM_TYPES.find(version.type) for version in found]
    if not any(isinstance(kind, Marked) for kind in kinds):
        return {}
    rows = connection().execute(
        select(M.c.position, M.c.levels, M.c.parts, M.c.note).where(M.c.attempt_id == attempt_id)
    )
    said = {}
    for row in rows:
        kind: object = kinds[row.position]
        why = kind.mark_by(found[row.position].spec, row.levels).why if isinstance(kind, Marked) else ""
        said[row.position] = Mark(row.parts, "\n\n".join(text for text in (why, row.note) if text))
    return said
