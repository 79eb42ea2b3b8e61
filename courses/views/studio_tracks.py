"""Instructors: a lesson in other languages, block by block beside the Vietnamese; and people's voices for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as WerkzeugResponse

from courses import offers, queries, tracks
from courses.access import document_for, may_author, published_for
from courses.blocks.fields import BlockField, fields_of
from courses.blocks.standard import BLOCK_TYPES
from courses.models import Track
from courses.services import reading, translating, uploading
from courses.services.publishing import newest_revision
from lms.api.learning import KeptDraft
from lms.api.media import REFUSED, allow_upload, received
from lms.api.packages import tidy
from lms.api.people import May, here, may_at
from lms.api.reviewing import rule_at
from lms.api.speech import LANGUAGES, Language, can_encode, recordings, sentences, voices
from lms.api.studio import Field, asked, base_of_form, said, status_of
from lms.api.web import STAFF, Routes, address, composed, composed_lines, for_recording, render, say
from lms.api.work import Conflict, Invalid, NoRoom, NotFound, Text, _, connection, unit_of_work

routes = Routes("courses", "/studio/bai-hoc")
Answer = str | WerkzeugResponse | tuple[str, int]
MOST_LETTERS = 20_000  # of a block
SOUND = "sound"
MOST_SOUNDS = 4  # of the largest size in one form; of the usual size it may be dozens
T = Track.__table__


def _lesson(slug: str) -> tuple[KeptDraft, int, Mapping[str, Any]]:
    """A lesson of this person's units, with its newest revision. NotFound where nothing was published yet."""
    row = published_for(here(), "lesson", slug)
    revision_id, body = translating.newest_of(row.activity_id)
    return row, revision_id, body


def _known(lang: str) -> Language:
    found = LANGUAGES.get(lang)
    if found is None or lang == tracks.VIETNAMESE:
        raise NotFound
    return found


class TrackRow(Struct, frozen=True):
    """A language in the list: how far it is told, and whether learners have it."""

    code: str
    name: str
    name_lang: str
    vietnamese: str
    untold: int
    state: str  # new, published, changed (since it was published), older (the lesson's meaning has changed)
    url: str
    voice_url: str


class VoiceRow(Struct, frozen=True):
    """How a language of the lesson is read aloud."""

    name: str
    state: str
    voice: str
    seconds: int
    recorded: int
    sentences: int
    url: str


@routes.get("/<slug>/tieng", STAFF, endpoint="studio_tracks")
def languages(slug: str) -> str:
    """The languages of a lesson, and how each is read aloud."""
    return _list(slug, {})


def _list(slug: str, errors: Mapping[str, list[str]]) -> str:
    row = published_for(here(), "lesson", slug)
    revision_id = newest_revision("lesson", slug)
    if revision_id is None:
        return render(
            "courses/studio/tracks.html", slug=slug, title=row.draft["title"], is_published=False, rows=[],
            voice_rows=[], choices=[], form=Field("", []), errors={}, can_record=can_encode(),
        )  # fmt: skip
    _row, revision_id, body = _lesson(slug)
    offered = offers.asked(revision_id).by_lang
    fields = reading.told_fields()
    rows = []
    held = connection().execute(select(T.c.lang, T.c.draft).where(T.c.activity_id == row.activity_id)).all()
    for lang, draft in sorted(held):
        known, offer = LANGUAGES.get(lang), offered.get(lang)
        if known is None:
            continue
        state = "new" if offer is None else "older" if offer.older else "published"
        if (
            offer is not None
            and offer.track is not None
            and translating.settled(body, uploading.refreshed(draft)) != offer.track
        ):
            state = "changed"
        rows.append(
            TrackRow(
                lang, known.name, known.name_lang, known.vietnamese,
                len(list(tracks.untold(body, draft, fields))), state,
                url_for("courses.studio_track", slug=slug, lang=lang),
                url_for("courses.studio_voice", slug=slug, lang=lang),
            )
        )  # fmt: skip
    there = {lang for lang, _draft in held} | {tracks.VIETNAMESE}
    return render(
        "courses/studio/tracks.html",
        slug=slug,
        title=body["title"],
        is_published=True,
        rows=rows,
        voice_rows=[_voice_row(slug, revision_id, body, lang) for lang in offered if not offered[lang].older],
        choices=[
            (k.code, f"{k.vietnamese} · {k.own}" if k.own else k.vietnamese)
            for k in LANGUAGES.values()
            if k.code not in there
        ],
        form=Field("", errors.get("lang", [])),
        errors=errors,
        can_record=can_encode(),
    )


