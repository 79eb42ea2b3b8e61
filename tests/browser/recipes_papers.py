"""Lessons on paper, and lessons made of somebody's file."""

from __future__ import annotations

from sqlalchemy import select

from courses.models import Document
from courses.services import bringing
from courses.services.bringing import Sent
from lms.api.packages import known_parts
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.learning.models import Activity
from tests.browser.people import COURSE, Address, World, lessons

TEXT = """# Gọi hình cho con cháu

Học xong bài này, bác biết gọi hình.

![Máy](anh/may.png)

| Việc | Số |
|---|---|
| Báo lừa đảo | 156 |

1. Mở danh bạ
2. Bấm nút máy quay
"""


def sheet(suffix: str = "") -> Address:
    """The first lesson as it is printed."""
    return lambda world: f"/hoc/{COURSE}/{lessons(world.app, COURSE)[0].slug}/to-roi{suffix}"


def report(world: World) -> str:
    """What became of a file: made once."""
    with world.app.app_context():
        a, d = Activity.__table__, Document.__table__
        rows = connection().execute(select(a.c.slug, d.c.draft, d.c.org_id).join(d, d.c.activity_id == a.c.id)).all()
        slug = next((row.slug for row in rows if "brought" in row.draft), None)
        if slug is None:
            by_id = connection().execute(select(Account.__table__.c.id).limit(1)).scalar_one()
            brought = bringing.read([Sent("goi-hinh.md", TEXT.encode())], known_parts())
            with unit_of_work():
                slug = bringing.keep(brought, "goi-hinh.md", rows[0].org_id, by_id)
        return f"/studio/dua-vao/{slug}"
