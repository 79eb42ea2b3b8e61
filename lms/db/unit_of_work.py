"""One write, one `with unit_of_work():`, opened at the edge (view, command, job). Services never commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from lms.db.base import db
from lms.db.sqlite import write_lock

_here = threading.local()


def connection() -> Connection:
    """The connection of the present request or job; reads may use it at any time."""
    return db.session.connection()


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A write transaction: leaving it commits, an exception rolls all of it back.

    Inside it is database only: no network, mail, PDF or model call. What was read before it is read again, because
    the write transaction sees the database as it is now. Not nested: RuntimeError.
    """
    session = db.session()
    if getattr(_here, "open", False):
        raise RuntimeError("unit_of_work() is opened once, at the edge; services take part in it.")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("Something was changed outside unit_of_work().")
    session.rollback()
    engine = db.engine
    _here.open, _here.after = True, []
    try:
        if engine.dialect.name == "sqlite":
            with write_lock(engine):
                yield from _transaction(session)
        else:
            yield from _transaction(session)
    finally:
        _here.open = False
    for hook in _here.after:
        hook()


def _transaction(session: Session) -> Iterator[Session]:
    try:
        session.connection()
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def writing() -> bool:
    """Whether a unit of work is open: what must be told in a transaction asks this."""
    return bool(getattr(_here, "open", False))


def after_commit(hook: Callable[[], None]) -> None:
    """Runs `hook` once the open unit of work has been committed; never if it is rolled back."""
    _here.after.append(hook)
