"""The lock around every write on SQLite: held by one at a time, and left by threads that end."""

from __future__ import annotations

import fcntl
import gc
import os
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from lms.db.sqlite import _lock_file, prepare, write_lock
from lms.testing.pytest_plugin import missing

OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "lms.sqlite"


def engine_of(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database}")
    prepare(engine)
    return engine


def open_locks(database: Path) -> int:
    """How many descriptors of this process the database's lock file has."""
    if not OPEN_FILES.is_dir():
        missing("/proc", "run the tests on Linux")
    found = 0
    for entry in OPEN_FILES.iterdir():
        try:
            found += os.readlink(entry) == f"{database}.lock"
        except FileNotFoundError:
            continue  # the descriptor that the listing itself had
    return found


def write_in_a_thread(engine: Engine, times: int = 1) -> None:
    def write() -> None:
        for _ in range(times):
            with write_lock(engine), engine.begin() as connection:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (n)")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def test_threads_that_end_leave_no_open_file_behind(database: Path) -> None:
    engine = engine_of(database)
    for _ in range(50):
        write_in_a_thread(engine, times=3)
    assert open_locks(database) == 0
    engine.dispose()


def test_a_thread_opens_it_once_and_an_engine_that_goes_closes_it(database: Path) -> None:
    engine = engine_of(database)
    for _ in range(3):
        with write_lock(engine):
            assert open_locks(database) == 1
    assert open_locks(database) == 1
    engine.dispose()
    del engine
    gc.collect()
    assert open_locks(database) == 0


def test_a_fork_does_not_hold_what_its_parent_holds(database: Path) -> None:
    engine = engine_of(database)
    with write_lock(engine):
        pass  # opened before the fork
    with write_lock(engine):
        child = os.fork()
        if child == 0:
            refused = 1
            try:
                fcntl.flock(_lock_file(engine, str(database)).descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                refused = 0
            finally:
                os._exit(refused)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "the fork took the lock that is held"
    engine.dispose()
