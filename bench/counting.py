"""Counts SQL statements as they are sent. For measuring only: the product's own processes never load this.

`lms serve` and `lms worker` are what is timed; the same application with the counter around it, in a run of its own,
says how many statements each request took: `python -m bench.counting web | worker`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Engine, event

HEADER = "X-Bench-Statements"
FILE = "BENCH_STATEMENTS_FILE"
UNCOUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Counter:
    """How many statements this process has sent; a statement sent with many rows one by one counts as many."""

    def __init__(self) -> None:
        self.sent = 0

    def install(self, engine: type[Engine] | Engine = Engine) -> None:
        """Listens to one engine, or to every engine of this process."""
        event.listen(engine, "before_cursor_execute", self._before)

    def _before(
        self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool
    ) -> None:
        if not statement.lstrip().upper().startswith(UNCOUNTED):
            # Many rows in one statement come as one flat row of values.
            self.sent += len(parameters) if executemany and isinstance(parameters, list) else 1


counter = Counter()


def counted(wrapped: Wsgi) -> Wsgi:
    """Adds a header that says how many statements the answer took."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        before = counter.sent

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, (HEADER, str(counter.sent - before))], *rest)

        return wrapped(environ, start)

    return call


def make() -> Wsgi:
    """The application as it is served, counted. granian calls this."""
    from lms.wsgi import app

    counter.install()
    return counted(app)


def serve_web() -> None:
    """granian as `lms serve` runs it, with the counted application: loaded once, shared by fork."""
    from granian.constants import Interfaces
    from granian.server import Server

    from lms.app import settle

    multiprocessing.set_start_method("fork", force=True)
    served = make()
    settle()
    server = Server(
        "bench.counting:make",
        factory=True,
        address=os.environ["LMS_HOST"],
        port=int(os.environ["LMS_PORT"]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        log_access=False,
        log_enabled=False,
    )
    server.serve(target_loader=lambda *_target: served)


def work() -> None:
    """`lms worker`, writing the statements of each round that had something to do as a line of a file."""
    from lms.cli import the_app
    from lms.outbox.worker import Worker

    class CountedWorker(Worker):
        def _round(self, aside: bool) -> int:
            before = counter.sent
            handled = super()._round(aside)
            if handled:
                with open(os.environ[FILE], "a", encoding="ascii") as file:
                    file.write(f"{counter.sent - before}\n")
            return handled

    counter.install()
    CountedWorker(the_app()).run()


if __name__ == "__main__":
    {"web": serve_web, "worker": work}[sys.argv[1]]()
