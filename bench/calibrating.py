"""Difficulties found from simulated answers: whether they are the true ones, and what 500 questions cost.

Everything is seeded, so that the same figures and the same drawing come again. `python -m bench --only calibrating`.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text

from bench.inside import applications
from bench.machine import ROOT
from bench.plots import Series, plot
from lms import clock, starting
from lms.db.many import insert_many
from lms.db.unit_of_work import let_go, unit_of_work
from plugins.measuring.jobs import KIND, packed
from plugins.measuring.services import analysing, calibrating
from quizzes.models import Attempt, Item, Response

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the process that calculates

import numpy as np

from plugins.measuring.calibration.matrices import Floats
from plugins.measuring.calibration.rasch import Answers, Model

IMAGE = ROOT / "docs" / "images" / "calibration-recovered.svg"
RUNS, TAKERS, QUESTIONS, EACH = 200, 500, 40, 20
MEANS = (0.0, 1.0)  # of the two groups in each run
KINDS = ("sqlite", "postgresql")
QUESTIONS_COUNTED, PAPERS = 20, 20_000
QUESTIONS_MANY, TAKERS_MANY, EACH_MANY = 500, 100_000, 25


@dataclass(frozen=True)
class Recovery:
    """What so many runs found. Errors of the mean square and so on in logits."""

    runs: int
    inside: float  # the share of difficulties within two standard errors of the true ones
    worst: float  # that share in the run where it is smallest
    bias: float
    rmse: float
    claimed: float  # the root of the mean of the squared standard errors: should equal the RMSE
    converged: bool
    points: list[tuple[float, float]]  # (true, found) of the first five runs


@dataclass(frozen=True)
class Cost:
    """One large calibration in its own process, as the worker starts it."""

    questions: int
    takers: int
    answers: int
    seconds: float  # of the processor
    floor: float  # of the processor, for one evaluation of the likelihood
    megabytes: float
    rounds: int
    inside: float


def simulated(seed: int, takers: int, questions: int, each: int, means: tuple[float, ...]) -> tuple[Floats, Answers]:
    """True difficulties, and answers of takers in groups of which the first is the largest."""
    rng = np.random.default_rng(seed)
    difficulty = np.clip(rng.normal(0, 1.2, questions), -3, 3)
    shares = np.arange(len(means), 0, -1)
    group = np.sort(rng.choice(len(means), takers, p=shares / shares.sum()))
    ability = rng.normal(np.array(means)[group], 1)
    parts = [
        np.argsort(rng.random((min(2_000, takers - first), questions)), axis=1)[:, :each]
        for first in range(0, takers, 2_000)
    ]
    question = np.vstack(parts).ravel()
    taker = np.repeat(np.arange(takers), each)
    right = rng.random(takers * each) < 1 / (1 + np.exp(difficulty[question] - ability[taker]))
    return difficulty, Answers(taker, question, right, group, questions)


def recover(runs: int) -> Recovery:
    """Simulates so many times, and compares what is found with what was true."""
    inside, away, errors, points, converged = [], [], [], [], True
    for seed in range(runs):
        difficulty, answers = simulated(seed, TAKERS, QUESTIONS, EACH, MEANS)
        found = Model(answers).fit()
        distance = found.difficulty - difficulty
        inside.append(float(np.mean(np.abs(distance) < 2 * found.error)))
        away += distance.tolist()
        errors += (found.error**2).tolist()
        converged &= found.converged
        if seed < 5:
            points += list(zip(difficulty.tolist(), found.difficulty.tolist(), strict=True))
    rmse = float(np.sqrt(np.mean(np.square(away))))
    claimed = float(np.sqrt(np.mean(errors)))
    return Recovery(runs, statistics.mean(inside), min(inside), float(np.mean(away)), rmse, claimed, converged, points)


def cost(questions: int, takers: int, each: int) -> Cost:
    """Calibrates in a process of its own; its processor time and memory are the kernel's count."""
    difficulty, answers = simulated(1, takers, questions, each, (0.0, 0.5, 1.0))
    model = Model(answers)
    began = time.process_time()
    model.where(difficulty, np.zeros(3), np.ones(3))
    floor = time.process_time() - began
    numbers = (np.full(takers, each), answers.group, answers.question, answers.right)
    arrays = [array(KIND, np.asarray(one, dtype=np.int32).tobytes()) for one in numbers]
    job = packed({"fewest": 100, "base": [None] * questions, "base_error": [None] * questions}, arrays)
    with subprocess.Popen(
        [sys.executable, "-m", "plugins.measuring.calibration"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(job)
        process.stdin.close()
        said = json.loads(process.stdout.read())
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    rows = said["found"]
    within = [bool(abs(value - difficulty[place]) < 2 * error) for place, value, error, *_rest in rows]
    return Cost(
        questions, takers, takers * each, used.ru_utime + used.ru_stime, floor, used.ru_maxrss / 1024, said["rounds"],
        statistics.mean(within),
    )  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """Papers added to what is known of their questions: CPU of one, and of a look at all of them."""

    papers: int
    cpu: float  # milliseconds of this process for each paper that is counted
    looked: float  # milliseconds for each paper that the walk only looks at
    gathered: float  # milliseconds for each paper that goes into a calibration


def count(which: str, papers: int) -> dict[str, Counted]:
    """Counts so many papers of 20 questions, drawn from 200, on each database asked for."""
    return {kind: _counted(app, papers) for kind, app in applications(which, "measuring")}


def _counted(app: Flask, papers: int) -> Counted:
    with app.app_context():
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        _write_papers(papers)
        let_go()
        spent = _around(analysing.count)
        looked = _around(analysing.count)
        gathered = _around(calibrating.gather)
    # Later looks take a page of 5,000 at a time.
    page = min(papers, analysing.A_PAGE)
    return Counted(papers, 1000 * spent / papers, 1000 * looked / page, 1000 * gathered / papers)


def _around(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    spent = time.process_time() - began
    let_go()
    return spent


def _write_papers(papers: int) -> None:
    """Papers as people hand them in, right or wrong by chance."""
    rng, now = random.Random(3), clock.seconds() - 86_400
    items, attempts = Item.__table__, Attempt.__table__
    with unit_of_work() as database:
        wanted = select(items.c.current_id).where(items.c.pool == "exam", items.c.retired_at.is_(None))
        versions = list(database.execute(wanted.order_by(items.c.id).limit(200)).scalars())
        quiz, revision = database.execute(text("SELECT activity_id, id FROM quizzes_revision ORDER BY id")).first()
        account = database.execute(text("SELECT min(id) FROM lms_account")).scalar_one()
        rows = [
            {
                "uuid": uuid.uuid4(), "account_id": account, "activity_id": quiz, "course_id": quiz, "seed": 1,
                "revision_id": revision, "state": 1, "started_at": now, "submitted_at": now + 600, "passed": True,
                "paper": [[version, [0, 1, 2, 3], 1] for version in rng.sample(versions, QUESTIONS_COUNTED)],
                "marks": [rng.choice((0, 2520)) for _ in range(QUESTIONS_COUNTED)],
            }
            for _ in range(papers)
        ]  # fmt: skip
        ids = insert_many(attempts, rows)
        answers = [
            {"attempt_id": attempt, "position": place, "answer": [rng.randrange(2)], "saved_at": now + 20 * place + 20}
            for attempt in ids
            for place in range(QUESTIONS_COUNTED)
        ]
        insert_many(Response.__table__, answers)


TOLD: tuple[tuple[str, Callable[[Counted], str]], ...] = (
    ("CPU ms, counted", lambda c: f"{c.cpu:.2f}"),
    ("CPU ms, looked at by the walk", lambda c: f"{c.looked:.3f}"),
    ("CPU ms, gathered for a calibration", lambda c: f"{c.gathered:.3f}"),
)


def draw(found: Recovery, path: Path = IMAGE) -> None:
    """Found against true difficulties, for the documentation."""
    line = Series("", [(-4, -4), (4, 4)])
    text = plot(
        f"Difficulties of {QUESTIONS} questions, {TAKERS} people, five runs", "true difficulty in logits",
        "found difficulty", [line], (-4, 4), (-4, 4), dots=found.points,
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")


def markdown(found: Recovery, large: Cost, counted: dict[str, Counted]) -> str:
    """The tables."""
    head = (
        f"| {found.runs} seeded runs: {TAKERS} people, {QUESTIONS} questions, {EACH} each, two groups | found | goal |"
    )
    lines = [
        head, "| --- | ---: | ---: |",
        f"| difficulties within 2 standard errors of the true ones | {found.inside:.1%} | ≥ 95 % |",
        f"| the run with the smallest share | {found.worst:.1%} | |",
        f"| mean error, logits | {found.bias:+.3f} | 0 |",
        f"| root of the mean squared error, logits | {found.rmse:.3f} | {found.claimed:.3f}, by its own errors |",
        f"| all came to rest | {'yes' if found.converged else 'no'} | yes |",
        "",
        f"| Calibration of {large.questions} questions, {large.takers:,} people, {large.answers:,} answers | |",
        "| --- | ---: |",
        f"| CPU s of its process, with start and reading | {large.seconds:.1f} |",
        f"| rounds | {large.rounds} |",
        f"| floor: CPU s of one evaluation of the likelihood | {large.floor:.2f} |",
        f"| times the floor, for each round | {large.seconds / large.floor / large.rounds:.1f} |",
        f"| memory at most, MB | {large.megabytes:.0f} |",
        f"| difficulties within 2 standard errors | {large.inside:.1%} |",
        "",
        f"| Papers of {QUESTIONS_COUNTED} questions, each of one | SQLite | PostgreSQL |",
        "| --- | ---: | ---: |",
        *(
            f"| {name} | {' | '.join(told(counted[kind]) if kind in counted else '–' for kind in KINDS)} |"
            for name, told in TOLD
        ),
    ]  # fmt: skip
    return "\n".join(lines)
