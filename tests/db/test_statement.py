"""What pages send often goes straight to the driver: the same values, the same transactions, the same errors."""

from __future__ import annotations

import importlib
import pkgutil
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Float, Numeric, bindparam, cast, event, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.db.base import db
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, let_go, line, lone_write, unit_of_work
from lms.learning.models import Activity
from lms.outbox.models import Delivery

PATIENCE = 60  # seconds
A, D = Activity.__table__, Delivery.__table__
TELL: Statement[Any] = Statement(
    insert(D).returning(D.c.id, D.c.payload),
    columns=("event", "subscriber", "payload", "told_at", "due_at", "state", "attempts"),
)
HELD: Statement[Any] = Statement(select(D.c.id, D.c.payload, D.c.done_at).where(D.c.subscriber == bindparam("who")))
NOTE: Statement[Any] = Statement(update(D).where(D.c.subscriber == bindparam("who")).values(error=bindparam("said")))


NOBODY: Statement[Any] = Statement(text("INSERT INTO lms_client_token (token, day) VALUES (NULL, 1)"))


def tell(who: str, payload: dict[str, Any]) -> Any:
    return TELL.one(event="e", subscriber=who, payload=payload, told_at=1, due_at=1, state=2, attempts=0)


def test_values_go_in_and_come_out_as_python_has_them(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            made = tell("a", {"name": "Lò Thị Lành", "numbers": [1, 2.5, None, True]})
        assert made.payload == {"name": "Lò Thị Lành", "numbers": [1, 2.5, None, True]}
        assert HELD.first(who="a") == (made.id, made.payload, None)
        assert HELD.scalar(who="a") == made.id
        assert HELD.scalars(who="a") == [made.id]
        assert HELD.first(who="nobody") is None
        assert HELD.all(who="nobody") == []
        assert [type(v) for v in HELD.one(who="a")] == [int, dict, type(None)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_all_that_stand_in_modules_can_be_worded(kind: str) -> None:
    """A statement is worded when it is first sent, and where a piece of a page fails the page goes on without it."""
    found = 0
    for package in ("lms", "courses", "quizzes", "certificates", "plugins"):
        home = importlib.import_module(package)
        for module in pkgutil.walk_packages(home.__path__, f"{package}."):
            if module.name == "lms.wsgi" or module.name.endswith("__main__"):
                continue  # they run when they are imported
            for statement in vars(importlib.import_module(module.name)).values():
                if isinstance(statement, Statement):
                    assert statement.words(kind)
                    found += 1
    assert found > 100


def test_numbers_with_a_part(any_app: Flask) -> None:
    """PostgreSQL sends them in two ways, and SQLAlchemy wants to know which before it says how to read them."""
    half = Statement(select(literal(0.5, Float(53)).label("half"), cast(literal("0.1"), Numeric(4, 2)).label("tenth")))
    with any_app.app_context():
        assert half.one() == (0.5, Decimal("0.10"))
        assert [type(value) for value in half.one()] == [float, Decimal]


def test_an_identifier_and_a_row_class(any_app: Flask) -> None:
    by_uuid = Statement(select(A.c.uuid, A.c.slug).where(A.c.uuid == bindparam("uuid")), lambda *row: row)
    with any_app.app_context():
        uuid, slug = connection().execute(select(A.c.uuid, A.c.slug).limit(1)).one()
        assert by_uuid.first(uuid=uuid) == (uuid, slug)
        assert by_uuid.first(uuid=uuid4()) is None


def test_it_takes_part_in_a_unit_of_work_beside_what_goes_through_sqlalchemy(any_app: Flask) -> None:
    def write_and_fail() -> None:
        with unit_of_work() as database:
            tell("b", {})
            assert database.execute(text("SELECT count(*) FROM lms_delivery WHERE subscriber = 'b'")).scalar() == 1
            raise RuntimeError("on purpose")

    with any_app.app_context():
        with pytest.raises(RuntimeError, match="on purpose"):
            write_and_fail()
        assert HELD.all(who="b") == [], "rolled back with the rest"
        with unit_of_work() as database:
            database.execute(text("UPDATE lms_delivery SET attempts = attempts"))
            tell("b", {})
        let_go()
        assert len(HELD.all(who="b")) == 1
        with unit_of_work():
            pass
        with unit_of_work():
            assert NOTE.run(who="b", said="x") == 1
            assert NOTE.run(who="nobody", said="x") == 0


def test_a_lone_write_stands_when_it_returns(any_app: Flask) -> None:
    seen: list[int] = []

    def look() -> None:
        with any_app.app_context():
            seen.append(len(HELD.all(who="alone")))

    with any_app.app_context():
        with lone_write():
            tell("alone", {})
            elsewhere = threading.Thread(target=look)  # another connection
            elsewhere.start()
            elsewhere.join(PATIENCE)
        assert seen == [1], "nothing had to be committed"
        with pytest.raises(IntegrityError), lone_write():
            NOBODY.run()
        assert len(HELD.all(who="alone")) == 1, "the line works on"
        with unit_of_work(), pytest.raises(RuntimeError, match="transaction of its own"), lone_write():
            pass


def test_a_lone_write_waits_for_others_who_write(any_app: Flask) -> None:
    began, done = threading.Event(), threading.Event()

    def hold() -> None:
        with any_app.app_context(), unit_of_work():
            NOTE.run(who="held", said="first")
            began.set()
            assert done.wait(PATIENCE)

    with any_app.app_context():
        with lone_write():
            tell("held", {})
        other = threading.Thread(target=hold)
        other.start()
        assert began.wait(PATIENCE)
        threading.Timer(0.3, done.set).start()
        with lone_write():
            assert NOTE.run(who="held", said="second") == 1
        other.join(PATIENCE)
        said = connection().execute(select(D.c.error).where(D.c.subscriber == "held")).scalar_one()
        assert said == "second"


def test_outside_a_unit_of_work_no_transaction_stays_open(any_app: Flask) -> None:
    with any_app.app_context():
        HELD.all(who="a")
        driver = line().driver
        if line().kind == "sqlite":
            assert not driver.in_transaction
        else:
            assert driver.info.transaction_status.name == "IDLE"


def test_errors_are_those_of_sqlalchemy_and_leave_the_line_in_use(any_app: Flask) -> None:
    twice: Statement[Any] = Statement(
        text("INSERT INTO lms_client_token (token, day) SELECT token, day FROM lms_client_token")
    )
    put: Statement[Any] = Statement(text("INSERT INTO lms_client_token (token, day) VALUES (:token, 1)"))
    wrong: Statement[Any] = Statement(text("SELECT nothing FROM nowhere"))
    with any_app.app_context():
        with unit_of_work():
            put.run(token=b"0123456789abcdef")
        with pytest.raises(IntegrityError), unit_of_work():
            twice.run()
        with pytest.raises(DBAPIError):
            wrong.all()
        assert HELD.all(who="nobody") == [], "the line works on"


def test_what_is_not_given_is_named(any_app: Flask) -> None:
    with any_app.app_context(), pytest.raises(KeyError, match="who"):
        HELD.all()


def test_what_it_cannot_say_is_refused_at_once(any_app: Flask) -> None:
    many: Statement[Any] = Statement(select(A.c.id).where(A.c.id.in_([1, 2])))
    unmade: Statement[Any] = Statement(insert(D), columns=("event", "subscriber", "payload", "told_at", "due_at"))
    with any_app.app_context():
        with pytest.raises(ValueError, match="list"):
            many.all()
        with pytest.raises(ValueError, match="given by name"), unit_of_work():
            unmade.run(event="e", subscriber="c", payload={}, told_at=1, due_at=1)


def test_whoever_listens_to_statements_hears_these_too(any_app: Flask) -> None:
    heard: list[str] = []
    with any_app.app_context():
        engine = db.engine

        def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            heard.append(statement)

        event.listen(engine, "before_cursor_execute", hear)
        try:
            HELD.all(who="a")
        finally:
            event.remove(engine, "before_cursor_execute", hear)
        HELD.all(who="a")
    assert len(heard) == 1
    assert "lms_delivery" in heard[0]


def test_a_moment_keeps_its_time_zone(any_app: Flask) -> None:
    from lms.identity.models import Account

    made: Statement[Any] = Statement(select(Account.__table__.c.made_at).limit(1))
    with any_app.app_context():
        moment = made.scalar()
    assert isinstance(moment, datetime)
    assert moment.tzinfo is UTC


def test_who_waits_for_a_row_lets_the_other_threads_work(postgres_app: Flask) -> None:
    """The one who holds the row must be able to let it go: a wait that stopped all threads would never end."""
    done = threading.Event()
    waits: Statement[Any] = Statement(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    def write_late() -> None:
        with postgres_app.app_context(), unit_of_work():
            NOTE.run(who="d", said="second")
        done.set()

    with postgres_app.app_context():
        with unit_of_work():
            tell("d", {})
        with unit_of_work():
            NOTE.run(who="d", said="first")
            thread = threading.Thread(target=write_late)
            thread.start()
            end = time.monotonic() + PATIENCE
            while not waits.scalar() and time.monotonic() < end:
                pass  # until the other has come and waits
            assert not done.is_set()
        thread.join(PATIENCE)
        assert done.is_set()
        assert connection().execute(select(D.c.error).where(D.c.subscriber == "d")).scalar() == "second"
