"""The journey inside this process, for cProfile: the same requests through the application's own door, no server."""

from __future__ import annotations

import cProfile
import io
import pstats
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from bench import data, databases
from bench.browsing import InsideBrowser
from bench.counting import counter
from bench.learner import OUTSIDE, Answer, Journey, verify, whole
from lms.app import configure_logging, create_app
from lms.config import Settings
from lms.db import migrating
from lms.db.base import db
from lms.outbox.worker import Worker

WORKER = "worker"  # the step in which papers are issued and drawn
SETTINGS = {
    "secret_key": "a secret for the benchmark only",
    "base_url": "https://hocvuso.example.vn",
    "issuer_name": "Trung tâm Học vụ số",
    "trusted_proxies": 1,
    "espeak": "off",  # the journey is measured, not what the worker reads aloud meanwhile
}


def application(folder: Path, url: str) -> Flask:
    """The application as it is served, on a migrated database."""
    app = create_app(Settings.load({}, data_dir=folder, database_url=url, **SETTINGS))
    with app.app_context():
        migrating.upgrade(db.engine, app.extensions["lms.registry"].packages())
    return app


def let_go(app: Flask) -> None:
    """Closes what an application holds open, with everything in the database's own file."""
    with app.app_context():
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            with db.engine.connect() as connection:
                connection.connection.dbapi_connection.execute("VACUUM ANALYZE")  # type: ignore[union-attr]
        db.engine.dispose()


@dataclass
class ProfileRecorder:
    """CPU, statements and a profile for each kind of step. Profiling itself slows what it measures: compare shares."""

    profiling: bool
    profiles: dict[str, cProfile.Profile] = field(default_factory=lambda: defaultdict(cProfile.Profile))
    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statements: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def step(self, workload: str) -> Iterator[list[Answer]]:
        answers: list[Answer] = []
        sent = counter.sent
        profile = self.profiles[workload] if self.profiling else None
        began = time.process_time()
        if profile:
            profile.enable()
        try:
            yield answers
        finally:
            if profile:
                profile.disable()
        self.spent[workload].append(time.process_time() - began)
        self.statements[workload].append(counter.sent - sent)


def journeys(recorder: ProfileRecorder, app: Flask, first: int, count: int) -> None:
    """Some learners' journeys, one after the other, with the worker's part as a step of its own."""
    worker, right = Worker(app), data.right_answers()

    def work() -> None:
        with recorder.step(WORKER):
            while worker.once():
                pass

    for n in range(first, first + count):
        browser = InsideBrowser(app, f"10.1.{n // 250}.{n % 250 + 1}")
        journey = Journey(browser, recorder, data.username(n), right)
        whole(journey, work)
        journey.again()
        verify(InsideBrowser(app, f"10.2.{n // 250}.{n % 250 + 1}"), recorder, journey.number)


def profile(only: str = "", rows: int = 30, count: int = 10) -> str:
    """Where the time goes: the functions of each kind of step (or only one) by cumulative time."""
    configure_logging()
    counter.install()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        app = application(Path(name), f"sqlite:///{name}/lms.sqlite")
        with app.app_context():
            data.fill(data.Size(400, 300))
        recorders = [ProfileRecorder(False), ProfileRecorder(False), ProfileRecorder(True)]
        for recorder, first, many in zip(recorders, (300, 303, 303 + count), (3, count, count), strict=True):
            journeys(recorder, app, first, many)
        let_go(app)
    return report(recorders[1], recorders[2], only, rows)


def report(plain: ProfileRecorder, profiled: ProfileRecorder, only: str, rows: int) -> str:
    """CPU without the profiler, then the functions with it.

    Beside the mean stands the quickest tenth: nearer to what the code itself takes, whoever else uses the machine.
    """
    out = io.StringIO()
    total = quickest = 0.0
    for workload, spent in plain.spent.items():
        journeys_run = len(plain.spent["W1"])
        times, mean = len(spent) / journeys_run, 1000 * sum(spent) / len(spent)
        quick = 1000 * sorted(spent)[len(spent) // 10]
        if workload not in OUTSIDE:
            total += mean * times
            quickest += quick * times
        sent = sum(plain.statements[workload]) / len(spent)
        out.write(
            f"{workload:<7} {mean:7.3f} ms each, {quick:7.3f} at their quickest, {times:4.0f} times a journey,"
            f" {sent:5.1f} statements each\n"
        )
    out.write(f"W20     {total:7.3f} ms in this process, {quickest:.3f} at its quickest, without server and socket\n")
    for workload, found in profiled.profiles.items():
        if only and only != workload:
            continue
        out.write(f"\n==== {workload}\n")
        stats = pstats.Stats(found, stream=out)
        stats.sort_stats("cumulative").print_stats(rows)
        stats.sort_stats("tottime").print_stats(rows // 2)
    return re.sub(r"[^ ]*/site-packages/", "", out.getvalue()).replace(str(Path(__file__).parents[1]) + "/", "")


def applications(which: str, what: str) -> Generator[tuple[str, Flask], None, None]:
    """An application on a database of its own for each kind asked for: sqlite, postgresql where one answers, both.

    It is let go of when the next is asked for.
    """
    for kind in ("sqlite", "postgresql"):
        if which not in (kind, "both") or (kind == "postgresql" and not databases.has_postgresql()):
            continue
        with tempfile.TemporaryDirectory(prefix=f"bench-{what}-") as name:
            place = databases.sqlite(Path(name)) if kind == "sqlite" else databases.postgresql()
            with place as database:
                app = application(Path(name), database.url)
                try:
                    yield kind, app
                finally:
                    let_go(app)
