"""The documents name files, functions and settings that are there."""

from __future__ import annotations

import ast
import configparser
import dataclasses
import re
from pathlib import Path

import pytest
from PIL import Image

from lms.config import Settings

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`([\w.][\w./-]*\.(?:py|md|html|yaml|toml|cfg|sh|csv|txt|json|conf|service))(?::([\w.]+))?`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
DOCUMENTS = [
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md"))
    if path.name not in ("CHANGELOG.md", "packages.md")
]
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def named_in(text: str) -> list[tuple[str, str]]:
    """(file, name in it or '') for each file with a folder that a text names in back quotes."""
    return [(file, name) for file, name in NAMED.findall(text) if "/" in file or name]


def defined_in(source: str) -> set[str]:
    """The names that a module defines at its top, and its classes' methods as Class.method."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def test_reading_of_names() -> None:
    assert named_in("see `lms/a.py:f`, `lms/b.py` and `c.py`") == [("lms/a.py", "f"), ("lms/b.py", "")]
    assert defined_in("X = 1\ndef f(): ...\nclass C:\n    def m(self): ...\n") == {"X", "f", "C", "C.m"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_named_files_and_functions_exist(document: Path) -> None:
    wrong = []
    for file, name in named_in(document.read_text(encoding="utf-8")):
        path = ROOT / file
        if not path.is_file():
            wrong.append(f"{file} does not exist")
        elif name and name not in defined_in(path.read_text(encoding="utf-8")):
            wrong.append(f"{file} does not define {name}")
    assert not wrong, f"{document.name}: {wrong}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    dead = [target for target in LINK.findall(text) if not (document.parent / target).exists()]
    assert not dead, f"{document.name} links to {dead}"


def test_the_tour_tells_the_whole_story_in_order() -> None:
    """Each step of the sentence is told by the file that does it, in the sentence's order."""
    story = (
        "quizzes/views/take.py:submit",
        "quizzes/services/attempts.py:submit",
        "lms/progress.py:record_result",
        "lms/learning/record.py:append",
        "lms/learning/rollup.py:is_complete",
        "lms/competency/attaining.py:consider",
        "lms/indicators/counting.py:count",
        "lms/outbox/telling.py:tell",
        "certificates/services/issuing.py:when_programme_attained",
        "certificates/views/verify.py:verify_number",
    )
    text = (ROOT / "docs/tour.md").read_text(encoding="utf-8")
    places = [text.find(f"`{step}`") for step in story]
    assert -1 not in places
    assert places == sorted(places)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    wanted = {f"LMS_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    named = set(re.findall(r"LMS_[A-Z_]+", text))
    assert wanted - named == set()


def test_no_setting_is_invented() -> None:
    known = {f"LMS_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    tests = {"LMS_TEST_STRICT", "LMS_TEST_CHROMIUM", "LMS_TEST_POSTGRES_URL"}
    for document in DOCUMENTS:
        named = set(re.findall(r"\bLMS_[A-Z_]+\b", document.read_text(encoding="utf-8")))
        assert named - known - tests == set(), document.name


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in ROOT.glob("docs/decisions/[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_both_readmes_have_the_same_shape() -> None:
    english, vietnamese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.vi.md"))
    pictures = re.compile(r"docs/images/[\w-]+\.png")
    assert pictures.findall(english) == pictures.findall(vietnamese)
    assert len(re.findall(r"^## ", english, re.M)) == len(re.findall(r"^## ", vietnamese, re.M))
    commands = re.compile(r"^(?:make|git|sudo) .*$", re.M)
    assert commands.findall(english) == commands.findall(vietnamese)


def test_every_dependency_has_its_line_with_the_pinned_version() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    asked = [r for r in config["options"]["install_requires"].split("\n") if r]
    names = [re.split(r"[\[<>=~! ]", r, maxsplit=1)[0] for r in asked]
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
    text = (ROOT / "docs/decisions/0009-dependencies.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([\w-]+) \| (\S+) \|", text, re.M))
    rows.pop("library")
    assert rows == {name: pins[name] for name in names}


def test_pins_are_exact_and_name_no_index() -> None:
    for name in ("constraints.txt", "constraints-test.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert line.startswith("#") or re.fullmatch(r"[a-z0-9-]+==[\w.]+", line), f"{name}: {line}"


@pytest.mark.parametrize("page", ["home", "lesson", "quiz", "certificate", "verify", "studio"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pictures_are_small_and_as_wide_as_their_names_say(page: str, width: int) -> None:
    path = ROOT / f"docs/images/{page}-{width}.png"
    assert path.stat().st_size <= 120 * 1024
    with Image.open(path) as picture:
        assert picture.size[0] == width
