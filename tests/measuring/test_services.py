"""Papers counted, corrected and calibrated, on both databases."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from lms.api.work import clock, connection, unit_of_work
from lms.outbox.worker import Worker
from plugins.measuring.analysis import FEWEST, WHOLE, Sums, figures
from plugins.measuring.models import AnalysisState, Calibration, CountedPaper, Difficulty, DuePaper, ItemSums
from plugins.measuring.services import analysing, calibrating
from quizzes.models import Attempt
from tests.measuring import world
from tests.quizzes.world import quizzing

A, C, D, DUE, I, P, S = (
    t.__table__ for t in (Attempt, Calibration, Difficulty, DuePaper, ItemSums, CountedPaper, AnalysisState)
)


@pytest.fixture
def db(any_app: Flask) -> Iterator[Flask]:
    """The application in its context, on each database."""
    with any_app.app_context():
        yield any_app


def rows() -> dict[int, Any]:
    return {row.version_id: row for row in connection().execute(select(I))}


def without_time(found: dict[int, Any]) -> dict[int, Any]:
    return {k: (row.n, row.sums, row.flags, row.attention, row.seconds) for k, row in found.items()}


def from_nothing() -> dict[int, Any]:
    """All sums, made anew from all papers."""
    with unit_of_work() as database:
        for table in (I, P, DUE):
            database.execute(delete(table))
        database.execute(update(S).values(walked_to=0, filled=False))
    analysing.count()
    return rows()


def test_papers_are_counted_once_and_in_any_order(db: Flask) -> None:
    where, versions, accounts = world.quiz(), world.choices(6), world.people(60)
    world.answered(where, versions, accounts[:40])
    analysing.count()
    first = rows()
    assert {row.n for row in first.values()} == {40}
    assert connection().execute(select(S.c.filled, S.c.walked_to)).one() == (True, 0)
    ids = world.answered(where, versions, accounts[40:], seed=2)
    with unit_of_work() as database:  # told twice, and the walk comes by as well
        database.execute(DUE.insert(), [{"attempt_id": ids[3]}])
    analysing.count()
    analysing.count()
    found = rows()
    assert {row.n for row in found.values()} == {60}
    assert connection().execute(select(func.count()).select_from(DUE)).scalar_one() == 0
    assert without_time(found) == without_time(from_nothing())


def test_a_paper_that_is_marked_again_is_corrected(db: Flask) -> None:
    versions = world.choices(5)
    ids = world.answered(world.quiz(), versions, world.people(40))
    analysing.count()
    before = rows()[versions[0].id]
    with unit_of_work() as database:  # the question no longer counts in ten papers
        for attempt_id in ids[:10]:
            row = database.execute(select(A.c.paper, A.c.marks).where(A.c.id == attempt_id)).one()
            marks = [None if entry[0] == versions[0].id else m for entry, m in zip(row.paper, row.marks, strict=True)]
            database.execute(update(A).where(A.c.id == attempt_id).values(marks=marks))
    analysing.count()  # nobody told: the walk finds them
    after = rows()[versions[0].id]
    assert (before.n, after.n) == (40, 30)
    assert rows()[versions[1].id].n == 40
    assert without_time(rows()) == without_time(from_nothing())
    with unit_of_work() as database:  # and now it counts whole for everybody
        for attempt_id in ids[:10]:
            row = database.execute(select(A.c.paper, A.c.marks).where(A.c.id == attempt_id)).one()
            marks = [WHOLE if m is None else m for m in row.marks]
            database.execute(update(A).where(A.c.id == attempt_id).values(marks=marks))
    analysing.count()
    assert rows()[versions[0].id].n == 40
    assert without_time(rows()) == without_time(from_nothing())


def test_what_is_told_when_a_paper_is_handed_in_is_counted(db: Flask) -> None:
    q = quizzing(db)
    uuid = q.begin()
    version = q.row(uuid).paper[0][0]
    analysing.count()
    q.answer(uuid, 0, [0])
    q.answer(uuid, 0, [1])
    q.hand_in(uuid)
    worker = Worker(db)
    while worker.once():
        pass
    with db.app_context():
        analysing.count()
        kept = Sums.unpacked(rows()[version].sums)
    assert (kept.n, kept.unanswered, kept.changes) == (1, 0, 1)
    assert sum(kept.keys.values()) == 1


def test_an_empty_paper_and_one_that_waits_are_not_counted(db: Flask) -> None:
    versions = world.choices(4)
    ids = world.answered(world.quiz(), versions, world.people(3))
    q = quizzing(db)
    empty: UUID = q.begin()
    q.hand_in(empty)
    with unit_of_work() as database:
        database.execute(update(A).where(A.c.id == ids[0]).values(marks=[WHOLE, -1, 0, 0], waits=1))
    analysing.count()
    assert {row.n for row in rows().values()} == {2}
    with unit_of_work() as database:
        database.execute(update(A).where(A.c.id == ids[0]).values(marks=[WHOLE, 0, 0, 0], waits=0))
    analysing.count()
    assert {row.n for row in rows().values()} == {3}


def test_figures_of_what_was_simulated(db: Flask) -> None:
    versions = world.choices(12)
    world.answered(world.quiz(), versions, world.people(300))
    analysing.count()
    found = rows()
    shares = []
    for version in versions:
        keys = [str(n) for n in range(len(version.spec["options"]))]
        counted = figures(Sums.unpacked(found[version.id].sums), keys)
        assert counted.difficulty is not None
        assert counted.discrimination is not None
        assert counted.discrimination.low > 0
        assert sum(c.n for c in counted.chosen) == 300
        shares.append(counted.difficulty.value)
    assert sum(a < b for a, b in itertools.pairwise(shares)) <= 2  # the harder, the smaller the share
    times = [found[v.id].seconds for v in versions]
    assert times[0] == pytest.approx(10, rel=0.12)
    assert times[11] == pytest.approx(21, rel=0.12)


def test_difficulties_are_found_kept_and_stay_on_the_scale(db: Flask) -> None:
    where, versions, accounts = world.quiz(), world.choices(16), world.people(520)
    levels = [(n - 7.5) / 4 for n in range(16)]
    world.answered(where, versions, accounts[:260], each=12, difficulty=levels)
    with unit_of_work():
        assert not calibrating.is_due()  # nothing is counted yet
    analysing.count()
    with unit_of_work():
        assert calibrating.is_due()
    first = calibrating.run()
    assert first is not None
    kept = {row.version_id: row for row in connection().execute(select(D))}
    assert len(kept) == 16
    inside = [abs(kept[v.id].difficulty - b) < 2 * kept[v.id].error for v, b in zip(versions, levels, strict=True)]
    assert sum(inside) >= 14
    run = connection().execute(select(C)).one()
    assert (run.papers, run.versions, run.too_few, run.anchors, run.parts) == (260, 16, 0, 0, 1)
    assert run.converged
    with unit_of_work():
        assert not calibrating.is_due()  # nothing new

    # A year later, others, who know more; one question has leaked. The scale stays, and the question is told.
    leaked = [b - (2.5 if n == 9 else 0) for n, b in enumerate(levels)]
    with unit_of_work() as database:
        database.execute(update(A).where(A.c.activity_id == where[0]).values(submitted_at=1))  # beyond what counts
    world.answered(where, versions, accounts[260:], each=12, difficulty=leaked, seed=5, mean=0.8)
    analysing.count()
    second = calibrating.run()
    later = {row.version_id: row for row in connection().execute(select(D))}
    run = connection().execute(select(C).where(C.c.id == second)).one()
    assert run.papers == 260
    assert run.anchors >= 14
    assert later[versions[9].id].drifted
    assert later[versions[9].id].base == kept[versions[9].id].difficulty
    assert ",leaked," in rows()[versions[9].id].flags
    steady = [n for n in range(16) if n != 9]
    assert (
        sum(abs(later[versions[n].id].difficulty - levels[n]) < 2.5 * later[versions[n].id].error for n in steady) >= 14
    )


def test_too_few_answers_give_no_difficulty(db: Flask) -> None:
    where, versions, accounts = world.quiz(), world.choices(10), world.people(160)
    world.answered(where, versions[:5], accounts[:120])
    world.answered(world.quiz("do-khac"), versions[4:], accounts[120:], seed=3)
    analysing.count()
    calibrating.run()
    kept = set(connection().execute(select(D.c.version_id)).scalars())
    assert kept == {v.id for v in versions[:5]}
    run = connection().execute(select(C)).one()
    assert run.too_few == 5
    assert run.papers == 120


def test_nothing_is_run_while_there_is_too_little(db: Flask) -> None:
    world.answered(world.quiz(), world.choices(5), world.people(20))
    analysing.count()
    calibrating.calibrate()
    assert connection().execute(select(func.count()).select_from(C)).scalar_one() == 0
    assert FEWEST <= calibrating.FEWEST


def test_it_is_run_again_when_there_is_more_and_a_day_has_passed(db: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    where, versions, accounts = world.quiz(), world.choices(6), world.people(130)
    world.answered(where, versions, accounts[:120])
    analysing.count()
    calibrating.calibrate()
    world.answered(where, versions, accounts[120:], seed=4)
    analysing.count()
    calibrating.calibrate()
    count = select(func.count()).select_from(C)
    assert connection().execute(count).scalar_one() == 1  # not within a day
    now = clock.seconds()
    monkeypatch.setattr(calibrating.clock, "seconds", lambda: now + 90_000)
    calibrating.calibrate()
    assert connection().execute(count).scalar_one() == 2


def test_only_the_first_paper_of_a_person_finds_difficulties(db: Flask) -> None:
    where, versions, accounts = world.quiz(), world.choices(6), world.people(110)
    world.answered(where, versions, accounts)
    world.answered(where, versions, accounts[:50], seed=9)
    analysing.count()
    calibrating.run()
    assert connection().execute(select(C.c.papers)).scalar_one() == 110
    assert {row.n for row in rows().values()} == {160}


def test_the_application_never_loads_numpy() -> None:
    """Web server and worker alike: only the process that calculates does."""
    program = (
        "import sys, lms.cli, lms.app, lms.contract.discovery, lms.outbox.worker\n"
        "lms.contract.discovery.installed()\n"
        "assert 'plugins.measuring.services.calibrating' in sys.modules\n"
        "print([m for m in ('numpy', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
