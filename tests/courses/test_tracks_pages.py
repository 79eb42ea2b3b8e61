"""A lesson in Hmong and in Vietnamese, read and heard by somebody without script; written in the studio."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses import offers
from courses.models import Reading, TrackRevision
from courses.services import reading, translating
from lms.api.learning import activity
from lms.api.people import lesson_language
from lms.api.work import clock, connection, unit_of_work
from lms.media.working import work_due
from lms.testing.page_client import Pages
from tests.browser import recipes_tracks
from tests.browser.people import COURSE, lessons
from tests.speech.conftest import ToneVoice, tone

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def slug(app: Flask) -> str:
    """The second lesson of the citizens' course, told in Hmong in part."""
    found: str = lessons(app, COURSE)[1].slug
    with app.app_context():
        recipes_tracks.make(found)
    return found


def test_the_reader_chooses_and_each_passage_says_its_language(app: Flask, slug: str) -> None:
    pages = Pages(app)
    pages.open(f"/hoc/{COURSE}/{slug}")
    assert "Hmoob Dawb" in pages.page
    assert "Lus Hmoob" not in pages.page
    pages.press("Hmoob Dawb")
    assert pages.page.heading == "Zaj kawm"
    assert "Lus Hmoob rau ntawm no." in pages.page
    root = pages.page.root
    assert root.all("h1")[0].attrs["lang"] == "mww"
    assert root.all("title")[0].attrs["lang"] == "mww"
    told = [n for n in root.all("p") if "Lus Hmoob" in n.text]
    boxes = [(n, n.up("section")) for n in told]
    assert told
    assert {n.attrs.get("lang") or (box and box.attrs.get("lang")) for n, box in boxes} == {"mww"}
    assert {n.attrs.get("lang") for n in root.all("ol") if "steps" in n.attrs.get("class", "")} <= {"vi"}
    assert {n.attrs.get("lang") for n in root.all("h2") if n.text in ("Nhớ kỹ", "Làm thật ngay")} <= {"vi"}
    pages.press("Tiếng Việt")
    assert "Lus Hmoob" not in pages.page


def test_the_choice_comes_along_to_another_device(app: Flask, slug: str, sign_in: SignIn) -> None:
    first = sign_in("learner")
    answer = first.post("/tieng-cua-bai", data={"lang": "mww", "return": f"/hoc/{COURSE}/{slug}"})
    assert (answer.status_code, answer.location) == (303, f"/hoc/{COURSE}/{slug}")
    second = sign_in("learner")
    assert "Lus Hmoob" in second.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    someone_else = sign_in("instructor")
    assert "Lus Hmoob" not in someone_else.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    first.post("/tieng-cua-bai", data={"lang": "khong-co", "return": "https://evil.example"})
    with app.app_context():
        from lms.identity.models import Account

        who = connection().execute(select(Account.id).where(Account.username == "balanh")).scalar_one()
        assert lesson_language(who) == ""


def test_a_change_of_meaning_brings_back_vietnamese_and_says_so(app: Flask, slug: str) -> None:
    from courses.services import publishing

    with app.app_context():
        row = activity("lesson", slug)
        assert row is not None
        _revision, body = translating.newest_of(row.id)
        changed = {**body, "title": body["title"] + " 2"}
        for note, change in (("", "minor"), ("3", "major")):
            with unit_of_work():
                values = {**changed, "promise": body["promise"] + note}
                new = publishing.publish_lesson(row.id, values, None, change)  # type: ignore[arg-type]
            offered = offers.asked(new[0]).by_lang["mww"]
            assert offered.older == (change == "major")
            assert (offered.track is None) == (change == "major")


