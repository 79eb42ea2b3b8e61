"""The learner's story in steps, each by clicking what is on the page. For journeys, and wherever a test needs somebody
who has come as far as that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from msgspec import Struct

from lms import progress
from lms.competency import queries as competency
from lms.learning import queries as learning
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.outbox.worker import Worker
from lms.packages.importing import known_parts
from lms.packages.markdown import plain
from lms.packages.reading import read_package
from lms.starting import CONTENT
from lms.testing.page_client import InProcess, Page, Pages
from lms.web.session import COOKIE

LEARNT = ("Đã học xong, sang bài sau", "Đã học xong, sang phần làm thật", "Đã học xong, làm bài kiểm tra")
PASSWORD = "ruộng bậc thang mùa lúa chín"  # noqa: S105  of people who live as long as a test
NOT_ASKED = ("hotspot", "practice", "task")  # of these no final check of the starter content asks


class Known(Struct, frozen=True):
    """What somebody who knows a question knows: its type and its right answer in words."""

    type: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


class AnswerKey:
    """The right answers of a content package, found by the words on the screen."""

    def __init__(self, app: Flask, folder: Path = CONTENT / "starter") -> None:
        with app.app_context():
            package = read_package(folder, known_parts())
        self._known: dict[tuple[str, str], Known] = {}
        for item in package.items():
            if item.type in NOT_ASKED:
                continue
            message = f"{item.message.sender} {item.message.text}" if item.message else ""
            self._known[(_joined(plain(item.stem)), _joined(message))] = _known(item.type, item.data)

    def of(self, page: Page) -> Known:
        """What is known of the question on a page."""
        stem, message = question_on(page)
        return self._known[(_joined(stem), _joined(message))]


def _joined(text: str) -> str:
    return "".join(text.split())


def _words(text: str) -> str:
    return " ".join(text.split())


def _known(kind: str, data: Mapping[str, Any]) -> Known:
    if kind == "true_false":
        answers = ("Đúng", "Không đúng") if data["answer"] else ("Không đúng", "Đúng")
        return Known(kind, answers[:1], answers[1:])
    if kind == "ordering":
        steps = tuple(_words(s) for s in data["steps"])
        return Known(kind, steps, tuple(reversed(steps)))
    if kind == "matching":
        fitting = tuple(_words(pair["right"]) for pair in data["pairs"])
        others = [_words(text) for text in data.get("others") or ()]
        return Known(kind, fitting, (others[0],) * len(fitting) if others else fitting[1:] + fitting[:1])
    if kind == "fill_blanks":
        gaps = [_in_gap(blank) for blank in data["blanks"]]
        return Known(kind, tuple(right for right, _wrong in gaps), tuple(wrong for _right, wrong in gaps))
    if kind in ("short_answer", "numeric"):
        return Known(kind, *((typed,) for typed in _in_gap({"kind": kind, **data})))
    if kind == "thread":
        told: dict[bool, list[str]] = {True: [], False: []}
        for message in data["messages"]:
            words = _words(f"{message['sender']} {message.get('time') or ''} {message['text']}")
            told[bool(message.get("correct"))].append(words)
        return Known(kind, tuple(told[True]), tuple(told[False][:1]))
    right = tuple(_words(o["text"]) for o in data["options"] if o.get("correct"))
    return Known(kind, right, tuple(_words(o["text"]) for o in data["options"] if not o.get("correct")))


def _in_gap(blank: Mapping[str, Any]) -> tuple[str, str]:
    """What is right in a gap, and what is not."""
    if blank["kind"] == "choice":
        by_right = {bool(o.get("correct")): _words(o["text"]) for o in reversed(blank["options"])}
        return by_right[True], by_right[False]
    first = blank["answers"][0]
    return str(first["value"]).replace(".", ",") if "value" in first else first["text"], "0"


def question_on(page: Page) -> tuple[str, str]:
    """The question on a page: its words, and the message that it is about."""
    form = page.root.first("fieldset")
    assert form is not None, f"There is no question here: {page!r}"
    legend, message = form.first("legend"), form.first("figure")
    assert legend is not None
    return legend.text, message.text if message else ""


def sign_up(pages: Pages, name: str, login: str, address: str = "bác") -> Page:
    """Opens an account on the sign-up page."""
    if pages.at is None or pages.at.heading != "Mở tài khoản":
        pages.open("/dang-ky")
    return pages.press(
        "Mở tài khoản",
        {"Họ và tên": name, "Số điện thoại hoặc tên đăng nhập": login, "Đặt mật khẩu": PASSWORD},
        choose=[address, "Tôi đồng ý cho lưu họ tên và kết quả học để cấp giấy cho tôi"],
    )


def sign_in(pages: Pages, login: str) -> Page:
    """Signs in on the page at hand, which is the sign-in page."""
    return pages.press("Đăng nhập", {"Số điện thoại hoặc tên đăng nhập": login, "Mật khẩu": PASSWORD})


def learn_lessons(pages: Pages) -> int:
    """From a lesson on: learns it, and every one that follows. Returns how many."""
    count = 0
    while button := next((b for b in LEARNT if pages.page.has_button(b)), None):
        pages.press(button)
        count += 1
    return count


def do_the_task(pages: Pages, choice: str, note: str = "") -> Page:
    """On the page of a real-life task: says what was done."""
    return pages.press("Tôi đã làm rồi", {"Kể vài lời": note} if note else None, choose=[choice])


def give_birth_date(pages: Pages, day: str, month: str, year: str) -> Page:
    """On the page that asks for it."""
    return pages.press("Lưu và đi tiếp", {"Ngày": day, "Tháng": month, "Năm": year})


def answer(pages: Pages, key: AnswerKey, *, rightly: bool) -> Page:
    """Answers the question on the page and goes to the next one."""
    known = key.of(pages.page)
    button = next(b for b in ("Câu tiếp theo", "Xem lại các câu") if pages.page.has_button(b))
    chosen = known.right if rightly else known.wrong
    if known.type in ("single_choice", "multiple_choice", "true_false", "thread"):
        return pages.press(button, choose=chosen if rightly or known.type == "multiple_choice" else chosen[:1])
    return pages.press(button, dict(zip(_places(pages.page), _offered(pages.page, chosen), strict=True)))


def _places(page: Page) -> list[str]:
    """What the lists and fields of the question on a page are called, in order."""
    fieldset = page.root.first("fieldset")
    assert fieldset is not None
    return [label.text for label in fieldset.all("label")]


def _offered(page: Page, chosen: Sequence[str]) -> list[str]:
    """What is chosen as the lists on the page call it, which put a letter before it; what is typed as it is."""
    lists = page.root.all("select")
    if not lists:
        return list(chosen)
    found = []
    for n, text in enumerate(chosen):
        offered = [option.text for option in lists[min(n, len(lists) - 1)].all("option")]
        found.append(next(o for o in offered if text in (o, o.partition(". ")[2])))
    return found


def answer_all(pages: Pages, key: AnswerKey, *, rightly: bool = True) -> list[tuple[str, str]]:
    """From a question on: answers to the end. Returns the questions."""
    asked = []
    while pages.page.root.first("fieldset") is not None:
        asked.append(question_on(pages.page))
        answer(pages, key, rightly=rightly)
    return asked


def come_to_the_final_check(pages: Pages, group: str, name: str, login: str) -> Page:
    """A new person: signs up, learns every lesson of a group's programme, does the task if there is one, gives the
    birth date 5/9/1961. Stands before the final check.
    """
    pages.open("/")
    pages.follow(group)
    programme = pages.page.path
    sign_up(pages, name, login)
    pages.open(programme)
    pages.follow("Bắt đầu học")
    learn_lessons(pages)
    if pages.page.has_button("Tôi đã làm rồi"):
        do_the_task(pages, "Chỉ cho một người khác làm một việc trên điện thoại")
        pages.follow("Học tiếp")
    return give_birth_date(pages, "5", "9", "1961")


def attain(pages: Pages, key: AnswerKey, group: str, name: str, login: str) -> Page:
    """A new person, from the first page to the result of a final check that was passed."""
    come_to_the_final_check(pages, group, name, login)
    pages.press("Bắt đầu làm")
    answer_all(pages, key)
    return pages.press("Nộp bài")


def fulfil(account_id: int, programme: str) -> None:
    """Records all that a programme asks for, with no page in between. Inside a unit of work."""
    kinds = {"quiz": Result(Kind.SCORED, 40, 40, passed=True), "task": Result(Kind.DECLARED)}
    row = competency.programme(programme)
    assert row is not None, f"There is no programme {programme}."
    for course_id, _slug, _title in competency.courses_of(row.id):
        progress.enroll(account_id, course_id)
        for place in learning.places(learning.newest_syllabus(course_id) or 0):
            progress.record_result(account_id, place.activity_id, kinds.get(place.kind, Result(Kind.COMPLETED)))


def lessons_promised(page: Page) -> int:
    """How many lessons a programme's page says there are."""
    found = re.search(r"(\d+) bài học", page.text)
    assert found, f"The page does not say how many lessons there are: {page!r}"
    return int(found[1])


def number_on(page: Page) -> str:
    """The number of the paper that a page shows."""
    found = re.search(r"\b[A-Z]{2,8}\d{0,6}-(?:XN|CN)-\d{4}-\d{6,9}-\d{2}\b", page.text)
    assert found, f"There is no number here: {page!r}"
    return found[0]


def lose_session(pages: Pages) -> None:
    """The browser forgets who was signed in: the cookie ran out, or a helper cleared the phone."""
    browser = pages.browser
    assert isinstance(browser, InProcess)
    browser.client.delete_cookie(COOKIE)


def one_round(app: Flask) -> int:
    """The worker's one round, as it happens within half a second of work to do. Returns how much it did."""
    return Worker(app).once()
