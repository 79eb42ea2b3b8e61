"""Quizzes that measure change in a package: read, written back, and each mistake said."""

from __future__ import annotations

import re

import pytest

from lms.packages.problems import PackageInvalid
from lms.packages.reading import read_files
from lms.packages.writing import package_files

Files = dict[str, bytes]
ITEM = """
- id: do-{n}
  type: true_false
  pool: exam
  skills: [ND.4.1]
  stem: Câu {n} có đúng không?
  answer: true
  why_true: Đúng.
  why_false: Sai.
"""
QUIZ = """slug: {slug}
title: Đo {slug}
pool: exam
measure: {{of: an-toan, purpose: {purpose}}}
forms:
  a: [do-1, do-2, do-3, do-4]
  b: [{b}]
"""


def with_measure(files: Files, b: str = "do-4, do-5, do-6, do-7", **changes: str) -> Files:
    items = "".join(ITEM.format(n=n) for n in range(1, 10)).strip() + "\n"
    quizzes = {
        f"quizzes/do-{purpose}.yaml": QUIZ.format(slug=f"do-{purpose}", purpose=purpose, b=b).encode()
        for purpose in ("entry", "exit")
    }
    found = {**files, "items/do.yaml": items.encode(), **quizzes}
    for name, text in changes.items():
        path = f"quizzes/do-{name}.yaml"
        found[path] = re.sub(r"(?m)^  b: .*$", f"  b: [{text}]", found[path].decode()).encode()
    return found


def told(files: Files) -> str:
    with pytest.raises(PackageInvalid) as caught:
        read_files(files)
    return " ".join(str(problem) for problem in caught.value.problems)


def test_forms_are_read_and_written_back(files: Files) -> None:
    package = read_files(with_measure(files))
    quiz = next(q for q in package.quizzes if q.slug == "do-entry")
    assert quiz.measure == {"of": "an-toan", "purpose": "entry"}
    assert quiz.forms == {"a": ("do-1", "do-2", "do-3", "do-4"), "b": ("do-4", "do-5", "do-6", "do-7")}
    assert (quiz.draw, quiz.correct, quiz.parts) == ((), 0, ())
    again = read_files(package_files(package))
    assert next(q for q in again.quizzes if q.slug == "do-entry") == quiz


def test_a_course_says_what_may_be_left_out_and_it_is_written_back(files: Files) -> None:
    files = with_measure(files)
    path = next(name for name in files if name.startswith("courses/"))
    files[path] = re.sub(
        rb"activities: \[", b"activities: [{quiz: do-entry, required: true}, {quiz: do-exit, required: false}, ",
        files[path], count=1,
    )  # fmt: skip
    package = read_files(files)
    refs = package.courses[0].modules[0].activities[:2]
    assert [(ref.slug, ref.required) for ref in refs] == [("do-entry", True), ("do-exit", False)]
    assert read_files(package_files(package)).courses == package.courses


@pytest.mark.parametrize(
    ("b", "words"),
    [
        ("do-5, do-6, do-7, do-8", "in common"),
        ("do-1, do-2, do-3, do-4", "the same"),
        ("do-1, do-2, do-5", "has 3 questions"),
        ("do-1, do-2, do-3, khong-co", "khong-co"),
    ],
)
def test_what_is_wrong_with_forms_is_said(files: Files, b: str, words: str) -> None:
    assert words in told(with_measure(files, b))


def test_forms_of_one_measure_hold_together_over_its_quizzes(files: Files) -> None:
    assert "less than 25 %" in told(with_measure(files, exit="do-1, do-2, do-8, do-9"))
