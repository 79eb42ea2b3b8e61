"""The worker process: delivers what is due, runs periodic work, sleeps a little when there is nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import structlog
from flask import Flask
from msgspec import Struct

from lms import clock
from lms.contract.points import ExtensionPoint
from lms.db.unit_of_work import let_go
from lms.outbox.delivering import deliver_due

IDLE = 0.5  # seconds between looks at an empty outbox
log = structlog.get_logger("lms.worker")


class Periodic(Struct, frozen=True):
    """Work that the worker does every `every` seconds: cleaning up, folding, reconciling.

    `aside`: it may take minutes, so it has a thread of its own, and deliveries do not wait for it.
    """

    name: str
    every: int
    run: Callable[[], object]
    aside: bool = False


PERIODIC: ExtensionPoint[Periodic] = ExtensionPoint("periodic", "Work done every so many seconds.", lambda p: p.name)


class Worker:
    """Runs until it is asked to stop; whatever it holds then is finished first, but not what is done aside."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._ran: dict[str, int] = {}

    def stop(self, *_: object) -> None:
        """Asks the worker to end after the delivery at hand."""
        self._stop.set()

    def run(self) -> None:
        """Delivers until stopped. SIGTERM and SIGINT stop it."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        with self._app.app_context():
            beside = [work for work in PERIODIC if work.aside]
        for work in beside:
            threading.Thread(target=self._aside, args=(work,), name=work.name, daemon=True).start()
        while not self._stop.is_set():
            if not self._round(aside=False):
                self._stop.wait(IDLE)

    def once(self) -> int:
        """One round, with what is else done aside; returns how much there was to do."""
        return self._round(aside=True)

    def _aside(self, work: Periodic) -> None:
        while not self._stop.is_set():
            with self._app.app_context():
                try:
                    work.run()
                except Exception as error:
                    log.error("periodic work failed", work=work.name, error=repr(error))
            self._stop.wait(work.every)

    def _round(self, aside: bool) -> int:
        """The database being away is waited for, not died of."""
        with self._app.app_context():
            try:
                self._periodic(aside)
                return deliver_due()
            except Exception as error:
                log.error("worker round failed", error=repr(error))
                let_go()
                return 0

    def _periodic(self, aside: bool) -> None:
        now = clock.seconds()
        for work in PERIODIC:
            if work.aside and not aside:
                continue
            if now - self._ran.get(work.name, 0) >= work.every:
                self._ran[work.name] = now
                try:
                    work.run()
                except Exception as error:
                    log.error("periodic work failed", work=work.name, error=repr(error))
                    let_go()
