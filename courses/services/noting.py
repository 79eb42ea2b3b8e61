"""What a learner keeps of a lesson: how far they read, notes and bookmarks, and what they did not understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from courses.blocks.passages import beginning_of, short_print
from courses.models import Note, Unclear
from lms.api.data import Statement
from lms.api.work import Invalid, NotFound, _, clock, connection

N, U = Note.__table__, Unclear.__table__
LONGEST_NOTE, LONGEST_WORDS, MOST_NOTES = 2000, 500, 2000

# The furthest place stays; another revision of the lesson begins anew.
_KEEP_PLACE: Statement[Any] = Statement(
    text(
        "INSERT INTO courses_read_to (account_id, activity_id, content_id, position, block, at)"
        " VALUES (:who, :activity, :content, :position, :block, :now)"
        " ON CONFLICT (account_id, activity_id) DO UPDATE SET content_id = excluded.content_id,"
        " position = excluded.position, block = excluded.block, at = excluded.at"
        " WHERE courses_read_to.content_id < excluded.content_id"
        " OR (courses_read_to.content_id = excluded.content_id AND courses_read_to.position < excluded.position)"
    )
)


def block_of(body: Mapping[str, Any], block_id: str) -> tuple[int, Mapping[str, Any]]:
    """The place and the block of this id; NotFound where this revision has none."""
    for position, block in enumerate(body["blocks"]):
        if block_id and block.get("id") == block_id:
            return position, block
    raise NotFound


def keep_place(account_id: int, activity_id: int, content_id: int, position: int, block: str) -> None:
    """Keeps how far somebody has read, where that is further than before."""
    _KEEP_PLACE.run(
        who=account_id,
        activity=activity_id,
        content=content_id,
        position=position,
        block=block,
        now=clock.seconds(),
    )


def keep_note(account_id: int, activity_id: int, block: Mapping[str, Any], words: str) -> None:
    """Marks a block, with words or without, in place of what was kept of it."""
    if len(words) > LONGEST_NOTE:
        said = _("Please keep a note under {most} letters.", most=LONGEST_NOTE)
        raise Invalid(said, words=said)
    database, name = connection(), block["id"]
    mine = (N.c.account_id == account_id, N.c.activity_id == activity_id, N.c.block == name)
    values = {"words": words, "passage": beginning_of(block)[:200], "at": clock.seconds()}
    if database.execute(update(N).where(*mine).values(**values)).rowcount:
        return
    held = database.execute(select(N.c.id).where(N.c.account_id == account_id).limit(MOST_NOTES)).all()
    if len(held) >= MOST_NOTES:
        said = _(
            "You have kept {most} places. Remove some that you no longer need, then keep this one.", most=MOST_NOTES
        )
        raise Invalid(said, words=said)
    database.execute(insert(N).values(account_id=account_id, activity_id=activity_id, block=name, **values))


def remove_note(account_id: int, activity_id: int, block_id: str) -> None:
    """Takes a mark and its words away; harmless where there is none."""
    connection().execute(
        delete(N).where(N.c.account_id == account_id, N.c.activity_id == activity_id, N.c.block == block_id)
    )


def say_unclear(account_id: int, activity_id: int, block: Mapping[str, Any], words: str | None = None) -> None:
    """Keeps that somebody did not understand a block as it is now: once a person, however often they press.

    `words`: in their own words what; None leaves what they said before.
    """
    if words and len(words) > LONGEST_WORDS:
        said = _("Please keep it under {most} letters.", most=LONGEST_WORDS)
        raise Invalid(said, words=said)
    database = connection()
    mine = (
        U.c.account_id == account_id,
        U.c.activity_id == activity_id,
        U.c.block == block["id"],
        U.c.print == short_print(block),
    )
    held = database.execute(select(U.c.id).where(*mine)).scalar()
    if held is None:
        database.execute(
            insert(U).values(
                account_id=account_id, activity_id=activity_id, block=block["id"], print=short_print(block),
                passage=beginning_of(block)[:200], words=words or "", at=clock.seconds(),
            )
        )  # fmt: skip
    elif words is not None:
        database.execute(update(U).where(U.c.id == held).values(words=words))


def take_back_unclear(account_id: int, activity_id: int, block_id: str) -> None:
    """Takes back what was said of a block: they have understood it meanwhile."""
    connection().execute(
        delete(U).where(
            U.c.account_id == account_id, U.c.activity_id == activity_id, U.c.block == block_id, U.c.closed_at.is_(None)
        )
    )


def close_changed(activity_id: int, body: Mapping[str, Any]) -> None:
    """Closes what was not understood of blocks that this new revision says otherwise, or no longer has."""
    database = connection()
    now = {(block.get("id", ""), short_print(block)) for block in body["blocks"]}
    held = database.execute(
        select(U.c.id, U.c.block, U.c.print).where(U.c.activity_id == activity_id, U.c.closed_at.is_(None))
    ).all()
    gone = [row.id for row in held if (row.block, row.print) not in now]
    if gone:
        database.execute(update(U).where(U.c.id.in_(gone)).values(closed_at=clock.seconds()))