def test_an_older_track_is_told_in_vietnamese_with_a_line(
    app: Flask, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = offers.Offers({"vi": offers.Offer("vi"), "mww": offers.Offer("mww", older=True)})
    monkeypatch.setattr(offers, "offers", lambda _revision: found)
    client = app.test_client()
    client.set_cookie("reads", "mww")
    html = client.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    assert "Bài này đã đổi nội dung sau khi được dịch" in html


def test_the_listen_bar_works_without_a_script_and_lights_up_with_it(app: Flask, slug: str) -> None:
    html = app.test_client().get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    bar = re.search(r'data-listen="([\d,]+)"', html)
    assert bar is not None
    times = bar[1].split(",")
    assert re.search(
        r'<audio controls preload="none"[^>]*><source src="/tep/0+\.opus" type="audio/ogg; codecs=opus">', html
    )
    marked = {int(n) for n in re.findall(r'data-s="(\d+)"', html)}
    assert marked == set(range(len(times))), "every sentence that is heard stands on the page, marked"
    assert "lms/js/listen.js" in html


def test_a_lesson_with_nothing_to_hear_shows_no_button(app: Flask) -> None:
    slug = lessons(app, COURSE)[0].slug
    html = app.test_client().get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    assert "<audio" not in html
    assert re.search(r'data-device="vi" hidden', html), (
        "the phone's own voice is asked by the script; hidden until then"
    )


def test_opening_a_lesson_asks_nothing_more(app: Flask, slug: str) -> None:
    import sqlalchemy as sa

    from lms.db.base import db

    client, asked = app.test_client(), []
    client.get(f"/hoc/{COURSE}/{slug}")
    with app.app_context():
        engine = db.engine

    def hear(_c: object, _cur: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        client.set_cookie("reads", "mww")
        client.get(f"/hoc/{COURSE}/{slug}")
        assert [s for s in asked if "courses_track" in s or "courses_reading" in s or "lms_spoken" in s] == []
        with clock.frozen_at(clock.now() + timedelta(seconds=offers.FRESH + 1)):
            client.get(f"/hoc/{COURSE}/{slug}")
        assert len([s for s in asked if "courses_track" in s]) == 1
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def test_writing_a_track_in_the_studio(app: Flask, sign_in: SignIn) -> None:
    slug, studio = lessons(app, COURSE)[2].slug, sign_in("administrator")
    home = f"/studio/bai-hoc/{slug}/tieng"
    assert studio.post(home, data={"lang": "vi"}).status_code == 422
    assert studio.post(home, data={"lang": "km"}).location == f"{home}/km"
    nothing = studio.post(f"{home}/km", data={"base": "1", "do": "publish"})
    assert nothing.status_code == 422
    page = studio.get(f"{home}/km").get_data(as_text=True)
    fields = re.findall(r'name="(t\d+-md)"', page)
    sent = {"base": "1", "title": "មេរៀន", "promise": "អ្នកដឹង", fields[0]: "**ខ្មែរ** ទីមួយ។", "do": "save"}
    assert studio.post(f"{home}/km", data=sent).status_code == 303
    assert studio.post(f"{home}/km", data={**sent, "title": "ផ្សេង"}).status_code == 409, "two translators"
    assert studio.post(f"{home}/km", data={**sent, "base": "2", "do": "publish"}).location == home
    assert "Người học đang dùng" in studio.get(home).get_data(as_text=True)
    learner = app.test_client()
    learner.set_cookie("reads", "km")
    assert 'lang="km"><strong>ខ្មែរ</strong> ទីមួយ។' in learner.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    with app.app_context():
        assert connection().execute(select(func.count()).select_from(TrackRevision.__table__)).scalar() == 1


def test_a_track_is_for_those_who_look_into_the_lesson(app: Flask, slug: str, sign_in: SignIn) -> None:
    for who in ("learner", "instructor"):
        client = sign_in(who)
        for path in ("tieng", "tieng/mww", "giong/vi"):
            assert client.get(f"/studio/bai-hoc/{slug}/{path}").status_code == 404
            assert client.post(f"/studio/bai-hoc/{slug}/{path}", data={"base": "1"}).status_code == 404
    administrator = sign_in("administrator")
    assert administrator.get(f"/studio/bai-hoc/{slug}/tieng/mww").status_code == 200
    assert administrator.get(f"/studio/bai-hoc/{slug}/tieng/km").status_code == 404
    assert administrator.get("/studio/bai-hoc/khong-co/tieng").status_code == 404


def test_a_voice_alone_is_a_track(app: Flask, ffmpeg: None, sign_in: SignIn) -> None:
    slug, studio = lessons(app, COURSE)[2].slug, sign_in("administrator")
    home = f"/studio/bai-hoc/{slug}/tieng"
    studio.post(home, data={"lang": "blt"})
    bad = studio.post(
        f"{home}/blt", data={"base": "1", "whole-upload": (io.BytesIO(b"no sound"), "a.webm"), "do": "save"}
    )
    assert bad.status_code == 422
    base = re.search(r'name="base" value="(\d+)"', bad.get_data(as_text=True))
    assert base is not None
    sent = {"base": base[1], "whole-upload": (io.BytesIO(tone(3000)), "recorded.webm"), "do": "publish"}
    early = studio.post(f"{home}/blt", data=sent)
    assert early.status_code == 422
    assert "đang được xử lý" in early.get_data(as_text=True)
    assert "đang xử lý: 0%" in studio.get(f"{home}/blt").get_data(as_text=True)
    with app.app_context():
        work_due()
    ready = studio.get(f"{home}/blt").get_data(as_text=True)
    base = re.search(r'name="base" value="(\d+)"', ready)
    assert base is not None
    assert re.search(r'<audio controls preload="none" src="/tep/[^"]+\.mp3"', ready)
    assert studio.post(f"{home}/blt", data={"base": base[1], "do": "publish"}).status_code == 303
    learner = app.test_client()
    learner.set_cookie("reads", "blt")
    html = learner.get(f"/hoc/{COURSE}/{slug}").get_data(as_text=True)
    files = re.findall(r'<source src="(/tep/[^"]+)"', html)
    assert [file.rsplit(".")[-1] for file in files[:2]] == ["opus", "mp3"]
    assert all(learner.get(file).status_code == 200 for file in files[:2])


def test_lessons_are_read_after_they_are_published(app: Flask, ffmpeg: None) -> None:
    from lms.speech.voices import VOICES

    entries = app.extensions["lms.registry"].entries(VOICES)
    for name in [name for name in entries if name != "recorded"]:
        del entries[name]
    entries["tone"] = ToneVoice()
    with app.app_context():
        reading.read_due()
        states = dict(connection().execute(select(Reading.state, func.count()).group_by(Reading.state)).all())
        assert states["done"] == 1
        assert states["waiting"] > 10
        row = connection().execute(select(Reading.revision_id, Reading.lang).where(Reading.state == "done")).one()
        heard = offers.asked(row.revision_id).by_lang[row.lang].spoken
        assert heard is not None
        assert heard.voice == "tone"
        assert heard.files[0].type == "audio/ogg; codecs=opus"
