"""Broadcasts come from content packages: each `:::broadcast` block of a lesson is one."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from acme.models import Broadcast
from lms.api.learning import anchor
from lms.api.packages import Importing
from lms.api.work import connection

B = Broadcast.__table__


def announce(slug: str, title: str, words: str) -> bool:
    """Keeps a broadcast under its activity; returns whether it is new or changed."""
    activity_id = anchor("broadcast", slug, title, minutes=2)
    database = connection()
    held = database.execute(select(B.c.words).where(B.c.activity_id == activity_id)).scalar()
    if held is None:
        database.execute(insert(B).values(activity_id=activity_id, words=words))
    elif held != words:
        database.execute(update(B).where(B.c.activity_id == activity_id).values(words=words))
    return held != words


def take_broadcasts(importing: Importing) -> None:
    """Takes what the lessons of a package hold."""
    for lesson in importing.package.lessons:
        for block in lesson.blocks:
            if block.kind == "broadcast" and announce(block.data["slug"], block.data["title"], block.data["words"]):
                importing.count("broadcasts")


def how_many(_programme: object) -> int:
    """For `lms stats`."""
    return int(connection().execute(select(func.count()).select_from(B)).scalar_one())
