"""A person's voice: recorded sentence by sentence, heard once all are there, erased when they want it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses import offers
from courses.services import reading, translating
from lms.api.learning import activity
from lms.api.people import VOICE, has_consent
from lms.api.speech import recordings, sentences
from lms.api.work import connection
from lms.speech.models import Sentence
from tests.browser.people import COURSE, lessons
from tests.speech.conftest import tone

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def studio(sign_in: SignIn) -> FlaskClient:
    return sign_in("administrator")


def said_of(app: Flask, slug: str) -> list[str]:
    with app.app_context():
        row = activity("lesson", slug)
        assert row is not None
        revision, body = translating.newest_of(row.id)
        return sentences(reading.text_in(revision, body, "vi"))


def form(said: list[str], number: int, data: bytes, **more: str) -> dict[str, Any]:
    upload = (io.BytesIO(data), "recorded.webm")
    return {"number": str(number), "words": said[number], f"upload{number}": upload, **more}


def test_the_page_asks_for_the_microphone_and_no_other_does(app: Flask, studio: FlaskClient) -> None:
    slug = lessons(app, COURSE)[0].slug
    page = studio.get(f"/studio/bai-hoc/{slug}/giong/vi")
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert "media-src 'self' blob:;" in page.headers["Content-Security-Policy"]
    other = studio.get(f"/studio/bai-hoc/{slug}")
    assert "microphone=()" in other.headers["Permissions-Policy"]
    assert "blob:" not in other.headers["Content-Security-Policy"]


def test_recording_replacing_erasing(app: Flask, ffmpeg: None, studio: FlaskClient) -> None:
    slug = lessons(app, COURSE)[0].slug
    said, page = said_of(app, slug), f"/studio/bai-hoc/{slug}/giong/vi"
    refused = studio.post(page, data=form(said, 0, tone(800)))
    assert refused.status_code == 422
    assert "đánh dấu vào ô đồng ý" in refused.get_data(as_text=True)
    silent = studio.post(page, data=form(said, 0, tone(800, loud=0), agreed="1"))
    assert silent.status_code == 422
    assert "Không nghe thấy lời nào" in silent.get_data(as_text=True)
    assert studio.post(page, data=form(said, 0, tone(800), agreed="1")).location == f"{page}#s1"
    assert studio.post(page, data=form(said, 1, tone(900))).status_code == 303, "said yes once"
    stale = form(said, 1, tone(900))
    assert studio.post(page, data={**stale, "words": "Câu cũ."}).status_code == 409
    with app.app_context():
        held = recordings("vi", said)
        assert set(held) == {said[0], said[1]}
        who = held[said[0]].said_by
        assert who is not None
        assert has_consent(who, VOICE)
    shown = studio.get(page).get_data(as_text=True)
    assert "Đã thu 2 trong" in shown
    sound = re.search(r'<audio controls preload="none" src="(/tep/[^"]+\.flac)"', shown)
    assert sound is not None
    assert studio.get(sound[1]).data[:4] == b"fLaC"
    assert studio.post(f"{page}/bo", data={"number": "1"}).status_code == 303
    assert studio.post(f"{page}/rut-lai").status_code == 303
    with app.app_context():
        assert connection().execute(select(func.count()).select_from(Sentence.__table__)).scalar() == 0
        assert not has_consent(who, VOICE)


def test_a_lesson_is_heard_in_the_person_s_voice_once_all_is_recorded(
    app: Flask, ffmpeg: None, studio: FlaskClient
) -> None:
    from lms.speech.voices import VOICES

    entries = app.extensions["lms.registry"].entries(VOICES)
    for name in [name for name in entries if name != "recorded"]:
        del entries[name]
    slug = min((lesson.slug for lesson in lessons(app, COURSE)), key=lambda one: len(said_of(app, one)))
    said, page = said_of(app, slug), f"/studio/bai-hoc/{slug}/giong/vi"
    for number in range(len(said)):
        assert studio.post(page, data=form(said, number, tone(400), agreed="1")).status_code == 303
    with app.app_context():
        row = activity("lesson", slug)
        assert row is not None
        revision, _body = translating.newest_of(row.id)
        while not (spoken := offers.asked(revision).by_lang["vi"].spoken):
            reading.read_due()
        assert (spoken.voice, [time.words for time in spoken.times]) == ("recorded", said)
    learner = app.test_client()
    assert "giọng máy đọc" not in learner.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    studio.post(f"{page}/rut-lai")
    with app.app_context():
        assert offers.asked(revision).by_lang["vi"].spoken is None
