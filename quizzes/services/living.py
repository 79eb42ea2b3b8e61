"""Puts versions of questions in use, and takes them out of it: the only module that writes `current_id`.

A question's life: draft (ItemDraft) → reviewed (in the review chain) → in use (here) → retired. A draft becomes a
version at the moment in which it is put in use, so versions never change, and each has its row of who answers for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, func, select, update

from lms.api.data import insert_many
from lms.api.reviewing import digest_of
from lms.api.work import NotFound, audit, clock, connection
from quizzes.models import Item, ItemDraft, ItemTag, ItemVersion, ItemWriter, Resting, SignOff

IT, V, T, D, W, S, R = (t.__table__ for t in (Item, ItemVersion, ItemTag, ItemDraft, ItemWriter, SignOff, Resting))
A_PART = 500  # questions in one statement


class Wording(Struct, frozen=True):
    """What is to be in use of a question from now on, and who worded it last; None: whoever runs the server."""

    item_id: int
    pool: str
    type: str
    body: Mapping[str, Any]
    made_by: int | None


class Signed(Struct, frozen=True):
    """Who answers for it: see SignOff."""

    how: str
    put_by: int | None
    reviewed_by: int | None = None
    reviewed_at: int | None = None
    handed: int | None = None


def put_in_use(wordings: Sequence[Wording], signed: Signed) -> None:
    """Makes the next version of each question and puts it in use, by a handful of statements whatever their number.

    Attempts that have begun keep the version that they have. A draft that says the same is gone with it. The database
    refuses exam questions that nobody but their author looked at.
    """
    database, now = connection(), clock.seconds()
    held: dict[int, int] = {}
    for part in parts([one.item_id for one in wordings]):
        # held, so that of two who put a version in use at once the second makes the next one
        database.execute(select(IT.c.id).where(IT.c.id.in_(part)).order_by(IT.c.id).with_for_update()).all()
        newest = select(V.c.item_id, func.max(V.c.number)).where(V.c.item_id.in_(part)).group_by(V.c.item_id)
        held.update((row[0], row[1]) for row in database.execute(newest))
    ids = insert_many(V, [
        {"item_id": one.item_id, "pool": one.pool, "number": held.get(one.item_id, 0) + 1, "type": one.type,
         "level": one.body.get("level"), "thinking": one.body.get("thinking"), "body": dict(one.body),
         "digest": digest_of({"type": one.type, **one.body}), "made_at": now, "made_by": one.made_by}
        for one in wordings
    ])  # fmt: skip
    insert_many(S, [
        {"version_id": version_id, "pool": one.pool, "how": signed.how, "written_by": one.made_by,
         "reviewed_by": signed.reviewed_by, "reviewed_at": signed.reviewed_at, "put_by": signed.put_by, "put_at": now,
         "handed": signed.handed}
        for version_id, one in zip(ids, wordings, strict=True)
    ])  # fmt: skip
    newest_id = select(func.max(V.c.id)).where(V.c.item_id == IT.c.id).scalar_subquery()
    for part in parts([one.item_id for one in wordings]):
        database.execute(update(IT).where(IT.c.id.in_(part)).values(current_id=newest_id))
    _set_twins(wordings)
    for part in parts(list(held)):
        database.execute(delete(T).where(T.c.item_id.in_(part)))
    tags = [{"item_id": one.item_id, "code": code} for one in wordings for code in dict.fromkeys(one.body["skills"])]
    if tags:
        insert_many(T, tags)
    _end_drafts([one.item_id for one in wordings])


def _set_twins(wordings: Sequence[Wording]) -> None:
    """Twins stand with the question, because the draw reads them there. Most questions have none."""
    groups: dict[str | None, list[int]] = {}
    for one in wordings:
        groups.setdefault(one.body.get("twins") or None, []).append(one.item_id)
    for name, ids in groups.items():
        for part in parts(ids):
            differs = IT.c.twins.is_not(None) if name is None else IT.c.twins.is_distinct_from(name)
            connection().execute(update(IT).where(IT.c.id.in_(part), differs).values(twins=name))


def _end_drafts(ids: Sequence[int]) -> None:
    """Drafts that say what is in use now are done; one that says something else stays its author's."""
    for part in parts(ids):
        now = select(V.c.digest).join(IT, IT.c.current_id == V.c.id).where(IT.c.id == D.c.item_id).scalar_subquery()
        done = connection().execute(delete(D).where(D.c.item_id.in_(part), D.c.digest == now).returning(D.c.item_id))
        gone = list(done.scalars())
        if gone:
            connection().execute(delete(W).where(W.c.item_id.in_(gone)))


def retire(item_id: int, by_id: int, back: bool = False) -> None:
    """Takes a question out of use, or brings it back. Attempts that have it keep it."""
    row = connection().execute(select(IT.c.slug, IT.c.retired_at).where(IT.c.id == item_id)).first()
    if row is None:
        raise NotFound
    if (row.retired_at is None) == back:
        return
    connection().execute(update(IT).where(IT.c.id == item_id).values(retired_at=None if back else clock.seconds()))
    audit.record(by_id, "item.returned" if back else "item.retired", f"item:{row.slug}")


def retire_all(ids: Sequence[int]) -> int:
    """Takes questions out of use that were in it; returns how many. Whoever calls it writes the journal."""
    retired = 0
    for part in parts(ids):
        still = IT.c.id.in_(part), IT.c.retired_at.is_(None), IT.c.current_id.is_not(None)
        retired += connection().execute(update(IT).where(*still).values(retired_at=clock.seconds())).rowcount
    return retired


def forget(ids: Sequence[int]) -> None:
    """Deletes questions with all that was made of them. Only for those that nobody was ever given."""
    database = connection()
    for part in parts(ids):
        for table in (D, W, R, T):
            database.execute(delete(table).where(table.c.item_id.in_(part)))
        versions = select(V.c.id).where(V.c.item_id.in_(part))
        database.execute(update(IT).where(IT.c.id.in_(part)).values(current_id=None))
        database.execute(delete(S).where(S.c.version_id.in_(versions)))
        database.execute(delete(V).where(V.c.item_id.in_(part)))
        database.execute(delete(IT).where(IT.c.id.in_(part)))


def parts(ids: Sequence[int], size: int = A_PART) -> Iterator[Sequence[int]]:
    """Pieces that fit into one statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
