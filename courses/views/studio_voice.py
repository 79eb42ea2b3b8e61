"""Instructors: a lesson's sentences, spoken by people one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response as WerkzeugResponse

from courses.access import document_for
from courses.services import reading, translating, voicing
from courses.services.uploading import GONE
from lms.api.learning import KeptDraft
from lms.api.media import REFUSED, SPEECH, MediaRow, allow_upload, received, take_in
from lms.api.people import VOICE, has_consent, here
from lms.api.speech import LANGUAGES, can_encode, recordings, sentences
from lms.api.studio import name_of
from lms.api.web import STAFF, Routes, address, for_recording, render, say
from lms.api.work import Conflict, Invalid, NoRoom, NotFound, Text, _, unit_of_work

routes = Routes("courses", "/studio/bai-hoc")


class SentenceRow(Struct, frozen=True):
    """A sentence to be spoken, and what was recorded of it."""

    number: int
    words: str
    url: str
    by: str
    mine: bool
    seconds: str
    coming: Coming | None  # a newer one that is not ready


class Coming(Struct, frozen=True):
    """A spoken sentence that is being prepared, or was refused: waiting, working, refused, gone."""

    state: str
    percent: int
    problem: str
    by: str
    progress_url: str


@routes.get("/<slug>/giong/<lang>", STAFF, endpoint="studio_voice")
def voice(slug: str, lang: str) -> Response:
    """The sentences of a lesson, to be recorded one by one."""
    return _with_microphone(_voice(slug, lang))


@routes.post("/<slug>/giong/<lang>", STAFF, endpoint="studio_voice_record")
def record(slug: str, lang: str) -> WerkzeugResponse:
    """Takes one recorded sentence; once it is prepared, it is kept in place of the one before."""
    allow_upload((SPEECH,))
    person = here()
    row, _body, said_here = _said(slug, lang)
    typed = request.form.get("number", "")
    words = voicing.words_in(said_here, typed)
    if words is None or request.form.get("words", "") != words:
        raise Conflict(_("The lesson has changed meanwhile. Please open the page again and record the sentence there."))
    upload = request.files.get(f"upload{typed}")
    try:
        if not request.form.get("agreed") and not has_consent(person.id, VOICE):
            raise Invalid(_("Please tick the box first: without the speaker’s yes nothing is kept."))
        if upload is None or not upload.filename:
            raise Invalid(_("Please record the sentence, or choose a sound file of it."))
        came = received(upload.stream, upload.filename, (SPEECH,))
    except (Invalid, NoRoom) as error:
        return _with_microphone(_voice(slug, lang, error.text, int(typed)), error.status)
    with unit_of_work():
        media_id = take_in(came, upload.filename, (SPEECH,), row.org_id, person.id)
        voicing.record(row.activity_id, slug, lang, words, media_id, person.id)
    following = min(int(typed) + 1, len(said_here) - 1)
    return redirect(url_for("courses.studio_voice", slug=slug, lang=lang) + f"#s{following}", 303)


@routes.post("/<slug>/giong/<lang>/bo", STAFF, endpoint="studio_voice_remove")
def remove(slug: str, lang: str) -> WerkzeugResponse:
    """Takes one recorded sentence away."""
    person = here()
    row, _body, said_here = _said(slug, lang)
    typed = request.form.get("number", "")
    words = voicing.words_in(said_here, typed)
    if words is None:
        raise NotFound
    with unit_of_work():
        voicing.take_away(row.activity_id, slug, lang, words, person.id)
    return redirect(url_for("courses.studio_voice", slug=slug, lang=lang) + f"#s{typed}", 303)


@routes.post("/<slug>/giong/<lang>/rut-lai", STAFF, endpoint="studio_voice_silent")
def be_silent(slug: str, lang: str) -> WerkzeugResponse:
    """Takes back one's yes: all that one has spoken in any lesson is forgotten."""
    person = here()
    _said(slug, lang)
    with unit_of_work():
        voicing.be_silent(person.id)
    return redirect(url_for("courses.studio_voice", slug=slug, lang=lang), 303)


def _said(slug: str, lang: str) -> tuple[KeptDraft, Mapping[str, Any], list[str]]:
    if lang not in LANGUAGES:
        raise NotFound
    row = document_for(here(), "lesson", slug)
    revision_id, body = translating.newest_of(row.activity_id)
    text = reading.text_in(revision_id, body, lang)
    if not text:
        raise NotFound
    return row, body, sentences(text)


def _voice(slug: str, lang: str, error: Text | None = None, wrong: int = -1) -> str:
    person = here()
    row, body, said_here = _said(slug, lang)
    held = recordings(lang, said_here)
    waiting = voicing.waiting(row.activity_id, lang)
    uploads = voicing.uploads(waiting)
    rows = []
    for number, words in enumerate(said_here):
        one = held.get(words)
        rows.append(
            SentenceRow(
                number, words,
                address("courses.file", key=one.file_key, ending="flac") if one else "",
                name_of(one.said_by) if one else "", bool(one and one.said_by == person.id),
                f"{one.ms / 1000:.1f}".replace(".", ",") if one else "",
                _coming(waiting[words][-1], uploads) if words in waiting else None,
            )
        )  # fmt: skip
    return render(
        "courses/studio/voice.html",
        slug=slug,
        title=body["title"],
        language=LANGUAGES[lang],
        rows=rows,
        done=sum(bool(row.url) for row in rows),
        mine=sum(row.mine for row in rows) + sum(each.by_id == person.id for one in waiting.values() for each in one),
        agreed=has_consent(person.id, VOICE),
        can_record=can_encode(),
        error=say(error) if error else "",
        wrong=wrong,
    )


def _coming(one: voicing.Waiting, uploads: Mapping[int, MediaRow]) -> Coming:
    by, row = name_of(one.by_id), uploads.get(one.media_id)
    if row is None:
        return Coming(REFUSED, 0, say(GONE), by, "")
    return Coming(
        row.state, row.percent, say(row.problem) if row.problem else "", by,
        url_for("media.progress", media_id=row.id) if row.state != REFUSED else "",
    )  # fmt: skip


def _with_microphone(page: str, status: int = 200) -> Response:
    return for_recording(current_app.make_response((page, status)))
