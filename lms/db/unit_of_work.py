"""One write, one `with unit_of_work():`, opened at the edge (view, command, job). Services never commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from flask import Flask, g
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from lms.db.base import db
from lms.db.sqlite import write_lock

_here = threading.local()


def connection() -> Connection:
    """The connection of the present request or job; reads may use it at any time.

    A plain connection, not an ORM session, and kept from one request to the next by each thread: making a session or
    taking a connection from the pool costs more than most pages' statements.
    """
    held: Connection | None = g.get("connection")
    if held is None:
        engine = db.engine
        kept: WeakKeyDictionary[Engine, Connection] = _here.__dict__.setdefault("kept", WeakKeyDictionary())
        held = kept.pop(engine, None)
        if held is None or held.closed or held.invalidated:
            held = engine.connect()
        g.connection = held
    return held


def let_go() -> None:
    """Ends what was read: between jobs, and at the end of every request. A broken connection is thrown away."""
    held: Connection | None = g.pop("connection", None)
    if held is None:
        return
    kept: WeakKeyDictionary[Engine, Connection] = _here.__dict__.setdefault("kept", WeakKeyDictionary())
    if held.closed or held.invalidated or held.engine in kept:
        held.close()
        return
    try:
        held.rollback()
    except DBAPIError:
        held.invalidate()
        held.close()
    else:
        kept[held.engine] = held


def close_kept() -> None:
    """Closes the connection that this thread keeps for the application: before its database goes away."""
    let_go()
    kept: WeakKeyDictionary[Engine, Connection] = _here.__dict__.get("kept", WeakKeyDictionary())
    held = kept.pop(db.engine, None)
    if held is not None:
        held.close()


def install(app: Flask) -> None:
    """Makes every request and job give its connection back."""

    @app.teardown_appcontext
    def _give_back(_error: BaseException | None) -> None:
        let_go()


@contextmanager
def unit_of_work() -> Iterator[Connection]:
    """A write transaction: leaving it commits, an exception rolls all of it back.

    Inside it is database only: no network, mail, PDF or model call. What was read before it is read again, because
    the write transaction sees the database as it is now. Not nested: RuntimeError.
    """
    if getattr(_here, "open", False):
        raise RuntimeError("unit_of_work() is opened once, at the edge; services take part in it.")
    database = connection()
    database.rollback()
    _here.open, _here.after = True, []
    try:
        if database.dialect.name == "sqlite":
            with write_lock(database.engine), database.begin():
                yield database
        else:
            with database.begin():
                yield database
    finally:
        _here.open = False
    for hook in _here.after:
        hook()


def writing() -> bool:
    """Whether a unit of work is open: what must be told in a transaction asks this."""
    return bool(getattr(_here, "open", False))


def after_commit(hook: Callable[[], None]) -> None:
    """Runs `hook` once the open unit of work has been committed; never if it is rolled back."""
    _here.after.append(hook)
