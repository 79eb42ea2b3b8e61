"""The editor of lessons: blocks drawn from their fields, saving by itself, two authors, what publishing refuses."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses import drafts, forms
from courses.blocks.fields import BlockField, fields_of
from courses.blocks.linking import host_of
from courses.blocks.standard import BLOCK_TYPES, MessageBubble
from courses.models import Document, SetAside
from courses.services import setting_aside
from courses.views import studio_editor, studio_saving
from lms.api.packages import Problems, Where, read_blocks
from lms.api.work import _
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.packages.builtin import PARTS
from tests.studio.conftest import SVG, Author, a_lesson, begin, form_fields

JSON = {"Accept": "application/json"}


def draft_of(app: Flask, page: str) -> dict[str, Any]:
    with app.app_context():
        row = drafts.document("lesson", page.rsplit("/", 1)[1])
        assert row is not None
        return {**row.draft, "base": row.base}


def autosave(author: Author, page: str, fields: dict[str, Any], **changes: Any) -> Any:
    return author.client.post(f"{page}/luu", data={**fields, **changes}, headers=JSON)


# --- Every block has a form -----------------------------------------------------------------------------------------


def test_every_kind_of_block_is_drawn_and_read_from_its_fields(app: Flask, author: Author) -> None:
    page = begin(author, "/studio/bai-hoc", "Mọi loại khối")
    with app.app_context(), app.test_request_context():
        kinds = {t.name: fields_of(t) for t in BLOCK_TYPES if fields_of(t)}
    assert {"text", "image", "audio", "steps", "message", "check", "link", "embed", "task"} <= set(kinds)
    for kind in kinds:
        author.press(page, f"add::{kind}")
    fields = author.fields(page)
    typed: dict[str, str] = {}
    for place, (kind, asked) in enumerate(kinds.items()):
        assert fields[f"{place}:kind"] == [kind]
        for field in asked:
            name = f"{place}-{field.name}"
            assert name in fields, name
            if field.kind not in ("upload", "choice"):
                typed[name] = "https://dichvucong.gov.vn/a?b=c" if field.kind == "address" else f"chu-{place}"
    author.send(page, fields, **typed)
    again = author.fields(page)
    for name, value in typed.items():
        assert again[name] == [value], name


def test_a_plugins_own_fields_need_nothing_else(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is written and kept by what it declares, and by nothing that the editor knows of its kind."""
    asked = (
        BlockField("sender", "line", _("Sender"), most=100),
        BlockField("text", "box", _("Text")),
        BlockField("how", "choice", _("Kind"), choices=(("sms", _("Text")), ("zalo", _("Sender")))),
        BlockField("extra", "lines", _("Text"), required=False),
    )
    page = a_lesson(author)
    for module in (forms, studio_editor):
        monkeypatch.setattr(module, "fields_of", lambda t: asked if isinstance(t, MessageBubble) else fields_of(t))
    author.press(page, b5__how="zalo", b5__extra="- một\n2. hai\n  vẫn hai", b5__sender="HTX")
    fields = author.fields(page)
    assert (fields["5-how"], fields["5-extra"]) == (["zalo"], ["một\nhai\n  vẫn hai"])
    author.press(page, b5__how="khong-co")
    assert author.fields(page)["5-how"] == ["zalo"], "a choice that is none leaves what was there"


