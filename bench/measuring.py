"""Journeys over HTTP against `lms serve` and `lms worker`, with a reading of every process around each request."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from bench import data, inside
from bench.browsing import HttpBrowser
from bench.counting import FILE
from bench.databases import Database
from bench.floors import Floors
from bench.learner import OUTSIDE, Answer, Journey, verify, whole
from bench.loading import Load, pages
from bench.machine import MOST_WAIT, Meter, Process, Server, memory
from certificates.models import Credential
from lms.db.base import db
from lms.identity.models import Account
from lms.memory import QUIET
from lms.rebuilding import differences

WARMING = 6  # journeys before the measured ones: psycopg prepares a statement on the server at its sixth use


@dataclass
class Step:
    """One request: CPU milliseconds by where they were spent, and what it took."""

    web: float = 0.0
    database: float = 0.0
    statements: int = 0
    size: int = 0


@dataclass
class Trip:
    """All steps of one learner, by workload; the worker's share stands beside them."""

    steps: dict[str, list[Step]] = field(default_factory=lambda: defaultdict(list))
    worker: Step = field(default_factory=Step)

    def cpu(self, workload: str) -> float:
        """Of one workload in this trip."""
        spent = sum(s.web + s.database for s in self.steps[workload])
        return spent + (self.worker.web + self.worker.database if workload == "W11b" else 0)

    def inner(self) -> list[Step]:
        """The steps of the journey proper, the worker's among them."""
        return [s for name, steps in self.steps.items() if name not in OUTSIDE for s in steps] + [self.worker]


@dataclass
class TripRecorder:
    """Reads web server and database around each request."""

    web: Meter
    database: Meter
    trip: Trip = field(default_factory=Trip)

    @contextmanager
    def step(self, workload: str) -> Iterator[list[Answer]]:
        """Around one request."""
        answers: list[Answer] = []
        self.web.lap()
        self.database.lap()
        yield answers
        step = Step(self.web.lap(), self.database.lap())
        for answer in answers:
            step.size += answer.size
            step.statements += answer.statements
        self.trip.steps[workload].append(step)


@dataclass
class Run:
    """What one database gave."""

    database: str
    route: float  # CPU milliseconds of the bare route, taken between the journeys
    check: float  # of one password check, likewise
    trips: list[Trip]
    counted: Trip
    held: Held
    frozen: dict[str, Any]  # a paper that was issued
    pages: dict[str, Load]

    def median(self, workload: str) -> float:
        """CPU milliseconds of a workload in a journey: the median over journeys."""
        return statistics.median(t.cpu(workload) for t in self.trips)

    def whole(self) -> tuple[float, float, float]:
        """CPU milliseconds of W20: web server, worker, database; each a median over journeys."""
        parts = [
            (
                sum(s.web for s in t.inner()) - t.worker.web,
                t.worker.web,
                sum(s.database for s in t.inner()),
            )
            for t in self.trips
        ]
        web, worker, database = (statistics.median(x) for x in zip(*parts, strict=True))
        return web, worker, database

    def journey(self) -> float:
        """CPU milliseconds of W20: the median over journeys of all together."""
        return statistics.median(sum(s.web + s.database for s in t.inner()) for t in self.trips)


@dataclass
class Held:
    """Megabytes (PSS) of `lms serve` as it runs everywhere, its worker with it, after journeys and a quiet while."""

    start: float  # seconds until the first answer
    web: float  # the process that answers
    main: float  # the one that keeps both
    worker: float


