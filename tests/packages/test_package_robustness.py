"""Whatever comes in, only PackageInvalid comes out, with a file and a line, and soon."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.packages.advice import advise
from lms.packages.markdown import render
from lms.packages.problems import PackageInvalid, Problem
from lms.packages.reading import read_files, read_package
from lms.packages.writing import package_files
from tests.counted import counted

Files = dict[str, bytes]
T = TypeVar("T")
Refused = Callable[[Files], list[Problem]]
LESSON = "lessons/giu-kin-ma-otp/lesson.md"

WORDS = r""":::image|:::check x|- |  |: |&a |*a|!!x |{|}|[|]|"|'|? |<<: |# |\|~|null|-1|1e999|true|<svg|&x;"""
BYTES = (
    b":::",
    b":::steps\n",
    b"---\n",
    b"\n",
    b"\t",
    b"|\n",
    b">\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"99999999999",
    b"...\n",
)
LONGER = (b"{name}", b"...\n", b"<!DOCTYPE", b"%YAML 9.9\n", "\u2028ế".encode())
PIECES = [*(word.encode() for word in WORDS.split("|")), *BYTES, *LONGER]


NAMES = ["package.yaml", "items/a.yaml", "tasks/a.yaml", "frameworks/a.json", LESSON, "lessons/a/guide.md"]
any_pieces = st.lists(st.sampled_from(PIECES)).map(b"".join)
contents = st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), any_pieces)


def survives(files: Files) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        package = read_files(files)
    except PackageInvalid as invalid:
        problems = invalid.problems
    else:
        assert read_files(package_files(package)) == package
        advise(package)
        return
    assert problems
    for problem in problems:
        assert problem.file
        assert problem.line >= 1
        assert problem.text()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_changed_package_is_read_or_refused(valid_files: Files, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(valid_files)))
    content = valid_files[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.sampled_from([0, 0, 1, 2, 10, 100])))
        content = content[:start] + data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4))) + content[end:]
    survives(valid_files | {name: content})


@pytest.mark.parametrize("seed", range(4))
def test_many_changed_packages(valid_files: Files, seed: int) -> None:
    """The same without minimizing: lines are swapped, doubled, dropped, indented and filled with pieces."""
    chance = random.Random(seed)
    for _ in range(150):
        name = chance.choice(sorted(valid_files))
        lines = valid_files[name].split(b"\n")
        for _ in range(chance.randint(1, 4)):
            here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
            act = chance.randrange(6)
            if act == 0:
                lines[here], lines[there] = lines[there], lines[here]
            elif act == 1:
                lines.insert(here, lines[there])
            elif act == 2 and len(lines) > 1:
                del lines[here]
            elif act == 3:
                lines[here] = b"  " + lines[here]
            elif act == 4:
                lines[here] = lines[here].lstrip()
            else:
                cut = chance.randint(0, len(lines[here]))
                lines[here] = lines[here][:cut] + chance.choice(PIECES) + lines[here][cut:]
        survives(valid_files | {name: b"\n".join(lines)})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_no_package(data: bytes) -> None:
    with pytest.raises(PackageInvalid):
        read_package(data)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_damaged_zip_is_read_or_refused(valid_files: Files, data: st.DataObject) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in valid_files.items():
            archive.writestr(name, content)
    damaged = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([0, 0, 1, 30, 500]))
    with contextlib.suppress(PackageInvalid):
        read_package(bytes(damaged[: len(damaged) - cut]))


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(name=st.sampled_from(NAMES), content=contents)
def test_random_content_is_read_or_refused(valid_files: Files, name: str, content: bytes) -> None:
    survives(valid_files | {name: content})


def soon(act: Callable[[], T], size: int) -> T:
    """What is done with so many bytes, in no more calls than grow with them."""
    calls, found = counted(act)
    assert calls < 100_000 + 80 * size
    return found


def test_ten_thousand_questions_are_read_soon(files: Files) -> None:
    one = files["items/nguoi-dan.yaml"].decode()
    more = "".join(one.replace("id: ", f"id: n{number}-") for number in range(2_500))
    files["items/nhieu.yaml"] = more.encode()
    assert len(files["items/nhieu.yaml"]) > 3_000_000
    soon(lambda: read_files(files), len(more))


def test_ten_thousand_entries_are_refused_soon(files: Files, refused: Refused) -> None:
    files["tasks/a.yaml"] = b"slug: a\ntitle: A\ntext: x\nchoices:\n" + b"- x\n" * 10_000
    files["items/a.yaml"] = b"- {id: x}\n" * 10_000
    files["courses/a.yaml"] = b"slug: a\n" + b"".join(b"k%d: 1\n" % number for number in range(10_000))
    soon(lambda: refused(files), 200_000)


