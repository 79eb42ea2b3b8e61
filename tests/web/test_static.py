"""Static files as they travel, and style sheets that hold what their pages need and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask

from lms.web.sheets import FOCUS, LEARNERS, STAFF, STATIC, minified_css
from lms.web.static_files import StaticFiles, as_sent

ROOT = Path(__file__).parents[2]
PAGES = ["/", "/thuc-hanh/quet-ma-tra-tien", "/thuc-hanh/quet-ma-tra-tien/xem"]


def files_of(pattern: str) -> list[Path]:
    packages = ("lms", "courses", "quizzes", "certificates", "plugins")
    return sorted(file for package in packages for file in ROOT.glob(f"{package}/**/{pattern}"))


def nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def test_a_script_travels_without_what_only_explains_it() -> None:
    written = b'// Why.\n(() => {\n  // How.\n  const a = "//x"; // stays\n    a();\n})();\n'
    assert as_sent("a.js", written, nothing) == b'(() => {\nconst a = "//x"; // stays\na();\n})();\n'


def test_a_script_stands_in_another_where_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one/first.js").write_text("// First.\n  first();\n")
    (tmp_path / "one/second.js").write_text("//= one/first.js\n// Second.\n  second();\n")
    (tmp_path / "one/third.js").write_text("//= one/none.js\n")
    files = StaticFiles([tmp_path])
    assert files.read("one/second.js") == b"first();\nsecond();\n"
    with pytest.raises(FileNotFoundError, match=r"one/none\.js"):
        files.read("one/third.js")


def test_a_page_with_joined_scripts_is_told_of_a_change_in_either(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("a();\n")
    (tmp_path / "b.js").write_text("//= a.js\nb();\n")
    before = StaticFiles([tmp_path]).of("b.js")
    (tmp_path / "a.js").write_text("A();\n")
    assert StaticFiles([tmp_path]).of("b.js") != before


def test_no_script_has_a_text_over_several_lines() -> None:
    scripts = files_of("*.js")
    assert scripts
    for file in scripts:
        torn = [line for line in file.read_text(encoding="utf-8").splitlines() if line.count("`") % 2]
        assert not torn, f"{file}: its indent would be lost on the way: {torn[0]}"


def test_served_is_what_its_address_is_made_of(app: Flask) -> None:
    files: StaticFiles = app.extensions["lms.static"]
    client = app.test_client()
    for path in ("practice/player.js", "offline/taking.js", "lms/staff.css", "lms/learners.css", "practice/places.css"):
        with client.get(f"/static/{path}?v={files.of(path)}") as answer:
            assert answer.status_code == 200
            assert answer.get_data() == files.read(path), path


def test_every_part_of_the_style_sheets_is_in_one_or_linked_by_its_pages() -> None:
    folder = STATIC / "lms" / "css"
    lines = [line.split() for line in (folder / "order.txt").read_text().splitlines()]
    names = [name for name, *_readers in lines]
    assert len(names) == len(set(names))
    assert {r for _name, *readers in lines for r in readers} <= {LEARNERS, STAFF, FOCUS}
    templates = "".join(file.read_text(encoding="utf-8") for file in files_of("templates/**/*.html"))
    linked = {name for name in re.findall(r"static\(['\"]lms/css/([\w.]+)['\"]\)", templates) if name not in names}
    assert "editor.css" in linked
    assert set(names) | linked == {file.name for file in folder.glob("*.css")}


def test_each_reader_s_style_sheet_has_what_the_readers_need() -> None:
    learners, staff, focus = (minified_css(readers) for readers in (LEARNERS, STAFF, FOCUS))
    assert ".tabs" in learners
    assert ".listen" in learners
    assert ".shell" not in learners
    assert ".shell" in staff
    for learners_only in (".tabs a", ".listen", ".slides", ".ask", ".cert", ".dock .wrap", ".hero"):
        assert learners_only in learners
        assert learners_only not in staff, learners_only
    assert ".dock" in focus
    assert ".tabs a" not in focus
    assert len(focus) < len(staff) < len(learners)


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_admits_the_style_sheet_of_a_page(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    (sheet,) = re.findall(r"<style[^>]*>(.*?)</style>", answer.text, re.S)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
