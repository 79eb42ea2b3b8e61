"""What nothing can be cheaper than, measured in the same run: a bare route, a bare drawing, one password check."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from bench.browsing import HttpBrowser
from bench.machine import Server, cpu
from lms.identity import passwords

bare = Flask("bare", static_folder=None, template_folder=None)


@bare.get("/")
def ok() -> str:
    """The one route."""
    return "ok"


def serve_bare() -> None:
    """The bare application on the server that the product uses, set up the same."""
    from granian.constants import Interfaces
    from granian.server import Server as Granian

    Granian(
        "bench.floors:bare",
        address=os.environ["LMS_HOST"],
        port=int(os.environ["LMS_PORT"]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        respawn_failed_workers=True,
        log_access=False,
        log_enabled=False,
    ).serve()


def bare_route(folder: Path, repetitions: int) -> float:
    """CPU milliseconds of one request to the bare route: the median of batches of ten."""
    with Server("bench_floor", ["-m", "bench.floors"], {}, folder / "floor.log") as server:
        server.first_answer("/")
        browser, pids = HttpBrowser(server.port), server.pids()
        for _ in range(50):
            browser.ask("GET", "/")
        spent = []
        for _ in range(repetitions):
            before = sum(cpu(p) for p in pids)
            for _ in range(10):
                browser.ask("GET", "/")
            spent.append(100 * (sum(cpu(p) for p in pids) - before))
        browser.close()
    return statistics.median(spent)


def timed(call: Callable[[], Any]) -> float:
    """CPU milliseconds of one call in this process."""
    began = time.process_time()
    call()
    return 1000 * (time.process_time() - began)


class PasswordCheck:
    """One Argon2id check (19,456 KiB, 2 passes, 1 lane), taken between the journeys so that both feel one machine."""

    def __init__(self) -> None:
        self._hash = passwords.hash_password("một mật khẩu để đo")
        self.spent: list[float] = []

    def again(self) -> None:
        """Measures one more check."""
        self.spent.append(timed(lambda: passwords.matches(self._hash, "một mật khẩu để đo")))

    @property
    def median(self) -> float:
        return statistics.median(self.spent)


def bare_drawing(frozen: dict[str, Any], repetitions: int) -> float:
    """CPU milliseconds to draw a paper that was issued in this run, and nothing else."""
    from certificates.designs.paper import Paper
    from certificates.designs.state import DESIGN

    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in frozen.items()}
    paper = Paper(**fields)
    DESIGN.draw(paper)
    return statistics.median(timed(lambda: DESIGN.draw(paper)) for _ in range(repetitions))


if __name__ == "__main__":
    serve_bare()