@pytest.mark.parametrize(
    "body",
    [
        ":::\n" * 10_000,
        ":::steps\n" * 10_000,
        ":::steps\n" + "- a\n" * 10_000 + ":::",
        ":::zzz\n" * 10_000,
        ":::do\nx\n:::\n" * 5_000,
        ':::image ma.svg "' * 3_000,
        ':::image "' + "\\" * 100_000,
        "  " * 50_000 + "- a",
        "> " * 50_000,
        "\\" * 100_000 + ":::",
    ],
)
def test_a_hostile_lesson_is_refused_soon(files: Files, refused: Refused, body: str) -> None:
    head = files[LESSON].decode().split("\n## ")[0]
    files[LESSON] = f"{head}\n{body}\n".encode()
    soon(lambda: refused(files), len(body))


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 1_000_000,
        b"{a: " * 200_000,
        b"- " * 500_000,
        b"a: " * 100_000,
        b"? " * 300_000,
        b"[a, " * 100_000,
        b'"' + b"\\u0041" * 300_000,
        b"a: |\n" + b" x\n" * 500_000,
        b"- a\n" * 1_100_000,
        b"&a [" * 1_000,
        b"{" + b"a, " * 300_000,
        b"#" * 1_000_000,
        b"x" * 1_000_000 + b": y",
    ],
)
def test_a_hostile_yaml_is_refused_soon(files: Files, refused: Refused, content: bytes) -> None:
    soon(lambda: refused(files | {"items/a.yaml": content}), len(content))


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 500_000,
        b'{"a":' * 500_000,
        b"9" * 500_000,
        b'{"a": 1e999}',
        b'"\\ud800"',
        b'{"a": "\\u0000"}',
        b'{"a":1,"a":2}',
        b"null",
        b"-Infinity",
    ],
)
def test_a_hostile_json_is_refused_soon(files: Files, refused: Refused, content: bytes) -> None:
    problems = soon(lambda: refused(files | {"frameworks/a.json": content}), len(content))
    assert {problem.file for problem in problems} == {"frameworks/a.json"}


def test_script_in_every_text_stays_text(valid_files: Files) -> None:
    """Every text of a package may hold HTML: it is kept as typed, and rendering shows it as text."""
    bad = "<script>alert(1)</script>"
    texts = {name for name in valid_files if not name.endswith((".svg", ".mp3"))}
    text = {name: valid_files[name].decode() for name in texts}
    words = [
        "Giữ kín mã OTP",
        "Cô Mỵ",
        "Điện thoại",
        "Lời đọc",
        "NGAN HANG",
        "Tai khoan",
        "Tắt máy",
        "Giọng",
        "Không đọc mã",
        "Lưu số",
    ]
    for name in text:
        for word in words:
            if not name.endswith(".json"):
                text[name] = text[name].replace(word, bad + word)
    package = read_files(valid_files | {name: content.encode() for name, content in text.items()})
    lesson = package.lessons[0]
    assert lesson.title.startswith(bad)
    assert bad in lesson.blocks[1].data["alt"]
    said = [value for block in lesson.blocks for value in block.data.values() if isinstance(value, str)]
    assert sum(bad in value for value in said) >= 6
    for value in said:
        assert "<script" not in render(value)


def test_a_package_as_large_as_ours_is_read_soon(files: Files) -> None:
    """Sixty lessons with pictures, 600 questions: in work that grows with them."""
    lesson = files[LESSON].decode()
    for number in range(60):
        slug = f"bai-{number}"
        folder = f"lessons/{slug}/"
        files[folder + "lesson.md"] = lesson.replace("slug: giu-kin-ma-otp", f"slug: {slug}").encode()
        files[folder + "guide.md"] = files["lessons/giu-kin-ma-otp/guide.md"] * 20
        files[folder + "ma.svg"] = files["lessons/giu-kin-ma-otp/ma.svg"].replace(
            b"<path", b'<path d="M0 0"/>' * 50 + b"<path"
        )
        files[folder + "nghe.mp3"] = files["lessons/giu-kin-ma-otp/nghe.mp3"]
    one = files["items/nguoi-dan.yaml"].decode()
    files["items/nhieu.yaml"] = "".join(one.replace("id: ", f"id: n{n}-") for n in range(150)).encode()
    soon(lambda: read_files(files), sum(map(len, files.values())))
