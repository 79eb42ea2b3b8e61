"""What nothing can be cheaper than, measured in the same run: a bare route, a bare drawing, one password check."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from flask import Flask

from bench.browsing import HttpBrowser
from bench.machine import Meter, Server
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


def timed(call: Callable[[], Any]) -> float:
    """CPU milliseconds of one call in this process."""
    began = time.process_time()
    call()
    return 1000 * (time.process_time() - began)


class Floors:
    """The bare route and one password check, taken again between the journeys, so that all feel one machine.

    The check is Argon2id with 19,456 KiB, 2 passes, 1 lane. The route is read as the journeys' steps are: around
    each request.
    """

    def __init__(self, folder: Path) -> None:
        self._server = Server("bench_floor", ["-m", "bench.floors"], {}, folder / "floor.log")
        self._hash = passwords.hash_password("một mật khẩu để đo")
        self._routes: list[float] = []
        self._checks: list[float] = []

    def __enter__(self) -> Self:
        self._server.__enter__()
        try:
            self._server.first_answer("/")
            self._meter = Meter(self._server.pids())
            self.again()
        except BaseException:
            self._server.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.__exit__(None, None, None)

    def begin(self) -> None:
        """Forgets what was measured before: a machine that others use is not the same an hour later."""
        self._routes.clear()
        self._checks.clear()

    def again(self) -> None:
        """One more check, and some more requests to the bare route."""
        self._checks.append(timed(lambda: passwords.matches(self._hash, "một mật khẩu để đo")))
        browser = HttpBrowser(self._server.port)  # a new one: the server hangs up on those that were long silent
        try:
            browser.ask("GET", "/")
            self._meter.lap()
            for _ in range(30):
                browser.ask("GET", "/")
                self._routes.append(self._meter.lap())
        finally:
            browser.close()

    @property
    def check(self) -> float:
        """CPU milliseconds of one password check: the median."""
        return statistics.median(self._checks)

    @property
    def route(self) -> float:
        """CPU milliseconds of one request to the bare route: the median."""
        return statistics.median(self._routes)


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
