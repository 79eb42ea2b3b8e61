"""Decks: what a revision draws from, kept in memory until its bank changes; stored, so that papers can be rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.work import after_commit, clock, connection
from quizzes import queries
from quizzes.drawing import Deck, deck_of, unpacked
from quizzes.measures import forms_of, lines_of
from quizzes.models import StoredDeck
from quizzes.services import measured

D = StoredDeck.__table__
MOST_CARDS = 400_000  # kept in memory, of all decks together: about 12 MB


@dataclass
class _Held:
    """A deck in memory: the state of the banks and the item types for which it was made, its row once it has one."""

    changes: int
    types: frozenset[str]
    deck: Deck
    id: int | None = None


_held: dict[tuple[Engine, int], _Held] = {}


def deck_for(revision_id: int, activity_id: int, body: Mapping[str, Any], changes: int) -> tuple[Deck, int]:
    """The deck of a revision and its row's id. `changes`: the state of the banks now, as quizzes_state counts it.

    Where it is new it is stored, in this unit of work.
    """
    key, types = (connection().engine, revision_id), queries.types_in_use()
    held = _held.get(key)
    if held is None or held.changes != changes or held.types != types:
        bank = queries.cards(body["pool"], activity_id, types)
        deck = deck_of(lines_of(body), measured.laid(body, bank) if forms_of(body) else bank)
        if sum(len(h.deck.items) for h in _held.values()) + len(deck.items) > MOST_CARDS:
            _held.clear()
        held = _held[key] = _Held(changes, types, deck)
    if held.id is not None:
        return held.deck, held.id
    found, mine = _stored(revision_id, held.deck), held

    def remember() -> None:  # a row that is rolled back with its transaction is not to be named again
        mine.id = found

    after_commit(remember)
    return held.deck, found


def _stored(revision_id: int, deck: Deck) -> int:
    """The id of a deck's row, made where it is not there."""
    database, digest = connection(), deck.digest()
    same = select(D.c.id).where(D.c.revision_id == revision_id, D.c.digest == digest)
    found = database.execute(same).scalar()
    if found is None:
        make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
        row = {"revision_id": revision_id, "digest": digest, "body": deck.packed(), "made_at": clock.seconds()}
        database.execute(make(D).values(**row).on_conflict_do_nothing())
        found = database.execute(same).scalar_one()
    return int(found)


def stored(deck_id: int, body: Mapping[str, Any]) -> Deck:
    """A deck as it was stored, for the revision's body. LookupError where there is none."""
    packed = connection().execute(select(D.c.body).where(D.c.id == deck_id)).scalar()
    if packed is None:
        raise LookupError(f"no deck {deck_id}")
    return unpacked(packed, lines_of(body))