def test_a_block_keeps_its_name_wherever_it_goes(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    names = [b["id"] for b in draft_of(app, page)["blocks"]]
    assert len(set(names)) == 6
    author.press(page, "down:0", b0__md="Chữ khác hẳn.")
    author.press(page, "up:5")
    now = [b["id"] for b in draft_of(app, page)["blocks"]]
    assert set(now) == set(names)
    assert (now[1], now[4]) == (names[0], names[5])
    author.press(page, "copy:1")
    copied = draft_of(app, page)["blocks"]
    assert [b["id"] for b in copied[:2]] + [b["id"] for b in copied[3:]] == now
    assert copied[2]["data"] == copied[1]["data"]
    assert copied[2]["id"] not in names


def test_insert_anywhere_and_bring_back_what_was_removed(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    before = draft_of(app, page)["blocks"]
    author.press(page, "insert:top", **{"top:insert": "warning"})
    assert draft_of(app, page)["blocks"][0]["kind"] == "warning"
    author.press(page, "remove:0")
    author.press(page, "remove:3", b3__md="Vừa gõ thêm.")
    shown = author.get(page)
    assert "Lấy lại khối" in shown
    fields = author.fields(page)
    assert autosave(author, page, fields, title="Tên mới").status_code == 200
    author.press(page, "down:0")
    assert "Lấy lại khối" in author.get(page), "saving by itself and moving leave the offer"
    author.press(page, "up:1")
    author.press(page, "undo")
    after = draft_of(app, page)["blocks"]
    assert [b["id"] for b in after] == [b["id"] for b in before]
    assert after[3]["data"] == {"md": "Vừa gõ thêm."}
    author.press(page, "remove:0")
    author.press(page, "save")
    assert "Lấy lại khối" not in author.get(page)
    assert "removed" not in draft_of(app, page)


# --- Links, activities, tasks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://dichvucong.gov.vn", "dichvucong.gov.vn"),
        ("https://DichVuCong.gov.vn/tra-cuu?x=1#a", "dichvucong.gov.vn"),
        ("http://dichvucong.gov.vn", ""),
        ("https://dichvucong.gov.vn@xau.example", ""),
        ("https://dichvucong.gov.vn:8443/", ""),
        ("https://dịchvụcông.vn/", ""),
        ("https://10.0.0.1/", ""),
        ("https://localhost/", ""),
        ("javascript:alert(1)", ""),
        ("https://a b.vn/", ""),
        ("https://[::1]/", ""),
        ("https://x\\y.vn/", ""),
        ("", ""),
    ],
)
def test_where_a_link_may_lead(address: str, host: str) -> None:
    assert host_of(address) == host


