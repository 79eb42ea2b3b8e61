"""What papers are compared with: how often each question is answered wrong and how, what a quiz usually comes to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.work import connection
from plugins.integrity.models import Stood, UsualResult, WrongAnswer
from plugins.integrity.rules import Question, Sheet, Usual

S, W, U = Stood.__table__, WrongAnswer.__table__, UsualResult.__table__


def count(sheets: Sequence[Sheet], activity_of: Mapping[int, int]) -> None:
    """Adds these papers to what is known; three statements. In a unit of work."""
    stood: Counter[int] = Counter(version for s in sheets for version in s.versions)
    wrong: Counter[tuple[int, str]] = Counter((version, a) for s in sheets for version, a in s.wrong.items())
    results: dict[int, list[int]] = {}
    for sheet in sheets:
        thousandths = round(1000 * sheet.score)
        held = results.setdefault(activity_of[sheet.id], [0, 0, 0, 0])
        for place, value in enumerate((1, int(sheet.passed), thousandths, thousandths**2)):
            held[place] += value
    _add(S, [{"version_id": v, "times": n} for v, n in sorted(stood.items())])
    _add(W, [{"version_id": v, "answer": a, "times": n} for (v, a), n in sorted(wrong.items())])
    names = ("papers", "passed", "scores", "squares")
    _add(U, [{"activity_id": a, **dict(zip(names, values, strict=True))} for a, values in sorted(results.items())])


def _add(table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    adding: Any = make(table)
    keys = list(table.primary_key.columns)
    sums = {c.name: c + adding.excluded[c.name] for c in table.columns if c not in keys}
    connection().execute(adding.on_conflict_do_update(index_elements=keys, set_=sums), rows)


def questions(version_ids: Collection[int]) -> dict[int, Question]:
    """What is known of these versions; two statements."""
    database = connection()
    rows = database.execute(select(S.c.version_id, S.c.times).where(S.c.version_id.in_(version_ids)))
    stood = {version_id: int(times) for version_id, times in rows}
    wrong: dict[int, dict[str, int]] = {}
    for row in database.execute(select(W).where(W.c.version_id.in_(version_ids))):
        wrong.setdefault(row.version_id, {})[row.answer] = row.times
    return {version: Question(times, wrong.get(version, {})) for version, times in stood.items()}


def usual(activity_ids: Collection[int]) -> dict[int, tuple[int, int, int, int]]:
    """What the papers of these quizzes came to: how many, how many passed, sums of thousandths and their squares."""
    rows = connection().execute(select(U).where(U.c.activity_id.in_(activity_ids)))
    return {row.activity_id: (row.papers, row.passed, row.scores, row.squares) for row in rows}


def without(all_of: tuple[int, int, int, int], sheets: Sequence[Sheet]) -> Usual:
    """What the others came to: all but these papers, which were counted with them."""
    scores = [round(1000 * s.score) for s in sheets]
    own = (len(sheets), sum(s.passed for s in sheets), sum(scores), sum(x * x for x in scores))
    papers, passed, total, squares = (a - b for a, b in zip(all_of, own, strict=True))
    if papers <= 0:
        return Usual(0, 0, 0.0, 0.0)
    mean = total / papers
    return Usual(papers, passed, mean / 1000, math.sqrt(max(squares / papers - mean * mean, 0.0)) / 1000)


def forget_all() -> None:
    """Begins anew: when other rules begin to look at everything again. In a unit of work."""
    for table in (S, W, U):
        connection().execute(delete(table))
