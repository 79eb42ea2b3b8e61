"""What writers are told of a package: what it holds, what is wrong, what would make it better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lms import cli
from lms.packages.advice import advise, syllables
from lms.packages.builtin import PARTS
from lms.packages.check import advice, counts
from lms.packages.reading import read_files

Files = dict[str, bytes]
Changed = Callable[[str, str, str], Files]
LESSON = "lessons/giu-kin-ma-otp/lesson.md"
GUIDE = "lessons/giu-kin-ma-otp/guide.md"


@pytest.fixture
def folder(files: Files, tmp_path: Path) -> Path:
    place = tmp_path / "package"
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place


def test_a_good_package_is_counted(files: Files) -> None:
    said = counts(read_files(files))
    assert said.startswith("2 frameworks, 1 lessons, 2 pictures and sounds, 1 guides")
    assert "1 practice questions, 3 exam questions" in said


def test_advice_names_its_file(files: Files) -> None:
    (only,) = [one for one in advice(read_files(files), PARTS) if one.code == "not-taught"]
    assert str(only).startswith("programmes/nguoi-dan.yaml:1: No lesson of the programme teaches: ND.0.1.")


def test_the_command(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "the_app", lambda **_values: app)

    def run(*options: str) -> Result:
        return CliRunner().invoke(cli.main, ["import", str(folder), *options])

    plain = run("--check")
    assert plain.exit_code == 0, plain.output
    assert "starter 1: 2 frameworks, 1 lessons" in plain.output
    assert "ND.0.1" not in plain.output, "advice is given to who asks for it"
    asked = run("--check", "--advice")
    assert asked.exit_code == 0, "advice is no reason to refuse"
    assert "programmes/nguoi-dan.yaml:1: Chưa bài nào của chương trình dạy: ND.0.1." in asked.output
    assert run("--check", "--advice", "--strict").exit_code == 1
    assert run("--advice").exit_code == 2, "what is said would be lost in an import"
    assert run("--check", "--strict").exit_code == 2
    (folder / "tasks/viec-that.yaml").write_text("slug: viec-that\ntitel: x\n")
    wrong = run("--check", "--advice")
    assert wrong.exit_code == 1
    assert "tasks/viec-that.yaml:2: " in wrong.output
    assert "titel" in wrong.output


KNOWN = {"not-taught", "not-taught-here"}  # the small package has one lesson


def test_what_we_ship_follows_our_own_advice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "the_app", lambda **_values: app)
    starter = Path(__file__).parents[2] / "content" / "starter"
    found = CliRunner().invoke(cli.main, ["import", str(starter), "--check", "--advice", "--strict"])
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "line"),
    [
        (LESSON, ":::remember\nKhông đọc mã cho ai.\n:::\n", "", "one-remember", 1),
        (LESSON, ":::do\n", ":::do\nLưu.\n:::\n\n:::do\n", "one-do", 1),
        (LESSON, ":::check otp-con-trai\n", "", "one-check", 1),
        (LESSON, ':::image ma.svg "Điện thoại có một \\"mã\\"" "Một mã"\n', "", "no-image", 1),
        (LESSON, ':::audio nghe.mp3 "Lời đọc bài"\n', "", "unused-file", 1),
        (LESSON, "minutes: 4", "minutes: 9", "minutes", 1),
        (LESSON, "checked: 2026-11-20\n", "", "not-checked", 1),
        (LESSON, 'sources: ["Bộ Công an: cảnh báo", bocongan.gov.vn]\n', "", "no-sources", 1),
        (LESSON, 'skills: [ND.4.1, "1.1"]\n', "", "no-skills", 1),
        (LESSON, "Cô Mỵ nhận được", "Cô Mỵ " + "rất dài " * 15 + "nhận được", "long-sentence", 16),
        (LESSON, "**mã 6 số**", "<b>mã</b>", "html", 16),
        (LESSON, "## Chuyện", "# Chuyện", "markup", 14),
        (LESSON, "https://dichvucong", "http://dichvucong", "link", 16),
        (GUIDE, "## Mục đích\n", "", "", 1),
        (GUIDE, "Học viên", "Học viên làm. " * 150 + "Học viên", "long-guide", 1),
        (GUIDE, "Học viên", ":::do\nHọc viên", "markup", 3),
        ("items/nguoi-dan.yaml", "      why: Gọi lại số quen là chắc nhất.\n", "", "no-why", 1),
        ("items/nguoi-dan.yaml", "  why_true: Không bao giờ.\n", "", "no-why", 23),
        ("courses/ky-nang-so.yaml", "[viec-that, kiem-tra]", "[kiem-tra]", "unreachable", 1),
        ("quizzes/kiem-tra.yaml", "{from: [ND.0], count: 2", "{from: [ND.0, ND.4.1], count: 2", "", 9),
        ("quizzes/kiem-tra.yaml", "{from: [ND.0], count: 2", '{from: [ND.0, "1.1"], count: 2', "spread", 9),
    ],
)
def test_advice_names_file_and_line(changed: Changed, name: str, old: str, new: str, code: str, line: int) -> None:
    before = {problem.code for problem in advise(read_files(changed(name, old, old)))}
    assert before == KNOWN
    found = [(problem.code, problem.line) for problem in advise(read_files(changed(name, old, new)))]
    if code:
        assert (code, line) in found
        assert all(problem.text() for problem in advise(read_files(changed(name, old, new))))
    else:
        assert {code for code, _line in found} <= KNOWN


def test_what_no_lesson_of_the_course_teaches_is_not_for_its_check(changed: Changed) -> None:
    quiz = "quizzes/kiem-tra.yaml"
    skills = 'skills: [ND.4.1, "1.1"]'
    found = [p for p in advise(read_files(changed(LESSON, skills, skills))) if p.code == "not-taught-here"]
    assert [(p.file, p.line) for p in found] == [(quiz, 9)]
    assert "dung-sai, thu-tu" in found[0].text()
    taught = advise(read_files(changed(LESSON, skills, 'skills: [ND.4.1, "1.1", ND.0.1]')))
    assert "not-taught-here" not in {p.code for p in taught}


def test_a_missing_guide_is_advised(files: Files) -> None:
    del files[GUIDE]
    assert (GUIDE, "no-guide") in [(problem.file, problem.code) for problem in advise(read_files(files))]


def test_syllables_are_counted_as_they_are_spoken() -> None:
    assert syllables("Bác gọi 156, không mất tiền (0 đồng).") == 8
    assert syllables("– … ! ") == 0
    assert syllables("dichvucong.gov.vn 20/11/2026") == 2
