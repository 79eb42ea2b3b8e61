"""Finding difficulties from papers: gathers the answers, has them calculated in a process of its own, keeps what came.

The process that gathers never loads numpy, and what calculates gives its memory back by ending. Of each person the
first paper of each quiz counts: later ones are those of somebody who has learnt from the first.

An answer is right on this scale where it is worth half the point or more. Partial marks as steps of their own (the
partial credit model) would want hundreds of answers for each step; most of our questions have none.
"""

from __future__ import annotations

import json
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import desc, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.plugins import product_version
from lms.api.work import clock, connection, run_program, unit_of_work
from plugins.measuring import advising
from plugins.measuring.jobs import KIND, packed
from plugins.measuring.models import Calibration, CountedPaper, Difficulty, ItemSums
from plugins.measuring.services import analysing
from quizzes.api import WHOLE, Graded, newest_papers, papers

C, D, I, P = (t.__table__ for t in (Calibration, Difficulty, ItemSums, CountedPaper))
FEWEST = 100  # answers to a version: its difficulty is then known to half a logit (Linacre, RMT 7:4 (1994) 328)
MOST_PAPERS = 200_000  # the newest ones
DAYS = 365  # older papers say how hard a question was
REST, NEW = 86_400, 0.02  # seconds between runs, and the share of papers that must be new
SECONDS, MEMORY = 3_600, 4_096  # that the calculation may take, of the processor and in megabytes
STATEMENT = 500  # rows written by one statement


def calibrate() -> None:
    """Runs where there is enough that is new. Called by the worker, aside."""
    with unit_of_work():
        wanted = is_due()
    if wanted:
        run()


def is_due() -> bool:
    """Whether enough came in since the last run, and that was long enough ago."""
    database = connection()
    if database.execute(select(I.c.version_id).where(I.c.n >= FEWEST).limit(1)).first() is None:
        return False
    last = database.execute(select(C.c.at, C.c.counted).order_by(desc(C.c.id)).limit(1)).first()
    if last is None:
        return True
    return bool(
        last.at + REST <= clock.seconds() and abs(analysing.counted_papers() - last.counted) > NEW * last.counted
    )


def run() -> int | None:
    """Finds difficulties from the papers there are; the run's id, None where there are too few answers.

    ProgramError of `run_program` where the calculation fails: nothing is changed then.
    """
    began = time.monotonic()
    gathered = gather()  # read outside a transaction: it may take a minute, and nobody waits for it
    with unit_of_work():
        counted = analysing.counted_papers()
        known = known_of(list(gathered.places))
    if not gathered.places:
        return None
    base = [known[v].base if v in known else None for v in gathered.places]
    errors = [known[v].base_error if v in known else None for v in gathered.places]
    head = {"fewest": FEWEST, "base": base, "base_error": errors}
    numbers = (gathered.lengths, gathered.groups, gathered.questions, gathered.right)
    command = [sys.executable, "-m", "plugins.measuring.calibration"]
    said, _complaints = run_program(command, packed(head, numbers), SECONDS, memory=MEMORY)
    found = json.loads(said)
    if not found["found"]:
        return None
    with unit_of_work():
        return keep(found, gathered, counted, round(1000 * (time.monotonic() - began)))


@dataclass
class Gathered:
    """Answers as whole numbers, paper after paper; `places` numbers the versions from 0."""

    places: dict[int, int] = field(default_factory=dict)
    lengths: array[int] = field(default_factory=lambda: array(KIND))  # questions of each paper
    groups: array[int] = field(default_factory=lambda: array(KIND))  # the quiz of each
    questions: array[int] = field(default_factory=lambda: array(KIND))
    right: array[int] = field(default_factory=lambda: array(KIND))

    def add(self, paper: Graded) -> None:
        """Adds a paper."""
        before = len(self.right)
        for version, mark in zip(paper.versions, paper.marks, strict=True):
            if mark is not None:
                self.questions.append(self.places.setdefault(version, len(self.places)))
                self.right.append(2 * mark >= WHOLE)
        self.lengths.append(len(self.right) - before)
        self.groups.append(paper.activity_id)


def gather() -> Gathered:
    """The answers of the newest papers that were counted, the first of each person in each quiz."""
    found, seen = Gathered(), set()
    for page in _pages():
        ids = [paper.id for paper in page]
        rows = connection().execute(select(P.c.attempt_id).where(P.c.attempt_id.in_(ids), P.c.marks != b""))
        counted = set(rows.scalars())
        for paper in page:
            who = (paper.account_id, paper.activity_id)
            if paper.id in counted and not paper.waits and who not in seen:
                seen.add(who)
                found.add(paper)
    return found


def _pages() -> Iterator[list[Graded]]:
    after, since = newest_papers(MOST_PAPERS), clock.seconds() - DAYS * 86_400
    while page := papers(after=after, since=since):
        yield page
        after = page[-1].id


def known_of(versions: Sequence[int]) -> dict[int, advising.Scaled]:
    """What earlier runs found for versions."""
    known = {}
    for start in range(0, len(versions), STATEMENT):
        known.update(analysing.difficulties(versions[start : start + STATEMENT]))
    return known


def _items_of(versions: Sequence[int]) -> dict[int, int]:
    items = {}
    for start in range(0, len(versions), STATEMENT):
        wanted = select(I.c.version_id, I.c.item_id).where(I.c.version_id.in_(versions[start : start + STATEMENT]))
        items.update({row.version_id: row.item_id for row in connection().execute(wanted)})
    return items


def keep(found: dict[str, Any], gathered: Gathered, counted: int, took_ms: int) -> int:
    """Keeps a run and the difficulties it found. In a unit of work."""
    database, now = connection(), clock.seconds()
    versions = list(gathered.places)
    rows = {versions[place]: values for place, *values in found["found"]}
    adding = insert(C).values(
        at=now, took_ms=took_ms, versions=len(rows), too_few=len(versions) - len(rows), papers=found["takers"],
        counted=counted, groups=found["groups"], parts=found["parts"], anchors=found["anchors"],
        log_likelihood=found["log_likelihood"], rounds=found["rounds"], converged=found["converged"],
        code=product_version,
    )  # fmt: skip
    run_id: int = database.execute(adding.returning(C.c.id)).scalar_one()
    known, items = known_of(list(rows)), _items_of(list(rows))
    kept = []
    for version, (difficulty, error, n, infit, outfit) in rows.items():
        base, base_error = (known[version].base, known[version].base_error) if version in known else (difficulty, error)
        kept.append(
            {
                "version_id": version, "item_id": items[version], "difficulty": difficulty, "error": error,
                "n": n, "infit": infit, "outfit": outfit, "base": base, "base_error": base_error,
                "drifted": advising.drifted(difficulty, error, base, base_error), "calibration_id": run_id, "at": now,
            }
        )  # fmt: skip
    make: Any = (postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert)(D)
    names = [name for name in kept[0] if name not in ("version_id", "item_id", "base", "base_error")]
    upsert = make.on_conflict_do_update(
        index_elements=[D.c.version_id], set_={name: make.excluded[name] for name in names}
    )
    for start in range(0, len(kept), STATEMENT):
        database.execute(upsert, kept[start : start + STATEMENT])
    analysing.judge_again(list(rows))
    return run_id
