"""Two forms over the starter content's exam questions, and quizzes that have them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lms.api.work import connection
from quizzes.measures import ENTRY
from quizzes.models import Item, ItemVersion

MEASURE = "an-toan"


def exam_slugs(most: int = 12) -> list[str]:
    i, v = Item.__table__, ItemVersion.__table__
    rows = connection().execute(
        select(i.c.slug)
        .join(v, v.c.id == i.c.current_id)
        .where(i.c.pool == "exam", i.c.twins.is_(None), i.c.slug.like("nd%"), v.c.type == "single_choice")
        .order_by(i.c.slug)
    )
    return list(rows.scalars())[:most]


def forms() -> dict[str, list[str]]:
    """Two forms of eight, four in common."""
    slugs = exam_slugs()
    assert len(slugs) == 12
    return {"a": slugs[:8], "b": slugs[4:]}


def entry(purpose: str = ENTRY) -> dict[str, Any]:
    return {
        "draw": [], "pass": {"correct": 0, "parts": []}, "forms": forms(),
        "measure": {"of": MEASURE, "purpose": purpose},
    }  # fmt: skip
