"""Finds the question to try next after one that was missed: the same in other words. Practice questions only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, String, and_, bindparam, exists, or_, select

from lms.api.data import Statement
from lms.api.work import connection
from quizzes import queries, returning
from quizzes.items.contract import ITEM_TYPES, asked_now
from quizzes.models import Item, ItemTag, ItemVersion
from quizzes.queries import VersionRow
from quizzes.stems import words_of

I, V, T = Item.__table__, ItemVersion.__table__, ItemTag.__table__
_OWN = T.alias()
MOST = 60  # candidates that are looked at
MOST_KEPT = 5_000

_NEAR: Statement[tuple[Any, ...]] = Statement(
    select(I.c.id, I.c.slug, I.c.twins, V.c.type, V.c.level, V.c.body["stem"].as_string())
    .join(V, V.c.id == I.c.current_id)
    .where(
        I.c.pool == "practice",
        I.c.retired_at.is_(None),
        I.c.id != bindparam("item", type_=BigInteger),
        or_(
            I.c.twins == bindparam("twins", type_=String),
            and_(
                exists()
                .where(T.c.item_id == I.c.id, T.c.code == _OWN.c.code, _OWN.c.item_id == bindparam("item"))
                .correlate(I)
            ),
        ),
    )
    .order_by(I.c.id)
    .limit(MOST),
    lambda *row: row,
)
_known: dict[tuple[Engine, int], tuple[int, str]] = {}


def near(version: VersionRow) -> str:
    """The slug of another practice question of the same twins, else of the same skill and level; empty: there is none.

    Never the same question, nor one with the same words. What was found is remembered until a bank changes.
    """
    if version.pool != "practice":
        return ""
    state = queries.bank_state() if version.state is None else version.state
    key = (connection().engine, version.id)
    held = _known.get(key)
    if held is not None and held[0] == state:
        return held[1]
    found = _find(version)
    if len(_known) >= MOST_KEPT:
        _known.clear()
    _known[key] = (state, found)
    return found


def _find(version: VersionRow) -> str:
    own, twins, level = words_of(version.body["stem"]), version.body.get("twins") or "", version.body.get("level")
    twin, alike = dict[int, str](), dict[int, str]()
    for item, slug, of, kind, at, stem in _NEAR.all(item=version.item_id, twins=twins or None):
        asked = ITEM_TYPES.find(kind)
        if asked is None or not asked_now(asked) or words_of(stem) == own:
            continue
        if twins and of == twins:
            twin[item] = slug
        elif at == level:
            alike[item] = slug
    chosen = twin or alike
    return chosen[returning.next_of(list(chosen), version.item_id)] if chosen else ""
