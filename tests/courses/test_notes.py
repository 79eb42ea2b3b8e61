"""Notes, bookmarks, how far one read, and what is not clear: one's own, and for the author without a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses import noted
from courses.models import Document, Note, ReadTo, Unclear
from courses.services import publishing
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.learning import queries as learning
from lms.testing.page_client import Pages

SignIn = Callable[..., FlaskClient]
COURSE, LESSON = "ky-nang-so-nguoi-dan", "nut-bam-tren-dien-thoai"
AT = f"/hoc/{COURSE}/{LESSON}"


def blocks(app: Flask) -> list[str]:
    with app.app_context():
        row = learning.activity("lesson", LESSON)
        assert row is not None
        d = Document.__table__
        draft = connection().execute(select(d.c.draft).where(d.c.activity_id == row.id)).scalar_one()
    return [b["id"] for b in draft["blocks"]]


def count(app: Flask, table: type[Note | ReadTo | Unclear]) -> int:
    with app.app_context():
        return int(connection().execute(select(func.count()).select_from(table.__table__)).scalar_one())


def test_a_note_is_kept_changed_and_removed(any_app: Flask, sign_in: SignIn) -> None:
    ids, client = blocks(any_app), sign_in("learner", on=any_app)
    assert client.post(f"{AT}/ghi-chu", data={"block": ids[1], "words": ""}).status_code == 303
    assert client.post(f"{AT}/ghi-chu", data={"block": ids[1], "words": "Hỏi con gái"}).status_code == 303
    assert count(any_app, Note) == 1, "one mark a place"
    assert "Hỏi con gái" in client.get(f"{AT}/ghi-chu").text
    assert "Hỏi con gái" in client.get("/cua-toi/ghi-chu").text
    assert f'{AT}#{ids[1]}"' in client.get("/cua-toi/ghi-chu").text
    assert "Ghi chú" in client.get("/cua-toi").text
    assert "Hỏi con gái" not in client.get(AT).text, "the lesson's page is the same for everybody"
    assert "Hỏi con gái" not in sign_in("instructor", on=any_app).get(f"{AT}/ghi-chu").text
    assert client.post(f"{AT}/ghi-chu", data={"block": ids[1], "do": "remove"}).status_code == 303
    assert count(any_app, Note) == 0


def test_what_is_wrong_with_a_note_is_said_and_nothing_is_lost(app: Flask, sign_in: SignIn) -> None:
    ids, client = blocks(app), sign_in("learner")
    answer = client.post(f"{AT}/ghi-chu", data={"block": ids[0], "words": "à" * 2001})
    assert answer.status_code == 422
    assert "à" * 2001 in answer.text
    assert client.post(f"{AT}/ghi-chu", data={"block": "khong-co"}).status_code == 404
    assert client.post(f"{AT}/ghi-chu", data={}).status_code == 404
    assert app.test_client().post(f"{AT}/ghi-chu", data={"block": ids[0]}).status_code == 303  # to sign in


def test_not_clear_counts_once_a_person_and_closes_when_the_passage_is_written_anew(
    any_app: Flask, sign_in: SignIn
) -> None:
    ids, client, other = blocks(any_app), sign_in("learner", on=any_app), sign_in("instructor", on=any_app)
    for _n in range(3):
        assert client.post(f"{AT}/ghi-chu/chua-hieu", data={"block": ids[0]}).status_code == 303
    words = {"block": ids[0], "do": "words", "words": "Chữ nhỏ quá"}
    assert client.post(f"{AT}/ghi-chu/chua-hieu", data=words).status_code == 303
    assert other.post(f"{AT}/ghi-chu/chua-hieu", data={"block": ids[0]}).status_code == 303
    assert other.post(f"{AT}/ghi-chu/chua-hieu", data={"block": ids[2]}).status_code == 303
    assert count(any_app, Unclear) == 3
    studio = sign_in("administrator", on=any_app)
    page = studio.get("/studio/chua-hieu").text
    assert page.index("2 người") < page.index("1 người")
    assert "Chữ nhỏ quá" in page
    with any_app.app_context():
        a = Account.__table__
        name = connection().execute(select(a.c.full_name).where(a.c.username == "balanh")).scalar_one()
        row, d = learning.activity("lesson", LESSON), Document.__table__
        assert row is not None
        draft = connection().execute(select(d.c.draft).where(d.c.activity_id == row.id)).scalar_one()
        org = connection().execute(select(d.c.org_id).where(d.c.activity_id == row.id)).scalar_one()
        assert [r.people for r in noted.unclear_blocks([org], row.id)] == [2, 1]
        first = draft["blocks"][0]
        changed = {**first, "data": {**first["data"], **{k: f"{v} Rõ hơn." for k, v in first["data"].items()}}}
        with unit_of_work():
            publishing.publish_lesson(row.id, {**draft, "blocks": [changed, *draft["blocks"][1:]]}, None)
        assert [r.block for r in noted.unclear_blocks([org], row.id)] == [ids[2]]
    assert name not in page
    assert "Chữ nhỏ quá" not in studio.get(f"/studio/bai-hoc/{LESSON}/chua-hieu").text


def test_one_press_with_script_and_without(app: Flask, sign_in: SignIn) -> None:
    ids, client = blocks(app), sign_in("learner")
    piece = client.post(f"{AT}/ghi-chu/chua-hieu", data={"block": ids[0]}, headers={"X-Fragment": "1"})
    assert piece.status_code == 200
    assert f'id="q-{ids[0]}"' in piece.text
    assert "<html" not in piece.text
    back = client.post(f"{AT}/ghi-chu/chua-hieu", data={"block": ids[0], "do": "back"})
    assert back.status_code == 303
    assert count(app, Unclear) == 0


def test_the_furthest_place_stays_and_leads_back(any_app: Flask, sign_in: SignIn) -> None:
    ids, client = blocks(any_app), sign_in("learner", on=any_app)
    t = ReadTo.__table__
    for block, held in ((ids[3], ids[3]), (ids[1], ids[3]), (ids[3], ids[3]), (ids[4], ids[4])):
        assert client.post(f"{AT}/cho", data={"block": block}).status_code == 204
        with any_app.app_context():
            assert connection().execute(select(t.c.block)).scalars().all() == [held]
    assert f'href="#{ids[4]}"' in client.get(AT).text
    assert f'href="#{ids[4]}"' not in any_app.test_client().get(AT).text
    assert client.post(f"{AT}/cho", data={"block": "khong-co"}).status_code == 404
    client.post(f"{AT}/xong")
    assert f'href="#{ids[4]}"' not in client.get(AT).text
    client.post(f"{AT}/cho", data={"block": ids[-1]})
    with any_app.app_context():
        assert connection().execute(select(t.c.block)).scalars().all() == [ids[4]], "a lesson done is not followed"


def test_the_first_page_leads_to_the_place(any_app: Flask, sign_in: SignIn) -> None:
    ids, client = blocks(any_app), sign_in("learner", on=any_app)
    with any_app.app_context():
        row = learning.activity("course", COURSE)
        assert row is not None
        places = [p for p in learning.places(learning.newest_syllabus(row.id) or 0) if p.kind == "lesson"]
    client.post(AT + "/xong")
    second = f"/hoc/{COURSE}/{places[1].slug}"
    assert f'href="{second}"' in client.get("/").text
    page = client.get(f"/hoc/{COURSE}/{places[3].slug}").text
    block = page.split('<div class="block" id="')[3].split('"')[0]
    assert client.post(f"/hoc/{COURSE}/{places[3].slug}/cho", data={"block": block}).status_code == 204
    assert f'href="/hoc/{COURSE}/{places[3].slug}#{block}"' in client.get("/").text
    assert ids


@pytest.mark.parametrize("path", ["/ghi-chu", "/ghi-chu?o=khong-co"])
def test_the_page_of_notes_is_sound(pages: Pages, path: str) -> None:
    pages.sign_in("learner")
    pages.open(AT + path)
    pages.open("/cua-toi/ghi-chu")
