"""In which languages a revision of a lesson can be read and heard: asked at most once a minute by each process.

What is published here never changes, it is only added to; so a page drawn from an offer is right as long as the offer's
`version` is. A new track or sound is seen within `FRESH` seconds, and a lesson's page asks nothing meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, session
from msgspec import Struct, field
from sqlalchemy import Engine, bindparam, literal, null, select, union_all

from courses.models import Reading, Revision, TrackRevision
from courses.tracks import VIETNAMESE, Published, standing
from lms.api.data import Statement
from lms.api.speech import LANGUAGES, Spoken, spoken_by_id
from lms.api.work import clock, connection

COOKIE = "reads"  # the language in which a device's reader wants lessons
FRESH = 60  # seconds
MOST_KEPT = 2000
R, T, G = Revision.__table__, TrackRevision.__table__, Reading.__table__
_SAME = select(R.c.activity_id).where(R.c.id == bindparam("id")).scalar_subquery()
_ALL: Statement[tuple[int, int, str, int, int, str | None]] = Statement(
    union_all(
        select(
            literal(0).label("what"), T.c.id, T.c.lang, T.c.revision_id, T.c.number, null().label("change")
        ).where(T.c.revision_id.in_(select(R.c.id).where(R.c.activity_id == _SAME))),
        select(literal(1), G.c.spoken_id, G.c.lang, G.c.revision_id, literal(0), null()).where(
            G.c.revision_id == bindparam("id"), G.c.spoken_id.is_not(None)
        ),
        select(literal(2), R.c.id, literal(""), R.c.id, R.c.number, R.c.change).where(R.c.activity_id == _SAME),
    ),
    lambda what, number, lang, of, count, change: (what, number, lang, of, count, change),
)  # fmt: skip


def wanted() -> str:
    """The language that the reader chose for lessons: the person's, else the device's."""
    chosen = session.get(COOKIE) or request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else VIETNAMESE


class Offer(Struct, frozen=True):
    """A lesson in one language. `track_id` and `track` are None for Vietnamese, and where the track is `older`."""

    lang: str
    older: bool = False
    track_id: int | None = None
    track: Mapping[str, Any] | None = None
    spoken: Spoken | None = None


class Offers(Struct, frozen=True):
    """All that a revision is offered in, Vietnamese first."""

    by_lang: Mapping[str, Offer] = field(default_factory=dict)

    def of(self, lang: str) -> Offer:
        """The offer of a language; the Vietnamese one where there is none."""
        return self.by_lang.get(lang) or self.by_lang[VIETNAMESE]

    @property
    def version(self) -> tuple[tuple[str, bool, int, int], ...]:
        """What pages depend on: other tracks or sounds, another value."""
        return tuple((o.lang, o.older, o.track_id or 0, o.spoken.id if o.spoken else 0) for o in self.by_lang.values())


_PLAIN = Offers({VIETNAMESE: Offer(VIETNAMESE)})
_held: dict[tuple[Engine, int], tuple[int, Offers]] = {}
_bodies: dict[tuple[Engine, int], Mapping[str, Any]] = {}


def offers(revision_id: int) -> Offers:
    """What a revision is offered in, as it was at most `FRESH` seconds ago."""
    now, key = clock.seconds(), (connection().engine, revision_id)
    held = _held.get(key)
    if held is not None and 0 <= now - held[0] < FRESH:
        return held[1]
    if len(_held) >= MOST_KEPT:
        _held.clear()
    found = asked(revision_id)
    _held[key] = (now, found)
    return found


def forget() -> None:
    """Forgets what is held, so that this process sees at once what it has just published."""
    _held.clear()


def asked(revision_id: int) -> Offers:
    """What a revision is offered in now."""
    published: list[Published] = []
    sounds: dict[str, int] = {}
    changes: dict[int, str] = {}
    for what, number, lang, of_revision, count, change in _ALL.all(id=revision_id):
        if what == 0:
            published.append(Published(number, lang, of_revision, count))
        elif what == 1:
            sounds[lang] = number
        else:
            changes[number] = change or "minor"
    if not published and not sounds:
        return _PLAIN
    heard = spoken_by_id(list(sounds.values())) if sounds else {}
    found = {VIETNAMESE: Offer(VIETNAMESE, spoken=heard.get(sounds.get(VIETNAMESE, 0)))}
    for lang, held in sorted(standing(revision_id, changes, published).items()):
        if held.older:
            found[lang] = Offer(lang, older=True)
            continue
        found[lang] = Offer(lang, False, held.track.id, track_body(held.track.id), heard.get(sounds.get(lang, 0)))
    return Offers(found)


def track_body(track_id: int) -> Mapping[str, Any]:
    """A published track's body. It never changes, so each is read once a process."""
    database = connection()
    key = (database.engine, track_id)
    held = _bodies.get(key)
    if held is None:
        held = database.execute(select(T.c.body).where(T.c.id == track_id)).scalar_one()
        if len(_bodies) >= MOST_KEPT:
            _bodies.clear()
        _bodies[key] = held
    return held