def _voice_row(slug: str, revision_id: int, body: Mapping[str, Any], lang: str) -> VoiceRow:
    said_here = sentences(reading.text_in(revision_id, body, lang))
    offer = offers.asked(revision_id).by_lang[lang]
    held = reading.reading_of(revision_id, lang)
    voice = ""
    if offer.spoken is not None:
        found = [v for v in voices(lang, for_learners=False) if v.name == offer.spoken.voice]
        voice = say(found[0].title) if found else offer.spoken.voice
    own = offer.track is not None and tracks.sound_of(offer.track) is not None
    return VoiceRow(
        LANGUAGES[lang].name,
        "own" if own else held,
        voice,
        round(offer.spoken.ms / 1000) if offer.spoken else 0,
        len(recordings(lang, said_here)),
        len(said_here),
        url_for("courses.studio_voice", slug=slug, lang=lang) if said_here else "",
    )


@routes.post("/<slug>/tieng", STAFF, endpoint="studio_track_begin")
def begin(slug: str) -> Answer:
    """Begins a lesson in another language."""
    person = here()
    row = document_for(person, "lesson", slug)
    translating.newest_of(row.activity_id)
    lang = request.form.get("lang", "")
    try:
        with unit_of_work():
            translating.begin(row.activity_id, lang, person.id)
    except Invalid as error:
        return _list(slug, said({name: [text] for name, text in error.fields.items()})), 422
    return redirect(url_for("courses.studio_track", slug=slug, lang=lang), 303)


class PartField(Struct, frozen=True):
    """One text of a block: the Vietnamese one, and the box for the other."""

    id: str
    label: str
    original: str
    kind: str
    rows: int
    value: str


class PartView(Struct, frozen=True):
    """A block of the lesson, side by side."""

    key: str
    name: str
    title: str
    html: Markup
    fields: tuple[PartField, ...]
    state: str  # told, untold, changed, same (nothing of it is told in words)
    sound: str
    sound_url: str
    sound_seconds: int
    coming: Coming | None
    errors: list[str]


class Coming(Struct, frozen=True):
    """A sound that is being prepared, or was refused: waiting, working, refused."""

    state: str
    percent: int
    problem: str
    progress_url: str


def _words(field: BlockField, value: Any) -> str:
    return "\n".join(value) if field.kind == "lines" and isinstance(value, list) else str(value or "")


def _sound_url(file: Mapping[str, Any] | None) -> str:
    return address("courses.file", key=file["key"], ending=file["ending"]) if file and "key" in file else ""


def _coming(file: Mapping[str, Any] | None) -> Coming | None:
    held = uploading.preparing(file) if file else None
    if held is None:
        return None
    page = url_for("media.progress", media_id=held.media_id) if held.state != REFUSED else ""
    return Coming(held.state, held.percent, say(held.problem) if held.problem else "", page)


