"""The learner: from the first page to a paper that anybody can check."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.testing import story
from lms.testing.page_client import Pages
from lms.testing.story import AnswerKey


def test_from_the_first_page_to_a_verified_paper(any_app: Flask, answer_key: AnswerKey) -> None:
    learner = Pages(any_app)

    learner.open("/")
    learner.follow("Người dân")
    assert learner.page.heading == "Phổ cập kỹ năng số cho người dân"
    assert "mặc định của hệ thống, chưa phải quy định" in learner.page
    lessons = story.lessons_promised(learner.page)
    learner.follow("Bắt đầu học")
    first_lesson = learner.page.heading
    learner.press("Đã học xong, sang bài sau")
    assert learner.page.heading != first_lesson

    learner.open("/")
    learner.follow("Đăng nhập")
    learner.follow("Mở tài khoản")
    story.sign_up(learner, "Giàng Thị Mỷ", "0912 345 678")
    assert learner.page.heading == "Chào bác Mỷ!"
    assert f"Đã học 1 trong {lessons} bài" in learner.page, "what was learnt without an account is kept"
    learner.follow("Học tiếp")
    assert story.learn_lessons(learner) == lessons - 1

    assert learner.page.heading == "Làm một việc thật"
    story.do_the_task(learner, "Quét mã QR để trả tiền, sau khi đọc to tên người nhận", "Chợ phiên, có cháu đứng cạnh")
    learner.follow("Học tiếp")
    assert learner.page.heading == "Ngày sinh"
    story.give_birth_date(learner, "5", "9", "1961")
    assert learner.page.heading == "Bài kiểm tra cuối"
    learner.press("Bắt đầu làm")
    assert len(story.answer_all(learner, answer_key)) == 20
    assert "Câu nào cũng đã trả lời" in learner.page
    learner.press("Nộp bài")
    assert learner.page.heading == "Bác Mỷ giỏi quá!"
    assert "Bác trả lời đúng 20 trong 20 câu." in learner.page
    assert "Giấy của bác đang được làm" in learner.page

    story.one_round(any_app)
    learner.follow("Xem lại")
    assert learner.page.heading == "Bác Mỷ giỏi quá!"
    learner.follow("Mở giấy")
    assert learner.page.heading == "Giấy xác nhận"
    number = story.number_on(learner.page)
    assert number.startswith("HVS-XN-")
    assert "GIÀNG THỊ MỶ" in learner.page.text.upper()
    learner.open("/giay")
    assert number in learner.page
    learner.follow("Mở giấy")
    assert learner.fetch("Tải về để in").body.startswith(b"%PDF-")
    assert learner.fetch("Ảnh để gửi người nhà").body.startswith(b"\x89PNG")
    learner.open("/cua-toi")
    assert "Bác đã đạt Phổ cập kỹ năng số cho người dân" in learner.page

    stranger = Pages(any_app)
    stranger.open("/")
    stranger.follow("Kiểm tra giấy")
    stranger.press("Kiểm tra", {"Số hiệu trên giấy": number.lower().replace("-", " ")})
    assert stranger.page.heading == "Giấy có giá trị"


def test_not_enough_the_first_time_then_again_with_fresh_questions(pages: Pages, answer_key: AnswerKey) -> None:
    story.come_to_the_final_check(pages, "Người dân", "Lò Văn Pẩn", "pan2009")
    pages.press("Bắt đầu làm")
    first = story.answer_all(pages, answer_key, rightly=False)
    pages.press("Nộp bài")
    assert pages.page.heading == "Chưa đạt, không sao cả"
    assert "Bác trả lời đúng 0 trong 20 câu. Cần đúng 14 câu." in pages.page
    links = [a.attrs.get("href", "") for a in pages.page.root.first("main").all("a")]
    assert not any(link.startswith("/giay") for link in links), "nobody is shown a paper that was not earned"
    assert "Nên chọn" not in pages.page, "the right answers of exam questions stay secret"

    pages.follow("Thử lại")
    assert "Lần trước" in pages.page
    pages.press("Bắt đầu làm")
    second = story.answer_all(pages, answer_key)
    assert len(second) == 20
    assert not set(first) & set(second), "a new try has new questions"
    pages.press("Nộp bài")
    assert "giỏi quá!" in pages.page.heading


@pytest.mark.parametrize("group", ["Học sinh, sinh viên", "Cán bộ, công chức, viên chức"])
def test_all_that_was_missed_has_a_lesson_to_open(pages: Pages, answer_key: AnswerKey, group: str) -> None:
    story.come_to_the_final_check(pages, group, "Lò Văn Pẩn", "pan2009")
    pages.press("Bắt đầu làm")
    story.answer_all(pages, answer_key, rightly=False)
    pages.press("Nộp bài")
    (card,) = [part for part in pages.page.root.all("section") if "Những điều nên xem lại" in part.text]
    missed = card.all("li")
    assert len(missed) >= 8
    for one in missed:
        link = one.first("a")
        assert link is not None, f"nothing teaches: {one.text}"
        assert link.text in pages.open(link.attrs["href"] or ""), "the lesson stands in this course"


def test_going_on_with_another_phone(pages: Pages, app: Flask, answer_key: AnswerKey) -> None:
    story.come_to_the_final_check(pages, "Học sinh, sinh viên", "Vàng A Chỉnh", "chinh2010")
    pages.press("Bắt đầu làm")
    asked = [story.question_on(pages.page)]
    for _ in range(6):
        story.answer(pages, answer_key, rightly=True)
        asked.append(story.question_on(pages.page))

    other = Pages(app)
    other.open("/dang-nhap")
    story.sign_in(other, "chinh2010")
    assert "Bài kiểm tra cuối" in other.page
    other.follow("Học tiếp")
    other.follow("Làm tiếp từ câu")
    assert story.question_on(other.page) == asked[6], "the other phone stands at the same question"
    story.answer_all(other, answer_key)
    other.press("Nộp bài")
    assert "Bác trả lời đúng 20 trong 20 câu." in other.page

    story.answer(pages, answer_key, rightly=False)
    assert pages.page.heading == "Bác Chỉnh giỏi quá!", "the first phone is led to the result, and nothing is changed"
    assert "Bác trả lời đúng 20 trong 20 câu." in pages.page


def test_signed_out_in_the_middle_of_the_check(pages: Pages, app: Flask, answer_key: AnswerKey) -> None:
    story.come_to_the_final_check(pages, "Học sinh, sinh viên", "Tẩn Mẩy Lưu", "luu2011")
    pages.press("Bắt đầu làm")
    for _ in range(4):
        story.answer(pages, answer_key, rightly=True)
    fifth = story.question_on(pages.page)

    story.lose_session(pages)
    story.answer(pages, answer_key, rightly=True)
    assert pages.page.heading == "Đăng nhập"
    story.sign_in(pages, "luu2011")
    assert story.question_on(pages.page) == fifth, "back at the question whose answer could not be kept"
    story.answer_all(pages, answer_key)
    assert "Câu nào cũng đã trả lời" in pages.page, "the answers from before are kept"

    story.lose_session(pages)
    pages.press("Nộp bài")
    assert pages.page.heading == "Đăng nhập"
    story.sign_in(pages, "luu2011")
    assert pages.page.heading == "Xem lại các câu", "back at the list, not at an error"
    pages.press("Nộp bài")
    assert "Bác trả lời đúng 20 trong 20 câu." in pages.page


def test_a_short_programme_gives_a_course_certificate_that_says_what_it_is_not(
    any_app: Flask, answer_key: AnswerKey
) -> None:
    learner = Pages(any_app)
    story.attain(learner, answer_key, "Cán bộ, công chức, viên chức", "Nông Thị Huyền", "huyen.nt")
    story.one_round(any_app)
    learner.follow("Xem lại")
    learner.follow("Mở giấy")
    assert learner.page.heading == "Giấy chứng nhận"
    assert "Chương trình rút gọn, chưa xác nhận phổ cập" in learner.page
    assert "HVS-CN-" in learner.page
    stranger = Pages(any_app)
    stranger.open("/verify/" + story.number_on(learner.page))
    assert stranger.page.heading == "Giấy có giá trị"
    assert "Chương trình rút gọn, chưa xác nhận phổ cập" in stranger.page
