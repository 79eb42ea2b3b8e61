"""Takes banks and quizzes from a package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update

from lms.api.learning import anchor
from lms.api.media import keep_made, made_now
from lms.api.packages import Importing, Item, QuizSpec
from lms.api.reviewing import digest_of, refuse_unreviewed
from lms.api.work import Conflict, Invalid, _, clock, connection
from quizzes.models import Bank, ItemVersion, QuizDocument, QuizRevision
from quizzes.models import Item as ItemTable
from quizzes.services import drafting
from quizzes.services.living import Signed, Wording, put_in_use

B, I, V, R, D = (
    Bank.__table__,
    ItemTable.__table__,
    ItemVersion.__table__,
    QuizRevision.__table__,
    QuizDocument.__table__,
)

PICTURE_KINDS = ("picture", "drawing")


def take_items(importing: Importing) -> None:
    """Adds items and new versions of items; what has not changed is left alone.

    A package that is read on the server is in use at once. Of one that somebody brings in the studio the practice
    questions are; exam questions are their drafts, because somebody else looks at them first.
    """
    database = connection()
    held = {row.slug: row for row in database.execute(select(I.c.id, I.c.slug, I.c.pool, I.c.current_id, I.c.bank_id))}
    digests = {
        row.id: row.digest for row in database.execute(select(V.c.id, V.c.digest).join(I, I.c.current_id == V.c.id))
    }
    owners = {row.id: row.org_id for row in database.execute(select(B.c.id, B.c.org_id))}
    asked = False
    for bank in importing.package.banks:
        bank_id = bank_of(bank.slug, bank.slug, importing.org_id)
        for read in bank.items:
            item, files = _kept_pictures(importing, bank.slug, read)
            row = held.get(item.id)
            body = item_body(item, files)
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
            if importing.by_id is not None and item.pool == "exam":
                item_id = row.id if row else drafting.new_item(item.id, bank_id, item.pool)
                if drafting.lay(item_id, item.type, body, importing.by_id):
                    importing.count("drafts")
                continue
            if not asked:
                refuse_unreviewed(importing.org_id, importing.by_id)
                asked = True
            publish_item(item.id, bank_id, item.pool, item.type, body, importing.by_id, row.id if row else None)
            importing.count("items")


def item_body(item: Item, files: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """An item as it is stored; what is empty of the later keys is left out, so that older digests hold.

    `files`: what was made of its pictures, by the names that they have in it.
    """
    more = {
        "level": item.level,
        "thinking": item.thinking,
        "twins": item.twins,
        "picture": dict(item.picture) if item.picture else None,
        "fix": item.fix,
        "source": item.source,
        "files": {name: dict(facts) for name, facts in sorted((files or {}).items())},
    }
    return {
        "stem": item.stem,
        "message": {"sender": item.message.sender, "text": item.message.text} if item.message else None,
        "lesson": item.lesson,
        "skills": list(item.skills),
        "data": dict(item.data),
        **{key: value for key, value in more.items() if value},
    }


def prepare_pictures(importing: Importing) -> None:
    """Makes the pictures of questions small enough for a weak line, before anything is written."""
    for bank in importing.package.banks:
        for item in bank.items:
            for name, content in sorted(item.files.items()):
                if (f"items/{bank.slug}", name) in importing.prepared:
                    continue
                try:
                    importing.prepared[f"items/{bank.slug}", name] = made_now(content, name, PICTURE_KINDS)
                except Invalid as error:
                    raise Invalid(
                        _("{file} in the bank {slug}: {problem}", file=name, slug=bank.slug, problem=error.text)
                    ) from error


def _kept_pictures(importing: Importing, bank: str, item: Item) -> tuple[Item, dict[str, Mapping[str, Any]]]:
    """The item with its pictures under the names that they have once they are made (a png becomes a webp)."""
    renamed, files = {}, {}
    for name in item.files:
        came, facts = importing.prepared[f"items/{bank}", name]
        keep_made(came, facts, importing.org_id, importing.by_id)
        new = f"{name.rpartition('.')[0]}.{facts['ending']}"
        if new != name and new in item.files:
            new = f"{name.replace('.', '-')}.{facts['ending']}"
        renamed[name], files[new] = new, facts
    if all(old == new for old, new in renamed.items()):
        return item, files
    data, picture = _with_names(item.data, renamed), _with_names(item.picture, renamed)
    return replace(item, data=data, picture=picture), files


def _with_names(value: Any, renamed: Mapping[str, str]) -> Any:
    """A value in which every picture has its new name."""
    if isinstance(value, Mapping):
        if value.keys() == {"file", "alt"}:
            return {"file": renamed.get(value["file"], value["file"]), "alt": value["alt"]}
        return {key: _with_names(inner, renamed) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_names(inner, renamed) for inner in value]
    return value


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
    """Makes the next version of an item, or the item, and puts it in use; returns the item's id.

    `by_id` None: whoever runs the server. Somebody else puts only practice questions in use this way.
    """
    if item_id is None:
        item_id = drafting.new_item(slug, bank_id, pool)
    signed = Signed("server" if by_id is None else "author", by_id)
    put_in_use([Wording(item_id, pool, kind, body, by_id)], signed)
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
        "draw": [
            {
                "from": list(d.codes),
                "count": d.count,
                "spread": d.spread,
                **({"levels": list(d.levels)} if d.levels else {}),
                **({"thinking": list(d.thinking)} if d.thinking else {}),
            }
            for d in quiz.draw
        ],
        "pass": {"correct": quiz.correct, "parts": [{"from": p.code, "correct": p.correct} for p in quiz.parts]},
        # left out where nothing is said, so that quizzes from before are the same
        **({"limit": quiz.limit} if quiz.limit is not None else {}),
        **({"policy": dict(quiz.policy)} if quiz.policy else {}),
        **({"measure": dict(quiz.measure)} if quiz.measure else {}),
        **({"forms": {letter: list(slugs) for letter, slugs in sorted(quiz.forms.items())}} if quiz.forms else {}),
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
