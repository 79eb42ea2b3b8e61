"""Drafts of questions: kept with every save, handed in to be reviewed, put in use.

A question that is new is a row of its own from its first save on, of which nothing is in use yet. What is whole is
handed in, one or many together; what the review chain publishes comes back through `publish`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from msgspec import Struct, field
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.data import insert_many
from lms.api.learning import first_free, slug_of
from lms.api.reviewing import digest_of, edited, newest_of, rule_at, submit
from lms.api.web import say
from lms.api.work import Conflict, Invalid, NotFound, Text, _, audit, clock, connection
from quizzes.handed import KIND, key_of, parsed
from quizzes.items.contract import ITEM_TYPES
from quizzes.models import Bank, Item, ItemDraft, ItemVersion, ItemWriter
from quizzes.services import living
from quizzes.services.living import Signed, Wording, parts

B, IT, V, D, W = (t.__table__ for t in (Bank, Item, ItemVersion, ItemDraft, ItemWriter))
MOST_HANDED = 5_000  # questions in one submission
NOT_WHOLE = _("Something is still missing. Mend it, then try again.")


class Kept(Struct, frozen=True):
    """A question as it was sent: its body, what keeps it from being used, and a text that could not be understood."""

    body: Mapping[str, Any]
    problems: Mapping[str, Sequence[Text]] = field(default_factory=dict)
    raw: str = ""

    def stored(self, kind: str) -> dict[str, Any]:
        """Its columns."""
        return {
            "body": dict(self.body),
            "digest": digest_of({"type": kind, **self.body, **({"raw": self.raw} if self.raw else {})}),
            "problems": {name: [_text(text) for text in texts] for name, texts in self.problems.items()},
            "raw": self.raw,
        }


def _text(text: Text) -> dict[str, Any]:
    values = {k: v if isinstance(v, int | float | str) else str(v) for k, v in text.values.items()}
    return {"msgid": text.msgid, "values": values}


# --- writing ----------------------------------------------------------------------------------------------------------


def new_item(slug: str, bank_id: int, pool: str) -> int:
    """Makes a question of which nothing is in use yet."""
    values = {"uuid": uuid4(), "slug": slug, "bank_id": bank_id, "pool": pool}
    return int(connection().execute(insert(IT).values(**values).returning(IT.c.id)).scalar_one())


def free_slugs(stems: Sequence[str]) -> list[str]:
    """A short name for each question, made of its first words, that no other question has."""
    held = set(connection().execute(select(IT.c.slug)).scalars())
    found, last = [], Counter[str]()
    for stem in stems:
        wanted = "-".join(slug_of(stem[:200]).split("-")[:6])[:56].strip("-") or "cau-hoi"
        number = last[wanted] or 1
        name = wanted if number == 1 else f"{wanted}-{number}"
        while name in held:
            number += 1
            name = f"{wanted}-{number}"
        last[wanted] = number
        held.add(name)
        found.append(name)
    return found


def begin(bank_id: int, pool: str, kind: str, kept: Kept, by_id: int) -> str:
    """Keeps the draft of a new question and returns its slug; what is here already, in use or drafted, is found."""
    stored = kept.stored(kind)
    for table, join in ((V, V.c.id == IT.c.current_id), (D, D.c.item_id == IT.c.id)):
        same = connection().execute(
            select(IT.c.slug)
            .join(table, join)
            .where(IT.c.bank_id == bank_id, IT.c.pool == pool, table.c.digest == stored["digest"])
            .limit(1)
        )
        found = same.scalar()
        if found is not None:
            return str(found)
    wanted = "-".join(slug_of(kept.body["stem"][:200]).split("-")[:6])[:56].strip("-") or "cau-hoi"
    held = select(IT.c.slug).where(IT.c.slug.like(f"{wanted}%"))
    slug = first_free(wanted, connection().execute(held).scalars())
    item_id = new_item(slug, bank_id, pool)
    _insert([(item_id, kind, stored)], bank_id, pool, by_id)
    return slug


def begin_all(
    bank_id: int, pool: str, questions: Sequence[tuple[str, Mapping[str, Any]]], import_id: int, by_id: int
) -> list[int]:
    """Drafts of many new questions, (type, body) each, by a handful of statements; returns their ids."""
    slugs = free_slugs([body["stem"] for _kind, body in questions])
    ids = insert_many(IT, [{"uuid": uuid4(), "slug": slug, "bank_id": bank_id, "pool": pool} for slug in slugs])
    rows = [(item_id, kind, Kept(body).stored(kind)) for item_id, (kind, body) in zip(ids, questions, strict=True)]
    _insert(rows, bank_id, pool, by_id, import_id)
    return ids


def _insert(
    rows: Sequence[tuple[int, str, dict[str, Any]]], bank_id: int, pool: str, by_id: int, import_id: int | None = None
) -> None:
    now = clock.seconds()
    insert_many(D, [
        {"item_id": item_id, "pool": pool, "bank_id": bank_id, "type": kind, **stored, "base": 1, "over": 0,
         "handed": None, "import_id": import_id, "made_by": by_id, "made_at": now, "changed_by": by_id,
         "changed_at": now}
        for item_id, kind, stored in rows
    ])  # fmt: skip
    insert_many(W, [{"item_id": item_id, "account_id": by_id} for item_id, _kind, _stored in rows])


def save(item_id: int, base: int, over: int, kept: Kept, by_id: int) -> None:
    """Keeps a draft over the save numbered `base` (0: there was none) of the version numbered `over` (0: none in use).

    What is there already changes nothing, and what is in use is no draft. What was handed in and is changed is taken
    back. Raises Conflict where somebody saved, or put another version in use, since.
    """
    database = connection()
    row = database.execute(
        select(IT.c.slug, IT.c.bank_id, IT.c.pool, V.c.number, V.c.type, V.c.digest)
        .outerjoin(V, V.c.id == IT.c.current_id)
        .where(IT.c.id == item_id)
        .with_for_update(of=IT)
    ).first()
    if row is None:
        raise NotFound
    held = database.execute(select(D).where(D.c.item_id == item_id).with_for_update()).first()
    kind = held.type if held is not None else row.type
    stored = kept.stored(kind)
    same = held.problems == stored["problems"] if held is not None else True
    if same and stored["digest"] == (held.digest if held is not None else row.digest):
        return
    if held is None:
        if base != 0 or over != (row.number or 0):
            raise Conflict
        _insert([(item_id, kind, stored)], row.bank_id, row.pool, by_id)
        database.execute(update(D).where(D.c.item_id == item_id).values(over=row.number or 0))
        return
    if held.base != base:
        raise Conflict
    if stored["digest"] == row.digest:
        drop(item_id, base, by_id)
        return
    database.execute(
        update(D)
        .where(D.c.item_id == item_id)
        .values(**stored, base=base + 1, changed_by=by_id, changed_at=clock.seconds())
    )
    _note_writer(item_id, by_id)
    if held.handed is not None:
        edited(KIND, key_of(row.bank_id, held.handed), by_id)


def lay(item_id: int, kind: str, body: Mapping[str, Any], by_id: int) -> bool:
    """Keeps a wording that a package brings as the question's draft, in place of what was drafted; False where it is
    the draft already. An item's type may change with it.
    """
    database = connection()
    row = database.execute(
        select(IT.c.bank_id, IT.c.pool, V.c.number)
        .outerjoin(V, V.c.id == IT.c.current_id)
        .where(IT.c.id == item_id)
        .with_for_update(of=IT)
    ).one()
    stored = Kept(body).stored(kind)
    held = database.execute(select(D.c.digest, D.c.base, D.c.handed).where(D.c.item_id == item_id)).first()
    if held is None:
        _insert([(item_id, kind, stored)], row.bank_id, row.pool, by_id)
        database.execute(update(D).where(D.c.item_id == item_id).values(over=row.number or 0))
        return True
    if held.digest == stored["digest"]:
        return False
    values = {**stored, "type": kind, "base": held.base + 1, "changed_by": by_id, "changed_at": clock.seconds()}
    database.execute(update(D).where(D.c.item_id == item_id).values(**values))
    _note_writer(item_id, by_id)
    if held.handed is not None:
        edited(KIND, key_of(row.bank_id, held.handed), by_id)
    return True


def _note_writer(item_id: int, by_id: int) -> None:
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    values = {"item_id": item_id, "account_id": by_id}
    connection().execute(make(W).values(**values).on_conflict_do_nothing())


def drop(item_id: int, base: int, by_id: int) -> bool:
    """Forgets the draft as saved under the number `base`; returns whether the question is still there, because a
    version of it is or was in use. Raises Conflict where somebody saved it anew since: that is not thrown away unseen.
    """
    database = connection()
    wanted = select(D.c.bank_id, D.c.handed, D.c.base).where(D.c.item_id == item_id)
    held = database.execute(wanted.with_for_update()).first()
    made = database.execute(select(V.c.id).where(V.c.item_id == item_id).limit(1)).first()
    if held is None:
        return made is not None
    if held.base != base:
        raise Conflict
    if held.handed is not None:
        edited(KIND, key_of(held.bank_id, held.handed), by_id)
    slug = database.execute(select(IT.c.slug).where(IT.c.id == item_id)).scalar_one()
    audit.record(by_id, "item.draft_dropped", f"item:{slug}")
    if made is None:
        living.forget([item_id])
        return False
    database.execute(delete(D).where(D.c.item_id == item_id))
    database.execute(delete(W).where(W.c.item_id == item_id))
    return True


# --- putting in use, and handing in -----------------------------------------------------------------------------------


def needs_review(pool: str, org_id: int) -> bool:
    """Whether somebody else looks at a question before it is in use: at exam questions always."""
    return pool == "exam" or rule_at(org_id).needs_review


def use(item_ids: Sequence[int], org_id: int, by_id: int) -> int:
    """Puts drafts in use at once; returns how many. For questions that need no review: Conflict where one does.

    Raises Invalid where one is not whole.
    """
    rows = _held(item_ids)
    if any(needs_review(pool, org_id) for pool in {row.pool for row in rows}):
        raise Conflict(_("Somebody else looks at these questions before they are in use. Please hand them in."))
    _refuse_broken(rows)
    if not rows:
        return 0
    living.put_in_use(
        [Wording(row.item_id, row.pool, row.type, row.body, by_id) for row in rows], Signed("author", by_id)
    )
    bank = connection().execute(select(B.c.slug).where(B.c.id == rows[0].bank_id)).scalar_one()
    audit.record(by_id, "items.in_use", f"bank:{bank}", org=org_id, items=len(rows))
    return len(rows)


def hand_in(bank_id: int, org_id: int, item_ids: Sequence[int], by_id: int, name: str = "", note: str = "") -> int:
    """Hands drafts of a bank in, all together, word for word; returns the submission's number.

    `name`: the file they came from. Raises Invalid where there is none, one is not whole, or there are too many.
    Raises Conflict where one waits already in another submission.
    """
    rows = _held(item_ids)
    _refuse_broken(rows)
    if not rows or any(row.bank_id != bank_id for row in rows):
        raise Invalid(_("There is no draft to hand in. Choose at least one."))
    if len(rows) > MOST_HANDED:
        raise Invalid(_("At most {most} questions can be handed in together.", most=MOST_HANDED))
    database = connection()
    waiting = {row.handed for row in rows if row.handed is not None}
    for handed in sorted(waiting):
        open_one = newest_of(KIND, key_of(bank_id, handed))
        if open_one is not None and open_one.is_open:
            if _ids_of(bank_id, handed) == {row.item_id for row in rows}:
                return open_one.id  # the same press twice
            raise Conflict(_("Some of these questions wait for a review already."))
    wrote = _writers([row.item_id for row in rows])
    body = {
        "items": [
            {"item": row.slug, "over": row.number or 0, "pool": row.pool, "type": row.type, "body": row.body,
             "made_by": row.changed_by, "by": wrote[row.item_id]}
            for row in rows
        ]
    }  # fmt: skip
    handed = database.execute(
        update(B).where(B.c.id == bank_id).values(handed=B.c.handed + 1).returning(B.c.handed, B.c.title)
    ).one()
    for part in parts([row.item_id for row in rows]):
        database.execute(update(D).where(D.c.item_id.in_(part)).values(handed=handed.handed))
    return submit(KIND, key_of(bank_id, handed.handed), _title(handed.title, rows, name), body, by_id, note=note)


def _title(bank: str, rows: Sequence[Any], name: str) -> str:
    """What the submission is called: it says nothing of what an exam question asks."""
    what = rows[0].slug if len(rows) == 1 else say(_("{n} questions", n=len(rows)))
    return f"{bank[:110]}: {what}" + (f" ({name[:60]})" if name else "")


def publish(key: str, body: Mapping[str, Any], by_id: int) -> None:
    """Puts in use exactly what was reviewed. For the review chain."""
    bank_id, number = parsed(key)
    signed = newest_of(KIND, key)
    if signed is None or signed.reviewed_by is None:
        raise Conflict(_("A reviewer has to look at it first."))
    asked = body["items"]
    wrote = {by for one in asked for by in one["by"]}
    if signed.reviewed_by in wrote:
        raise Conflict(_("Whoever reviewed this wrote some of it. Please have somebody else review it."))
    ids = _items_by_slug(bank_id, [one["item"] for one in asked])
    gone = [one["item"] for one in asked if ids.get(one["item"], (0, ""))[1] != one["pool"]]
    if gone:
        raise Conflict(_("A question that was handed in is no longer there: {item}.", item=gone[0]))
    away = [one["type"] for one in asked if ITEM_TYPES.find(one["type"]) is None]
    if away:
        raise Conflict(_("The kind of question {kind} is not in use here now.", kind=away[0]))
    living.put_in_use(
        [Wording(ids[one["item"]][0], one["pool"], one["type"], one["body"], one["made_by"]) for one in asked],
        Signed("review", by_id, signed.reviewed_by, signed.reviewed_at, number),
    )
    audit.record(by_id, f"{KIND}.published", f"{KIND}:{key}", items=len(asked))


def _items_by_slug(bank_id: int, slugs: Sequence[str]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(slugs), 500):
        rows = connection().execute(
            select(IT.c.slug, IT.c.id, IT.c.pool).where(
                IT.c.bank_id == bank_id, IT.c.slug.in_(slugs[start : start + 500])
            )
        )
        found |= {row.slug: (row.id, row.pool) for row in rows}
    return found


def _held(item_ids: Sequence[int]) -> list[Any]:
    """The drafts of these questions with what they are, held until the unit of work ends, in the order made."""
    found: list[Any] = []
    for part in parts(sorted(set(item_ids))):
        found += connection().execute(
            select(IT.c.slug, V.c.number, *D.c)
            .join(IT, IT.c.id == D.c.item_id)
            .outerjoin(V, V.c.id == IT.c.current_id)
            .where(D.c.item_id.in_(part))
            .order_by(D.c.item_id)
            .with_for_update(of=D)
        )
    return found


def _refuse_broken(rows: Sequence[Any]) -> None:
    if any(row.problems for row in rows):
        raise Invalid(NOT_WHOLE)


def _ids_of(bank_id: int, handed: int) -> set[int]:
    wanted = select(D.c.item_id).where(D.c.bank_id == bank_id, D.c.handed == handed)
    return set(connection().execute(wanted).scalars())


def _writers(item_ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {item_id: [] for item_id in item_ids}
    for part in parts(item_ids):
        wanted = select(W.c.item_id, W.c.account_id).where(W.c.item_id.in_(part)).order_by(W.c.item_id, W.c.account_id)
        for item_id, account_id in connection().execute(wanted):
            found[item_id].append(account_id)
    return found


def withdraw_handed(item_ids: Sequence[int], by_id: int) -> None:
    """Takes back the submissions in which drafts of these questions wait."""
    handed: set[tuple[int, int]] = set()
    for part in parts(item_ids):
        wanted = select(D.c.bank_id, D.c.handed).where(D.c.item_id.in_(part), D.c.handed.is_not(None)).distinct()
        handed |= {(row.bank_id, row.handed) for row in connection().execute(wanted)}
    for bank_id, number in sorted(handed):
        edited(KIND, key_of(bank_id, number), by_id)
