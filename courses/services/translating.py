"""Tracks: a lesson in another language, begun, written, published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update

from courses import tracks
from courses.models import Reading, Revision, Track, TrackRevision
from courses.services import indexing
from lms.api.media import settled as settled_files
from lms.api.reviewing import digest_of
from lms.api.speech import language
from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection

T, P, R, G = Track.__table__, TrackRevision.__table__, Revision.__table__, Reading.__table__


def begin(activity_id: int, lang: str, by_id: int | None) -> None:
    """Begins the track of a language, or leaves it as it is. Raises Invalid for a language that is none of ours."""
    if language(lang) is None or lang == tracks.VIETNAMESE:
        text = _("Please choose a language from the list.")
        raise Invalid(text, lang=text)
    held = connection().execute(select(T.c.id).where(T.c.activity_id == activity_id, T.c.lang == lang)).scalar()
    if held is None:
        values = {"activity_id": activity_id, "lang": lang, "draft": tracks.empty(), "base": 1}
        connection().execute(insert(T).values(**values, changed_at=clock.seconds(), changed_by=by_id))


def save(track_id: int, base: int, body: Mapping[str, Any], by_id: int) -> None:
    """Keeps a track over the save numbered `base`. Raises Conflict where somebody saved something else since."""
    held = connection().execute(select(T.c.base, T.c.draft).where(T.c.id == track_id).with_for_update()).one()
    if held.draft == body:
        return
    if held.base != base:
        raise Conflict(
            _("Somebody else saved this translation meanwhile. Copy what you wrote, open the page again and paste it.")
        )
    values = {"draft": dict(body), "base": base + 1, "changed_at": clock.seconds(), "changed_by": by_id}
    connection().execute(update(T).where(T.c.id == track_id, T.c.base == base).values(**values))


def newest_of(activity_id: int) -> tuple[int, Mapping[str, Any]]:
    """The newest revision of a lesson and its body. Raises NotFound where nothing was published."""
    row = connection().execute(
        select(R.c.id, R.c.body).where(R.c.activity_id == activity_id).order_by(R.c.number.desc()).limit(1)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return row.id, row.body


def publish(activity_id: int, lang: str, by_id: int | None) -> int:
    """Publishes a track as it stands for the newest revision of its lesson; returns the published track's number.

    Blocks that the lesson no longer has are left out, and so are sounds that nothing plays. Raises Invalid where
    nothing is told.
    """
    track = connection().execute(select(T.c.draft).where(T.c.activity_id == activity_id, T.c.lang == lang)).scalar()
    if track is None:
        raise NotFound
    revision_id, lesson = newest_of(activity_id)
    body = settled(lesson, {**track, "files": settled_files(track["files"])})
    unready = sorted(name for name, entry in body["files"].items() if "key" not in entry)
    if unready:
        raise Invalid(_("The file {name} is still being prepared. Publish when it is done.", name=unready[0]))
    if not any((body["title"], body["promise"], body["sound"], body["blocks"])):
        raise Invalid(_("Nothing is told in this language yet. Write or record at least one block, then publish."))
    digest = digest_of(body)
    newest = connection().execute(
        select(P.c.id, P.c.number, P.c.digest)
        .where(P.c.revision_id == revision_id, P.c.lang == lang)
        .order_by(P.c.number.desc())
        .limit(1)
    ).first()  # fmt: skip
    if newest is not None and newest.digest == digest:
        return int(newest.id)
    made = connection().execute(
        insert(P)
        .values(
            revision_id=revision_id, lang=lang, number=(newest.number if newest else 0) + 1, body=body, digest=digest,
            published_at=clock.seconds(), published_by=by_id,
        )
        .returning(P.c.id)
    ).scalar_one()  # fmt: skip
    audit.record(by_id, "lesson.track_published", f"lesson:{lesson['slug']}", lang=lang)
    to_read(revision_id, lang)
    indexing.index_track(activity_id, lang, tracks.laid_over(lesson, body, lang))
    return int(made)


def settled(lesson: Mapping[str, Any], track: Mapping[str, Any]) -> dict[str, Any]:
    """A track as it is published: only what it tells of this lesson."""
    names = {tracks.name_of(block, place) for place, block in enumerate(lesson["blocks"])}
    blocks = {
        name: entry
        for name, entry in track["blocks"].items()
        if name in names and (tracks.is_told(entry) or entry.get("sound") in track["files"])
    }
    used = {track["sound"], *(entry.get("sound", "") for entry in blocks.values())}
    return {**track, "blocks": blocks, "files": {name: f for name, f in track["files"].items() if name in used}}


def to_read(revision_id: int, lang: str) -> None:
    """Has a revision read aloud in a language by the worker, anew where it was before."""
    values = {"state": "waiting", "problem": "", "at": clock.seconds()}
    changed = connection().execute(update(G).where(G.c.revision_id == revision_id, G.c.lang == lang).values(**values))
    if not changed.rowcount:
        connection().execute(insert(G).values(revision_id=revision_id, lang=lang, voice="", spoken_id=None, **values))


def last_number(activity_id: int, lang: str) -> int | None:
    """When a track of a language was last published, in seconds; None where it never was."""
    found: int | None = connection().execute(
        select(func.max(P.c.published_at)).where(
            P.c.lang == lang, P.c.revision_id.in_(select(R.c.id).where(R.c.activity_id == activity_id))
        )
    ).scalar()  # fmt: skip
    return found
