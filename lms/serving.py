"""The production server: granian, one blocking thread a worker, and beside it one worker for the outbox.

On Linux the application is loaded once and the processes that answer and deliver are forks of this one: what none of
them writes to, they share, which is half of their memory. Elsewhere each loads it for itself.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

from flask import Flask

from lms.app import settle
from lms.config import Settings


def serve(app: Flask) -> None:
    """Serves until interrupted. OSError when the port is taken, saying how to choose another.

    No connection to the database may be open in this process: a fork would share it.
    """
    settings: Settings = app.extensions["lms.settings"]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(
                f"{settings.host}:{settings.port} is in use. Choose another port: PORT=8001 make run"
            ) from error
    os.environ.update(LMS_HOST=settings.host, LMS_PORT=str(settings.port))
    shared = app if sys.platform == "linux" else None
    if shared is not None:
        multiprocessing.set_start_method("fork", force=True)
        settle()
    keeper = WorkerKeeper(shared) if settings.worker else None
    if keeper:
        keeper.start()
    try:
        _granian(settings, shared)
    finally:
        if keeper:
            keeper.stop()


def _granian(settings: Settings, shared: Flask | None) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    server = Server(
        "lms.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=1,
        respawn_failed_workers=True,
        log_access=False,
        log_enabled=False,
    )
    server.serve(target_loader=None if shared is None else lambda *_target: shared)


class _Running(Protocol):
    """The worker's process, however it was begun."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class WorkerKeeper:
    """Keeps one `lms worker` process running: one that dies is started again."""

    def __init__(self, shared: Flask | None) -> None:
        self._shared = shared
        self._process: _Running | None = None
        self._ended = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Begins to keep it."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the worker to finish, and waits for it."""
        self._stopping.set()
        if self._process is not None and not self._ended.is_set():
            self._process.terminate()
            if not self._ended.wait(20):
                self._process.kill()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            self._ended.clear()
            if self._shared is not None:
                forked = multiprocessing.get_context("fork").Process(target=_deliver, args=(self._shared,))
                forked.start()
                self._process = forked
                forked.join()
            else:
                begun = subprocess.Popen([sys.executable, "-m", "lms.cli", "worker"])  # noqa: S603  ourselves
                self._process = begun
                begun.wait()
            self._ended.set()
            if time.monotonic() - began < 2:
                self._stopping.wait(2)


def _deliver(app: Flask) -> None:
    """What the forked worker does until it is asked to stop; it calls itself so in the list of processes."""
    Path("/proc/self/comm").write_text("lms worker", encoding="ascii")
    from lms.outbox.worker import Worker

    Worker(app).run()
