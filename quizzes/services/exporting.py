"""Gives banks and quizzes to a package: questions in use, and the newest published revision of each quiz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import current_app
from sqlalchemy import select

from lms.api.data import FileStore
from lms.api.learning import Activity
from lms.api.media import CARRIED, to_carry
from lms.api.packages import Draw, Exporting, Item, Message, PassPart, QuizSpec
from lms.api.work import NotAllowed, _, connection
from quizzes.drawing import lies_under
from quizzes.models import Bank, ItemTag, ItemVersion, QuizRevision
from quizzes.models import Item as ItemTable

A, B, IT, T, V, R = (
    Activity.__table__,
    Bank.__table__,
    ItemTable.__table__,
    ItemTag.__table__,
    ItemVersion.__table__,
    QuizRevision.__table__,
)
_ITEM = (
    select(IT.c.id, IT.c.slug, IT.c.pool, V.c.type, V.c.body, B.c.slug.label("bank"), B.c.org_id)
    .join(V, V.c.id == IT.c.current_id)
    .join(B, B.c.id == IT.c.bank_id)
)


def give_items(exporting: Exporting) -> None:
    """Gives the questions that are asked for; a question that a lesson asks is given even where it was retired."""
    database = connection()
    if exporting.whole:
        exporting.want("item", *database.execute(select(IT.c.slug).where(IT.c.retired_at.is_(None))).scalars())
    for slug in exporting.open("item"):
        row = database.execute(_ITEM.where(IT.c.slug == slug)).first()
        if row is None:
            continue
        if row.pool == "exam" and not exporting.may_read(row.org_id):
            raise NotAllowed(
                _(
                    "A quiz here draws exam questions of another unit; only that unit may give them out."
                    " Let the quiz draw from your own bank, or ask that unit for the package."
                )
            )
        item = with_pictures(item_of(row.slug, row.pool, row.type, row.body), row.body)
        exporting.want("code", *item.skills)
        exporting.want("lesson", item.lesson)
        exporting.give("item", slug, (row.bank, row.id, item))


def item_of(slug: str, pool: str, kind: str, body: Mapping[str, Any]) -> Item:
    """A stored question as the package holds it."""
    said = body.get("message")
    return Item(
        id=slug,
        type=kind,
        pool=pool,
        skills=tuple(body["skills"]),
        stem=body["stem"],
        message=Message(said["sender"], said["text"]) if said else None,
        lesson=body["lesson"] or "",
        data=body["data"],
        level=body.get("level"),
        thinking=body.get("thinking", ""),
        twins=body.get("twins", ""),
        picture=body.get("picture"),
        fix=body.get("fix", ""),
        source=body.get("source", ""),
    )


def with_pictures(item: Item, body: Mapping[str, Any]) -> Item:
    """The item with the bytes of its pictures, as large as a package carries them."""
    if not body.get("files"):
        return item
    store: FileStore = current_app.extensions["lms.files"]
    files = {name: store.get(to_carry(facts, CARRIED)["key"]) for name, facts in sorted(body["files"].items())}
    return replace(item, files=files)


def give_quizzes(exporting: Exporting) -> None:
    """Gives the quizzes that are asked for, and asks for every question that they may draw."""
    database = connection()
    if exporting.whole:
        published = select(A.c.slug).where(A.c.kind == "quiz", A.c.id.in_(select(R.c.activity_id)))
        exporting.want("quiz", *database.execute(published).scalars())
    for slug in exporting.open("quiz"):
        body = database.execute(
            select(R.c.body)
            .join(A, A.c.id == R.c.activity_id)
            .where(A.c.kind == "quiz", A.c.slug == slug)
            .order_by(R.c.number.desc())
            .limit(1)
        ).scalar()
        if body is None:
            continue
        quiz = quiz_of(body)
        codes = [code for line in quiz.draw for code in line.codes]
        tagged = database.execute(
            select(IT.c.slug, T.c.code)
            .join(T, T.c.item_id == IT.c.id)
            .where(IT.c.pool == quiz.pool, IT.c.retired_at.is_(None), IT.c.current_id.is_not(None))
        )
        exporting.want("item", *(row.slug for row in tagged if any(lies_under(row.code, code) for code in codes)))
        exporting.want("item", *(item for form in quiz.forms.values() for item in form))
        exporting.want("code", *codes, *(part.code for part in quiz.parts))
        exporting.give("quiz", slug, quiz)


def quiz_of(body: Mapping[str, Any]) -> QuizSpec:
    """A stored quiz as the package holds it."""
    return QuizSpec(
        slug=body["slug"],
        title=body["title"],
        intro=body["intro"],
        pool=body["pool"],
        minutes=body["minutes"],
        needs_birth_date=body["needs_birth_date"],
        draw=tuple(
            Draw(
                tuple(line["from"]),
                line["count"],
                line["spread"],
                levels=tuple(line.get("levels") or ()),
                thinking=tuple(line.get("thinking") or ()),
            )
            for line in body["draw"]
        ),
        correct=body["pass"]["correct"],
        parts=tuple(PassPart(part["from"], part["correct"]) for part in body["pass"]["parts"]),
        limit=body.get("limit"),
        policy=body.get("policy") or {},
        measure=body.get("measure") or {},
        forms={letter: tuple(slugs) for letter, slugs in (body.get("forms") or {}).items()},
    )
