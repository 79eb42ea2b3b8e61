"""The editors say of a field that it may be left empty only where that is so for good."""

from __future__ import annotations

import pytest

from lms.testing.markup import read
from tests.studio.conftest import Author, a_lesson, begin

OPTIONAL = "không bắt buộc"


def optional_fields(page: str) -> set[str]:
    """The fields that a page calls optional."""
    root, _mistakes = read(page)
    labels = [n for n in root.all("label", "legend") if OPTIONAL in n.text]
    return {n.attrs.get("for", n.text) for n in labels}


def editors(author: Author) -> dict[str, tuple[str, set[str]]]:
    bank = begin(author, "/studio/ngan-hang", "Câu hỏi thôn")
    found = {
        kind: (f"{bank}/moi?type={kind}&pool=practice", {"lesson"})
        for kind in ("single_choice", "multiple_choice", "true_false", "ordering")
    }
    quiz = begin(author, "/studio/bai-kiem-tra", "Kiểm tra thôn")
    author.press(quiz, "line")
    author.press(quiz, "part")
    course = begin(author, "/studio/khoa-hoc", "Khóa của thôn")
    author.press(course, "module", new__module="Phần một")
    author.press(course, "new:0", b0__new="Việc thật ở thôn", b0__new__kind="task")
    return {
        **found,
        "quiz": (quiz, {"measure"}),
        "course": (course, set()),
        "task": ("/studio/viec-that/viec-that-o-thon", set()),
        "lesson": (a_lesson(author), {"review"}),
    }


@pytest.mark.parametrize(
    "name", ["single_choice", "multiple_choice", "true_false", "ordering", "quiz", "course", "task", "lesson"]
)
def test_only_what_is_optional_is_called_so(author: Author, name: str) -> None:
    path, optional = editors(author)[name]
    assert optional_fields(author.get(path)) == optional
