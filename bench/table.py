"""The figures as Markdown, and the document that holds them."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import data
from bench.learner import WITHOUT_SCRIPT
from bench.measuring import Run

BEGIN, END = "<!-- figures: written by `make bench`, do not edit -->", "<!-- end of figures -->"
ROUTE, CHECK = "route", "check"


@dataclass(frozen=True)
class Workload:
    """A row: what it is here, what it is compared with, and its goal (a ratio to the floor, and statements)."""

    name: str
    about: str
    goal: float | None = None
    statements: int | None = None
    with_check: bool = False  # the goal is the password check plus so many bare routes


WORKLOADS = (
    Workload("W1", "sign-in form"),
    Workload("W2", "sign-in posted (one Argon2id check inside)", 10, 6, True),
    Workload("W3", "landing page: my learning"),
    Workload("W4", "programme page: outline of the course with my progress"),
    Workload("W5", "a lesson", 4, 2),
    Workload("W6", "a lesson marked learnt, and the next one with it"),
    Workload("W6a", "the last lesson marked learnt"),
    Workload("W7", "front page of the quiz"),
    Workload("W7a", "attempt begun: 20 questions drawn, the first one on the screen"),
    Workload("W7b", "one question on the screen, without script"),
    Workload("W8", "an answer saved, and the next question with it"),
    Workload("W8a", "an answer saved, without script", 4, 3),
    Workload("W8c", "the last answer saved, and all answers with it"),
    Workload("W9", "handed in: graded, lesson, course, programme, attainment", 10, 14),
    Workload("W10", "results of 20 questions"),
    Workload("W11a", "list of my papers, and one paper's page"),
    Workload("W11b", "first PDF: issued and drawn by the worker, downloaded"),
    Workload("W12", "the PDF again"),
    Workload("W13", "a paper verified by anybody", 4, 3),
)
# How often a learner does each; figures are of one.
EACH = {"W6": 9, "W7b": WITHOUT_SCRIPT, "W8": 19, "W8a": WITHOUT_SCRIPT, "W11a": 2}
GOAL_W20, STATEMENTS_W20 = 3.0, 160


@dataclass(frozen=True)
class Figures:
    """Everything that one run of the benchmark found."""

    size: data.Size
    journeys: int
    drawing: float  # CPU ms of one bare drawing
    runs: Sequence[Run]


def markdown(found: Figures, only: str = "") -> str:
    """The tables; `only` leaves the rows of one workload."""
    parts = [] if only else [_machine(found)]
    if not only or only == "W20":
        parts.append(_journey(found))
    if only != "W16" and only != "W20":
        parts.append(_steps(found, only))
    if not only or only == "W16":
        parts.append(_loads(found))
    if not only:
        parts.append(_processes(found))
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _n(value: float) -> str:
    return f"{value:,.0f}"


def _machine(found: Figures) -> str:
    return (
        f"Measured with {_n(found.size.learners)} learners, {_n(found.size.begun * data.LEARNT_EACH)} completions,"
        f" {found.journeys} journeys on each database; {os.cpu_count()} cores, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}.\n\n"
        + _table(
            ["floor of this run, CPU ms", *(f"while on {r.database}" for r in found.runs)],
            [
                ["bare Flask route on the same server", *(f"{r.route:.3f}" for r in found.runs)],
                ["one Argon2id check (m=19456, t=2, p=1)", *(f"{r.check:.1f}" for r in found.runs)],
                ["one bare drawing of the same paper, at the end", *(f"{found.drawing:.1f}" for _ in found.runs)],
            ],
        )
    )


def _journey(found: Figures) -> str:
    rows = []
    for run in found.runs:
        web, worker, database = run.whole()
        inner = run.counted.inner()
        total = run.journey()
        sent = sum(s.statements for s in inner)
        rows.append(
            [
                run.database,
                f"{total:.0f}",
                f"{web:.0f} + {worker:.0f} + {database:.0f}",
                f"{total / run.check:.1f} × (goal {GOAL_W20:g} ×)",
                f"{sent} (goal {STATEMENTS_W20}; worker {run.counted.worker.statements})",
                _n(sum(s.size for s in inner) / 1000),
                str(len(inner) - 1),
            ]
        )
    head = ["W20, the whole journey", "CPU ms", "web + worker + database", "password checks"]
    head += ["statements", "KB", "requests"]
    return _table(head, rows)


def _steps(found: Figures, only: str) -> str:
    head = ["workload", *(h for r in found.runs for h in (f"{r.database}, CPU ms", "× floor")), "goal"]
    head += ["statements", "goal", "KB"]
    rows = []
    for work in WORKLOADS:
        if only and work.name != only:
            continue
        times = EACH.get(work.name, 1)
        row = [f"{work.name} {work.about}"]
        for run in found.runs:
            spent = run.median(work.name) / times
            row += [f"{spent:.2f}", f"{spent / run.route:.1f}"]
        counted = found.runs[0].counted
        sent = sum(s.statements for s in counted.steps[work.name]) / times
        size = sum(s.size for s in counted.steps[work.name]) / times
        if work.name == "W11b":
            sent += counted.worker.statements
        row += [
            _goal(work, found.runs[0]),
            f"{sent:g}",
            f"{work.statements}" if work.statements else "",
            f"{size / 1000:.1f}",
        ]
        rows.append(row)
    return _table(head, rows)


def _goal(work: Workload, run: Run) -> str:
    if work.goal is None:
        return ""
    if work.with_check:
        return f"{run.check / run.route + work.goal:.0f} (check + {work.goal:g})"
    return f"{work.goal:g}"


def _loads(found: Figures) -> str:
    rows = [
        [
            f"W16 {page}",
            f"{one.cold_bytes / 1000:.1f} / {one.cold_requests}",
            f"{one.warm_bytes / 1000:.1f} / {one.warm_requests}",
        ]
        for page, one in found.runs[0].pages.items()
    ]
    return _table(["page", "cold: KB / requests", "warm: KB / requests"], rows)


def _processes(found: Figures) -> str:
    rows = [
        [
            run.database,
            f"{run.held.web:.0f}",
            f"{run.held.main:.0f}",
            f"{run.held.worker:.0f}",
            f"{run.held.start:.1f}",
        ]
        for run in found.runs
    ]
    return _table(
        [
            "`lms serve` after load",
            "web worker, MB (PSS), goal 60",
            "its keeper",
            "outbox worker",
            "start to first answer, s, goal 2",
        ],
        rows,
    )


def write(path: Path, tables: str) -> None:
    """Puts the tables into a document in place of those that it holds; the prose around them stays."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no place for figures: it needs the lines {BEGIN} and {END}.")
    path.write_text(f"{before}{BEGIN}\n\n{tables.strip()}\n\n{END}{after}", encoding="utf-8")
