"""What `lms stats` counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from lms.competency.queries import coverage, programmes
from lms.contract.points import ExtensionPoint
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.learning.models import Enrollment, Evidence


class Counted:
    """A figure of a plugin in `lms stats`: per programme (`of(programme)`) or in all (`of(None)`)."""

    def __init__(self, name: str, of: Any, per_programme: bool = False) -> None:
        self.name, self.of, self.per_programme = name, of, per_programme


COUNTED: ExtensionPoint[Counted] = ExtensionPoint("counted", "Figures of plugins in `lms stats`.", lambda c: c.name)


def stats() -> dict[str, Any]:
    """Programmes with coverage, and the size of everything."""
    rows = []
    for row in programmes():
        found = coverage(row)
        rows.append(
            {
                "group": row.target_group,
                "domains": found.areas,
                "domains_taught": found.areas_taught,
                "skills": found.skills,
                "skills_taught": found.skills_taught,
                "lessons": found.lessons,
                **{c.name: c.of(row) for c in COUNTED if c.per_programme},
                "minutes": found.minutes,
            }
        )
    database = connection()
    sizes = {
        name: database.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in (
            ("people", Account.__table__),
            ("enrollments", Enrollment.__table__),
            ("evidence", Evidence.__table__),
        )
    }
    return {"programmes": rows, **sizes, **{c.name: c.of(None) for c in COUNTED if not c.per_programme}}