def test_a_link_says_its_host_and_never_hides_it(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    author.press(page, "add::link")
    author.press(page, b6__address="https://dichvucong.gov.vn/", b6__label="Cổng Dịch vụ công quốc gia")
    shown = author.get(f"{page}/xem-truoc")
    assert 'href="https://dichvucong.gov.vn/"' in shown
    assert "Mở trang dichvucong.gov.vn, ngoài Học vụ số" in shown
    author.press(page, b6__address="javascript:alert(1)")
    assert "javascript:" not in author.get(f"{page}/xem-truoc")


def test_a_task_and_an_activity_stand_in_a_lesson(app: Flask, author: Author, sign_in: Any) -> None:
    page = a_lesson(author)
    author.press(page, "add::task")
    author.press(page, "add::embed")
    answer = author.press(page, "find:6:slug")
    found = author.get(answer.headers["Location"])
    assert "viec-that-nguoi-dan" in found
    chosen = {"block": "6", "field": "slug", "item": "viec-that-nguoi-dan", "base": str(draft_of(app, page)["base"])}
    assert author.client.post(f"{page}/cau-hoi", data={**chosen, "item": "khong-co"}).status_code == 404
    assert author.client.post(f"{page}/cau-hoi", data=chosen).status_code == 303
    author.press(page, b7__kind="quiz", b7__slug="kiem-tra-cuoi-nguoi-dan")
    shown = author.get(f"{page}/xem-truoc")
    assert "Nút mở sẽ hiện khi bài nằm trong khóa học" in shown
    learner = sign_in("learner")
    go = learner.get("/hoc/ky-nang-so-nguoi-dan/mo/task/viec-that-nguoi-dan")
    assert (go.status_code, go.headers["Location"]) == (303, "/hoc/ky-nang-so-nguoi-dan/viec/viec-that-nguoi-dan")
    assert learner.get("/hoc/ky-nang-so-nguoi-dan/mo/task/khong-co").status_code == 404
    assert learner.get("/hoc/ky-nang-so-nguoi-dan/mo/khong-co/gi").status_code == 404


# --- Saving by itself -----------------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_by_itself_and_says_what_it_is_now(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    answer = autosave(author, page, fields, **{"0-md": "Chữ vừa gõ xong."})
    said = answer.get_json()
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert said["base"] == draft_of(app, page)["base"] == int(fields["base"][0]) + 1
    assert said["said"].startswith("Đã lưu lúc ")
    assert said["notes"]["0-md"] == "Câu dài nhất 4 tiếng · dễ đọc"
    assert 'id="look"' in said["look"]
    again = autosave(author, page, fields, base=said["base"], was=said["was"], **{"0-md": "Chữ vừa gõ xong. Thêm."})
    assert again.get_json()["base"] == said["base"] + 1
    same = autosave(author, page, fields, base=said["base"] + 1, **{"0-md": "Chữ vừa gõ xong. Thêm."})
    assert same.get_json()["base"] == said["base"] + 1, "what is there already is not written again"


def test_saving_by_itself_writes_nothing_into_the_record_of_acts(app: Flask, author: Author) -> None:
    page = a_lesson(author)

    def acts() -> int:
        with app.app_context():
            return int(connection().execute(select(func.count()).select_from(AuditEntry)).scalar_one())

    before, fields = acts(), author.fields(page)
    base = int(fields["base"][0])
    for number in range(5):
        base = autosave(author, page, fields, base=base, **{"0-md": f"Lần {number}"}).get_json()["base"]
    assert acts() == before


def test_what_cannot_be_kept_stays_as_it_was_and_the_rest_is_saved(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    answer = autosave(author, page, fields, title="", minutes="x", **{"0-md": "Vẫn lưu.", "3-md": "x" * 20_001})
    said = answer.get_json()
    assert set(said["errors"]) == {"title", "minutes", "3-md"}
    draft = draft_of(app, page)
    assert (draft["title"], draft["minutes"]) == ("Chọn mật khẩu dài", 4)
    assert draft["blocks"][0]["data"]["md"] == "Vẫn lưu."
    assert draft["blocks"][3]["data"]["md"] == "Dài thì chắc."
    answer = author.press(page, "save", 422, title="", b0__md="Gõ bằng tay.")
    text = answer.get_data(as_text=True)
    assert form_fields(text, page)["title"] == [""], "what was typed stands there again"
    assert draft_of(app, page)["blocks"][0]["data"]["md"] == "Gõ bằng tay."


def test_without_a_session_nothing_is_saved_and_the_script_is_told_so(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    stranger = app.test_client().post(f"{page}/luu", data=fields, headers=JSON)
    assert stranger.status_code == 401
    learner_sees = app.test_client().post(page, data={**fields, "do": "save"})
    assert learner_sees.status_code == 303
    assert "/dang-nhap" in learner_sees.headers["Location"]


def test_saving_by_itself_is_bounded(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_saving, "MOST_SAVES", 3)
    page = a_lesson(author)
    base, states = author.fields(page), []
    for number in range(5):
        answer = autosave(author, page, base, **{"0-md": f"Lần {number}"})
        states.append(answer.status_code)
        if answer.status_code == 200:
            base |= {"base": [str(answer.get_json()["base"])]}
    assert states == [200, 200, 200, 429, 429]
    assert int(answer.headers["Retry-After"]) > 0


# --- Two authors ----------------------------------------------------------------------------------------------------


def two_authors(author: Author, sign_in: Any) -> tuple[str, dict[str, Any], Author]:
    page = a_lesson(author)
    return page, author.fields(page), Author(sign_in("administrator"))


def test_two_who_wrote_in_different_places_lose_nothing(app: Flask, author: Author, sign_in: Any) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, b3__md="Của quản trị: dài và lạ.", guide="Trang hướng dẫn của quản trị.")
    mine["0-md"], mine["promise"] = ["Của giảng viên: bốn từ."], ["Lời hứa của giảng viên."]
    answer = author.client.post(page, data={**mine, "do": "save"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    for words in ("Của quản trị: dài và lạ.", "Của giảng viên: bốn từ.", "Lý Văn Quản", "chỉ bên kia sửa"):
        assert words in text
    assert "Của quản trị" in author.get(page)
    assert "Đang để riêng" in author.get(page)
    action = f"{page}/hai-ban/{_number(app)}"
    choose = form_fields(text, action)
    assert author.client.post(action, data={**choose, "do": "choose"}).status_code == 303
    draft = draft_of(app, page)
    assert draft["blocks"][0]["data"]["md"] == "Của giảng viên: bốn từ."
    assert draft["blocks"][3]["data"]["md"] == "Của quản trị: dài và lạ."
    assert (draft["promise"], draft["guide"]) == ("Lời hứa của giảng viên.", "Trang hướng dẫn của quản trị.")
    assert "Đang để riêng" not in author.get(page)


def _number(app: Flask) -> int:
    with app.app_context():
        return int(connection().execute(select(func.max(SetAside.id))).scalar_one())


@pytest.mark.parametrize(("choice", "kept"), [("mine", ["A"]), ("theirs", ["B"]), ("both", ["B", "A"])])
def test_where_both_changed_one_block_each_way_is_possible(
    app: Flask, author: Author, sign_in: Any, choice: str, kept: list[str]
) -> None:
    page, mine, other = two_authors(author, sign_in)
    name = mine["3:id"][0]
    other.press(page, b3__md="B")
    mine["3-md"] = ["A"]
    answer = author.client.post(page, data={**mine, "do": "save"})
    assert "cả hai cùng sửa" in answer.get_data(as_text=True)
    action = f"{page}/hai-ban/{_number(app)}"
    choose = form_fields(answer.get_data(as_text=True), action)
    author.client.post(action, data={**choose, f"take-{name}": choice, "do": "choose"})
    blocks = draft_of(app, page)["blocks"]
    assert [b["data"]["md"] for b in blocks if b["kind"] == "remember"] == kept
    assert name in [b["id"] for b in blocks]


def test_a_block_removed_by_one_and_changed_by_the_other_is_a_choice(app: Flask, author: Author, sign_in: Any) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, "remove:3")
    mine["3-md"] = ["Tôi đang sửa khối này."]
    answer = author.client.post(page, data={**mine, "do": "save"})
    text = answer.get_data(as_text=True)
    assert "Tôi đang sửa khối này." in text
    action = f"{page}/hai-ban/{_number(app)}"
    author.client.post(action, data={**form_fields(text, action), "do": "choose"})
    assert [b["kind"] for b in draft_of(app, page)["blocks"]] == [
        "text", "image", "steps", "remember", "do", "message",
    ]  # fmt: skip


def test_the_script_is_told_of_the_other_one_and_what_it_sent_is_kept(app: Flask, author: Author, sign_in: Any) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, b3__md="Khác.")
    answer = autosave(author, page, mine, **{"0-md": "Gõ dở."})
    said = json.loads(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Gõ dở." in author.get(said["look"])
    with app.app_context():
        assert connection().execute(select(SetAside.body)).scalar_one()["blocks"][0]["data"]["md"] == "Gõ dở."
    author.client.post(page, data={**mine, "0-md": "Gõ dở rồi gõ tiếp.", "aside": said["aside"], "do": "save"})
    with app.app_context():
        held = list(connection().execute(select(SetAside.body)).scalars())
    assert [b["blocks"][0]["data"]["md"] for b in held] == ["Gõ dở rồi gõ tiếp."], "the same form is kept once"


def test_what_is_set_aside_is_its_authors_alone_and_goes_when_discarded(
    app: Flask, author: Author, sign_in: Any
) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, b3__md="Khác.")
    author.client.post(page, data={**mine, "0-md": "Riêng tôi.", "do": "save"})
    action = f"{page}/hai-ban/{_number(app)}"
    assert "Riêng tôi." in author.get(action)
    assert other.client.get(action).status_code == 404
    assert other.client.post(action, data={"do": "discard"}).status_code == 404
    assert author.client.post(action, data={"do": "discard"}).status_code == 303
    assert author.client.get(action).status_code == 404
    assert draft_of(app, page)["blocks"][3]["data"]["md"] == "Khác."


def test_choosing_over_a_third_save_shows_both_again(app: Flask, author: Author, sign_in: Any) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, b3__md="Khác.")
    answer = author.client.post(page, data={**mine, "0-md": "Của tôi.", "do": "save"})
    action = f"{page}/hai-ban/{_number(app)}"
    choose = form_fields(answer.get_data(as_text=True), action)
    other.press(page, b4__md="Lại khác.")
    again = author.client.post(action, data={**choose, "do": "choose"})
    assert again.status_code == 409
    assert draft_of(app, page)["blocks"][4]["data"]["md"] == "Lại khác."
    choose = form_fields(again.get_data(as_text=True), action)
    assert author.client.post(action, data={**choose, "do": "choose"}).status_code == 303
    blocks = draft_of(app, page)["blocks"]
    assert [blocks[n]["data"]["md"] for n in (0, 3, 4)] == ["Của tôi.", "Khác.", "Lại khác."]


def test_a_picture_uploaded_into_a_conflict_is_not_lost(app: Flask, author: Author, sign_in: Any) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, b1__file__upload=("khac.svg", SVG.replace(b"#fff3d3", b"#123456")))
    answer = author.send(page, mine, "save", 409, b1__file__upload=("khac.svg", SVG.replace(b"#fff3d3", b"#a6261c")))
    action = f"{page}/hai-ban/{_number(app)}"
    choose = form_fields(answer.get_data(as_text=True), action)
    author.client.post(action, data={**choose, f"take-{mine['1:id'][0]}": "both", "do": "choose"})
    draft = draft_of(app, page)
    names = [b["data"]["file"] for b in draft["blocks"] if b["kind"] == "image"]
    assert names == ["khac.svg", "khac-2.svg"]
    assert draft["files"]["khac.svg"]["key"] != draft["files"]["khac-2.svg"]["key"]


