"""What travels: the same for everybody, whole, just what its list says, and never an exam question."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.db.base import db
from lms.db.unit_of_work import close_kept, connection
from lms.starting import demo_sign_ins
from lms.testing.building import make_app
from plugins.offline.views import packing

LARGEST = 10_000_000  # bytes of a course without films
Json = dict[str, Any]


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context():
        return list(connection().execute(sa.text(statement)).all())


def courses(app: Flask) -> list[tuple[str, int]]:
    found = rows(
        app,
        "SELECT a.slug, max(s.id) FROM lms_syllabus s JOIN lms_activity a ON a.id = s.course_id GROUP BY a.slug",
    )
    return [(slug, number) for slug, number in found]


def package(client: FlaskClient, course: str, number: int) -> Json:
    answer = client.get(f"/offline/{course}/{number}.json")
    assert answer.status_code == 200
    return dict(answer.json)


def body(client: FlaskClient, url: str) -> bytes:
    """As phones get it: packed on the way."""
    with client.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, url
        content = answer.get_data()
        return gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content


@pytest.fixture(scope="module")
def still(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all tests here: none of them changes anything in it."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared_folder / "files")
    made = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
    yield made
    with made.app_context():
        close_kept()
        db.engine.dispose()


@pytest.fixture(scope="module")
def packed(still: Flask) -> dict[str, bytes]:
    """Every file of every package."""
    app = still
    client = app.test_client()
    urls = {f["url"] for course in courses(app) for f in package(client, *course)["files"]}
    return {url: body(client, url) for url in sorted(urls)}


def test_every_file_is_what_its_list_says(still: Flask) -> None:
    client = still.test_client()
    for course, number in courses(still):
        listed = package(client, course, number)
        assert listed["bytes"] == sum(f["bytes"] for f in listed["files"] if not f.get("film"))
        assert listed["bytes"] < LARGEST
        for file in listed["files"]:
            content = body(client, file["url"])
            assert len(content) == file["bytes"], file["url"]
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file["url"]


def test_copies_are_the_same_for_everybody(still: Flask) -> None:
    person = demo_sign_ins()["learner"]
    somebody, nobody = still.test_client(), still.test_client()
    somebody.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    for cookie, value in (("size", "xl"), ("contrast", "high"), ("lang", "en")):
        somebody.set_cookie(cookie, value)
    course, number = courses(still)[0]
    for file in package(nobody, course, number)["files"]:
        if "page" in file:
            assert body(somebody, file["url"]) == body(nobody, file["url"]), file["url"]


def test_copies_speak_the_readers_language(still: Flask) -> None:
    """The pages around the lessons; what is taught stays in its own language, and says so."""
    reader, (course, number) = still.test_client(), courses(still)[0]
    plan = re.compile(r'data-plan="([^"]+)"')
    vietnamese = plan.findall(reader.get(f"/tai-ve/{course}").text)
    reader.set_cookie("lang", "en")
    english = plan.findall(reader.get(f"/tai-ve/{course}").text)
    assert vietnamese == [f"/offline/{course}/{number}.json"]
    assert english == [f"/offline/{course}/{number}.json?ui=en"]
    mine, theirs = dict(reader.get(english[0]).json), package(reader, course, number)
    assert (mine["ui"], mine["lang"], theirs["ui"], theirs["lang"]) == ("en", "vi", "vi", "vi")
    assert mine["rev"] != theirs["rev"]
    assert {f["page"] for f in mine["files"] if "page" in f} == {f["page"] for f in theirs["files"] if "page" in f}
    pages = {f["page"]: body(reader, f["url"]).decode() for f in mine["files"] if "page" in f}
    for address, page in pages.items():
        assert '<html lang="en"' in page, address
        assert "{ban}" not in page, address
        for words in ("Bản đã tải về máy", "Về khóa học", "Học xong, học tiếp"):
            assert words not in page, address
    lesson = next(
        page for address, page in pages.items() if address.startswith(f"/hoc/{course}/") and "<article" in page
    )
    assert "The copy on your phone" in lesson
    assert re.search(r'<article [^>]*lang="vi"', lesson)
    for file in mine["files"]:
        assert hashlib.sha256(body(reader, file["url"])).hexdigest() == file["sha256"], file["url"]


def test_a_copy_is_told_in_the_language_that_was_chosen(still: Flask) -> None:
    reader, (course, number) = still.test_client(), courses(still)[0]
    reader.set_cookie("reads", "tyz")
    assert f"/offline/{course}/{number}.json?lang=tyz" in reader.get(f"/tai-ve/{course}").text
    assert reader.get(f"/offline/{course}/{number}.json?lang=tyz").json["lang"] == "tyz"
    for odd in ("ui=fr", "lang=xx", "ui=../en"):
        assert reader.get(f"/offline/{course}/{number}.json?{odd}").status_code == 404
        assert reader.get(f"/offline/khung?{odd}").status_code == 404


def test_what_was_learnt_is_told_to_the_phone(app: Flask) -> None:
    person = demo_sign_ins()["learner"]
    reader, (course, _number) = app.test_client(), courses(app)[0]
    where = f"/api/v1/learned/{course}"
    assert reader.get(where).status_code == 401
    reader.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    mark = reader.get_cookie("hv_who")
    assert mark is not None
    assert reader.get(where).json == {"person": mark.value, "done": []}
    links = re.findall(rf'href="/hoc/{course}/([a-z0-9-]+)"', reader.get(f"/khoa-hoc/{course}").text)
    first, second = list(dict.fromkeys(links))[:2]
    assert reader.post(f"/hoc/{course}/{first}/xong").status_code == 303
    assert reader.get(where).json == {"person": mark.value, "done": [f"lesson/{first}"]}
    block = re.findall(r'class="block[^"]*" id="([^"]+)"', reader.get(f"/hoc/{course}/{second}").text)[1]
    assert reader.post(f"/hoc/{course}/{second}/cho", data={"block": block}).status_code < 400
    assert reader.get(where).json["left"] == {"kind": "lesson", "slug": second, "place": block}
    assert reader.get("/api/v1/learned/khong-co").status_code == 404
    with reader.session_transaction() as session:
        session.update(idle=600, back="/lop/khoa", used=2**40)
    assert reader.get(where).status_code == 403, "a device that many use keeps nothing"


def test_a_copy_asks_for_nothing_that_did_not_travel(still: Flask, packed: dict[str, bytes]) -> None:
    asked = re.compile(r'(?:src|href|poster)="(/(?:static|tep)/[^"]+)"|url\("?(/static/[^")]+)')
    for url, content in packed.items():
        if not url.startswith("/offline/") and ".css" not in url:
            continue
        text = content.decode()
        assert "srcset=" not in text
        missing = {a or b for a, b in asked.findall(text)} - packed.keys()
        assert missing == set(), url


def test_no_exam_question_ever_travels(still: Flask, packed: dict[str, bytes]) -> None:
    """Not its wording, not an option, not a reason.

    All but what practice questions say too, and what lessons and practices teach in the same words.
    """
    words: dict[str, set[str]] = {"exam": set(), "practice": set()}
    found = rows(
        still,
        "SELECT i.pool, v.body FROM quizzes_item i JOIN quizzes_item_version v ON v.item_id = i.id",
    )
    for pool, held in found:
        data = json.loads(held) if isinstance(held, str) else held
        words[pool] |= {text for text in _texts(data) if len(text) > 25}
    bodies = rows(still, "SELECT body FROM courses_revision UNION ALL SELECT body FROM practice_revision")
    taught = "\n".join(_plain("\n".join(_texts(json.loads(held)))) for (held,) in bodies)
    secret = {text for text in words["exam"] - words["practice"] if _plain(text) not in taught}
    assert len(secret) > 500
    slugs = {slug for (slug,) in rows(still, "SELECT slug FROM quizzes_item WHERE pool = 'exam'")}
    everything = "\n".join(_plain(content.decode()) for url, content in packed.items() if _is_text(url))
    assert [text for text in secret if _plain(text) in everything] == []
    assert [slug for slug in slugs if f'"{slug}"' in everything] == []
    assert any(_plain(text) in everything for text in words["practice"])  # the test can see what is there


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def _is_text(url: str) -> bool:
    return url.startswith("/offline/") or ".js?" in url or ".css?" in url or url.endswith((".svg", ".vtt"))


def _plain(text: str) -> str:
    """Letters alone, so that markup and escapes hide nothing."""
    text = re.sub(r"<[^>]+>|&#?\w+;", "", text)
    return re.sub(r"[\W_]+", "", text.lower())


def test_a_practice_question_travels_with_its_key(still: Flask, packed: dict[str, bytes]) -> None:
    lesson = next(c.decode() for url, c in packed.items() if url.endswith("/lesson/quet-ma-qr"))
    assert 'data-outbox="check.answered"' in lesson
    assert lesson.count("<template data-right>") == 1


def test_practices_travel_and_their_test_does_not(packed: dict[str, bytes]) -> None:
    played = [url for url in packed if url.startswith("/offline/them/practice/")]
    assert len(played) % 4 == 0  # the page before, watching, with a guide, alone
    assert played
    pages = [packed[url].decode() for url in played]
    assert not any("/thi" in re.findall(r'action="([^"]+)"', page) for page in pages)


def test_copies_carry_no_style_sheet_and_link_what_learners_need(packed: dict[str, bytes]) -> None:
    pages = {url: content.decode() for url, content in packed.items() if url.startswith("/offline/")}
    assert pages
    for url, page in pages.items():
        assert "<style" not in page, url
        sheets = set(re.findall(r'<link rel="stylesheet" href="/static/([^?]+)', page)) - {"practice/places.css"}
        own = {"practice/practice.inline.css"} if "/them/practice/" in url else set()
        assert sheets == {"lms/learners.css"} | own, url
    linked = {path.partition("?")[0] for path in packed if ".css?" in path}
    assert {"/static/lms/learners.css", "/static/practice/practice.inline.css"} <= linked


def test_what_no_revision_taught_is_not_there(still: Flask) -> None:
    client, (course, number) = still.test_client(), courses(still)[0]
    for path in (
        f"/offline/{course}/99999.json",
        f"/offline/{course}/{number}/lesson/khong-co",
        f"/offline/{course}/{number}/quiz/kiem-tra-cuoi-nguoi-dan",
        "/offline/khong-co/1.json",
        "/offline/them/practice/khong-co/0",
        "/offline/them/check/khong-co/0",
    ):
        assert client.get(path).status_code == 404, path


def test_sound_travels_in_one_form() -> None:
    two = (
        '<audio controls><source src="/tep/x.opus" type="audio/ogg"><source src="/tep/x.mp3" type="audio/mpeg"></audio>'
    )
    assert packing._SOUND.sub(packing._one_source, two) == (
        '<audio controls><source src="/tep/x.mp3" type="audio/mpeg"></audio>'
    )
    one = '<audio controls><source src="/tep/x.opus" type="audio/ogg"></audio>'
    assert packing._SOUND.sub(packing._one_source, one) == one


def test_the_worker_changes_with_what_it_keeps(still: Flask) -> None:
    client = still.test_client()
    script = client.get("/sw.js")
    assert script.headers["Cache-Control"] == "no-cache"
    assert script.mimetype == "text/javascript"
    assert len(gzip.compress(script.data)) <= 2048
    kept = re.search(r"const KEEP = (\[.*?\]);", script.text)
    assert kept is not None
    for url in json.loads(kept[1]):
        body(client, url)


def test_the_app_can_be_installed(still: Flask) -> None:
    client = still.test_client()
    answer = client.get("/app.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    found = json.loads(answer.data)
    assert {icon["sizes"] for icon in found["icons"]} == {"192x192", "512x512"}
    assert "maskable" in {icon["purpose"] for icon in found["icons"]}
    for icon in found["icons"]:
        body(client, icon["src"])
    assert "<link rel=manifest href=/app.webmanifest>" in client.get("/").text


def test_switched_off(still: Flask, app: Flask, tmp_path: Any) -> None:
    data = tmp_path / "data"
    off = make_app(data, f"sqlite:///{data}/lms.sqlite", offline="off")
    client, (course, number) = off.test_client(), courses(still)[0]
    assert "registration.unregister()" in client.get("/sw.js").text
    assert "importScripts" not in client.get("/sw.js").text  # it leans on nothing
    assert client.get(f"/offline/{course}/{number}.json").status_code == 404
    assert "rel=manifest" not in client.get("/").text
    assert "data-plan" not in client.get(f"/tai-ve/{course}").text
    assert "/tai-ve" not in client.get("/chuong-trinh/nguoi-dan").text
