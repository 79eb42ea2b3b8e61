"""People who are here twice: pairs to look at, one that was decided, and two accounts that were joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import select

from lms import progress
from lms.competency import queries as competency
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account
from lms.identity.people import person_by_id
from lms.learning import queries as learning
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.merging import deciding, finding, joining, queries
from lms.merging.models import DIFFERENT, Duplicate
from lms.orgs.queries import org_by_code

if TYPE_CHECKING:
    from tests.browser.people import Address, World

COMMUNE = "02839"  # xã Bắc Hà
NAMES = (("Ma Thị Sáng", "MA THỊ SÁNG"), ("Ma Seo Dìn", "Ma Seo Din"), ("Giàng Thị Súa", "Giàng Thị Sủa"))


def make(app: Flask) -> dict[str, str]:
    """Makes them where they are not here yet; the addresses of their pages."""
    with app.app_context():
        officer = person_by_id(_demo("quantri"))
        unit = org_by_code(COMMUNE)
        assert officer is not None
        assert unit is not None
        with unit_of_work():
            ids: list[int] = []
            for names in NAMES:
                ids += make_people([NewPerson(n, "citizens", birth_year=1957) for n in names], None, unit.id)
            for n, who in enumerate(ids):
                progress.join_unit(who, unit.id, "citizens")
                _learn(who, n)
            finding.note_duplicates(ids)
            deciding.decide(ids[2], ids[3], DIFFERENT, officer.id, "Hai anh em họ.")
            merge_id = joining.merge(ids[4], ids[5], officer, "Bà Súa đến xã, nói cả hai đều là của bà.")
        d = Duplicate.__table__
        pairs = {row.low_id: row.id for row in connection().execute(select(d.c.id, d.c.low_id))}
        one, kept = (
            connection().execute(select(Account.uuid).where(Account.id == i)).scalar_one() for i in (ids[0], ids[4])
        )
        return {
            "pair": f"/can-bo/trung-ten/{pairs[ids[0]]}",
            "preview": f"/can-bo/trung-ten/{pairs[ids[0]]}/gop?giu={one}",
            "decided": f"/can-bo/trung-ten/{pairs[ids[2]]}",
            "merge": f"/can-bo/trung-ten/lan-gop/{queries.merge_uuid(merge_id)}",
            "look": f"/can-bo/trung-ten/tim/{one}?q=ma",
            "person": f"/can-bo/nguoi/{kept}",
        }


def _demo(login: str) -> int:
    return int(connection().execute(select(Account.id).where(Account.username == login)).scalar_one())


def _learn(account_id: int, n: int) -> None:
    row = competency.programme("nguoi-dan")
    assert row is not None
    course_id = competency.courses_of(row.id)[0][0]
    lessons = [p for p in learning.places(learning.newest_syllabus(course_id) or 0) if p.kind == "lesson"]
    progress.enroll(account_id, course_id)
    for lesson in lessons[: n + 1]:
        progress.record_result(account_id, lesson.activity_id, Result(Kind.COMPLETED))


def at(name: str) -> Address:
    """The address of one of these pages."""

    def address(world: World) -> str:
        if "merging-pair" not in world.at:
            world.at |= {f"merging-{key}": path for key, path in make(world.app).items()}
        return world.at[f"merging-{name}"]

    return address
