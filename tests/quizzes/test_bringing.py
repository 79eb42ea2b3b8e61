"""Questions from files: looked at, taken in together, taken out again; and given out to other systems and to paper."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select, update

from lms import clock
from lms.api.reviewing import submission
from lms.audit import AuditEntry
from lms.db.unit_of_work import connection, unit_of_work
from quizzes import brought
from quizzes.formats import gift
from quizzes.formats.checking import Around
from quizzes.models import Bank, Import, Item, ItemDraft, ItemTag, ItemVersion, Seen
from quizzes.services import bringing, drafting, giving
from tests.quizzes.formats.papers import document, png, saved
from tests.quizzes.signing import handed_in, signed_off

BANK = "/studio/ngan-hang/nguoi-dan-4"
HOME = f"{BANK}/dua-vao"
GIFT = """$CATEGORY: An toàn
// [tag:ND.4.3] [tag:lạ]
::otp-1::[html]Ai được xin mã <b>OTP</b> của bác?{
=Không ai cả#Đúng rồi.
~Công an
~%25%Con trai#Gọi lại số quen đã.
}

::so::Gọi cấp cứu số nào? {#115}

::ghep::Ghép.{
=113 -> Công an
=114 -> Chữa cháy
}

::vo::Câu hỏng {=a ~b
"""
TAG = ItemTag.__table__
IT, V, D, M = Item.__table__, ItemVersion.__table__, ItemDraft.__table__, Import.__table__


def send(browser: FlaskClient, content: bytes | str, name: str, pool: str = "practice") -> Any:
    """Posts a file."""
    data = content.encode() if isinstance(content, str) else content
    return browser.post(HOME, data={"file": (io.BytesIO(data), name), "pool": pool})


def sent(browser: FlaskClient, content: bytes | str, name: str, pool: str = "practice") -> str:
    """Posts a file that is read, and returns where it is looked at."""
    answer = send(browser, content, name, pool)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:2000]
    return str(answer.location)


def taken(browser: FlaskClient, address: str, **form: str) -> Any:
    return browser.post(address, data={"do": "take", **form})


def items(app: Flask) -> list[Any]:
    """The questions that imports made, as they are in use, else as they are drafted."""
    with app.app_context():
        made = [i for row in connection().execute(select(M.c.made)).scalars() for i in row]
        return list(
            connection().execute(
                select(
                    IT.c.id, IT.c.slug, IT.c.pool, IT.c.retired_at, IT.c.current_id,
                    func.coalesce(V.c.type, D.c.type).label("type"), func.coalesce(V.c.body, D.c.body).label("body"),
                )
                .outerjoin(V, V.c.id == IT.c.current_id).outerjoin(D, D.c.item_id == IT.c.id)
                .where(IT.c.id.in_(made)).order_by(IT.c.id)
            )
        )  # fmt: skip


def journal(app: Flask) -> list[tuple[str, Any]]:
    with app.app_context():
        entries = AuditEntry.__table__.c
        rows = connection().execute(select(entries.act, entries.detail).where(entries.act.startswith("items.")))
        return [(row.act, row.detail) for row in rows]


def test_a_file_is_looked_at_taken_in_and_taken_out_again(
    any_app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:  # fmt: skip
    author = sign_in("administrator", on=any_app)
    address = sent(author, GIFT, "de.gift", "exam")
    page = author.get(address).text
    assert "Ai được xin mã <strong>OTP</strong> của bác?" in page
    assert "“lạ”" in page, "a tag that is no skill is told"
    assert items(any_app) == []
    assert taken(author, address, skills="XX.9").status_code == 422, "a code that no framework has"
    assert items(any_app) == []
    assert taken(author, address, skills="nd.4.3").status_code == 303
    made = items(any_app)
    assert [(row.slug, row.type, row.pool) for row in made] == [
        ("ai-duoc-xin-ma-otp-cua", "single_choice", "exam"), ("goi-cap-cuu-so-nao", "numeric", "exam"),
        ("ghep", "matching", "exam"),
    ]  # fmt: skip
    assert {tuple(row.body["skills"]) for row in made} == {("ND.4.3",)}
    assert taken(author, address).status_code == 303, "sent twice"
    assert len(items(any_app)) == 3
    report = author.get(address).text
    assert "Câu hỏng" not in report
    assert "vo" in report, "what was not put in is named"
    assert [row.current_id for row in made] == [None] * 3, "exam questions are drafts until somebody else looked"

    with any_app.app_context():
        signed_off([row.id for row in made])
    assert None not in [row.current_id for row in items(any_app)]
    with any_app.app_context(), unit_of_work() as database:
        row = {"item_id": made[0].id, "pool": "exam", "account_id": 1, "times": 1}
        database.execute(insert(Seen.__table__).values(**row))
    assert author.post(f"{address}/rut-ra").status_code == 303
    assert author.post(f"{address}/rut-ra").status_code == 303, "sent twice"
    assert [(row.slug, row.retired_at is not None) for row in items(any_app)] == [("ai-duoc-xin-ma-otp-cua", True)]
    with any_app.app_context():
        for table in (V, D):
            orphans = select(func.count()).where(table.c.item_id.not_in(select(IT.c.id)))
            assert connection().execute(orphans).scalar() == 0
        assert connection().execute(select(M.c.taken_out, M.c.retired)).one() == (2, 1)
    assert [(act, detail.get("items"), detail.get("deleted")) for act, detail in journal(any_app)] == [
        ("items.brought", 3, None), ("items.taken_out", None, 2),
    ]  # fmt: skip


def test_drafts_of_a_file_go_with_it_and_a_draft_that_somebody_changed_stays(
    any_app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:  # fmt: skip
    author = sign_in("administrator", on=any_app)
    address = sent(author, GIFT, "de.gift", "exam")
    taken(author, address, skills="ND.4.3")
    made = items(any_app)
    with any_app.app_context():
        number = handed_in([row.id for row in made[1:]], 1)
        with unit_of_work():
            changed = drafting.Kept({**made[0].body, "stem": "Viết lại?"})
            drafting.save(made[0].id, 1, 0, changed, 1)
    assert author.post(f"{address}/rut-ra").status_code == 303
    assert [(row.id, row.retired_at) for row in items(any_app)] == [(made[0].id, None)]
    assert "giữ làm bản nháp" in author.get(address).text
    with any_app.app_context():
        row = submission(number)
        assert row is not None
        assert row.state == "withdrawn"


def test_practice_questions_are_only_taken_out_of_use(any_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator", on=any_app)
    address = sent(author, GIFT, "de.gift")
    taken(author, address, skills="ND.4.3")
    author.post(f"{address}/rut-ra")
    assert [row.retired_at is not None for row in items(any_app)] == [True] * 3


def test_what_is_here_already_is_marked_and_left_out(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    first = sent(author, GIFT, "de.gift")
    taken(author, first, skills="ND.4.3")
    again = sent(author, GIFT + "\n::moi::Một tuần mấy ngày? {#7}\n\n::moi-2::Một tuần  mấy ngày? {#7}\n", "de.gift")
    with app.app_context():
        row = brought.imports(connection().execute(select(M.c.bank_id)).scalars().first() or 0)[0]
        found = bringing.ready(brought.staged(row.id), row, brought.likenesses(row.bank_id))
        assert [one.same for one in found] == ["ai-duoc-xin-ma-otp-cua", "goi-cap-cuu-so-nao", "ghep", "", "", "#5"]
        assert [one.is_out for one in found] == [True, True, True, False, False, True]
    assert "Đã có" in author.get(again).text
    assert author.get(f"{again}?xem=trung").text.count('<article class="blk') == 4
    form = {"shown": ["2"], "kept-out-2": "1", "skills": "ND.4.3", "do": "take"}
    assert author.post(again, data=form).status_code == 303
    assert [row.slug for row in items(app)][3:] == ["goi-cap-cuu-so-nao-2", "mot-tuan-may-ngay"]


def test_choices_of_one_question_and_of_all(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    address = sent(author, GIFT, "de.gift")
    form = {"skills": "ND.4.1", "shown": ["1", "2", "3"], "skills-2": "ND.4.2", "out-3": "1"}
    assert author.post(address, data={**form, "do": "save"}).status_code == 303
    page = author.get(address).text
    assert 'value="ND.4.2"' in page
    assert items(app) == []
    author.post(address, data={"skills": "ND.4.4", "do": "take"})
    assert [row.body["skills"] for row in items(app)] == [["ND.4.3"], ["ND.4.2"]], "a tag, a choice, one left out"


def test_a_word_paper_with_a_picture_goes_in_with_it(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    paper = saved(document("Câu 1: Biển gì?", png("navy"), "A. Cấm", "[u]B[/u]. Báo", "Lời giải", "Màu xanh."))
    address = sent(author, paper, "Đề kiểm tra.docx")
    page = author.get(address).text
    assert "<img" in page
    assert taken(author, address, skills="ND.4.3").status_code == 422, "the picture has no words yet"
    assert taken(author, address, skills="ND.4.3", **{"shown": "1", "alt-1": "Hình xanh"}).status_code == 303
    [row] = items(app)
    assert row.body["picture"] == {"file": "anh-1.webp", "alt": "Hình xanh"}
    assert row.body["files"]["anh-1.webp"]["ending"] == "webp"
    shown = author.get(f"/studio/cau-hoi/{row.slug}/xem-truoc").text
    assert f"/tep/{row.body['files']['anh-1.webp']['key']}.webp" in shown


def test_whoever_looks_can_say_which_answer_is_right(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    paper = saved(document("Câu 1: Số nào?", "A. 113", "B. 156", "Câu 2: Chữ nào?", "A. a", "C. c", "Đáp án: A"))
    address = sent(author, paper, "de.docx", "exam")
    page = author.get(address).text
    assert "right-1" in page
    assert "right-2" not in page, "a gap among its answers is mended in the file"
    assert taken(author, address, skills="ND.4.3", shown="1").status_code == 422
    assert taken(author, address, skills="ND.4.3", **{"shown": "1", "right-1": "B"}).status_code == 303
    [row] = items(app)
    assert [o["correct"] for o in row.body["data"]["options"]] == [False, True]


def test_tasks_are_for_exams_only(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    address = sent(author, "::t::Kể một lần bác nhận tin lạ. {}\n", "de.gift")
    assert taken(author, address, skills="ND.4.3").status_code == 422
    address = sent(author, "::t::Kể một lần bác nhận tin lạ. {}\n", "de.gift", "exam")
    assert taken(author, address, skills="ND.4.3").status_code == 303
    assert [row.body["data"]["rubric"][0]["levels"][2]["points"] for row in items(app)] == [2]


def test_a_draft_is_forgotten_at_once_or_after_its_days(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    address = sent(author, GIFT, "de.gift")
    assert author.post(address, data={"do": "drop"}).status_code == 303
    assert author.get(address).status_code == 404
    kept = sent(author, GIFT, "de.gift")
    taken(author, kept, skills="ND.4.3")
    sent(author, GIFT, "de.gift")
    with app.app_context():
        soon = clock.seconds() + 1
        assert bringing.drafts_before(soon) == 1
        bringing.forget_drafts(soon)
        assert bringing.drafts_before(soon) == 0
        assert connection().execute(select(func.count()).select_from(M)).scalar() == 1


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "de.docx", "trống"),
        (b"%PDF-1.7", "de.pdf", "PDF"),
        (b"PK\x03\x04 torn", "de.docx", "hỏng"),
        (b"<?xml version='1.0'?><quiz><question", "de.xml", "dòng 1"),
        (b"<!DOCTYPE q [<!ENTITY a 'b'>]><quiz>&a;</quiz>", "de.xml", "dòng 1"),
        ("Kính gửi các bác".encode(), "thu.txt", "Word"),
        (saved(document("Thư mời họp")), "thu.docx", "Câu 1:"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_keeps_nothing(
    app: Flask, sign_in: Callable[..., FlaskClient], content: bytes, name: str, words: str
) -> None:
    answer = send(sign_in("administrator"), content, name)
    assert answer.status_code == 422
    assert words in answer.text
    with app.app_context():
        assert connection().execute(select(func.count()).select_from(M)).scalar() == 0


def test_a_hundred_megabytes_are_refused_before_they_are_read(sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    form = {"file": (io.BytesIO(b"x"), "de.docx"), "pool": "exam"}
    answer = author.post(HOME, data=form, environ_overrides={"CONTENT_LENGTH": str(100 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "lớn quá" in answer.text


def test_only_authors_of_the_bank_see_and_do_any_of_it(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    address = sent(sign_in("administrator"), GIFT, "de.gift", "exam")
    for role in ("instructor", "learner"):
        other = sign_in(role)
        for path in (HOME, address, f"{BANK}/dua-ra", f"{HOME}/mau.xlsx"):
            assert other.get(path).status_code == 404, (role, path)
        assert send(other, GIFT, "de.gift").status_code == 404
        assert taken(other, address, skills="ND.4.3").status_code == 404
        assert other.post(f"{address}/rut-ra").status_code == 404
        assert other.post(f"{BANK}/dua-ra", data={"form": "gift", "pool": "exam"}).status_code == 404
    elsewhere = address.replace("nguoi-dan-4", "nguoi-dan-1")
    assert sign_in("administrator").get(elsewhere).status_code == 404, "of another bank"
    assert items(app) == []


@pytest.mark.parametrize("form", ["gift", "moodle", "excel", "package"])
def test_what_is_given_out_comes_back_as_the_same(
    app: Flask, sign_in: Callable[..., FlaskClient], form: str
) -> None:  # fmt: skip
    author = sign_in("administrator")
    answer = author.post(f"{BANK}/dua-ra", data={"form": form, "pool": "exam"})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    [(act, detail)] = journal(app)
    assert (act, detail["form"]) == ("items.given", form)
    with app.app_context():
        held = [row.slug for row in giving_rows()]
        assert detail["items"] == len(held)
    if form == "package":
        back = author.post("/studio/goi", data={"package": (io.BytesIO(answer.data), "x.zip")})
        assert back.status_code == 200
        with app.app_context():
            assert connection().execute(select(func.count()).where(V.c.number > 1)).scalar() == 0, "nothing is new"
        return
    name = {"gift": "x.txt", "moodle": "x.xml", "excel": "x.xlsx"}[form]
    address = sent(author, answer.data, name, "exam")
    with app.app_context():
        row = brought.import_by_uuid(address_uuid(address))
        assert row is not None
        found = bringing.ready(brought.staged(row.id), row, brought.likenesses(row.bank_id))
        assert [one.question.name for one in found] == held
        assert [one.same for one in found] == held, "each is known again"


def address_uuid(address: str) -> Any:
    return UUID(address.rpartition("/")[2])


def giving_rows() -> list[Any]:
    bank = connection().execute(select(Bank.__table__.c.id).where(Bank.__table__.c.slug == "nguoi-dan-4")).scalar_one()
    return giving.chosen(bank, "exam")


def test_practice_questions_leave_no_line_in_the_journal(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")
    assert author.post(f"{BANK}/dua-ra", data={"form": "gift", "pool": "practice"}).status_code == 200
    assert journal(app) == []
    assert author.post(f"{BANK}/dua-ra", data={"form": "gift", "pool": "practice", "skill": "XX"}).status_code == 422
    assert author.post(f"{BANK}/dua-ra", data={"form": "docx", "pool": "practice"}).status_code == 422


def test_a_paper_in_codes_holds_its_key_only_if_asked(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    author = sign_in("administrator")

    def pages(**form: str) -> list[str]:
        answer = author.post(f"{BANK}/dua-ra", data={"form": "paper", "pool": "exam", "title": "Kiểm tra", **form})
        assert answer.status_code == 200, answer.text
        document = pypdfium2.PdfDocument(answer.data)
        return [page.get_textpage().get_text_range() for page in document]

    without, with_key = pages(codes="2", seed="7"), pages(codes="2", seed="7", key="1")
    assert not any("Dành riêng cho người chấm" in page for page in without)
    assert "Dành riêng cho người chấm" in with_key[-1] or "Dành riêng cho người chấm" in with_key[-2]
    assert with_key[: len(without)] == without, "the same number gives the same papers"
    assert pages(codes="2", seed="8") != without
    assert any("101" in page for page in without)
    assert any("102" in page for page in without)
    assert sum("Phiếu trả lời" in page for page in without) == 2
    assert author.post(f"{BANK}/dua-ra", data={"form": "paper", "pool": "exam", "codes": "99"}).status_code == 422


def test_many_questions_go_in_by_few_statements(app: Flask) -> None:
    def statements(number: int, pool: str) -> tuple[int, int]:
        text = "\n\n".join(f"Câu {pool} số {n} của {number}? {{=a{n} ~b}}" for n in range(number))
        sent: list[str] = []
        with unit_of_work() as database:
            around = Around({}, ())
            uuid = bringing.begin(bank.id, bank.org_id, pool, "x", "gift", gift.read(text), {}, around, 1)
            database.execute(update(M).where(M.c.uuid == uuid).values(choices={"skills": ["ND.4.3"]}))
            row = brought.import_by_uuid(uuid)
            assert row is not None
            event.listen(database, "before_cursor_execute", lambda *args: sent.append(args[2]))
            assert bringing.take(row, bank.org_id, 1) == number
            taken_in = len(sent)
        if pool == "exam":
            made = brought.import_by_uuid(uuid)
            assert made is not None
            listening = connection()
            event.listen(listening, "before_cursor_execute", lambda *args: sent.append(args[2]))
            signed_off(list(made.made))
        return taken_in, len(sent)

    with app.app_context():
        bank = connection().execute(select(Bank.__table__).where(Bank.__table__.c.slug == "nguoi-dan-4")).one()
        before = int(connection().execute(tagged := select(func.count()).where(TAG.c.code == "ND.4.3")).scalar_one())
        for pool in ("exam", "practice"):
            few, many = statements(10, pool), statements(400, pool)
            assert many[0] <= few[0] + 3
            assert many[1] <= few[1] + 6
        assert int(connection().execute(tagged).scalar_one()) == before + 820
