"""Deliveries that share a transaction: each is handled once, whatever becomes of the others. On both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from lms.api.plugins import Event, on
from lms.api.work import connection, tell, unit_of_work
from lms.contract.points import Subscription
from lms.contract.registry import event_name
from lms.db import unit_of_work as units
from lms.db.unit_of_work import let_go
from lms.outbox import delivering
from lms.outbox.delivering import deliver_due
from lms.outbox.leasing import BATCH


class Rang(Event, frozen=True):
    """For these tests."""

    n: int


def count(n: int) -> None:
    """Notes in the database that an event was handled, as many times as it was."""
    connection().execute(
        text(
            "INSERT INTO certificates_book (issuer_code, kind, year, last) VALUES ('TEST', 'XN', :n, 1)"
            " ON CONFLICT (issuer_code, kind, year) DO UPDATE SET last = certificates_book.last + 1"
        ),
        {"n": n},
    )


def heard(happened: Rang) -> None:
    count(happened.n)


def heard_too(happened: Rang) -> None:
    count(100 + happened.n)


def counted() -> dict[int, int]:
    """How often each event was handled."""
    found = connection().execute(text("SELECT year, last FROM certificates_book WHERE issuer_code = 'TEST'"))
    return {row.year: row.last for row in found}


def states() -> list[int]:
    return list(connection().execute(text("SELECT state FROM lms_delivery ORDER BY id")).scalars())


def a_minute_passes() -> None:
    """And every lease with it."""
    with unit_of_work() as database:
        database.execute(text("UPDATE lms_delivery SET due_at = 0 WHERE state = 0"))


@pytest.fixture
def hearing(any_app: Flask) -> Callable[..., Any]:
    """`with hearing(subscription, …)`: the application, in which these hear and nobody else has anything to do."""
    registry = any_app.extensions["lms.registry"]

    @contextmanager
    def made(*hears: Subscription) -> Iterator[None]:
        for one in hears:
            name = event_name(one.event)
            registry.events[name] = one.event
            registry.subscriptions[name].append(one)
        with any_app.app_context():
            with unit_of_work() as database:
                database.execute(text("DELETE FROM lms_delivery"))
            yield
            let_go()

    return made


def ring(*numbers: int) -> None:
    with unit_of_work():
        for n in numbers:
            tell(Rang(n))


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each transaction in which deliveries were handled or noted as failed."""
    opened: list[int] = []
    real = units.unit_of_work

    @contextmanager
    def noted() -> Iterator[Any]:
        opened.append(1)
        with real() as database:
            yield database

    monkeypatch.setattr(delivering, "unit_of_work", noted)
    return opened


def test_what_was_taken_together_shares_a_transaction(hearing: Any, transactions: list[int]) -> None:
    with hearing(on(Rang, heard), on(Rang, heard_too)):
        ring(1, 2, 3)
        assert deliver_due() == 6
        assert counted() == {1: 1, 2: 1, 3: 1, 101: 1, 102: 1, 103: 1}
        assert states() == [1] * 6
        assert len(transactions) == 1
        assert deliver_due() == 0


def test_a_bad_one_among_good_ones(hearing: Any) -> None:
    broken = [True]

    def bad_at_three(happened: Rang) -> None:
        count(happened.n)
        if happened.n == 3 and broken:
            connection().execute(text("SELECT no_such_column FROM lms_delivery"))

    with hearing(on(Rang, bad_at_three)):
        ring(1, 2, 3, 4, 5)
        deliver_due()
        assert counted() == {1: 1, 2: 1, 4: 1, 5: 1}
        assert states() == [1, 1, 0, 1, 1]
        row = connection().execute(text("SELECT attempts, error, due_at FROM lms_delivery WHERE state = 0")).one()
        assert row.attempts == 1, "one attempt is one, though the others were handled again"
        assert "no_such_column" in row.error
        a_minute_passes()
        broken.clear()
        deliver_due()
        assert counted() == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}
        assert states() == [1] * 5


def test_all_are_bad(hearing: Any) -> None:
    def bad(_happened: Rang) -> None:
        raise ZeroDivisionError

    with hearing(on(Rang, bad)):
        ring(1, 2, 3)
        for attempts in range(1, delivering.MOST_ATTEMPTS + 1):
            deliver_due()
            found = connection().execute(text("SELECT DISTINCT attempts FROM lms_delivery")).scalars().all()
            assert found == [attempts]
            a_minute_passes()
        assert states() == [2, 2, 2]


def test_whoever_lost_its_lease_is_left_alone(hearing: Any) -> None:
    def steal(happened: Rang) -> None:
        if happened.n == 3:
            with unit_of_work() as database:
                database.execute(
                    text(
                        "UPDATE lms_delivery SET leased_by = 'other' WHERE payload LIKE '%2}'"
                        if database.dialect.name == "sqlite"
                        else "UPDATE lms_delivery SET leased_by = 'other' WHERE payload ->> 'n' = '2'"
                    )
                )

    def heard_after(happened: Rang, _prepared: None) -> None:
        count(happened.n)

    with hearing(on(Rang, heard_after, steal)):
        ring(1, 2, 3)
        deliver_due()
        assert counted() == {1: 1, 3: 1}
        assert states() == [1, 0, 1]


