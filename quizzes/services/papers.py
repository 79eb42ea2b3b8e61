"""Papers: what was drawn laid out as questions, and any paper rebuilt from what its draw went by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from lms.api.competency import area
from lms.api.data import Statement
from lms.api.work import NotFound, connection
from quizzes import queries
from quizzes.drawing import Deck, Drawn, draw, shuffled
from quizzes.items.contract import ITEM_TYPES
from quizzes.models import Attempt, Seen
from quizzes.policies import Policy
from quizzes.services import decks

A, S = Attempt.__table__, Seen.__table__
MOST_HAD = 1_000  # exam questions looked back on, those had most often first: fifty papers of twenty
LAST_PAPERS = 20  # of a quiz with practice questions

_SEEN: Statement[Any] = Statement(
    select(S.c.item_id, S.c.times)
    .where(S.c.account_id == bindparam("who"))
    .order_by(S.c.times.desc(), S.c.item_id.desc())
    .limit(MOST_HAD)
)
_LAST: Statement[Any] = Statement(
    select(A.c.paper)
    .where(A.c.account_id == bindparam("who"), A.c.activity_id == bindparam("quiz"))
    .order_by(A.c.id.desc())
    .limit(LAST_PAPERS)
)


def had(account_id: int, activity_id: int, pool: str, deck: Deck) -> list[tuple[int, int]]:
    """[item, times] of a deck's items that a person has been given before, in order of the items.

    Exam questions are remembered whatever quiz gave them; practice questions by the last papers of this quiz.
    """
    if pool == "exam":
        return sorted((r.item_id, r.times) for r in _SEEN.all(who=account_id) if deck.place(r.item_id) is not None)
    times: dict[int, int] = {}
    for paper in _LAST.scalars(who=account_id, quiz=activity_id):
        for version in queries.versions([entry[0] for entry in paper]):
            times[version.item_id] = times.get(version.item_id, 0) + 1
    return sorted((item_id, n) for item_id, n in times.items() if deck.place(item_id) is not None)


def laid_out(deck: Deck, drawn: Drawn, seed: int) -> list[list[Any]]:
    """The questions of a paper: [item version, order of its options, area] each."""
    paper: list[list[Any]] = []
    for position, version in enumerate(queries.versions([deck.versions[place] for place in drawn.places])):
        kind = ITEM_TYPES.get(version.type)
        size = kind.size(version.spec)
        order = shuffled(size, seed, position) if kind.shuffles(version.spec) else list(range(size))
        paper.append([version.id, order, _area(version.body["skills"])])
    return paper


def _area(codes: Sequence[str]) -> int | None:
    found = next((found for code in codes if (found := area(code)) is not None), None)
    return found[0] if found else None


def rebuild(uuid: UUID) -> list[list[Any]]:
    """An attempt's paper, drawn again from its deck, its seed and what the person had had: equal to the stored one.

    NotFound where there is no such attempt, or where it is from before decks were kept.
    """
    row = connection().execute(select(A.c.revision_id, A.c.seed, A.c.had, A.c.deck_id).where(A.c.uuid == uuid)).first()
    if row is None or row.deck_id is None:
        raise NotFound
    body = queries.revision(row.revision_id)
    deck = decks.stored(row.deck_id, body)
    drawn = draw(deck, row.seed, dict(row.had or ()), Policy.of(body).when_short)
    return laid_out(deck, drawn, row.seed)
