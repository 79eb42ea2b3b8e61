"""The process dies between marking a paper and moving it up the tree: nothing is lost, and nothing is there by half."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from lms import rebuilding
from lms.api.work import connection, unit_of_work
from lms.testing.building import make_app
from quizzes.services import attempts, timing


def _hand_in_and_die(folder: Path, url: str, attempt: UUID) -> None:
    """In a process of its own: the paper is marked and closed, then the power fails."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    attempts.settle = die  # type: ignore[assignment]
    with make_app(folder, url).app_context(), unit_of_work():
        timing.hand_in(attempt)


def _facts(attempt: UUID) -> tuple[int, ...]:
    """(state, saved answers, scored evidence, attainments, figures that differ)."""
    of_it = text(
        "SELECT a.state, (SELECT count(*) FROM quizzes_response r WHERE r.attempt_id = a.id),"
        " (SELECT count(*) FROM lms_evidence e WHERE e.account_id = a.account_id AND e.kind = 2),"
        " (SELECT count(*) FROM lms_attainment t WHERE t.account_id = a.account_id)"
        " FROM quizzes_attempt a WHERE a.uuid = :uuid"
    )
    kind = connection().dialect.name
    row = connection().execute(of_it, {"uuid": attempt.hex if kind == "sqlite" else attempt}).one()
    return (*row, len(rebuilding.differences()))


def test_killed_between_marked_and_moved_up(any_app: Flask, ready: Callable[..., list[Any]]) -> None:
    (learner,) = ready(any_app, 1)
    settings = any_app.extensions["lms.settings"]
    with any_app.app_context():
        state, answers, *_more = before = _facts(learner.attempt)
        assert state == 0
        assert answers == 20
    dying = multiprocessing.get_context("spawn").Process(
        target=_hand_in_and_die, args=(settings.data_dir, settings.database_url, learner.attempt)
    )
    dying.start()
    dying.join(120)
    assert dying.exitcode == -signal.SIGKILL
    with any_app.app_context():
        assert _facts(learner.attempt) == before, "as if nobody had pressed"
    assert learner.hand_in(learner.window(any_app)) == 303
    with any_app.app_context():
        assert _facts(learner.attempt) == (1, 20, 1, 1, 0)
