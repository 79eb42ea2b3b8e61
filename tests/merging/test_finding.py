"""People who are here twice are found, once, by whoever may see both; what was decided is not asked again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms import progress
from lms.db.base import db
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, proofs
from lms.identity.making import NewPerson, make_people
from lms.identity.people import Person
from lms.merging import deciding, finding, joining
from lms.merging.models import DIFFERENT, Duplicate
from lms.testing import story
from tests.merging.test_joining import COMMUNE, OTHER, demo, unit

D = Duplicate.__table__
FAR = "00004"


@pytest.fixture
def officer(any_app: Flask) -> Iterator[Person]:
    with any_app.app_context():
        yield demo("quantri")


def entered(name: str, at: str | None = COMMUNE, year: int | None = 1960, born: date | None = None) -> int:
    (made,) = make_people([NewPerson(name, "citizens", birth_year=year, birth_date=born)], None, None)
    if at is not None:
        progress.join_unit(made, unit(at), "citizens")
    return made


def pairs() -> dict[tuple[int, int], str]:
    return {(row.low_id, row.high_id): row.why for row in connection().execute(select(D))}


@pytest.mark.usefixtures("officer")
def test_the_same_name_and_year_in_one_commune() -> None:
    with unit_of_work():
        a, b, c = entered("Nguyễn Thị Hoà"), entered("nguyen thi hoa"), entered("Nguyễn Thị Hòa", year=1961)
        assert finding.note_duplicates([b, c]) == 1
    assert pairs() == {(a, b): "name"}


@pytest.mark.usefixtures("officer")
def test_elsewhere_only_the_same_birthday_in_one_province() -> None:
    day, same = date(1960, 5, 9), unit(COMMUNE)
    assert same != unit(OTHER)
    with unit_of_work():
        a = entered("Nguyễn Thị Hoà", born=day)
        b = entered("Nguyễn Thị Hoà", OTHER, born=day)
        entered("Nguyễn Thị Hoà", OTHER)  # of the year alone nobody is asked so far away
        entered("Nguyễn Thị Hoà", FAR, born=day)  # another province
        entered("Nguyễn Thị Hoà", None, born=day)  # nowhere
        finding.note_duplicates([a])
    assert pairs() == {(a, b): "birthday"}


@pytest.mark.usefixtures("officer")
def test_whoever_has_another_birthday_is_somebody_else() -> None:
    with unit_of_work():
        a = entered("Nguyễn Thị Hoà", born=date(1960, 5, 9))
        entered("Nguyễn Thị Hoà", born=date(1960, 9, 5))
        c = entered("Nguyễn Thị Hoà", born=date(1960, 1, 1))  # as lists put it where they know the year only
        finding.note_duplicates([a])
    assert pairs() == {(a, c): "name"}


@pytest.mark.usefixtures("officer")
def test_the_sweep_finds_the_same_as_looking_at_each() -> None:
    with unit_of_work():
        ids = [
            entered(name, at, born=born)
            for name in ("Nguyễn Thị Hoà", "Lò Văn Mẩy")
            for at in (COMMUNE, OTHER)
            for born in (None, date(1960, 5, 9), date(1960, 1, 1))
        ]
        finding.note_duplicates(ids)
        each = pairs()
        connection().execute(D.delete())
    finding.sweep()
    assert pairs() == each != {}


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize("look", ["each", "sweep"])
def test_however_many_there_are_the_statements_are_as_many(look: str) -> None:
    counts = []
    for n in (3, 60):
        with unit_of_work():
            ids = [entered(f"Nguyễn Thị {'Hoà' if i % 2 else 'Mai'}", year=1900 + n + i // 4) for i in range(n)]
        heard: list[str] = []

        def hear(_c: object, _u: object, statement: str, *_: object, kept: list[str] = heard) -> None:
            kept.append(statement)

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            if look == "sweep":
                finding.sweep()
            else:
                with unit_of_work():
                    finding.note_duplicates(ids)
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
        counts.append(len(heard))
    assert pairs()
    assert counts[0] == counts[1] <= 12


def test_one_number_two_accounts(officer: Person) -> None:
    """A number that was given up by one account and proved by another."""
    with unit_of_work():
        a, b = entered("Nguyễn Thị Hoà"), entered("Lò Thị Mẩy", FAR, 1971)
        proofs.record(a, 2, "papers", "cccd", by=officer.id, key=b"k" * 32, tail="1234")
        proofs.withdraw(a, "papers")
        proofs.record(b, 2, "papers", "cccd", by=officer.id, key=b"k" * 32, tail="1234")
        finding.note_duplicates([b])
    assert pairs() == {(a, b): "identity"}


@pytest.mark.usefixtures("officer")
def test_what_others_found_is_noted_once() -> None:
    with unit_of_work():
        a, b = entered("Nguyễn Thị Hoà"), entered("Lò Thị Mẩy")
        assert finding.note_pairs([(b, a, finding.PHONE), (a, b, finding.PHONE), (a, a, finding.PHONE)]) == 1
        assert finding.note_pairs([(a, b, finding.IDENTITY)]) == 0
    assert pairs() == {(a, b): "phone"}


def test_telling_ones_birthday_makes_somebody_look(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            a = entered("Nguyễn Thị Hoà", born=date(1960, 5, 9))
            b = entered("Nguyễn Thị Hoà", year=None)
            accounts.set_birth_date(b, date(1960, 5, 9))
        story.one_round(any_app)
        assert pairs() == {(a, b): "birthday"}


def test_two_people_stay_two_even_when_one_is_joined_to_a_third(officer: Person) -> None:
    with unit_of_work():
        a, b, c = (entered("Nguyễn Thị Hoà") for _ in range(3))
        finding.note_duplicates([a, b, c])
        assert len(pairs()) == 3
        deciding.decide(a, b, DIFFERENT, officer.id, "chị em họ")
        joining.merge(c, a, officer, "Một người.")
        connection().execute(D.delete().where(D.c.low_id == b))
        finding.note_duplicates([b, c])
    assert (b, c) not in pairs()