def test_an_error_in_the_form_does_not_hide_somebody_elses_save(app: Flask, author: Author, sign_in: Any) -> None:
    page, mine, other = two_authors(author, sign_in)
    other.press(page, b3__md="Của người kia.")
    assert author.client.post(page, data={**mine, "title": "", "do": "save"}).status_code == 409
    assert draft_of(app, page)["blocks"][3]["data"]["md"] == "Của người kia."


def test_setting_aside_holds_on_both_databases(any_app: Flask) -> None:
    with any_app.app_context():
        row = connection().execute(select(Document.activity_id, Document.draft).limit(1)).one()
        first, second = connection().execute(select(Account.id).order_by(Account.id).limit(2)).scalars()
        with unit_of_work():
            one = setting_aside.keep(row.activity_id, first, 3, row.draft, {"title": "ab"})
            same = setting_aside.keep(row.activity_id, first, 3, row.draft, {"title": "ab"})
            later = setting_aside.keep(row.activity_id, first, 4, row.draft, {})
            theirs = setting_aside.keep(row.activity_id, second, 3, row.draft, {})
        assert one == same
        assert [r.id for r in setting_aside.of(row.activity_id, first)] == [later, one]
        assert setting_aside.one(row.activity_id, first, one).seen == {"title": "ab"}
        with unit_of_work():
            setting_aside.discard(row.activity_id, first, theirs)
            setting_aside.discard(row.activity_id, first, one)
        assert [r.id for r in setting_aside.of(row.activity_id, second)] == [theirs]
        assert [r.id for r in setting_aside.of(row.activity_id, first)] == [later]