def test_handlers_that_tell_more(hearing: Any) -> None:
    def and_the_next(happened: Rang) -> None:
        count(happened.n)
        if happened.n:
            tell(Rang(happened.n - 1))

    with hearing(on(Rang, and_the_next)):
        ring(7)
        assert deliver_due() == 8
        assert counted() == dict.fromkeys(range(8), 1)
        assert states() == [1] * 8


def test_a_handler_that_tells_much_lets_others_have_their_turn(hearing: Any) -> None:
    order: list[int] = []

    def and_many(happened: Rang) -> None:
        order.append(happened.n)
        if happened.n == 1:
            tell(*(Rang(100 + n) for n in range(3 * BATCH)))

    with hearing(on(Rang, and_many)):
        ring(1, *range(2, BATCH + 5))
        deliver_due()
        assert sorted(order) == sorted([*range(1, BATCH + 5), *range(100, 100 + 3 * BATCH)])
        assert max(order.index(n) for n in range(1, BATCH + 5)) < order.index(100 + BATCH)
        assert set(states()) == {1}


def test_a_transaction_that_grows_long_ends(
    hearing: Any, transactions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SHARED", 0)
    seen: list[list[int]] = []

    def look(happened: Rang) -> None:
        seen.append(states())
        count(happened.n)

    with hearing(on(Rang, look)):
        ring(1, 2, 3)
        deliver_due()
        assert counted() == {1: 1, 2: 1, 3: 1}
        assert len(transactions) == 3
        assert states() == [1, 1, 1]
        assert seen[1] == [1, 1, 1], "marked with those that share its transaction"


def test_what_cannot_be_taken_back_shares_nothing(hearing: Any, transactions: list[int]) -> None:
    done_before: list[int] = []

    def send(_happened: Rang) -> None:
        done_before.append(states().count(1))

    def sent(happened: Rang, _prepared: None) -> None:
        count(100 + happened.n)

    with hearing(on(Rang, heard), on(Rang, sent, send, alone=True)):
        ring(1, 2)
        deliver_due()
        assert done_before == [1, 3], "all that came before is committed, and the one before it"
        assert counted() == {1: 1, 101: 1, 2: 1, 102: 1}
        assert len(transactions) == 4


def test_what_ended_a_worker_is_handled_alone(hearing: Any, transactions: list[int]) -> None:
    """SystemExit stands for the end of the process: nothing is caught, nothing is noted."""
    ending = [True]

    def ends_at_two(happened: Rang) -> None:
        count(happened.n)
        if happened.n == 2 and ending:
            raise SystemExit

    with hearing(on(Rang, ends_at_two)):
        ring(1, 2, 3)
        with pytest.raises(SystemExit):
            deliver_due()
        let_go()
        assert counted() == {}
        assert states() == [0, 0, 0]
        a_minute_passes()
        with pytest.raises(SystemExit):
            deliver_due()
        let_go()
        assert counted() == {1: 1}, "no more is held up than what stands behind it"
        a_minute_passes()
        ending.clear()
        del transactions[:]
        deliver_due()
        assert counted() == {1: 1, 2: 1, 3: 1}
        assert len(transactions) == 2


def test_a_worker_that_ends_before_what_it_told_itself_is_handled(hearing: Any) -> None:
    ending = [True]

    def prepare(happened: Rang) -> None:
        if happened.n == 2 and ending:
            raise SystemExit

    def and_two(happened: Rang, _prepared: None) -> None:
        count(happened.n)
        if happened.n == 1:
            tell(Rang(2))

    with hearing(on(Rang, and_two, prepare)):
        ring(1)
        with pytest.raises(SystemExit):
            deliver_due()
        let_go()
        assert counted() == {1: 1}
        assert states() == [1, 0]
        assert deliver_due() == 0, "it is leased"
        a_minute_passes()
        ending.clear()
        deliver_due()
        assert counted() == {1: 1, 2: 1}


def test_a_failed_transaction_tells_nothing(hearing: Any) -> None:
    def tells_and_fails(happened: Rang) -> None:
        tell(Rang(happened.n + 10))
        raise ZeroDivisionError

    with hearing(on(Rang, tells_and_fails)):
        ring(1)
        deliver_due()
        assert states() == [0]
        with pytest.raises(ZeroDivisionError), unit_of_work():
            tells_and_fails(Rang(5))
        assert states() == [0]
        with pytest.raises(RuntimeError):
            tell(Rang(5))


def test_only_what_is_wanted_is_stored_all_of_it_at_once(hearing: Any) -> None:
    def is_even(happened: Rang) -> bool:
        return happened.n % 2 == 0

    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    with hearing(on(Rang, heard), on(Rang, heard_too, wanted=is_even)):
        event.listen(Engine, "before_cursor_execute", note)
        try:
            ring(1, 2, 3)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert sum("lms_delivery" in statement for statement in sent) == 1
        deliver_due()
        assert counted() == {1: 1, 2: 1, 3: 1, 102: 1}


def test_payloads_come_back_as_they_were_told(hearing: Any) -> None:
    class Said(Event, frozen=True):
        """Anything that JSON holds."""

        words: str
        share: float
        parts: tuple[int, ...]
        none: str | None = None

    found: list[Event] = []
    said = [
        Said('"Nguyễn Thị H\'Hen"\\\n\t𝒜 \x7f', 0.1, (1, 2)), Said("", 1e-9, ()), Said("[]", 2.0, (10**15,), "null")
    ]  # fmt: skip
    with hearing(on(Said, found.append)):
        with unit_of_work():
            tell(*said)
        deliver_due()
        assert found == said
