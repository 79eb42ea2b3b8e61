"""Many at once: nothing is lost, nothing is done twice, numbers have no gaps, and nobody is told that a lock was held."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Barrier as ThreadBarrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from certificates.numbering import parse_number
from lms import rebuilding
from lms.api.work import connection, unit_of_work
from lms.outbox.delivering import deliver_due
from lms.testing.building import make_app
from quizzes import queries
from quizzes.services import attempts

MANY = 8


def serials(app: Flask) -> list[int]:
    """The serial numbers that were given, in order."""
    with app.app_context():
        numbers = connection().execute(text("SELECT number FROM certificates_credential")).scalars()
        return sorted(parse_number(n).serial for n in numbers)


def everything_adds_up(app: Flask, learners: int) -> None:
    with app.app_context():
        database = connection()
        scored = database.execute(text("SELECT count(*) FROM lms_evidence WHERE kind = 2")).scalar_one()
        attained = database.execute(text("SELECT count(*) FROM lms_attainment")).scalar_one()
        undone = database.execute(text("SELECT count(*) FROM lms_delivery WHERE state <> 1")).scalar_one()
        failed = database.execute(text("SELECT count(*) FROM lms_delivery WHERE error IS NOT NULL")).scalar_one()
        assert (scored, attained, undone, failed) == (learners, learners, 0, 0)
        assert rebuilding.differences() == []
    assert serials(app) == list(range(1, learners + 1)), "one paper each, and no number left out"


def in_threads(app: Flask, work: Callable[[int], object]) -> list[Any]:
    """The same work with numbers 0 to 7, in eight threads that begin together."""
    together = ThreadBarrier(MANY)

    def run(number: int) -> object:
        together.wait(30)
        with app.app_context():
            return work(number)

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(run, range(MANY)))


def test_eight_hand_in_and_eight_workers_issue(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    learners = ready(any_app, MANY)

    def hand_in_then_issue(number: int) -> None:
        row = queries.attempt(learners[number].attempt, learners[number].id)
        assert row is not None
        with unit_of_work():
            assert attempts.submit(row).passed
        while deliver_due(most=2):
            pass

    in_threads(any_app, hand_in_then_issue)
    with any_app.app_context():
        while deliver_due():
            pass
    everything_adds_up(any_app, MANY)


def test_one_paper_handed_in_by_eight_windows(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    (learner,) = ready(any_app, 1)

    def hand_in(_number: int) -> bool:
        row = queries.attempt(learner.attempt, learner.id)
        assert row is not None
        with unit_of_work():
            return attempts.submit(row).passed

    assert in_threads(any_app, hand_in) == [True] * MANY
    with any_app.app_context():
        while deliver_due():
            pass
    everything_adds_up(any_app, 1)


def test_one_learner_begins_in_eight_windows(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    (learner,) = ready(any_app, 1)
    with any_app.app_context():
        row = queries.attempt(learner.attempt, learner.id)
        assert row is not None
        with unit_of_work():
            attempts.submit(row)

    def begin(number: int) -> str:
        with unit_of_work():
            token = bytes([number % 2]) * 16
            return str(attempts.start(learner.id, row.course_id, row.activity_id, row.revision_id, token))

    assert len(set(in_threads(any_app, begin))) == 1, "one attempt, whoever came first"


def test_a_token_names_one_attempt_only(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    one, other = ready(any_app, 2)
    with any_app.app_context():
        begun = []
        for learner in (one, other):
            row = queries.attempt(learner.attempt, learner.id)
            assert row is not None
            with unit_of_work():
                attempts.submit(row)
            with unit_of_work():
                begun.append(attempts.start(learner.id, row.course_id, row.activity_id, row.revision_id, b"t" * 16))
        assert begun[0] != begun[1]
        assert queries.attempt(begun[1], one.id) is None, "nobody gets into another's attempt by guessing its token"


def _process(folder: Path, url: str, learners: list[Any], together: Barrier) -> None:
    app = make_app(folder, url)
    with app.app_context():
        together.wait(60)
        for learner in learners:
            row = queries.attempt(learner.attempt, learner.id)
            assert row is not None
            with unit_of_work():
                attempts.submit(row)
            deliver_due(most=3)
        while deliver_due():
            pass


@pytest.mark.parametrize("processes", [4])
def test_several_processes(any_app: Flask, ready: Callable[..., list[Any]], processes: int, tmp_path: Path) -> None:
    learners = ready(any_app, 3 * processes)
    settings = any_app.extensions["lms.settings"]
    own = multiprocessing.get_context("fork")
    together = own.Barrier(processes)
    started = [
        own.Process(target=_process, args=(settings.data_dir, settings.database_url, learners[i::processes], together))
        for i in range(processes)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [p.exitcode for p in started] == [0] * processes
    with any_app.app_context():
        while deliver_due():
            pass
    everything_adds_up(any_app, len(learners))
