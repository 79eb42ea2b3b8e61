"""Single sentences of lessons that people speak for reading aloud: prepared by the worker, then kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, insert, select

from courses.models import Spoken
from courses.services import reading
from courses.services.translating import newest_of, to_read
from lms.api.data import Statement
from lms.api.media import READY, MediaRow, forget, media
from lms.api.people import VOICE, give_consent, has_consent, withdraw_consent
from lms.api.speech import Prepared, forget_recording, forget_voice_of, keep_recording
from lms.api.work import audit, clock, connection, unit_of_work

S = Spoken.__table__
CONSENT_TEXT = "2026-11"  # the version of the words beside the box: changed words are a new version
_ANY: Statement[Any] = Statement(select(S.c.id).limit(1))
AT_ONCE = 50  # sentences in one look


def record(activity_id: int, slug: str, lang: str, words: str, media_id: int, by_id: int) -> None:
    """Takes a sentence that this person spoke, with their yes to its being heard. Inside a unit of work.

    It is heard once the worker has prepared it (`keep_prepared`); until then the one before it is.
    """
    if not has_consent(by_id, VOICE):
        give_consent(by_id, VOICE, CONSENT_TEXT, "self", None)
    _drop(list(waiting(activity_id, lang).get(words, ())), keep=media_id)
    values = {"activity_id": activity_id, "lang": lang, "words": words, "by_id": by_id, "at": clock.seconds()}
    connection().execute(insert(S).values(media_id=media_id, **values))
    audit.record(by_id, "lesson.sentence_recorded", f"lesson:{slug}", lang=lang)


class Waiting(Struct, frozen=True):
    """A spoken sentence that is not kept yet: its row, who spoke it, and its upload."""

    id: int
    by_id: int
    media_id: int


def waiting(activity_id: int, lang: str) -> dict[str, list[Waiting]]:
    """The sentences of a lesson that are being prepared, or were refused, by their words."""
    rows = connection().execute(
        select(S.c.words, S.c.id, S.c.by_id, S.c.media_id)
        .where(S.c.activity_id == activity_id, S.c.lang == lang)
        .order_by(S.c.id)
    )
    found: dict[str, list[Waiting]] = {}
    for words, *more in rows:
        found.setdefault(words, []).append(Waiting(*more))
    return found


def uploads(rows: Mapping[str, Sequence[Waiting]]) -> dict[int, MediaRow]:
    """The uploads of such sentences, by their numbers."""
    return media(one.media_id for each in rows.values() for one in each)


def _drop(rows: Sequence[Waiting], keep: int = 0) -> None:
    if rows:
        uploaded = {row.media_id for row in rows} - {keep}
        connection().execute(delete(S).where(S.c.id.in_([row.id for row in rows])))
        still = connection().execute(select(S.c.media_id).where(S.c.media_id.in_(uploaded))).scalars()
        forget(uploaded - set(still))  # the same bytes may have been brought for another sentence too


def keep_prepared() -> None:
    """The sentences that have been prepared are kept, and their lessons read anew; periodic.

    The upload goes with that: of a voice there is one sound, which its speaker can have forgotten.
    """
    if _ANY.first() is None:
        return
    rows = connection().execute(select(S).order_by(S.c.id).limit(AT_ONCE)).all()
    uploaded = media(row.media_id for row in rows)
    ready = [row for row in rows if row.media_id in uploaded and uploaded[row.media_id].state == READY]
    for row in ready:
        facts = uploaded[row.media_id].facts
        with unit_of_work():
            if not connection().execute(delete(S).where(S.c.id == row.id)).rowcount:
                continue  # taken back meanwhile
            keep_recording(row.lang, row.words, Prepared(facts["key"], facts["ms"]), row.by_id)
            if not connection().execute(select(S.c.id).where(S.c.media_id == row.media_id).limit(1)).scalar():
                forget([row.media_id])
            read_anew(row.activity_id, row.lang)


def take_away(activity_id: int, slug: str, lang: str, words: str, by_id: int) -> None:
    """Forgets a recorded sentence; the lesson is read by another voice then, if there is one."""
    _drop(waiting(activity_id, lang).get(words, []))
    forget_recording(lang, words)
    audit.record(by_id, "lesson.sentence_forgotten", f"lesson:{slug}", lang=lang)
    read_anew(activity_id, lang)


def be_silent(account_id: int) -> int:
    """Takes back a person's yes and forgets all that they recorded anywhere; returns how many sentences."""
    gone = _forget_waiting(account_id) + forget_voice_of(account_id)
    withdraw_consent(account_id, VOICE)
    reading.voices_changed()
    audit.record(account_id, "account.voice_forgotten", f"account:{account_id}", sentences=gone)
    return gone


def _forget_waiting(account_id: int) -> int:
    rows = connection().execute(select(S.c.id, S.c.by_id, S.c.media_id).where(S.c.by_id == account_id)).all()
    _drop([Waiting(*row) for row in rows])
    return len(rows)


def read_anew(activity_id: int, lang: str) -> None:
    """Has the newest revision of a lesson read anew in a language."""
    revision_id, _body = newest_of(activity_id)
    to_read(revision_id, lang)


def words_in(said: Sequence[str], number: str) -> str | None:
    """The sentence of a posted number; None where there is none."""
    return said[int(number)] if number.isascii() and number.isdigit() and int(number) < len(said) else None