# --- What publishing refuses ----------------------------------------------------------------------------------------


def refusals(author: Author, page: str, **changes: Any) -> str:
    return author.press(page, "publish", 422, **changes).get_data(as_text=True)


def test_accessibility_is_a_reason_to_refuse_and_leads_to_the_place(author: Author) -> None:
    page = a_lesson(author)
    text = refusals(author, page, b1__alt="")
    assert 'href="#1-alt"' in text
    assert "người không nhìn thấy sẽ được nghe lời này" in text
    author.press(page, b1__alt="Một chiếc chìa khóa dài")
    assert 'href="#0-md"' in refusals(author, page, b0__md="### Nhỏ trước\n\nChữ.")
    assert 'href="#0-md"' in refusals(author, page, b0__md="## Lớn\n\n[](https://dichvucong.gov.vn)")
    author.press(page, b0__md="## Lớn\n\n### Nhỏ\n\nChữ.")
    author.press(page, "add::link")
    text = refusals(author, page, b6__address="http://xau.vn", b6__label="https://xau.vn")
    assert 'href="#6-address"' in text
    assert 'href="#6-label"' in text


def test_a_dead_reference_is_a_reason_to_refuse(author: Author) -> None:
    page = a_lesson(author)
    for kind in ("check", "task", "embed"):
        author.press(page, f"add::{kind}")
    author.press(page, b6__item="khong-co-cau-nay", b7__slug="khong-co-viec-nay", b8__slug="khong-co-gi")
    text = refusals(author, page)
    for place in ("6-item", "7-slug", "8-slug"):
        assert f'href="#{place}"' in text
    author.client.post("/studio/bai-hoc", data={"title": "Việc còn nháp", "kind": "task"})
    assert "chưa xuất bản" in refusals(author, page, b7__slug="viec-con-nhap")


def test_an_empty_lesson_says_what_to_do(author: Author) -> None:
    page = begin(author, "/studio/bai-hoc", "Bài còn trống")
    text = refusals(author, page)
    for place in ("promise", "groups", "blocks"):
        assert f'href="#{place}"' in text


