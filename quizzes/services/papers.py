"""Papers: what was drawn laid out as questions, and any paper rebuilt from what its draw went by."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, select

from lms.api.competency import area
from lms.api.data import Statement
from lms.api.work import NotFound, TooEarly, _, connection
from quizzes import queries
from quizzes.drawing import FEWER, BankTooSmall, Deck, Drawn, draw, scaled, shuffled
from quizzes.items.contract import ITEM_TYPES
from quizzes.measures import code_of, forms_of
from quizzes.models import Attempt, BankState, Seen
from quizzes.policies import Policy, standing
from quizzes.services import decks, measured

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


class Paper(Struct, frozen=True):
    """A paper that was drawn and not begun yet; whoever holds it can begin it, here or elsewhere, under its name.

    `questions` are [item version, order of its options, area]; all else as `Attempt` has it.
    """

    uuid: UUID
    revision_id: int
    seed: int
    questions: Sequence[Any]
    deck_id: int | None
    had: Sequence[Any] | None
    passing: Mapping[str, Any] | None
    form: str | None = None  # the letter, where the quiz has forms


def prepare(account_id: int | None, activity_id: int, revision_id: int, at: int) -> Paper:
    """Draws a paper that a person begins later; None: whoever may come. Nothing but the deck is stored.

    TooEarly as `drawn`, and where the quiz's policy does not let them begin at that moment (seconds since 1970).
    """
    body = queries.revision(revision_id)
    policy = Policy.of(body)
    if account_id is not None:
        measured.require_now(account_id, body)
    tried = queries.newest_attempts(account_id, activity_id) if account_id is not None and policy.heeds_tries else []
    if not standing(policy, tried, at).may_begin:
        raise TooEarly(_("This person may not take the check at that time: its rules say how often and when."))
    changes = connection().execute(select(BankState.__table__.c.changes).where(BankState.__table__.c.id == 1)).scalar()
    return drawn(account_id, activity_id, revision_id, changes or 0)


def drawn(account_id: int | None, activity_id: int, revision_id: int, changes: int) -> Paper:
    """Draws a paper. `changes`: the state of the banks now. TooEarly where the bank has too few questions."""
    body = queries.revision(revision_id)
    deck, deck_id = decks.deck_for(revision_id, activity_id, body, changes)
    form = None
    if forms_of(body):
        if account_id is None:
            raise TooEarly(_("Which form of this check somebody gets depends on who it is: it is drawn for a person."))
        form = measured.form_for(account_id, body)
    # everybody gets the same questions of a form, had or not
    before = had(account_id, activity_id, body["pool"], deck) if account_id is not None and form is None else []
    seed = secrets.randbits(31)
    try:
        found = _draw(deck, body, form, seed, dict(before))
    except BankTooSmall as error:
        raise TooEarly(
            _("This quiz has too few questions yet. Please tell your helper: {problem}", problem=str(error))
        ) from error
    passing = scaled(body["pass"], body["draw"], found.counts) if form is None else None
    return Paper(uuid4(), revision_id, seed, laid_out(deck, found, seed), deck_id, before or None, passing, form)


def _draw(deck: Deck, body: Mapping[str, Any], form: str | None, seed: int, before: Mapping[int, int]) -> Drawn:
    """A draw by the blueprint, or all questions of a form that are still in use."""
    if form is None:
        return draw(deck, seed, before, Policy.of(body).when_short)
    lines = tuple(line for line in deck.lines if line.codes == (code_of(form),))
    return draw(replace(deck, lines=lines), seed, {}, FEWER)


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
    row = (
        connection()
        .execute(select(A.c.revision_id, A.c.seed, A.c.had, A.c.deck_id, A.c.form).where(A.c.uuid == uuid))
        .first()
    )
    if row is None or row.deck_id is None:
        raise NotFound
    body = queries.revision(row.revision_id)
    deck = decks.stored(row.deck_id, body)
    drawn = _draw(deck, body, row.form, row.seed, dict(row.had or ()))
    return laid_out(deck, drawn, row.seed)
