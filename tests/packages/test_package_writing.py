"""What is written is read back the same, and the same package gives the same bytes."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.packages.model import (
    ActivityRef,
    Bank,
    Block,
    Condition,
    CourseSpec,
    Draw,
    Item,
    Lesson,
    Message,
    ModuleSpec,
    Package,
    PassPart,
    ProgrammeSpec,
    QuizSpec,
    RuleSetSpec,
    TaskSpec,
)
from lms.packages.parts import tidy
from lms.packages.reading import read_files, read_package
from lms.packages.source import odd_character
from lms.packages.writing import package_files, write_package

Files = dict[str, bytes]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>'

TRICKY = r"""::: \::: ---  - : # " ' \ “x” {a:b} [ &a *a !x % @ ` | > ~ null true no 1.10 0x1 <script> Giữ ế = ... <<"""
ODD = (": ", " #", "  :::", "- a", "key: b", "2026-11-20", "\u0338", "\t", "\u00a0", "\U0001f600", " ", "  ")
pieces = st.one_of(st.sampled_from((*TRICKY.split(" "), *ODD)), st.text(max_size=6))


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def allowed(text: str) -> str:
    """The nearest text that a package may hold on one line."""
    text = composed(" ".join(text.split("\n")))
    while (odd := odd_character(text)) is not None:
        text = composed(text[:odd] + text[odd + 1 :])
    return text


any_line = st.lists(pieces, max_size=6).map(lambda found: allowed("".join(found)))


@st.composite
def packages(draw: st.DrawFn) -> Package:
    """A package whose every text comes from one handful of awkward lines."""
    pool = draw(st.lists(any_line, min_size=4, max_size=8))
    random = draw(st.randoms(use_true_random=False))

    def line(most: int = 60) -> str:
        return composed(random.choice(pool)[:most].strip()) or "x"

    def lines(most: int) -> list[str]:
        return [composed(f"{line()} {number}") for number in range(random.randint(0, most))]

    def paragraphs() -> str:
        text = composed(tidy("\n".join(random.choices(pool, k=random.randint(1, 4)))))
        return text if text.strip() else "x"

    def text() -> str:
        return composed(paragraphs().strip()) or "x"

    def maybe() -> str:
        return random.choice(["", text()])

    def step() -> str:
        first, *more = paragraphs().split("\n")
        return tidy("\n".join([composed(first.strip()) or "x", *more]))

    def block(kind: str) -> Block:
        data: dict[str, Any] = {"md": paragraphs()}
        if kind == "image":
            data = {"file": "a.svg", "alt": line(), "caption": random.choice(["", line()])}
        elif kind == "steps":
            data = {"items": [step() for _ in range(random.randint(1, 3))]}
        elif kind == "message":
            data = {"sender": line(), "text": paragraphs()}
        elif kind == "check":
            data = {"item": "c1"}
        return Block(kind, data)

    def item(id: str, kind: str, pool: str) -> Item:
        texts = [composed(f"{text()}{number}") for number in range(random.randint(3, 5))]
        right = 1 if kind == "single_choice" else 2
        data: dict[str, Any]
        if kind == "true_false":
            data = {"answer": random.choice([True, False]), "why_true": maybe(), "why_false": maybe()}
        elif kind == "ordering":
            data = {"steps": texts, "why": maybe(), "why_wrong": maybe()}
        else:
            options = [{"text": said, "correct": number < right, "why": maybe()} for number, said in enumerate(texts)]
            data = {"options": options}
        message = random.choice([None, Message(line(), text())])
        return Item(id, kind, pool, (), text(), message, random.choice(["", "bai"]), data)

    kinds = ["text", "image", "steps", "remember", "warning", "do", "message", "check"]
    random.shuffle(kinds)
    lesson = Lesson(
        slug="bai",
        title=line(),
        promise=line(),
        groups=("citizens", "officials"),
        skills=(),
        minutes=random.randint(1, 60),
        address=line(12),
        checked=random.choice([None, date(2026, 11, 20)]),
        review=None,
        sources=tuple(lines(3)),
        blocks=tuple(map(block, kinds[: random.randint(1, len(kinds))])),
        guide=random.choice(["", paragraphs()]),
        files={"a.svg": SVG},
    )
    types = ["single_choice", "multiple_choice", "true_false", "ordering"]
    bank = Bank("kho", (item("c1", random.choice(types), "practice"), item("c2", random.choice(types), "exam")))
    task = TaskSpec("viec", line(), text(), tuple(lines(3)))
    modules = (
        ModuleSpec(line(), "", (ActivityRef("bai", "lesson", random.choice([1, 2, 0.5])),)),
        ModuleSpec(line(), "", (ActivityRef("viec", "task"),)),
    )
    conditions = (
        Condition("lessons_completed", {}),
        Condition("task_done", {"task": "viec", "confirmed": random.choice([True, False])}),
    )
    return Package(
        slug="goi",
        title=line(),
        version=line(30),
        license=random.choice(["", line()]),
        about=maybe(),
        lessons=(lesson,),
        banks=(bank,),
        tasks=(task,),
        courses=(CourseSpec("khoa", line(), maybe(), ("students",), "", modules),),
        rules=(RuleSetSpec("luat", 3, line(), random.choice(["", line()]), conditions),),
        programmes=(ProgrammeSpec("ct", line(), "workers", "", "course", ("khoa",), random.choice(["", "luat"])),),
    )


