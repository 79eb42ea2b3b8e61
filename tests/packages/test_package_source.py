"""Reading a folder or a zip is safe: nothing outside it, nothing without measure."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.packages import source
from lms.packages.problems import PackageInvalid, Problem
from lms.packages.reading import read_package

Files = dict[str, bytes]
Refused = Callable[[Files], list[Problem]]


def zipped(entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def codes(data: bytes | Path) -> list[str]:
    with pytest.raises(PackageInvalid) as caught:
        read_package(data)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    "name",
    [
        "../x.yaml",
        "a/../../x.yaml",
        "/etc/passwd",
        "C:\\x.yaml",
        "C:/x.yaml",
        "lessons\\a\\lesson.md",
        "lessons//a.md",
        "./package.yaml",
        "a\nb",
        "a\x1bb",
        "x" * 300,
    ],
)
def test_a_name_that_leads_outside_is_refused(name: str, files: Files) -> None:
    assert "unsafe-path" in codes(zipped([*files.items(), (name, b"x")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["Package.yaml", "PACKAGE.YAML", "package.yaml"])
def test_two_names_that_are_one_on_other_computers(twin: str, files: Files) -> None:
    assert "duplicate-file" in codes(zipped([*files.items(), (twin, b"x")]))


def test_composed_and_decomposed_names_are_one(files: Files) -> None:
    found = codes(zipped([*files.items(), ("tasks/\u00e9.yaml", b"x"), ("tasks/e\u0301.yaml", b"x")]))
    assert "duplicate-file" in found


def test_a_link_in_a_zip_is_refused(files: Files) -> None:
    link = zipfile.ZipInfo("tasks/a.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "symlink" in codes(zipped([*files.items(), (link, b"/etc/passwd")]))


def test_a_link_or_pipe_in_a_folder_is_refused(files: Files, tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "tasks/a.yaml").symlink_to("/etc/passwd")
    (tmp_path / "units").symlink_to("/etc")
    os.mkfifo(tmp_path / "tasks/b.yaml")
    assert sorted(codes(tmp_path)) == ["symlink", "symlink", "unknown-file"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("readme.txt", "no place"),
        ("lesson/a/lesson.md", "`lessons`"),
        ("package.yml", "`package.yaml`"),
        ("lessons/a.md", "lessons/<slug>/"),
        ("lessons/a/b/c.svg", "lessons/<slug>/"),
        ("lessons/giu-kin-ma-otp/x.exe", "mp3, mp4, pdf"),
        ("lessons/giu-kin-ma-otp/.svg", "letters"),
        ("lessons/giu-kin-ma-otp/ảnh.svg", "letters"),
        ("lessons/Giu/lesson.md", "lower-case"),
        ("tasks/a.json", "<slug>.yaml"),
        ("tasks/a/b.yaml", "<slug>.yaml"),
        ("tasks/.yaml", "lower-case"),
        ("tasks", "no place"),
    ],
)
def test_a_file_without_a_place_is_refused(files: Files, refused: Refused, name: str, words: str) -> None:
    (problem, *_more) = [problem for problem in refused(files | {name: b"x"}) if problem.file == name]
    assert words in problem.text()


def test_too_many_files(files: Files) -> None:
    many: list[tuple[str | zipfile.ZipInfo, bytes]] = [(f"tasks/t{number}.yaml", b"") for number in range(2_001)]
    assert codes(zipped(many)) == ["too-many-files"]


def test_a_directory_of_names_without_end_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped([(f"tasks/t{number}.yaml", b"") for number in range(3_000)])
    monkeypatch.setattr(source, "MOST_DIRECTORY_BYTES", 100_000)
    assert codes(data) == ["not-a-zip"]


def test_a_bomb_is_measured_while_reading(files: Files) -> None:
    data = bytearray(zipped([*files.items(), ("tasks/bomb.yaml", bytes(21 * 1024 * 1024))]))
    assert len(data) < 100_000
    assert codes(bytes(data)) == ["too-big"]


def test_a_bomb_that_lies_about_its_size(files: Files) -> None:
    data = zipped([*files.items(), ("tasks/bomb.yaml", bytes(21 * 1024 * 1024))])
    lying = data.replace((21 * 1024 * 1024).to_bytes(4, "little"), (5).to_bytes(4, "little"))
    assert lying != data
    assert set(codes(lying)) <= {"too-big", "unreadable", "empty", "yaml", "character"}


def test_all_files_together_are_measured(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_BYTES", 1_000)
    assert codes(zipped(list(files.items()))) == ["too-big"]


def test_a_locked_zip_is_refused(files: Files) -> None:
    data = bytearray(zipped(list(files.items())))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    assert "zip-method" in codes(bytes(data))


@pytest.mark.parametrize("data", [b"", b"PK", b"garbage" * 100, b"PK\x05\x06" + bytes(18), bytes(1_000)])
def test_what_is_no_zip(data: bytes) -> None:
    assert codes(data)[0] in ("not-a-zip", "missing-file")


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        ("slug: a\ntitle: Giữ\n".encode("utf-16"), "encoding", 1),
        (b"slug: a\ntitle: \xff\n", "encoding", 2),
        ("slug: a\ntitle: a\u202eb\n".encode(), "character", 2),
        ("slug: a\ntitle: a\u2028b\n".encode(), "character", 2),
        (b"slug: a\ntitle: a\0b\n", "character", 2),
        (b"", "empty", 1),
        (b"\n\n# nothing\n", "empty", 1),
        (b"- a\n- b\n", "not-a-mapping", 1),
        (b"just words", "not-a-mapping", 1),
        (b"{" * 500, "yaml-key", 1),
        (b"- " * 500 + b"a", "yaml-depth", 1),
        (b"[" * 100_000, "yaml-depth", 1),
        (b"? [a]\n: b\n", "yaml-key", 1),
        (b"a: 'b\n", "yaml", 1),
        (bytes(range(256)), "encoding", 1),
    ],
)
def test_what_is_no_text_or_no_yaml(files: Files, refused: Refused, data: bytes, code: str, line: int) -> None:
    problems = refused(files | {"tasks/xau.yaml": data})
    found = [(problem.code, problem.line) for problem in problems if problem.file == "tasks/xau.yaml"]
    assert found[0][0] == code
    assert found[0][1] >= line


def test_a_text_without_end(files: Files, refused: Refused) -> None:
    files["lessons/giu-kin-ma-otp/guide.md"] = b"a" * 300_000
    assert [problem.code for problem in refused(files)] == ["too-big"]
