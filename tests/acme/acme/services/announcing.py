"""Broadcasts come from content packages: each `:::broadcast` block of a lesson is one."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from acme.models import Broadcast
from lms.api.learning import Activity, anchor
from lms.api.packages import Importing
from lms.api.work import audit, connection

B, A = Broadcast.__table__, Activity.__table__
MINUTES = 2


def announce(slug: str, title: str, words: str) -> bool:
    """Keeps a broadcast under its activity; returns whether it is new or changed."""
    activity_id = anchor("broadcast", slug, title, minutes=MINUTES)
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
                audit.record(importing.by_id, "broadcast.taken", f"broadcast:{block.data['slug']}")


def how_many(_programme: object) -> int:
    """For `lms stats`."""
    return int(connection().execute(select(func.count()).select_from(B)).scalar_one())


def wrong_lengths() -> list[str]:
    """One line for each broadcast that is said to take another time than all of them do: for `lms rebuild --check`."""
    found = select(A.c.slug).join(B, B.c.activity_id == A.c.id).where(A.c.minutes != MINUTES)
    return [f"broadcast {slug}: its length" for slug in connection().execute(found).scalars()]


def mend_lengths() -> None:
    """Says the length anew; inside a unit of work."""
    connection().execute(update(A).where(A.c.id.in_(select(B.c.activity_id))).values(minutes=MINUTES))
