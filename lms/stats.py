"""What `lms stats` counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from lms.competency.queries import coverage, programmes
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.indicators.figures import COUNTED
from lms.learning.models import Enrollment, Evidence


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