class Stage:
    """A filled database, its servers' environment, and a look into it that nobody's figures hold."""

    def __init__(self, database: Database, folder: Path, size: data.Size) -> None:
        self.database, self.folder, self.size = database, folder, size
        self.app: Flask = inside.application(folder, database.url)
        with self.app.app_context():
            data.fill(size)
            if found := differences():
                raise RuntimeError(f"The data set is not what the services would have written: {found[:5]}")
        inside.let_go(self.app)
        self.next_learner = size.begun
        self.right = data.right_answers()
        self.environment = {
            **{f"LMS_{k.upper()}": str(v) for k, v in inside.SETTINGS.items()},
            "LMS_DATABASE_URL": database.url,
            "LMS_DATA_DIR": str(folder),
            "LMS_WORKER": "no",  # it runs beside, so that its share can be told from the web server's
        }

    def credential(self, login: str) -> Any:
        """The paper of a learner, once its file has been drawn."""
        c, a = Credential.__table__, Account.__table__
        with self.app.app_context():
            found = db.session.execute(
                select(c.c.number, c.c.paper)
                .join(a, a.c.id == c.c.account_id)
                .where(a.c.username == login, c.c.pdf_key.is_not(None))
            ).first()
            db.session.rollback()
        return found

    def wait_for_paper(self, login: str) -> None:
        """Returns when the worker has issued and drawn the paper; TimeoutError where it does not."""
        began = time.monotonic()
        while self.credential(login) is None:
            if time.monotonic() - began > MOST_WAIT:
                raise TimeoutError(f"No paper for {login} after {MOST_WAIT} s.")
            time.sleep(0.02)

    def travel(self, port: int, web: Meter, worker: Meter, database: tuple[Meter, Meter]) -> tuple[str, Trip]:
        """The next learner's journey; returns the sign-in name and what it took."""
        number, self.next_learner = self.next_learner, self.next_learner + 1
        login, network = data.username(number), f"{number // 250}.{number % 250 + 1}"
        recorder = TripRecorder(web, database[0])
        browser, stranger = HttpBrowser(port, f"10.1.{network}"), HttpBrowser(port, f"10.2.{network}")
        worker.lap()
        database[1].lap()
        journey = Journey(browser, recorder, login, self.right)
        try:
            whole(journey, lambda: self.wait_for_paper(login))
            recorder.trip.worker = Step(worker.lap(), database[1].lap())
            journey.again()
            verify(stranger, recorder, journey.number)
        finally:
            browser.close()
            stranger.close()
        return login, recorder.trip

    def loads(self, port: int, number: str) -> dict[str, Load]:
        """W16 as one more learner, who has a quiz open; `number` is a paper that was issued."""
        login, self.next_learner = data.username(self.next_learner), self.next_learner + 1
        browser = HttpBrowser(port, "10.3.0.2")
        journey = Journey(browser, TripRecorder(Meter([]), Meter([])), login, self.right)
        try:
            journey.sign_in()
            journey.learn()
            journey.begin()
            return pages(port, browser, journey.attempt, number)
        finally:
            browser.close()

    def serve(self, counted: bool) -> tuple[Server, Process]:
        """The web server and the worker, as they run in production or with the counter."""
        log = self.folder / "servers.log"
        environment = self.environment | {FILE: str(self.folder / "statements")}
        arguments = (["-m", "bench.counting", "web"], ["-m", "bench.counting", "worker"])
        if not counted:
            arguments = (["-m", "lms.cli", "serve"], ["-m", "lms.cli", "worker"])
        return (
            Server("bench_web", arguments[0], environment, log),
            Process("bench_worker", arguments[1], environment, log),
        )

    def meters(self, server: Server, worker: Process) -> tuple[Meter, Meter, tuple[Meter, Meter]]:
        """Clocks of web server, worker, and the database's processes for either."""
        return (
            Meter(server.pids()),
            Meter(worker.pids()),
            (Meter(self.database.backends(server.name)), Meter(self.database.backends(worker.name))),
        )


def count(stage: Stage) -> Trip:
    """Statements and bytes: one journey on the counted servers, after one that warms them."""
    server, worker = stage.serve(counted=True)
    with server, worker:
        server.first_answer("/dang-nhap")
        stage.travel(server.port, *stage.meters(server, worker))
        kept = (stage.folder / "statements").read_text()
        _login, trip = stage.travel(server.port, *stage.meters(server, worker))
    rounds = (stage.folder / "statements").read_text().removeprefix(kept).split()
    trip.worker.statements = sum(int(line) for line in rounds)
    return trip


def run(database: Database, folder: Path, size: data.Size, journeys: int, floors: Floors) -> Run:
    """Fills the database, counts, then measures so many journeys, and loads the pages of W16 at the end."""
    stage = Stage(database, folder, size)
    counted = count(stage)
    held = hold(stage)
    server, worker = stage.serve(counted=False)
    with server:
        server.first_answer("/dang-nhap")
        with worker:
            return _measured(stage, server, worker, journeys, floors, held, counted)


def hold(stage: Stage) -> Held:
    """What the processes of one `lms serve` hold after so many journeys as warm them."""
    environment = {name: value for name, value in stage.environment.items() if name != "LMS_WORKER"}
    nobody = Meter([])
    with Server("bench_whole", ["-m", "lms.cli", "serve"], environment, stage.folder / "servers.log") as server:
        start = server.first_answer("/dang-nhap")
        for _ in range(WARMING):
            stage.travel(server.port, nobody, nobody, (nobody, nobody))
        time.sleep(QUIET + 3)
        main, *others = server.pids()
        working = [pid for pid in others if Path(f"/proc/{pid}/comm").read_text().strip() == "lms worker"]
        answering = [pid for pid in others if pid not in working]
        return Held(start, memory(answering), memory([main]), memory(working))


def _measured(
    stage: Stage, server: Server, worker: Process, journeys: int, floors: Floors, held: Held, counted: Trip
) -> Run:
    for _ in range(WARMING):
        login, _trip = stage.travel(server.port, *stage.meters(server, worker))
    meters = stage.meters(server, worker)
    trips = []
    floors.begin()
    for _ in range(journeys):
        floors.again()
        login, trip = stage.travel(server.port, *meters)
        trips.append(trip)
        floors.again()
    frozen = stage.credential(login)
    loads = stage.loads(server.port, frozen.number)
    taken = (floors.route, floors.check)
    return Run(stage.database.name, *taken, trips, counted, held, dict(frozen.paper), loads)
