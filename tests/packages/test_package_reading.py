"""A valid package is read whole; each mistake is said with its file and line, and all of them at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lms.packages.builtin import PARTS
from lms.packages.fields import Fields
from lms.packages.model import ActivityRef, Condition, Draw, Message, PassPart
from lms.packages.parts import Parts, container
from lms.packages.problems import PackageInvalid, Problem, Problems, Where
from lms.packages.reading import read_files, read_package

Files = dict[str, bytes]
Refused = Callable[[Files], list[Problem]]
Changed = Callable[[str, str, str], Files]

LESSON = "lessons/giu-kin-ma-otp/lesson.md"
ITEMS = "items/nguoi-dan.yaml"
QUIZ = "quizzes/kiem-tra.yaml"
COURSE = "courses/ky-nang-so.yaml"


def test_everything_is_read(files: Files) -> None:
    package = read_files(files)
    assert (package.slug, package.version, package.license) == ("starter", "1", "CC-BY-4.0")
    assert [framework.slug for framework in package.frameworks] == ["khung-nguoi-hoc", "khung-nhap"]
    draft = package.frameworks[1]
    assert draft.warning == "Không phải văn bản chính thức."
    assert [(skill.code, skill.domain, skill.group) for skill in draft.skills] == [
        ("ND.0.1", "ND.0", "citizens"),
        ("ND.4.1", "ND.4", "citizens"),
    ]
    lesson = package.lessons[0]
    assert lesson.skills == ("ND.4.1", "1.1")
    assert (lesson.checked, lesson.review, lesson.minutes, lesson.address) == (
        date(2026, 11, 20),
        date(2027, 5, 20),
        4,
        "bác",
    )
    assert lesson.guide == "## Mục đích\n\nHọc viên biết giữ mã."
    assert sorted(lesson.files) == ["ma.svg", "nghe.mp3"]
    assert [block.kind for block in lesson.blocks] == [
        "text",
        "image",
        "audio",
        "message",
        "steps",
        "warning",
        "remember",
        "do",
        "check",
    ]
    data = {block.kind: block.data for block in lesson.blocks}
    assert data["image"] == {"file": "ma.svg", "alt": 'Điện thoại có một "mã"', "caption": "Một mã"}
    assert data["audio"] == {"file": "nghe.mp3", "label": "Lời đọc bài"}
    assert data["message"] == {
        "sender": "NGAN HANG LANG",
        "text": "Tai khoan cua ban se bi KHOA.\n\nBam vao day.",
    }
    assert data["steps"] == {"items": ["**Không đọc** mã.", "Tắt máy.\nGọi lại số quen."]}
    assert data["check"] == {"item": "otp-con-trai"}
    assert lesson.blocks[0].line == 14
    assert lesson.blocks[1].line == 18
    first, second, third, fourth = package.items()
    assert first.message == Message("NGAN HANG LANG", "Tai khoan ...")
    assert (first.lesson, first.pool, first.line) == ("giu-kin-ma-otp", "practice", 1)
    assert [option["correct"] for option in first.data["options"]] == [True, False, False]
    assert second.type == "multiple_choice"
    assert third.data == {"answer": False, "why_true": "Không bao giờ.", "why_false": "Đúng vậy."}
    assert fourth.data["steps"] == ["Mở máy", "Bấm số", "Gọi"]
    quiz = package.quizzes[0]
    assert quiz.draw == (Draw(("ND.4",), 1), Draw(("ND.0",), 2, spread=True))
    assert (quiz.correct, quiz.parts, quiz.needs_birth_date) == (2, (PassPart("ND.4", 1),), True)
    assert package.tasks[0].choices == ("Nhắn tin", "Lưu số: tổng đài")
    assert [ref for module in package.courses[0].modules for ref in module.activities] == [
        ActivityRef("giu-kin-ma-otp", "lesson", 2),
        ActivityRef("viec-that", "task"),
        ActivityRef("kiem-tra", "quiz"),
    ]
    assert package.rules[0].conditions[3] == Condition("task_done", {"task": "viec-that", "confirmed": False})
    assert package.programmes[0].courses == ("ky-nang-so",)


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "line", "words"),
    [
        ("package.yaml", "hocvuso/1", "hocvuso/2", "format", 1, "hocvuso/1"),
        ("package.yaml", "license:", "licence:", "unknown-key", 6, "Did you mean `license`?"),
        ("package.yaml", "title: Chương trình khởi đầu\n", "", "missing-key", 1, "`title`"),
        ("package.yaml", "about: Một đoạn.", "about: Một đoạn: hai", "yaml", 7, "quotes"),
        ("package.yaml", "about: Một", "\tabout: Một", "yaml", 7, "quotes"),
        ("package.yaml", "about: Một đoạn.", "about: &a x\nlicense: *a", "yaml-alias", 7, "Anchors"),
        ("package.yaml", "about: Một đoạn.", "about: !!python/name:os.system x", "yaml-tag", 7, "Tags"),
        ("package.yaml", "about: Một đoạn.", "about: x\nabout: y", "duplicate-key", 8, "`about`"),
        ("package.yaml", "about: Một đoạn.", "about: x\n---\nabout: y", "yaml-documents", 8, "second document"),
        ("package.yaml", "about: Một đoạn.", 'about: "x\\0y"', "character", 7, "U+0000"),
        ("package.yaml", "about: Một đoạn.", "about: [x]", "not-a-text", 7, "`about`"),
        (LESSON, "slug: giu-kin-ma-otp", "slug: khac", "slug-place", 2, "giu-kin-ma-otp"),
        (LESSON, "slug: giu-kin-ma-otp", "slug: Giữ", "slug", 2, "a–z"),
        (LESSON, "title: Giữ kín", "title: " + "dài " * 20, "too-long", 3, "60"),
        (LESSON, "title: Giữ kín mã OTP", "title: |\n  Giữ\n  kín", "one-line", 3, "one line"),
        (LESSON, "promise: Học", "promis: Học", "unknown-key", 4, "`promise`"),
        (LESSON, "[citizens, workers]", "[citizens, worker]", "unknown-value", 5, "`workers`"),
        (LESSON, "[citizens, workers]", "[citizens, citizens]", "twice", 5, "citizens"),
        (LESSON, "[citizens, workers]", "citizens", "not-a-list", 5, "[one, two]"),
        (LESSON, "ND.4.1,", "ND.4.9,", "dangling", 6, "Did you mean ND.4.1?"),
        (LESSON, "minutes: 4", "minutes: 61", "number", 7, "1 to 60"),
        (LESSON, "minutes: 4", "minutes: bốn", "number", 7, "whole number"),
        (LESSON, "address: bác", "address: kính thưa quý vị", "too-long", 8, "12"),
        (LESSON, "checked: 2026-11-20", "checked: 20/11/2026", "day", 9, "year-month-day"),
        (LESSON, "checked: 2026-11-20", "checked: 2026-02-30", "day", 9, "year-month-day"),
        (LESSON, "review: 2027-05-20", "review: 2026-05-20", "review", 10, "after"),
        (LESSON, "---\nslug", "slug", "front-matter", 1, "---"),
        (LESSON, "\n---\n\n##", "\n\n##", "front-matter", 1, "---"),
        (LESSON, ":::image ma.svg", ":::imagee ma.svg", "unknown-directive", 18, "Did you mean :::image?"),
        (LESSON, ":::image ma.svg", ":::zzz ma.svg", "unknown-directive", 18, "audio, check, do, embed, file, image"),
        (LESSON, ":::image ma.svg", "::: image ma.svg", "unknown-directive", 18, ":::image"),
        (LESSON, ":::image ma.svg", "  :::image ma.svg", "directive-indent", 18, "spaces"),
        (LESSON, ' "Điện thoại có một \\"mã\\"" "Một mã"', "", "alt", 18, ':::image ma.svg "'),
        (LESSON, '"Một mã"', '"Một mã" "ba"', "arguments", 18, "no more"),
        (LESSON, '"Một mã"', '"Một mã', "quotes", 18, "quotes"),
        (LESSON, "ma.svg", "../ma.svg", "file-name", 18, "beside lesson.md"),
        (LESSON, "ma.svg", "khac.svg", "missing-file", 18, "khac.svg"),
        (LESSON, "nghe.mp3", "khac.mp3", "missing-file", 20, "khac.mp3"),
        (LESSON, ' "Lời đọc bài"', "", "label", 20, "what is heard"),
        (LESSON, ':::message "NGAN HANG LANG"', ":::message", "sender", 22, "NGAN HANG"),
        (LESSON, "- **Không đọc** mã.", "Không đọc mã.", "steps", 29, "`- `"),
        (LESSON, "- **Không đọc** mã.", "-", "steps", 28, "empty"),
        (LESSON, ":::remember\nKhông đọc mã cho ai.\n", ":::remember\n", "empty-block", 38, ":::remember"),
        (LESSON, ":::do\n", ":::do Lưu số\n", "arguments", 42, "next line"),
        (LESSON, "Lưu số ngân hàng.\n:::\n", "Lưu số ngân hàng.\n", "nested", 45, ":::do (line 42)"),
        (LESSON, ":::check otp-con-trai", ":::do\nLưu số.", "not-closed", 46, "Close :::do"),
        (LESSON, "Lưu số ngân hàng.\n:::\n", "Lưu số.\n:::\n:::\n", "nothing-open", 45, "closes nothing"),
        (LESSON, ":::check otp-con-trai", ":::check", "check", 46, "otp-con-trai"),
        (LESSON, ":::check otp-con-trai", ":::check dung-sai", "exam-item", 46, "practice"),
        (LESSON, ":::check otp-con-trai", ":::check khong-co", "dangling", 46, "khong-co"),
        (ITEMS, "pool: practice", "pool: practise", "unknown-value", 3, "`practice`"),
        (ITEMS, "type: ordering", "type: orderin", "unknown-type", 32, "`ordering`"),
        (ITEMS, "type: ordering", "type: zzz", "unknown-type", 32, "multiple_choice"),
        (ITEMS, "id: thu-tu", "id: dung-sai", "duplicate-id", 31, "line 23"),
        (ITEMS, "correct: true", "corect: true", "unknown-key", 10, "`correct`"),
        (ITEMS, "correct: true", "correct: yes", "flag", 10, "`true` or `false`"),
        (ITEMS, "      correct: true\n", "", "correct", 8, "Exactly one"),
        (ITEMS, "Gọi lại, correct: true", "Gọi lại", "correct", 19, "Two or more"),
        (ITEMS, "text: Gọi lại,", "text: Tắt máy,", "twice", 19, "same"),
        (ITEMS, "    - {text: Đọc mã, why: Sai.}\n", "", "correct", 19, "at least one"),
        (ITEMS, "answer: false", "answer: sai", "flag", 28, "`true` or `false`"),
        (ITEMS, "[Mở máy, Bấm số, Gọi]", "[Mở máy, Mở máy, Gọi]", "twice", 39, "Mở máy"),
        (ITEMS, "lesson: giu-kin-ma-otp", "lesson: giu-kin", "dangling", 7, "giu-kin"),
        (ITEMS, "stem: Ngân", "steem: Ngân", "unknown-key", 27, "`stem`"),
        (ITEMS, '{from: "NGAN HANG LANG", text:', '{from: "NGAN HANG LANG", txt:', "unknown-key", 5, "`text`"),
        (QUIZ, "count: 1", "count: 9", "draw", 8, "holds 1"),
        (QUIZ, "from: [ND.0], count: 2", "from: [ND.0, ND.4], count: 3", "draw", 8, "together"),
        (QUIZ, "[ND.4]", "[ND.9]", "dangling", 8, "ND.9"),
        (QUIZ, "correct: 2", "correct: 4", "pass", 1, "only 3"),
        (QUIZ, "ND.4, correct: 1", "ND.4, correct: 2", "pass", 12, "at most 1"),
        (QUIZ, "slug: kiem-tra", "slug: kiem-tra-2", "slug-place", 1, "kiem-tra.yaml"),
        (COURSE, "viec-that,", "viec-khac,", "dangling", 11, "viec-khac"),
        (COURSE, "viec-that,", "viec-that, viec-that,", "activity-twice", 11, "line 11"),
        (COURSE, "viec-that,", "giu-kin-ma-otp,", "activity-twice", 11, "line 9"),
        (COURSE, "{lesson: giu", "{quiz: giu", "dangling", 9, "quizzes/giu-kin-ma-otp.yaml"),
        (COURSE, "{lesson: giu-kin-ma-otp, weight: 2}", "{weight: 2}", "activity", 9, "{lesson: slug}"),
        (COURSE, "framework: khung-nhap", "framework: khung-nhp", "dangling", 5, "khung-nhap"),
        (COURSE, "skill_area: ND.4", "skill_area: ND.8", "dangling", 8, "ND.8"),
        ("rules/mac-dinh.yaml", "quiz: kiem-tra", "quiz: viec-that", "dangling", 8, "viec-that"),
        ("rules/mac-dinh.yaml", "kind: task_done", "kind: task_don", "unknown-value", 9, "`task_done`"),
        ("rules/mac-dinh.yaml", "lessons_completed}", "lessons_completed, all: 1}", "unknown-key", 6, "`all`"),
        ("programmes/nguoi-dan.yaml", "[ky-nang-so]", "[ky-nang]", "dangling", 6, "ky-nang"),
        ("quizzes/kiem-tra.yaml", "minutes: 20", "minutes: 20\nlimit: 0", "number", 6, "`limit`"),
        ("quizzes/kiem-tra.yaml", "minutes: 20", "minutes: 20\npolicy: {feedback: end}", "policy", 6, "secret"),
        ("quizzes/kiem-tra.yaml", "minutes: 20", "minutes: 20\npolicy: {tries: 0}", "number", 6, "`tries`"),
        (
            "quizzes/kiem-tra.yaml",
            "minutes: 20",
            "minutes: 20\npolicy: {marking: {markers: 3}}",
            "number",
            6,
            "`markers`",
        ),
        ("quizzes/kiem-tra.yaml", "minutes: 20", "minutes: 20\npolicy: {purpose: game}", "unknown-value", 6, "purpose"),
        ("quizzes/kiem-tra.yaml", "count: 1}", "count: 1, levels: [ba]}", "levels", 8, "1 to 9"),
        ("quizzes/kiem-tra.yaml", "count: 1}", "count: 1, levels: [9]}", "draw", 8, "holds 0"),
        ("programmes/nguoi-dan.yaml", "rules: mac-dinh", "rules: mac", "dangling", 7, "mac"),
        ("programmes/nguoi-dan.yaml", "rules: mac-dinh\n", "", "missing-key", 1, "`rules`"),
        ("frameworks/khung-nhap.json", '"version": "0.1",', '"version": "0.1"', "json", 5, "commas"),
        ("frameworks/khung-nhap.json", '"0.1"', "NaN", "json", 1, "NaN"),
        ("frameworks/khung-nhap.json", '"id": "khung-nhap"', '"id": "khac"', "slug-place", 3, "khung-nhap.json"),
        ("frameworks/khung-nhap.json", "framework/1", "framework/2", "schema", 2, "competence-framework/1"),
        ("frameworks/khung-nhap.json", "ND.4.1", "ND.0.1", "duplicate-code", 21, "ND.0.1"),
        ("frameworks/khung-nhap.json", "ND.4.1", "ND 4 1", "code", 33, "ND.4.3"),
        ("frameworks/khung-nhap.json", '"items"', '"itemz"', "no-skills", 1, "`items`"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    changed: Changed, refused: Refused, name: str, old: str, new: str, code: str, line: int, words: str
) -> None:
    problems = refused(changed(name, old, new))
    assert (name, line, code) in [(problem.file, problem.line, problem.code) for problem in problems], problems
    said = next(problem for problem in problems if (problem.file, problem.code) == (name, code))
    assert words in said.text()


def test_all_problems_come_at_once_in_order(files: Files, refused: Refused) -> None:
    files["tasks/viec-that.yaml"] = b"slug: viec-that\ntitel: x\n"
    files["courses/khac.yaml"] = b""
    files["package.yaml"] = files["package.yaml"].replace(b"license", b"licence")
    found = [(problem.file, problem.line) for problem in refused(files)]
    assert found == sorted(found)
    assert {file for file, _line in found} == {"tasks/viec-that.yaml", "courses/khac.yaml", "package.yaml"}


def test_lessons_quizzes_and_tasks_share_their_names(files: Files, refused: Refused) -> None:
    files["tasks/kiem-tra.yaml"] = files["tasks/viec-that.yaml"].replace(b"slug: viec-that", b"slug: kiem-tra")
    (problem,) = refused(files)
    assert (problem.file, problem.code) == ("tasks/kiem-tra.yaml", "duplicate-slug")
    assert "quizzes/kiem-tra.yaml" in problem.text()


def test_a_missing_framework_is_said_once(files: Files, refused: Refused) -> None:
    del files["frameworks/khung-nhap.json"], files["frameworks/khung-nguoi-hoc.json"]
    assert [problem.code for problem in refused(files)].count("no-framework") == 1


def test_a_small_package_of_an_instructor_is_enough() -> None:
    """A bank without lessons, or a lesson without guide, check or picture, is not an error."""
    lesson = "---\nslug: a\ntitle: A\npromise: B\ngroups: [citizens]\nminutes: 3\n---\nMột câu.\n"
    package = read_files(
        {
            "package.yaml": b"format: hocvuso/1\nslug: x\ntitle: X\nversion: 1.10\n",
            "lessons/a/lesson.md": lesson.encode(),
        }
    )
    assert package.version == "1.10"
    assert package.lessons[0].address == "bạn"


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends_bom_and_decomposed_letters_are_read(files: Files, newline: str) -> None:
    import unicodedata

    def foreign(data: bytes) -> bytes:
        text = unicodedata.normalize("NFD", data.decode()).replace("\n", newline)
        return b"\xef\xbb\xbf" + text.encode()

    other = {name: data if name.endswith((".svg", ".mp3")) else foreign(data) for name, data in files.items()}
    assert read_files(other) == read_files(files)


def test_a_folder_and_a_zip_of_it_give_the_same(files: Files, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("starter/", b"")
        archive.writestr("__MACOSX/starter/._package.yaml", b"\0")
        for name, data in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
            archive.writestr("starter/" + name, data)
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    zipped = tmp_path.parent / "starter.zip"
    zipped.write_bytes(stream.getvalue())
    package = read_package(tmp_path)
    assert package == read_files(files)
    assert read_package(zipped) == package
    assert read_package(str(zipped)) == package
    assert read_package(stream) == package
    assert read_package(stream.getvalue()) == package


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(PackageInvalid, match="no such folder"):
        read_package(tmp_path / "khong-co")


class Poll:
    directive = "poll"
    container = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, object]:
        if not args:
            where.problem("poll", 'Ask something: :::poll "question".')
        return {"question": args[0] if args else "", "choices": body.split("\n")}

    def write(self, data: Mapping[str, Any]) -> str:
        return container("poll", "\n".join(data["choices"]), data["question"])


class Number:
    type = "number"

    def read(self, fields: Fields) -> dict[str, object]:
        return {"answer": fields.whole("answer", 0, 100)}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data)


def test_a_plugin_adds_directives_and_item_types(changed: Changed, refused: Refused) -> None:
    parts = PARTS.plus(Poll(), Number())
    files = changed(LESSON, ":::do\n", ':::poll "Bao nhiêu?"\nMột\nHai\n:::\n:::do\n')
    assert "unknown-directive" in [problem.code for problem in refused(files)]
    package = read_files(files, parts)
    assert package.lessons[0].blocks[7].data == {"question": "Bao nhiêu?", "choices": ["Một", "Hai"]}
    number = "- {id: so, type: number, pool: exam, skills: [ND.0.1], stem: Mấy?, answer: 7}\n"
    assert next(read_files(files | {"items/b.yaml": number.encode()}, parts).items()).data == {"answer": 7}
    with pytest.raises(PackageInvalid) as caught:
        read_files(files | {"items/b.yaml": number.replace("answer", "anser").encode()}, parts)
    assert [problem.code for problem in caught.value.problems] == ["missing-key", "unknown-key"]


def test_two_readers_of_one_directive_are_refused() -> None:
    with pytest.raises(ValueError, match="poll"):
        Parts.of((Poll(), Poll()))
    with pytest.raises(ValueError, match="number"):
        PARTS.plus(Number(), Number())


def test_a_problem_is_translated_when_it_is_shown() -> None:
    problem = Problem("a.yaml", 3, "Unknown key `{key}`.", "unknown-key", {"key": "x"})
    assert problem.text({"Unknown key `{key}`.": "Khóa lạ `{key}`."}.__getitem__) == "Khóa lạ `x`."
    assert str(problem) == "a.yaml:3: Unknown key `x`."


def test_problems_are_limited() -> None:
    problems = Problems()
    for line in range(5_000):
        problems.add("a.yaml", line, "x", "Text.")
    assert len(problems) == 1_001
    assert list(problems)[-1].code == "more"
