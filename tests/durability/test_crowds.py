"""Many at once: nothing is lost, nothing is done twice, numbers have no gaps, and nobody is told of a lock."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Barrier as ThreadBarrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from certificates.numbering import parse_number
from lms import rebuilding
from lms.api.work import connection
from lms.outbox.delivering import deliver_due
from lms.testing.building import make_app

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


def in_threads(work: Callable[[int], object]) -> list[Any]:
    """The same work with numbers 0 to 7, in eight threads that begin together."""
    together = ThreadBarrier(MANY)

    def run(number: int) -> object:
        together.wait(30)
        return work(number)

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(run, range(MANY)))


def test_eight_hand_in_and_eight_workers_issue(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    learners = ready(any_app, MANY)
    windows = [learner.window(any_app) for learner in learners]

    def hand_in_then_issue(number: int) -> int:
        status: int = learners[number].hand_in(windows[number])
        with any_app.app_context():
            while deliver_due(most=2):
                pass
        return status

    assert in_threads(hand_in_then_issue) == [303] * MANY
    with any_app.app_context():
        while deliver_due():
            pass
    everything_adds_up(any_app, MANY)


def test_one_paper_handed_in_by_eight_windows(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    (learner,) = ready(any_app, 1)
    windows = [learner.window(any_app) for _ in range(MANY)]
    assert in_threads(lambda number: learner.hand_in(windows[number])) == [303] * MANY
    with any_app.app_context():
        while deliver_due():
            pass
    everything_adds_up(any_app, 1)


def test_one_learner_begins_in_eight_windows(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    (learner,) = ready(any_app, 1)
    windows = [learner.window(any_app) for _ in range(MANY)]
    learner.hand_in(windows[0])
    tokens = [uuid4(), uuid4()]
    begun = in_threads(lambda number: learner.begin_again(windows[number], tokens[number % 2]))
    assert len(set(begun)) == 1, "one attempt, whoever came first"


def test_a_token_names_one_attempt_only(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    token = uuid4()
    begun = []
    for learner in ready(any_app, 2):
        window = learner.window(any_app)
        learner.hand_in(window)
        begun.append(learner.begin_again(window, token))
        assert learner.begin_again(window, token) == begun[-1], "sending it again leads to the same attempt"
        assert window.get(begun[-1]).status_code == 200
    assert begun[0] != begun[1], "nobody gets into another's attempt by its token"
    assert window.get(begun[0]).status_code == 404


def _process(folder: Path, url: str, learners: list[Any], together: Barrier) -> None:
    app = make_app(folder, url)
    windows = [learner.window(app) for learner in learners]
    together.wait(60)
    for learner, window in zip(learners, windows, strict=True):
        assert learner.hand_in(window) == 303
        with app.app_context():
            deliver_due(most=3)
    with app.app_context():
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
