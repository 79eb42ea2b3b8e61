"""SQLite as an honest server database: WAL, durable commits, fair writers.

Writers take a file lock around the whole write transaction. `busy_timeout` alone starves some of them, and SQLite
before 3.51.3 can corrupt the log when several processes commit or checkpoint at once; inside the lock neither happens.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

_here = threading.local()
WAL_RESET_FIXED = (3, 51, 3)


def has_wal_reset_bug() -> bool:
    """Whether the linked SQLite is older than 3.51.3 and needs every commit inside the lock."""
    return sqlite3.sqlite_version_info < WAL_RESET_FIXED


def prepare(engine: Engine) -> None:
    """Sets each new connection up, and makes BEGIN say whether the transaction will write."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "wal_autocheckpoint=1000",  # 4 MB, written over again and again: a log that grows costs half as much again
        ):
            connection.execute(f"PRAGMA {pragma}")

    def _begin(connection: Any) -> None:
        if not connection.in_transaction:  # a unit of work has begun its own
            connection.execute("BEGIN IMMEDIATE" if getattr(_here, "writing", False) else "BEGIN")

    # The dialect's own hook: a listener on the engine would make every statement look for listeners.
    engine.dialect.do_begin = _begin  # type: ignore[assignment, method-assign]

    @event.listens_for(engine, "close")
    def _close(connection: Any, _record: object) -> None:
        # The last connection to close checkpoints the log, so it closes inside the lock; closing twice is harmless.
        if getattr(_here, "writing", False):
            connection.close()
        else:
            with write_lock(engine):
                connection.close()


class _LockFile:
    """A thread's own open lock file of one database; closed with the thread, or with the engine."""

    def __init__(self, path: str) -> None:
        self.process = os.getpid()  # a fork must open its own: one opened before would be held by both at once
        self.descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        weakref.finalize(self, os.close, self.descriptor).atexit = False


def _lock_file(engine: Engine, path: str) -> _LockFile:
    files: WeakKeyDictionary[Engine, _LockFile] = _here.__dict__.setdefault("files", WeakKeyDictionary())
    held = files.get(engine)
    if held is None or held.process != os.getpid():
        held = files[engine] = _LockFile(path + ".lock")
    return held


@contextmanager
def write_lock(engine: Engine) -> Iterator[None]:
    """Holds the file lock of this database; transactions begun inside are immediate. Not re-entrant."""
    path = engine.url.database
    if not path or path == ":memory:":
        _here.writing = True
        try:
            yield
        finally:
            _here.writing = False
        return
    file = _lock_file(engine, path)
    fcntl.flock(file.descriptor, fcntl.LOCK_EX)
    _here.writing = True
    try:
        yield
    finally:
        _here.writing = False
        fcntl.flock(file.descriptor, fcntl.LOCK_UN)
