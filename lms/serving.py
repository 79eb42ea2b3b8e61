"""The production server: granian, one blocking thread a worker, and beside it one worker for the outbox."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

from lms.config import Settings


def serve(settings: Settings) -> None:
    """Serves until interrupted. OSError when the port is taken, saying how to choose another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(
                f"{settings.host}:{settings.port} is in use. Choose another port: PORT=8001 make run"
            ) from error
    os.environ.update(LMS_HOST=settings.host, LMS_PORT=str(settings.port))
    keeper = WorkerKeeper() if settings.worker else None
    if keeper:
        keeper.start()
    try:
        _granian(settings)
    finally:
        if keeper:
            keeper.stop()


def _granian(settings: Settings) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        "lms.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=1,
        respawn_failed_workers=True,
        log_access=False,
        log_enabled=False,
    ).serve()


class WorkerKeeper:
    """Keeps one `lms worker` process running: one that dies is started again."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Begins to keep it."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the worker to finish, and waits for it."""
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            self._process = subprocess.Popen([sys.executable, "-m", "lms.cli", "worker"])  # noqa: S603  ourselves
            self._process.wait()
            if time.monotonic() - began < 2:
                self._stopping.wait(2)
