"""Questions on their way from author to reviewer to publisher: one or many of a bank, handed in together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy import select, union

from lms.api.reviewing import Difference, Naming, Row, Subject, told_row
from lms.api.web import render_fragment, say
from lms.api.work import Text, _, connection
from quizzes.handed import KIND, parsed
from quizzes.items.contract import ITEM_TYPES
from quizzes.listing import DRAFT
from quizzes.models import Bank, Item, ItemDraft, ItemVersion, SignOff
from quizzes.queries import VersionRow
from quizzes.services import drafting
from quizzes.views.studio import POOLS, type_title
from quizzes.views.told import previewed, said_to, told

Body = Mapping[str, Any]
B, IT, V, D, S = (t.__table__ for t in (Bank, Item, ItemVersion, ItemDraft, SignOff))
PARTS = Naming(
    _("Questions"), _("The questions, one by one"), _("new questions: {n}"), _("changed questions: {n}"),
    _("removed questions: {n}"),
)  # fmt: skip


class QuestionsReview(Struct, frozen=True):
    """Questions of a bank; the key is the bank's id and which handing in of it this is."""

    name: str = KIND
    title: Text = _("Questions")
    announced: Text = _("“{title}” is in use now.")

    def subjects(self, keys: Collection[str]) -> Mapping[str, Subject]:
        banks = {parsed(key)[0] for key in keys}
        rows = connection().execute(select(B.c.id, B.c.title, B.c.org_id).where(B.c.id.in_(banks)))
        found = {row.id: Subject(row.title, row.org_id) for row in rows}
        return {key: found[parsed(key)[0]] for key in keys if parsed(key)[0] in found}

    def published(self, key: str) -> Body | None:
        """What is in use of these questions now."""
        bank_id, handed = parsed(key)
        drafted = select(D.c.item_id).where(D.c.bank_id == bank_id, D.c.handed == handed)
        used = (
            select(V.c.item_id)
            .join(S, S.c.version_id == V.c.id)
            .join(IT, IT.c.id == V.c.item_id)
            .where(S.c.handed == handed, IT.c.bank_id == bank_id)
        )
        rows = connection().execute(
            select(IT.c.slug, IT.c.pool, V.c.type, V.c.body)
            .join(V, V.c.id == IT.c.current_id)
            .where(IT.c.id.in_(union(drafted, used)))
        )
        items = [{"item": row.slug, "pool": row.pool, "type": row.type, "body": row.body} for row in rows]
        return {"items": items} if items else None

    def difference(self, before: Body | None, after: Body) -> Difference:
        held = {one["item"]: one for one in before["items"]} if before is not None else {}
        return Difference([], [_row(n, one, held.get(one["item"])) for n, one in enumerate(after["items"], 1)], PARTS)

    def places(self, body: Body) -> Sequence[tuple[str, str]]:
        return [(one["item"], _called(n, one)) for n, one in enumerate(body["items"], 1)]

    def writers(self, body: Body) -> Collection[int]:
        return {account for one in body["items"] for account in one["by"]}

    def seen(self, body: Body, keys: Collection[str]) -> Mapping[str, Markup]:
        return {one["item"]: _seen(one) for one in body["items"] if one["item"] in keys}

    def studio_url(self, key: str) -> str:
        bank_id, handed = parsed(key)
        wanted = select(IT.c.slug).join(D, D.c.item_id == IT.c.id)
        slugs = list(
            connection().execute(wanted.where(D.c.bank_id == bank_id, D.c.handed == handed).limit(2)).scalars()
        )
        if len(slugs) == 1:
            return url_for("quizzes.studio_item", slug=slugs[0])
        bank = connection().execute(select(B.c.slug).where(B.c.id == bank_id)).scalar_one()
        return url_for("quizzes.studio_bank", bank=bank, tt=DRAFT if slugs else None)

    def revisions_url(self, key: str) -> str:
        return ""

    def publish(self, key: str, body: Body, by_id: int, change: str, note: str) -> None:
        drafting.publish(key, body, by_id)


def _called(number: int, one: Mapping[str, Any]) -> str:
    return say(_("Question {n}: {kind}", n=number, kind=type_title(one["type"])))


def _row(number: int, one: Mapping[str, Any], held: Mapping[str, Any] | None) -> Row:
    before = told(held["type"], held["body"]) if held is not None else None
    return told_row(one["item"], _called(number, one), "circle-help", before, told(one["type"], one["body"]))


def _seen(one: Mapping[str, Any]) -> Markup:
    """The question as a learner sees it, with its key and what is said to each answer."""
    if ITEM_TYPES.find(one["type"]) is None:
        return Markup("")
    version = VersionRow(0, 0, one["item"], one["pool"], one["type"], one["body"])
    return Markup(  # noqa: S704  our own template
        render_fragment(
            "quizzes/studio/_seen.html",
            q=previewed(version, f"xem-{one['item']}"),
            marks=said_to(version),
            pool=say(POOLS[one["pool"]]),
            exam=one["pool"] == "exam",
        )
    )


reviewable = (QuestionsReview(),)