@settings(max_examples=150, deadline=None)
@given(packages())
def test_what_is_written_is_read_back(package: Package) -> None:
    files = package_files(package)
    again = read_files(files)
    assert again == package
    assert package_files(again) == files


def test_the_whole_sample_comes_back(files: Files) -> None:
    package = read_files(files)
    assert read_files(package_files(package)) == package
    quiz = QuizSpec("q", "Q", "", "exam", None, False, (Draw(("ND.0", "1.1"), 1),), 1, (PassPart("ND.0", 1),))
    line = Draw(("ND.0",), 1, levels=(1, 2), thinking=("know", "extend"))
    policy = {
        "purpose": "final", "tries": 3, "supervised": "required", "where": "Ở xã", "exposure": 20, "markers": 2,
        "apart": 5,
    }  # fmt: skip
    timed = replace(quiz, slug="r", limit=30, policy=policy)
    more = replace(package, quizzes=(*package.quizzes, quiz, timed))
    assert read_files(package_files(more)) == more
    written = package_files(replace(package, quizzes=(replace(timed, draw=(line,)),)))
    text = written["quizzes/r.yaml"].decode()
    assert "levels: [1, 2]" in text
    assert "thinking: [know, extend]" in text


def test_the_same_bytes_every_time(files: Files, tmp_path: Path) -> None:
    package = read_files(files)
    one, two = io.BytesIO(), io.BytesIO()
    write_package(package, one)
    write_package(read_files(dict(reversed(files.items()))), two)
    assert one.getvalue() == two.getvalue()
    write_package(package, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == one.getvalue()
    write_package(package, tmp_path / "folder")
    assert read_package(tmp_path / "folder") == package == read_package(one)


def test_nothing_is_overwritten(files: Files, tmp_path: Path) -> None:
    package = read_files(files)
    (tmp_path / "a").write_text("mine")
    with pytest.raises(FileExistsError):
        write_package(package, tmp_path)
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_package(package, tmp_path / "a.zip")


def test_it_reads_well_in_git(files: Files) -> None:
    written = package_files(read_files(files))
    assert b"  - text: T\xe1\xba\xaft m\xc3\xa1y, g\xe1\xbb\x8di l\xe1\xba\xa1i" in written["items/nguoi-dan.yaml"]
    assert b'version: "1"' in written["package.yaml"]
    assert b"groups: [citizens, workers]" in written["lessons/giu-kin-ma-otp/lesson.md"]
    assert b"text: |-\n  Nh" in written["tasks/viec-that.yaml"]