def test_the_list_beside_the_editor_says_what_is_missing(author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    look = autosave(
        author, page, fields, minutes="7", **{"1-alt": "", "0-md": "Bấm [tại đây](https://a.vn). " + "a " * 40}
    )
    text = look.get_json()["look"]
    assert 'href="#1-alt"' in text
    assert "Ghi là 7 phút; ước theo nội dung mất khoảng" in text
    assert "Có đường dẫn chỉ ghi “tại đây”" in text
    assert 'href="#0-md"' in text


# --- Bad input ------------------------------------------------------------------------------------------------------


def test_decomposed_letters_and_emoji(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    words = "Điện thoại của bác 📱 rất tốt"
    author.press(page, b0__md=unicodedata.normalize("NFD", words), b1__alt=unicodedata.normalize("NFD", words))
    blocks = draft_of(app, page)["blocks"]
    assert (blocks[0]["data"]["md"], blocks[1]["data"]["alt"]) == (words, words)


@pytest.mark.parametrize(
    "words",
    [
        "\n".join("  " * n + f"- {n}" for n in range(500)),
        "> " * 500 + "sâu",
        "*" * 5000,
        "[" * 5000 + "](https://a.vn)",
        "<script>alert(1)</script>" * 300,
    ],
)
def test_text_that_is_nested_without_end_is_shown_and_harmless(author: Author, words: str) -> None:
    page = a_lesson(author)
    answer = autosave(author, page, author.fields(page), **{"0-md": words})
    assert answer.status_code == 200
    shown = author.get(f"{page}/xem-truoc")
    assert "<script>alert" not in shown
    author.get(page)


def test_a_text_of_a_megabyte_is_refused_in_words_and_stays_in_the_form(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    before = draft_of(app, page)["blocks"][0]
    words = "chữ " * 250_000
    text = author.press(page, "save", 422, b0__md=words).get_data(as_text=True)
    assert "tối đa" in text or "20000" in text
    assert form_fields(text, page)["0-md"][0].strip() == words.strip()
    assert draft_of(app, page)["blocks"][0] == before


def test_two_hundred_blocks_and_no_more(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    fields["block"] = [str(n) for n in range(200)]
    for n in range(200):
        fields |= {f"{n}:kind": ["text"], f"{n}:id": [""], f"{n}-md": [f"Khối {n}"]}
    author.send(page, fields)
    assert len(draft_of(app, page)["blocks"]) == 200
    shown = author.get(page)
    assert "Bài đã đủ số khối tối đa" in shown
    author.press(page, "add::text")
    author.press(page, "copy:0")
    author.press(page, "insert:0", **{"0:insert": "text"})
    assert len(draft_of(app, page)["blocks"]) == 200


def test_a_form_that_was_made_up_changes_nothing_that_it_should_not(app: Flask, author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    for name, value in {
        "0:id": "x" * 500,
        "1-file": "../../etc/passwd",
        "was": "a:b " * 5000,
        "2:kind": "nothing",
    }.items():
        fields[name] = [value]
    author.send(page, fields)
    draft = draft_of(app, page)
    assert [b["kind"] for b in draft["blocks"]] == ["text", "image", "remember", "do", "message"]
    assert all(len(b["id"]) == 8 for b in draft["blocks"])
    assert draft["blocks"][1]["data"]["file"] == ""


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("link", {"address": "https://dichvucong.gov.vn/a?b=c", "label": 'Cổng "Dịch vụ công"'}),
        ("task", {"slug": "viec-that-nguoi-dan"}),
        ("embed", {"kind": "quiz", "slug": "kiem-tra-cuoi-nguoi-dan"}),
    ],
)
def test_what_a_package_holds_of_a_new_block_is_read_back_alike(kind: str, data: dict[str, str]) -> None:
    problems = Problems()
    text = PARTS.blocks[kind].write(data)
    blocks = read_blocks(text.split("\n"), PARTS, Where("lesson.md", 1, problems, []))
    assert [(b.kind, dict(b.data)) for b in blocks] == [(kind, data)]
    assert list(problems) == []
    wrong = Problems()
    read_blocks([f":::{kind} ???"], PARTS, Where("lesson.md", 1, wrong, []))
    assert list(wrong) != []
