"""Takes banks and quizzes from a package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update

from lms.api.learning import anchor
from lms.api.packages import Importing, Item, QuizSpec
from lms.api.work import Conflict, _, clock, connection
from quizzes.models import Bank, ItemTag, ItemVersion, QuizDocument, QuizRevision
from quizzes.models import Item as ItemTable

B, I, V, T, R, D = (
    Bank.__table__,
    ItemTable.__table__,
    ItemVersion.__table__,
    ItemTag.__table__,
    QuizRevision.__table__,
    QuizDocument.__table__,
)


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 of a body's canonical JSON: equal bodies are one version."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def take_items(importing: Importing) -> None:
    """Adds items and new versions of items; what has not changed is left alone."""
    database = connection()
    held = {row.slug: row for row in database.execute(select(I.c.id, I.c.slug, I.c.pool, I.c.current_id, I.c.bank_id))}
    digests = {
        row.id: row.digest for row in database.execute(select(V.c.id, V.c.digest).join(I, I.c.current_id == V.c.id))
    }
    owners = {row.id: row.org_id for row in database.execute(select(B.c.id, B.c.org_id))}
    for bank in importing.package.banks:
        bank_id = bank_of(bank.slug, bank.slug, importing.org_id)
        for item in bank.items:
            row = held.get(item.id)
            body = item_body(item)
            if row is not None:
                if row.pool != item.pool:
                    raise Conflict(
                        _(
                            "Item {item} is here as a {pool} item. An item is for practice or for exams, never both:"
                            " give the new one another id.",
                            item=item.id,
                            pool=row.pool,
                        )
                    )
                if row.current_id and digests.get(row.current_id) == digest_of({"type": item.type, **body}):
                    continue
            owner = owners.get(row.bank_id if row else bank_id)
            if owner is not None and not importing.may_change(owner):
                raise Conflict(
                    _(
                        "The question {item} or its bank belongs to another unit, and this package would change it."
                        " Give yours another name, then import again.",
                        item=item.id,
                    )
                )
            publish_item(item.id, bank_id, item.pool, item.type, body, importing.by_id, row.id if row else None)
            importing.count("items")


def item_body(item: Item) -> dict[str, Any]:
    """An item as it is stored."""
    return {
        "stem": item.stem,
        "message": {"sender": item.message.sender, "text": item.message.text} if item.message else None,
        "lesson": item.lesson,
        "skills": list(item.skills),
        "data": dict(item.data),
    }


def bank_of(slug: str, title: str, org_id: int) -> int:
    """The bank with this slug, made where it is new."""
    database = connection()
    held = database.execute(select(B.c.id).where(B.c.slug == slug)).scalar()
    if held is not None:
        return int(held)
    return int(database.execute(insert(B).values(slug=slug, title=title, org_id=org_id).returning(B.c.id)).scalar_one())


def publish_item(
    slug: str, bank_id: int, pool: str, kind: str, body: Mapping[str, Any], by_id: int | None, item_id: int | None
) -> int:
    """Stores the next version of an item and puts it in use; returns the item's id."""
    database = connection()
    if item_id is None:
        item_id = int(
            database.execute(
                insert(I).values(uuid=uuid4(), slug=slug, bank_id=bank_id, pool=pool).returning(I.c.id)
            ).scalar_one()
        )
        number = 1
    else:
        number = (database.execute(select(func.max(V.c.number)).where(V.c.item_id == item_id)).scalar() or 0) + 1
    version_id = database.execute(
        insert(V)
        .values(
            item_id=item_id,
            pool=pool,
            number=number,
            type=kind,
            body=dict(body),
            digest=digest_of({"type": kind, **body}),
            made_at=clock.seconds(),
            made_by=by_id,
        )
        .returning(V.c.id)
    ).scalar_one()
    database.execute(update(I).where(I.c.id == item_id).values(current_id=version_id))
    if number > 1:
        database.execute(delete(T).where(T.c.item_id == item_id))
    codes = [{"item_id": item_id, "code": c} for c in body["skills"]]
    if codes:
        database.execute(insert(T), codes)
    return item_id


def take_quizzes(importing: Importing) -> None:
    """Publishes every quiz that is new or changed."""
    for quiz in importing.package.quizzes:
        body = quiz_body(quiz)
        activity_id = anchor("quiz", quiz.slug, quiz.title, quiz.minutes or 10)
        owner = connection().execute(select(D.c.org_id).where(D.c.activity_id == activity_id)).scalar()
        newest = select(R.c.digest).where(R.c.activity_id == activity_id).order_by(R.c.number.desc()).limit(1)
        changed = connection().execute(newest).scalar() != digest_of(body)
        if changed and owner is not None and not importing.may_change(owner):
            raise Conflict(
                _(
                    "“{title}” ({slug}) belongs to another unit, and this package would change it. Give yours another"
                    " name, then import again.",
                    title=quiz.title,
                    slug=quiz.slug,
                )
            )
        if publish_quiz(activity_id, body, importing.org_id, importing.by_id):
            importing.count("quizzes")


def quiz_body(quiz: QuizSpec) -> dict[str, Any]:
    """A quiz as it is stored."""
    return {
        "slug": quiz.slug,
        "title": quiz.title,
        "intro": quiz.intro,
        "pool": quiz.pool,
        "minutes": quiz.minutes,
        "needs_birth_date": quiz.needs_birth_date,
        "draw": [{"from": list(d.codes), "count": d.count, "spread": d.spread} for d in quiz.draw],
        "pass": {"correct": quiz.correct, "parts": [{"from": p.code, "correct": p.correct} for p in quiz.parts]},
    }


def publish_quiz(activity_id: int, body: Mapping[str, Any], org_id: int, by_id: int | None) -> bool:
    """Stores a quiz's body as the next revision, unless it equals the newest; says whether it was new."""
    database = connection()
    digest = digest_of(body)
    newest = database.execute(
        select(R.c.number, R.c.digest).where(R.c.activity_id == activity_id).order_by(R.c.number.desc()).limit(1)
    ).first()
    if newest is not None and newest.digest == digest:
        return False
    database.execute(
        insert(R).values(
            activity_id=activity_id,
            number=(newest.number if newest else 0) + 1,
            body=dict(body),
            digest=digest,
            published_at=clock.seconds(),
            published_by=by_id,
        )
    )
    base = database.execute(select(D.c.base).where(D.c.activity_id == activity_id)).scalar()
    values = {"draft": dict(body), "changed_at": clock.seconds(), "changed_by": by_id}
    if base is None:
        database.execute(insert(D).values(activity_id=activity_id, org_id=org_id, **values))
    else:
        database.execute(update(D).where(D.c.activity_id == activity_id).values(base=base + 1, **values))
    return True