def _parts(
    body: Mapping[str, Any], draft: Mapping[str, Any], slug: str, errors: Mapping[str, list[str]]
) -> list[PartView]:
    found = []
    for place, block in enumerate(body["blocks"]):
        kind = BLOCK_TYPES.find(block["kind"])
        if kind is None:
            continue
        name, key = tracks.name_of(block, place), f"t{place}"
        entry = draft["blocks"].get(name, {})
        told = tuple(
            PartField(
                f"{key}-{field.name}",
                say(field.label),
                _words(field, block["data"].get(field.name)),
                field.kind,
                max(2, min(14, len(_words(field, block["data"].get(field.name))) // 38 + 1)),
                _words(field, entry.get("data", {}).get(field.name)),
            )
            for field in tracks.told_fields(fields_of(kind))
            if block["data"].get(field.name)
        )
        sound = draft["files"].get(entry.get("sound", ""))
        changed = entry.get("of") not in (None, tracks.mark_of(block)) and (tracks.is_told(entry) or sound)
        found.append(
            PartView(
                key, name, say(kind.title),
                queries.blocks_html({**body, "blocks": [block]}, url_for("courses.studio_track", slug=slug, lang="x")),
                told,
                "changed" if changed else "told" if tracks.is_told(entry) or sound else "untold" if told else "same",
                entry.get("sound", ""), _sound_url(sound), sound.get("seconds", 0) if sound else 0, _coming(sound),
                errors.get(key, []),
            )
        )  # fmt: skip
    return found


def _editor(
    row: KeptDraft, lang: str, base: int, draft: Mapping[str, Any], changed_at: int,
    errors: Mapping[str, list[str]] | None = None, status: int = 200,

) -> Response:  # fmt: skip
    revision_id, body = translating.newest_of(row.activity_id)
    offer = offers.asked(revision_id).by_lang.get(lang)
    errors, draft = errors or {}, uploading.refreshed(draft)
    parts = _parts(body, draft, row.slug, errors)
    whole = draft["files"].get(draft["sound"])
    page = render(
        "courses/studio/track.html",
        slug=row.slug,
        lesson_title=body["title"],
        lesson_promise=body["promise"],
        language=LANGUAGES[lang],
        base=base,
        saved_at=changed_at,
        f={name: Field(draft[name], []) for name in ("title", "promise")},
        sound=draft["sound"],
        sound_url=_sound_url(whole),
        sound_seconds=whole.get("seconds", 0) if whole else 0,
        coming=_coming(whole),
        parts=parts,
        untold=sum(part.state == "untold" for part in parts),
        changed=sum(part.state == "changed" for part in parts),
        state="new" if offer is None else "older" if offer.older else "published",
        can_record=can_encode(),
        errors=errors,
    )
    return for_recording(current_app.make_response((page, status)))


def _held(activity_id: int, lang: str) -> Any:
    row = connection().execute(
        select(T.c.id, T.c.base, T.c.draft, T.c.changed_at).where(T.c.activity_id == activity_id, T.c.lang == lang)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


@routes.get("/<slug>/tieng/<lang>", STAFF, endpoint="studio_track")
def track(slug: str, lang: str) -> Response:
    """A lesson in another language, block by block."""
    _known(lang)
    row, _revision, _body = _lesson(slug)
    held = _held(row.activity_id, lang)
    return _editor(row, lang, held.base, held.draft, held.changed_at)


@routes.post("/<slug>/tieng/<lang>", STAFF, endpoint="studio_track_save")
def save_track(slug: str, lang: str) -> Answer:
    """Saves a track; publishes it where that button was pressed."""
    allow_upload((SOUND,), MOST_SOUNDS)
    person = here()
    _known(lang)
    row, _revision, body = _lesson(slug)
    held = _held(row.activity_id, lang)
    what, _where, _more = asked()
    writes = may_author(person, "lesson", slug)
    publishes = may_at(person, May.PUBLISH, row.org_id) or (writes and not rule_at(row.org_id).needs_review)
    if not writes and not (what == "publish" and publishes):
        raise NotFound
    draft, errors = _read(body, uploading.refreshed(held.draft), row.org_id, person.id) if writes else (held.draft, {})
    try:
        with unit_of_work():
            translating.save(held.id, base_of_form(), draft, person.id)
    except Conflict as error:
        return _editor(row, lang, held.base, draft, held.changed_at, {"": [say(error.text)]}, 409)
    if errors:
        now = _held(row.activity_id, lang)
        return _editor(row, lang, now.base, draft, now.changed_at, said(errors), status_of(errors))
    if what == "publish":
        if not publishes:
            text = _("This unit asks for a review: somebody who publishes for it opens this page and presses publish.")
            now = _held(row.activity_id, lang)
            return _editor(row, lang, now.base, now.draft, now.changed_at, {"": [say(text)]}, 422)
        try:
            with unit_of_work():
                translating.publish(row.activity_id, lang, person.id)
        except Invalid as error:
            now = _held(row.activity_id, lang)
            return _editor(row, lang, now.base, now.draft, now.changed_at, {"": [say(error.text)]}, 422)
        offers.forget()
        return redirect(url_for("courses.studio_tracks", slug=slug), 303)
    return redirect(url_for("courses.studio_track", slug=slug, lang=lang) + "#saved", 303)


def _read(
    body: Mapping[str, Any], held: Mapping[str, Any], org_id: int, by_id: int
) -> tuple[dict[str, Any], dict[str, list[Text]]]:
    """The track that the form holds, and what is wrong with sounds that came with it."""

    def keep(draft: Mapping[str, Any], upload: FileStorage, name: str) -> tuple[str, dict[str, Any]]:
        came = received(upload.stream, upload.filename or "", (SOUND,))
        with unit_of_work():
            return uploading.kept(draft["files"], came, f"{name}.mp3", (SOUND,), org_id, by_id)

    form = request.form
    errors: dict[str, list[Text]] = {}
    draft: dict[str, Any] = {
        **held,
        "title": (composed(form.get("title")) or "")[:120],
        "promise": (composed(form.get("promise")) or "")[:300],
        "files": dict(held["files"]),
        "blocks": {},
    }
    draft["sound"] = _sound(draft, held["sound"], "whole", "ca-bai", errors, keep)
    for place, block in enumerate(body["blocks"]):
        name, key = tracks.name_of(block, place), f"t{place}"
        before = held["blocks"].get(name, {})
        kind = BLOCK_TYPES.find(block["kind"])
        data: dict[str, Any] = {}
        for field in tracks.told_fields(fields_of(kind)) if kind else ():
            typed = tidy(composed_lines(form.get(f"{key}-{field.name}")) or "")[:MOST_LETTERS]
            if typed:
                lines = [line.strip() for line in typed.split("\n") if line.strip()]
                data[field.name] = (
                    lines if field.kind == "lines" else " ".join(lines) if field.kind == "line" else typed
                )
        sound = _sound(draft, before.get("sound", ""), key, f"doan-{place + 1}", errors, keep)
        if data or sound:
            same = before.get("data", {}) == data and before.get("sound", "") == sound and not form.get(f"{key}-seen")
            mark = before.get("of", tracks.mark_of(block)) if same else tracks.mark_of(block)
            draft["blocks"][name] = {"data": data, "sound": sound, "of": mark}
    for name, entry in held["blocks"].items():  # of blocks that the lesson has lost: they may come back
        if name not in {tracks.name_of(b, i) for i, b in enumerate(body["blocks"])}:
            draft["blocks"][name] = entry
    return draft, errors


Keeper = Callable[[Mapping[str, Any], FileStorage, str], tuple[str, dict[str, Any]]]


def _sound(draft: dict[str, Any], held: str, key: str, stem: str, errors: dict[str, list[Text]], keep: Keeper) -> str:
    """The name of a passage's sound after the form: a new one, none, or the one before."""
    upload = request.files.get(f"{key}-upload")
    if upload is not None and upload.filename:
        try:
            name, entry = keep(draft, upload, stem)
        except (Invalid, NoRoom) as error:
            errors.setdefault(key, []).append(error.text)
            return held
        draft["files"][name] = entry
        return name
    return "" if request.form.get(f"{key}-none") else held
