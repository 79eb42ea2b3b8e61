"""Writing questions of every type by their forms, with no script: rows are added and taken away by buttons."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.db.unit_of_work import connection
from quizzes.models import Item, ItemDraft, ItemVersion
from tests.quizzes.signing import signed_off
from tests.studio.conftest import Author, form_fields
from tests.studio.test_quizzes import a_bank

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><rect width="100" height="50"/></svg>'
OWN: dict[str, dict[str, Any]] = {
    "matching": {
        "pairs-count": "2", "pairs-0-left": "113", "pairs-0-right": "Công an", "pairs-1-left": "114",
        "pairs-1-right": "Cứu hỏa", "pairs-1-why": "114 là cứu hỏa.", "others": "Điện lực\nBưu điện",
    },
    "short_answer": {
        "answers-count": "1", "answers-0-text": "mật khẩu", "heeds": ["marks"], "synonyms": "chìa; khóa",
        "why_wrong": "Chưa đúng.",
    },
    "numeric": {"answers-count": "1", "answers-0-value": "1.234,5", "answers-0-tolerance": "0,5", "unit-name": "kg"},
    "fill_blanks": {
        "text": "Gọi [[1]].", "blanks-count": "1", "blanks-0-kind": "choice", "blanks-0-gap": "* 114 # Đúng.\n113",
    },
    "thread": {
        "asks": "one", "messages-count": "2", "messages-0-sender": "Mẹ", "messages-0-text": "Con ăn cơm chưa?",
        "messages-1-sender": "Lạ", "messages-1-text": "Bấm vào đây.", "messages-1-correct": "true",
    },
    "practice": {"practice": "ma-otp-qua-dien-thoai"},
    "task": {
        "asks": "text", "rubric-count": "1", "rubric-0-criterion": "Làm được", "rubric-0-levels": "2 tự làm\n0 chưa",
    },
}  # fmt: skip


def stored(app: Flask, address: str) -> Any:
    with app.app_context():
        i, v = Item.__table__, ItemVersion.__table__
        found = select(v.c.body, v.c.level, v.c.thinking, i.c.twins).join(i, i.c.current_id == v.c.id)
        return connection().execute(found.where(i.c.slug == address.rsplit("/", 1)[1])).one()


def drafted(app: Flask, address: str) -> Any:
    with app.app_context():
        i, d = Item.__table__, ItemDraft.__table__
        found = select(i.c.id, d.c.body, d.c.problems).join(i, i.c.id == d.c.item_id)
        return connection().execute(found.where(i.c.slug == address.rsplit("/", 1)[1])).one()


def test_each_type_by_its_form(author: Author, app: Flask) -> None:
    bank = a_bank(author)
    more = {"skills": ["ND.4.3"], "level": "2", "thinking": "apply", "twins": "doi-mot", "fix": "Đọc lại một lần."}
    for kind, keys in OWN.items():
        page = f"{bank}/moi?type={kind}&pool=exam"
        fields = author.fields(page, f"{bank}/moi") | {"stem": f"Câu {kind}?", **more, **keys}
        address = author.send(f"{bank}/moi", fields).headers["Location"]
        row = drafted(app, address)
        assert row.problems == {}
        again = author.fields(address)
        author.press(address)
        assert drafted(app, address).body == row.body, "what the form shows is what it sends"
        with app.app_context():
            signed_off([row.id])
        now = stored(app, address)
        assert (now.level, now.thinking, now.twins) == (2, "apply", "doi-mot")
        assert now.body == row.body
        for name, value in keys.items():
            assert again[name] == (value if isinstance(value, list) else [value]), (kind, name)
        shown = author.get(f"{address}/xem-truoc")
        assert f"Câu {kind}?" in shown
    assert stored(app, address).body["data"]["rubric"][0]["levels"][0] == {"text": "tự làm", "points": 2}


def test_rows_come_go_and_move_and_nothing_typed_is_lost(author: Author) -> None:
    bank = a_bank(author)
    page = f"{bank}/moi?type=matching&pool=practice"
    fields = author.fields(page, f"{bank}/moi") | {"stem": "Ghép?", **OWN["matching"]}

    def pressed(fields: dict[str, Any], button: str) -> dict[str, Any]:
        answer = author.send(f"{bank}/moi", dict(fields), button, 422)
        return form_fields(answer.get_data(as_text=True), f"{bank}/moi")

    fields = pressed(fields, "add:pairs")
    assert fields["pairs-count"] == ["3"]
    fields = pressed({**fields, "pairs-2-left": ["115"]}, "up:pairs:2")
    assert [fields[f"pairs-{n}-left"] for n in range(3)] == [["113"], ["115"], ["114"]]
    fields = pressed(fields, "remove:pairs:0")
    assert [fields[f"pairs-{n}-left"] for n in range(2)] == [["115"], ["114"]]
    assert fields["stem"] == ["Ghép?"]
    for nonsense in ("add:nothing", "remove:pairs:99", "up:pairs:x", "remove:pairs:-1", "::::", "add"):
        assert pressed(fields, nonsense)["pairs-count"] == ["2"]


def test_what_is_wrong_is_said_beside_its_field(author: Author) -> None:
    bank = a_bank(author)
    page = f"{bank}/moi?type=numeric&pool=exam"
    fields = author.fields(page, f"{bank}/moi") | {"stem": "Số?", "skills": ["ND.4.3"], **OWN["numeric"]}
    kept = author.send(f"{bank}/moi", {**fields, "answers-0-value": "hai", "level": "12"})
    text = author.get(kept.headers["Location"])
    assert 'id="answers-0-value-error"' in text
    assert 'id="level-error"' in text
    assert 'value="hai"' in text


def test_a_picture_comes_with_the_form_and_stays(author: Author, app: Flask) -> None:
    bank = a_bank(author)
    page = f"{bank}/moi?type=hotspot&pool=practice"
    fields = author.fields(page, f"{bank}/moi") | {
        "stem": "Chỗ nào?", "skills": ["ND.4.3"], "picture-alt": "Hai nút.", "spots-count": "2",
        "spots-0-label": "Trái", "spots-0-x": "25", "spots-0-y": "50", "spots-0-r": "10", "spots-0-correct": "true",
        "spots-1-label": "Phải", "spots-1-x": "75", "spots-1-y": "50",
    }  # fmt: skip
    sent = {**fields, "picture-file": (io.BytesIO(DRAWING), "hai nút.svg")}
    kept = author.client.post(f"{bank}/moi", data=sent, content_type="multipart/form-data")
    address = kept.headers["Location"]
    assert drafted(app, address).problems, "the second place has no size"
    again = author.fields(address)
    assert again["picture-name"][0].startswith("hai-nut-"), "the picture is kept though something is missing"
    assert author.send(address, {**again, "spots-1-r": "10"}, "use").status_code == 303
    body = stored(app, address).body
    name = body["data"]["picture"]["file"]
    assert body["files"][name]["ending"] == "svg"
    shown = app.test_client().get(f"/luyen/{address.rsplit('/', 1)[1]}").get_data(as_text=True)
    assert f"/tep/{body['files'][name]['key']}.svg" in shown
    author.press(address, **{"item-picture-alt": ""})
    assert stored(app, address).body == body
    torn = {**author.fields(address), "picture-file": (io.BytesIO(b"<svg"), "x.svg"), "do": "use"}
    answer = author.client.post(address, data=torn, content_type="multipart/form-data")
    assert answer.status_code == 422
    forged = {**author.fields(address), "picture-name": "khac.svg", "picture-key": "0" * 64, "do": "use"}
    assert author.client.post(address, data=forged).status_code == 303
    assert drafted(app, address).problems
    assert stored(app, address).body == body, "what is in use stays as it was"


def test_a_type_that_needs_somebody_stands_in_exams_only(author: Author) -> None:
    bank = a_bank(author)
    answer = author.client.get(f"{bank}/moi?type=task&pool=practice")
    assert answer.status_code == 303
    assert "pool=exam" in answer.headers["Location"]
    fields = author.fields(f"{bank}/moi?type=task&pool=exam", f"{bank}/moi") | {"stem": "Việc?", **OWN["task"]}
    assert author.client.post(f"{bank}/moi", data={**fields, "pool": "practice"}).status_code == 404
