"""One write, one `with unit_of_work():`, opened at the edge (view, command, job). Services never commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from flask import Flask, g, has_request_context
from sqlalchemy.engine import Connection, Engine

from lms.db.base import db
from lms.db.driving import Line, SqliteLine
from lms.db.sqlite import write_lock

_here = threading.local()
R = TypeVar("R")
T = TypeVar("T")


def line() -> Line:
    """The line to the database of the present request or job.

    Kept from one request to the next by each thread: making an ORM session or taking a connection from the pool costs
    more than most pages' statements.
    """
    here = g._get_current_object()  # the proxy costs more than the question
    held: Line | None = here.get("line")
    if held is None:
        engine = db.engine
        held = _kept().pop(engine, None)
        if held is None or held.connection.closed or held.connection.invalidated:
            held = _line_of(engine.connect())
        here.line = held
    return held


def connection() -> Connection:
    """The connection of the present request or job, for statements that are made as they are sent."""
    return line().connection


def _kept() -> dict[Engine, Line]:
    try:
        kept: dict[Engine, Line] = _here.kept
    except AttributeError:
        kept = _here.kept = {}
    return kept


def let_go() -> None:
    """Ends what was read: between jobs, and at the end of every request. A broken connection is thrown away."""
    _here.read = {}
    held: Line | None = g._get_current_object().pop("line", None)
    if held is None:
        return
    held.end()
    connection, kept = held.connection, _kept()
    if connection.closed or connection.invalidated or held.engine in kept:
        connection.close()
    else:
        kept[held.engine] = held


def close_kept() -> None:
    """Closes the connection that this thread keeps for the application: before its database goes away."""
    let_go()
    held = _kept().pop(db.engine, None)
    if held is not None:
        held.connection.close()


def install(app: Flask) -> None:
    """Makes every request and job give its connection back."""

    @app.teardown_appcontext
    def _give_back(_error: BaseException | None) -> None:
        let_go()


def _line_of(connection: Connection) -> Line:
    """The line of a connection to either kind of database."""
    if connection.dialect.name == "sqlite":
        return SqliteLine(connection)
    from lms.db.postgresql import PostgresLine  # psycopg is loaded where it is used

    return PostgresLine(connection)


@contextmanager
def unit_of_work() -> Iterator[Connection]:
    """A write transaction: leaving it commits, an exception rolls all of it back.

    Inside it is database only: no network, mail, PDF or model call. What was read before it is read again, because
    the write transaction sees the database as it is now. Not nested: RuntimeError.
    """
    if getattr(_here, "open", False):
        raise RuntimeError("unit_of_work() is opened once, at the edge; services take part in it.")
    held = line()
    held.end()
    _here.open, _here.after, _here.gathered, _here.read = True, [], {}, {}
    try:
        with write_lock(held.engine) if held.kind == "sqlite" else nullcontext():
            held.begin()
            try:
                _ask_again()
                yield held.connection
                for write, things in _here.gathered.items():
                    write(things)
            except BaseException:
                held.end()
                raise
            held.commit()
    finally:
        _here.open = False
    for hook in _here.after:
        hook()


@contextmanager
def lone_write() -> Iterator[None]:
    """Around a write of one statement, which by itself is a transaction: half the trips of a unit of work.

    What it wrote stands, durably, when it returns. Whoever writes two, tells an event or asks for a right first opens a
    unit of work. Not inside one: RuntimeError.
    """
    if writing():
        raise RuntimeError("lone_write() is a transaction of its own; inside a unit of work statements are part of it.")
    held = line()
    held.end()
    with write_lock(held.engine) if held.kind == "sqlite" else nullcontext():
        yield


def writing() -> bool:
    """Whether a unit of work is open: what must be told in a transaction asks this."""
    return bool(getattr(_here, "open", False))


def read_once(what: Hashable, ask: Callable[[], R]) -> R:
    """What `ask` gives, asked once until this thread opens a unit of work or lets go of its connection.

    For what several who prepare something read one after the other. Inside a unit of work it is always asked.
    """
    held: dict[Hashable, Any] = getattr(_here, "read", {})
    if writing():
        return ask()
    if what not in held:
        held[what] = ask()
        _here.read = held
    found: R = held[what]
    return found


def lean_on(what: Hashable, ask: Callable[[], None]) -> None:
    """Has `ask` called anew as soon as this request opens a write transaction; what it raises undoes all of it.

    For what was asked before the write and must still be so at the write: rights. Outside a request nothing is kept.
    """
    if has_request_context():
        g.setdefault("leant_on", {})[what] = ask


def _ask_again() -> None:
    if not has_request_context():
        return
    for ask in list(g.get("leant_on", {}).values()):
        ask()


def at_commit(write: Callable[[list[T]], None], things: Iterable[T]) -> None:
    """Gathers things until the open unit of work is about to be committed; then `write` gets all of them at once.

    It is part of the transaction: what it raises undoes all. Each `write` is called once, with things in their order.
    """
    if not writing():
        raise RuntimeError("at_commit() belongs into a unit of work.")
    _here.gathered.setdefault(write, []).extend(things)


def after_commit(hook: Callable[[], None]) -> None:
    """Runs `hook` once the open unit of work has been committed; never if it is rolled back."""
    _here.after.append(hook)
