"""Lessons read aloud, by the worker after they were published: each revision once in each language that has a voice."""

from __future__ import annotations

from typing import Any

import structlog
from flask import current_app
from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from courses import offers, tracks
from courses.blocks.fields import BlockField, fields_of
from courses.blocks.standard import BLOCK_TYPES
from courses.models import Reading, Revision
from lms.api.data import Statement
from lms.api.learning import Activity
from lms.api.people import AccountErased
from lms.api.speech import RECORDED, ProgramError, Spoken, forget_torn, speak
from lms.api.work import clock, connection, unit_of_work

G, R, A = Reading.__table__, Revision.__table__, Activity.__table__
AT_ONCE = 1  # lesson in one round: it takes seconds, and other work waits meanwhile
LOOKED_AT = 500  # revisions in one look for new ones
_SEEN = "courses.readings"  # up to which revision this process has looked
log = structlog.get_logger("courses.reading")
# Made once: they are asked every few seconds, mostly for nothing.
_WAITING: Statement[Any] = Statement(
    select(G.c.id, G.c.revision_id, G.c.lang)
    .where(G.c.state == "waiting")
    .order_by(G.c.at.desc(), G.c.id.desc())
    .limit(AT_ONCE)
)
_NEWEST = select(func.max(R.c.id)).where(R.c.activity_id == A.c.id, A.c.kind == "lesson").correlate(A)
_UNNOTED: Statement[Any] = Statement(
    select(R.c.id)
    .join(A, and_(A.c.id == R.c.activity_id, A.c.kind == "lesson"))
    .where(
        R.c.id > bindparam("upto"),
        R.c.id == _NEWEST.scalar_subquery(),
        ~exists().where(G.c.revision_id == R.c.id, G.c.lang == tracks.VIETNAMESE),
    )
    .order_by(R.c.id)
    .limit(LOOKED_AT)
)
_STUCK: Statement[Any] = Statement(select(G.c.id).where(or_(G.c.state == "none", G.c.state == "failed")).limit(1))


def read_due() -> None:
    """One round: what is new is noted, and a few of what waits are read."""
    _note_new()
    for row in _WAITING.all():
        _read(row.id, row.revision_id, row.lang)


def _note_new() -> None:
    """Lessons' newest revisions that nobody has asked to be read. Where a process starts, what found no voice before
    is asked again: there may be one now."""
    seen: dict[str, int] = current_app.extensions.setdefault(_SEEN, {"upto": 0})
    rows = _UNNOTED.scalars(upto=seen["upto"])
    first = seen["upto"] == 0
    if rows or (first and _STUCK.scalar() is not None):
        with unit_of_work():
            if first:
                stuck = G.c.state.in_(("none", "failed"))
                connection().execute(update(G).where(stuck).values(state="waiting"))
            new = [
                {"revision_id": one, "lang": lang, "state": "waiting", "voice": "", "spoken_id": None, "problem": "",
                 "at": clock.seconds()}
                for one in rows for lang in _unread(one)
            ]  # fmt: skip
            if new:
                connection().execute(insert(G), new)
    # A little less far: a revision may be committed after one with a higher number.
    seen["upto"] = max(seen["upto"], 1, *(one - 200 for one in rows))


def _unread(revision_id: int) -> list[str]:
    """The languages of a revision that no reading is noted for: Vietnamese, and those of its tracks that go on."""
    offered = [lang for lang, offer in offers.asked(revision_id).by_lang.items() if not offer.older]
    noted = set(connection().execute(select(G.c.lang).where(G.c.revision_id == revision_id)).scalars())
    return [lang for lang in offered if lang not in noted]


def _read(reading_id: int, revision_id: int, lang: str) -> None:
    """Reads one revision in one language, and notes how it went."""
    state, problem, voice, spoken_id = "none", "", "", None
    try:
        made = _spoken(revision_id, lang)
    except ProgramError as error:
        log.warning("a lesson could not be read aloud", revision=revision_id, lang=lang, error=str(error))
        state, problem = "failed", str(error)[:500]
    else:
        if made is not None:
            state, voice, spoken_id = "done", made.voice, made.id
    with unit_of_work():
        connection().execute(
            update(G)
            .where(G.c.id == reading_id)
            .values(state=state, voice=voice, spoken_id=spoken_id, problem=problem, at=clock.seconds())
        )
    offers.forget()


def _spoken(revision_id: int, lang: str) -> Spoken | None:
    body = connection().execute(select(R.c.body).where(R.c.id == revision_id)).scalar_one()
    text = text_in(revision_id, body, lang)
    return speak(text, lang) if text else None


def text_in(revision_id: int, body: tracks.Body, lang: str) -> str:
    """What is read aloud of a revision in a language; empty where a track tells only part, or has its own sound."""
    if lang == tracks.VIETNAMESE:
        return tracks.heard(body)
    offer = offers.asked(revision_id).by_lang.get(lang)
    if offer is None or offer.track is None or tracks.sound_of(offer.track):
        return ""
    laid = tracks.laid_over(body, offer.track, lang)
    return tracks.heard(laid) if tracks.fully_told(laid, lang, told_fields()) else ""


def reading_of(revision_id: int, lang: str) -> str:
    """How the reading of a revision stands: waiting, done, none, failed; empty where none is noted."""
    found: str | None = connection().execute(
        select(G.c.state).where(G.c.revision_id == revision_id, G.c.lang == lang)
    ).scalar()  # fmt: skip
    return found or ""


def voices_changed() -> None:
    """Has all that people's voices read be read anew: some of them are no longer heard."""
    connection().execute(update(G).where(G.c.voice == RECORDED).values(state="waiting", at=clock.seconds()))


def when_account_erased(event: AccountErased) -> None:
    """Lessons that a person's voice read are read anew, by what is left."""
    forget_torn()
    voices_changed()


def told_fields() -> dict[str, tuple[BlockField, ...]]:
    """The fields of each kind of block that are told in each language."""
    return {kind.name: tracks.told_fields(fields_of(kind)) for kind in BLOCK_TYPES}
