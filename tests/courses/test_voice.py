"""A person's voice: recorded sentence by sentence, heard once all are there, erased when they want it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses import offers
from courses.models import Spoken
from courses.services import reading, translating, voicing
from lms.api.learning import activity
from lms.api.people import VOICE, has_consent
from lms.api.speech import recordings, sentences
from lms.api.work import connection
from lms.media.models import Media
from lms.media.working import work_due
from lms.speech.models import Sentence
from lms.storage import DiskStore
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


def prepare(app: Flask) -> None:
    """The worker's turn."""
    with app.app_context():
        work_due()
        voicing.keep_prepared()


def voices_in(folder: Path) -> set[Path]:
    """All sounds of sentences that lie in a store, whoever names them."""
    heads = {path: path.read_bytes()[:4] for path in folder.rglob("*") if path.is_file()}
    return {path for path, head in heads.items() if head in (b"fLaC", b"RIFF")}


def test_the_page_asks_for_the_microphone_and_no_other_does(app: Flask, studio: FlaskClient) -> None:
    slug = lessons(app, COURSE)[0].slug
    page = studio.get(f"/studio/bai-hoc/{slug}/giong/vi")
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert "media-src 'self' blob:;" in page.headers["Content-Security-Policy"]
    other = studio.get(f"/studio/bai-hoc/{slug}")
    assert "microphone=()" in other.headers["Permissions-Policy"]
    assert "blob:" not in other.headers["Content-Security-Policy"]


def test_recording_replacing_erasing(app: Flask, ffmpeg: None, studio: FlaskClient, tmp_path: Path) -> None:
    app.extensions["lms.files"] = DiskStore(tmp_path / "own", reserve=0)  # the application's is shared with other tests
    slug = lessons(app, COURSE)[0].slug
    said, page = said_of(app, slug), f"/studio/bai-hoc/{slug}/giong/vi"
    refused = studio.post(page, data=form(said, 0, tone(800)))
    assert refused.status_code == 422
    assert "đánh dấu vào ô đồng ý" in refused.get_data(as_text=True)
    nothing = studio.post(page, data=form(said, 0, b"no sound", agreed="1"))
    assert nothing.status_code == 422
    assert studio.post(page, data=form(said, 0, tone(800, loud=0), agreed="1")).status_code == 303
    assert "đang xử lý: 0%" in studio.get(page).get_data(as_text=True)
    prepare(app)
    assert "Không nghe thấy lời nào" in studio.get(page).get_data(as_text=True)
    assert studio.post(page, data=form(said, 0, tone(800), agreed="1")).location == f"{page}#s1"
    assert studio.post(page, data=form(said, 1, tone(900))).status_code == 303, "said yes once"
    stale = form(said, 1, tone(900))
    assert studio.post(page, data={**stale, "words": "Câu cũ."}).status_code == 409
    coming = studio.get(page).get_data(as_text=True)
    assert "Không nghe thấy lời nào" not in coming, "recorded anew, the one before is forgotten"
    assert coming.count("đang xử lý: 0%") == 2
    with app.app_context():
        assert recordings("vi", said) == {}, "not kept before it is prepared"
    prepare(app)
    with app.app_context():
        assert connection().execute(select(func.count()).select_from(Spoken.__table__)).scalar() == 0
        assert connection().execute(select(Media.id).where(Media.kind == "speech")).first() is None
        assert len(voices_in(tmp_path / "own")) == 2, "of each voice one sound, and not the bytes as they came"
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
    assert studio.post(page, data=form(said, 2, tone(700))).status_code == 303
    assert studio.post(f"{page}/rut-lai").status_code == 303
    with app.app_context():
        assert connection().execute(select(func.count()).select_from(Sentence.__table__)).scalar() == 0
        assert not has_consent(who, VOICE)
    prepare(app)
    assert voices_in(tmp_path / "own") == set(), "neither what was kept nor what was still being prepared"


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
        assert studio.post(page, data=form(said, number, tone(400 + number), agreed="1")).status_code == 303
    prepare(app)
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
