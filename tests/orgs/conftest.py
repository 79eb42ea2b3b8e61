"""A small province of our own beside the country's, with people who learn there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask
from sqlalchemy import event

from lms import clock, progress
from lms.db.base import db
from lms.db.unit_of_work import unit_of_work
from lms.identity import grants
from lms.identity.making import NewPerson, make_people
from lms.learning.queries import activity
from lms.orgs import units
from lms.orgs.queries import forget_paths, org_by_code

TABLE = """code,kind,name,parent,source
T1,tỉnh,Thử Một,,QĐ 1
T2,tỉnh,Thử Hai,,QĐ 1
T11,xã,Bản Phố,T1,QĐ 1
T12,xã,Lùng Phình,T1,QĐ 1
T13,phường,Bến Nghé,T1,QĐ 1
T21,xã,Na Hối,T2,QĐ 1
T22,xã,Bản Phố,T2,QĐ 1
T111,thôn,1,T11,QĐ 1
T112,thôn,Háng Dê,T11,QĐ 1
T121,bản,Lùng,T12,QĐ 1
T211,tổ dân phố,3,T21,QĐ 1
T1S,sở,Giáo dục và Đào tạo,T13,QĐ 1
T11S,trường tiểu học,Bản Phố,T11,QĐ 1
"""
SINCE = date(2026, 1, 1)
COURSE = "ky-nang-so-nguoi-dan"


class _Back(Exception):
    """Nothing of it is kept."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database of the running application meanwhile."""
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    yield sent
    event.remove(engine, "before_cursor_execute", hear)


@dataclass
class Country:
    """The small province: units by their code, and people by number."""

    at: dict[str, int]
    people: list[int]


@contextmanager
def tried(app: Flask) -> Iterator[Country]:
    """A small province with people, in a unit of work that is never kept."""
    with app.app_context():
        try:
            with unit_of_work():
                yield _made()
                raise _Back
        except _Back:
            pass
        finally:
            forget_paths()


def _made() -> Country:
    units.load(units.read(TABLE), SINCE)
    at = {}
    for line in TABLE.splitlines()[1:]:
        code = line.split(",")[0]
        found = org_by_code(code)
        assert found is not None
        at[code] = found.id
    people = make_people(
        [NewPerson(f"Lý Thị {name}") for name in ("Ban", "Mai", "Sao", "Trăng", "Núi", "Suối", "Nương", "Rẫy")],
        None,
        None,
    )
    began = clock.seconds() - 200 * 86_400
    then = clock.now() - timedelta(days=199)
    course = activity("course", COURSE)
    assert course is not None
    for n, (person, code) in enumerate(
        zip(people, ("T11", "T11", "T111", "T12", "T121", "T21", "T13", "T11S"), strict=True)
    ):
        progress.join_unit(person, at[code], "citizens", began + n)
        if n % 2 == 0:
            with clock.frozen_at(then):
                progress.enroll(person, course.id)
    progress.join_unit(people[0], at["T12"], "citizens", began)  # belongs to two that may be merged
    progress.join_unit(people[1], at["T11S"], "officials", began)
    for person, role, code in (
        (people[0], "manager", "T11"),
        (people[3], "manager", "T12"),
        (people[2], "mentor", "T111"),
    ):
        grants.give(person, role, at[code], None)
    return Country(at, people)
