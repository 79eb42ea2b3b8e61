"""Taking in what a phone sends: each happening once, and one that cannot be taken in spoils no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.learning import SYNCED, Happening, Synced
from lms.api.people import hold
from lms.api.work import DomainError, Text, TooMany, _, clock, connection, take, unit_of_work
from plugins.offline.models import Sent

S = Sent.__table__
DAY = 86_400
KEPT_DAYS = 400  # a phone may lie in a drawer for a year and still not tell anything twice
OLD, AHEAD = 30 * DAY, 300  # seconds: what lies further back, or this far ahead, is said to be unsure
MOST_BATCHES = (600, 3600)  # of one person, in so many seconds
State = Literal["applied", "duplicate", "rejected"]
UNKNOWN = _("This kind of work is not known here any more.")
UNFIT = _("What the phone kept of this cannot be read.")
log = structlog.get_logger("lms.offline")


class Told(Struct, frozen=True):
    """A happening as a phone tells it."""

    key: bytes
    t: int
    kind: str
    data: dict[str, Any]


class Said(Struct, frozen=True):
    """What is answered to one: `code` and `text` say why it was rejected."""

    key: bytes
    state: State
    code: str = ""
    text: Text | None = None


class _Ready(Struct, frozen=True):
    """One that fits its kind."""

    told: Told
    synced: Synced
    data: Any


def is_unsure(t: int, at: int) -> bool:
    """Whether the phone's clock and ours cannot both be right, or the happening is old."""
    return t > at + AHEAD or t < at - OLD


def take_in(account_id: int, told: Sequence[Told]) -> list[Said]:
    """Takes in what a person's phone sends, in units of work of its own; answers in the order given.

    All of it goes in one transaction. Where one of it is refused, that is undone and each goes in one of its own, so
    that the others stand. What fails for a reason of ours is not answered at all: the phone keeps it and sends again.
    """
    answers: dict[bytes, Said] = {}
    ready: list[_Ready] = []
    for one in told:
        if one.key in answers or any(r.told.key == one.key for r in ready):
            continue
        found = _read(one)
        if isinstance(found, _Ready):
            ready.append(found)
        else:
            answers[one.key] = found
    for said in _together(account_id, ready) or _one_by_one(account_id, ready):
        answers[said.key] = said
    return [answers[one.key] for one in told if one.key in answers]


def _read(told: Told) -> _Ready | Said:
    synced = SYNCED.find(told.kind)
    if synced is None:
        return Said(told.key, "rejected", "unknown-kind", UNKNOWN)
    try:
        return _Ready(told, synced, msgspec.convert(told.data, synced.takes))
    except msgspec.ValidationError:
        return Said(told.key, "rejected", "invalid", UNFIT)


def _together(account_id: int, ready: Sequence[_Ready]) -> list[Said]:
    """All of them in one transaction; nothing, and an empty answer, where one of them cannot be taken in."""
    try:
        with unit_of_work():
            take("sync", str(account_id), *MOST_BATCHES)
            return _taken(account_id, ready)
    except _Stop:
        return []


def _one_by_one(account_id: int, ready: Sequence[_Ready]) -> list[Said]:
    answers: list[Said] = []
    for one in ready:
        try:
            with unit_of_work():
                answers += _taken(account_id, [one])
        except _Stop as stop:
            if isinstance(stop.reason, TooMany):
                break  # what is left stays on the phone, and comes again
            if isinstance(stop.reason, DomainError):
                answers.append(Said(one.told.key, "rejected", stop.reason.code, stop.reason.text))
            else:
                log.error("happening failed", kind=one.told.kind, error=repr(stop.reason))
    return answers


class _Stop(Exception):
    """Ends a transaction because a happening could not be taken in."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


def _taken(account_id: int, ready: Sequence[_Ready]) -> list[Said]:
    if not ready:
        return []
    hold(account_id)
    at = clock.seconds()
    new = _first_times(account_id, ready, at)
    for one in ready:
        if one.told.key in new:
            try:
                one.synced.handle(Happening(account_id, one.told.key, one.told.t, at), one.data)
            except Exception as error:  # a plugin's; it is told or logged outside the transaction
                raise _Stop(error) from error
    return [Said(one.told.key, "applied" if one.told.key in new else "duplicate") for one in ready]


def _first_times(account_id: int, ready: Sequence[_Ready], at: int) -> set[bytes]:
    """Notes the keys; returns those that were not here before. One statement."""
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "account_id": account_id,
            "key": one.told.key,
            "kind": one.told.kind,
            "t": one.told.t,
            "at": at,
            "unsure": is_unsure(one.told.t, at),
        }
        for one in ready
    ]
    statement = make(S).values(rows).on_conflict_do_nothing().returning(S.c.key)
    return {bytes(key) for key in connection().execute(statement).scalars()}


def count_old(before: int) -> int:
    """How many are older than a moment."""
    found: int = connection().execute(select(func.count()).select_from(S).where(S.c.at < before)).scalar_one()
    return found


def forget_old(before: int) -> None:
    """Forgets the keys of what came before a moment."""
    with unit_of_work() as database:
        database.execute(delete(S).where(S.c.at < before))
