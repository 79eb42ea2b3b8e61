"""Tracks to and from content packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from courses import offers, tracks
from courses.models import Track as TrackTable
from courses.services import reading, translating
from courses.services.publishing import newest_revision
from lms.api.packages import Lesson, Track, TrackBlock
from lms.api.work import clock, connection

T = TrackTable.__table__


def take_tracks(lesson: Lesson, activity_id: int, files: Mapping[str, Mapping[str, Any]], by_id: int | None) -> None:
    """Publishes the tracks of a lesson that was just taken in, as its newest drafts. Its other tracks stay.

    `files`: the entries of the lesson's files by their names in the package.
    """
    if not lesson.tracks:
        return
    _revision, body = translating.newest_of(activity_id)
    fields = reading.told_fields()
    for spec in lesson.tracks:
        told = track_body(spec, body, fields, files)
        translating.begin(activity_id, spec.lang, by_id)
        held = connection().execute(
            select(T.c.draft, T.c.base).where(T.c.activity_id == activity_id, T.c.lang == spec.lang)
        ).one()  # fmt: skip
        if held.draft != told:
            values = {"draft": told, "base": held.base + 1, "changed_at": clock.seconds(), "changed_by": by_id}
            connection().execute(
                update(T).where(T.c.activity_id == activity_id, T.c.lang == spec.lang).values(**values)
            )
        translating.publish(activity_id, spec.lang, by_id)


def track_body(
    spec: Track, body: tracks.Body, fields: Mapping[str, tuple[Any, ...]], entries: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """A package's track as it is stored."""
    files: dict[str, Any] = {}

    def sound(name: str) -> str:
        if name in entries:
            files[name] = dict(entries[name])
        return name

    blocks: dict[str, Any] = {}
    whole = sound(spec.sound)
    for place, (told, block) in enumerate(zip(spec.blocks, body["blocks"], strict=False)):
        names = [field.name for field in fields.get(block["kind"], ())] if told.kind else []
        data = {name: told.data[name] for name in names if told.data.get(name)}
        played = sound(told.sound)
        if data or played:
            blocks[tracks.name_of(block, place)] = {"data": data, "sound": played, "of": tracks.mark_of(block)}
    return {"title": spec.title, "promise": spec.promise, "sound": whole, "blocks": blocks, "files": files}


def with_its_tracks(lesson: Lesson, body: tracks.Body, read: Callable[[str], bytes]) -> Lesson:
    """A lesson to be exported, with the tracks that stand for its newest revision and their sounds."""
    revision_id = newest_revision("lesson", lesson.slug)
    found = offers.asked(revision_id).by_lang if revision_id is not None else {}
    files, specs = dict(lesson.files), []
    for lang, offer in sorted(found.items()):
        if offer.track is not None:
            specs.append(track_spec(lang, offer.track, body, files, read))
    return replace(lesson, tracks=tuple(specs), files=dict(sorted(files.items()))) if specs else lesson


def track_spec(
    lang: str, track: tracks.Body, body: tracks.Body, files: dict[str, bytes], read: Callable[[str], bytes]
) -> Track:
    """A stored track as a package holds it; its sounds are put among the lesson's `files`."""

    def sound(name: str) -> str:
        entry = track["files"].get(name)
        if entry is None:
            return ""
        content = read(entry["key"])
        if files.get(name, content) != content:
            name = f"{lang}-{name}"
        files[name] = content
        return name

    blocks = []
    for place, block in enumerate(body["blocks"]):
        entry = track["blocks"].get(tracks.name_of(block, place), {})
        told = tracks.is_told(entry)
        data = {**block["data"], **entry.get("data", {})} if told else {}
        blocks.append(TrackBlock(block["kind"] if told else "", data, sound(entry.get("sound", ""))))
    whole = sound(track["sound"])
    bare = not any(block.kind or block.sound for block in blocks)
    return Track(lang, track["title"], track["promise"], () if bare else tuple(blocks), whole)
