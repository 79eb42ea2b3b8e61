"""Every sentence of the interface has its Vietnamese words, with the same places, and no entry is left over."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
FOLDERS = {
    **{name: ROOT / name for name in ("lms", "courses", "quizzes", "certificates")},
    **{file.parents[1].name: file.parents[1] for file in sorted((ROOT / "plugins").glob("*/translations/vi.po"))},
    "acme": ROOT / "tests" / "acme" / "acme",
}
PLACE = re.compile(r"\{(\w+)\}")
ADDRESS = {"ban", "Ban"}  # the form of address stands where the language wants it


@functools.cache
def sentences(folder: Path) -> dict[str, str]:
    """Every sentence marked for translation in a package, and where it stands first."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        with path.open("rb") as file:
            for line, _function, words, _comments in extract_python(file, {"_": None, "_n": (1, 2)}, [], {}):
                for sentence in [words] if isinstance(words, str) else words[:1]:
                    if sentence:
                        found.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    for path in sorted(folder.rglob("*.html")):
        for line, sentence in in_template(path.read_text(encoding="utf-8")):
            found.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    return found


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """The sentences of a template: `_("…")` and `_n("one", "many", n=…)`."""
    tree = Environment(autoescape=True).parse(source)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "_n") and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const):
                yield call.lineno, str(first.value)
            else:
                yield from (
                    (call.lineno, str(c.value)) for c in first.find_all(nodes.Const) if isinstance(c.value, str)
                )


@functools.cache
def catalogue(folder: Path) -> dict[str, Message]:
    with (folder / "translations" / "vi.po").open("rb") as file:
        return {first(m.id): m for m in read_po(file, locale="vi", abort_invalid=True) if m.id}


def first(words: str | list[str] | tuple[str, ...]) -> str:
    return words if isinstance(words, str) else words[0]


def test_the_extractor_finds_what_is_written() -> None:
    source = (
        '{{ _("One") }}{% set x = _n("{n} two", "{n} twos", n=3) %}{{ _("Three" if x else "Four") }}{{ f("Five") }}'
    )
    assert [s for _line, s in in_template(source)] == ["One", "{n} two", "Three", "Four"]


def everything() -> dict[str, str]:
    return {sentence: place for folder in FOLDERS.values() for sentence, place in sentences(folder).items()}


@pytest.mark.parametrize("name", FOLDERS)
def test_every_sentence_has_vietnamese_words(name: str) -> None:
    known = catalogue(FOLDERS[name])
    if name != "lms":
        known = {**catalogue(FOLDERS["lms"]), **known}  # the core's words are everybody's
    missing = [f"{place}: {s}" for s, place in sentences(FOLDERS[name]).items() if s not in known]
    assert missing == []


@pytest.mark.parametrize("name", FOLDERS)
def test_no_entry_is_empty_fuzzy_or_left_over(name: str) -> None:
    used = everything()
    entries = catalogue(FOLDERS[name])
    assert [i for i, m in entries.items() if not first(m.string) or m.fuzzy] == []
    assert [i for i in entries if i not in used] == []


@pytest.mark.parametrize("name", FOLDERS)
def test_words_have_the_same_places(name: str) -> None:
    wrong = []
    for sentence, message in catalogue(FOLDERS[name]).items():
        english = sentence if isinstance(message.id, str) else message.id[1]  # "one lesson" has no number, "{n}" has
        for words in [message.string] if isinstance(message.string, str) else message.string:
            if set(PLACE.findall(words)) - ADDRESS != set(PLACE.findall(english)) - ADDRESS:
                wrong.append(f"{sentence} → {words}")
    assert wrong == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_sentence_has_the_same_words_everywhere(name: str) -> None:
    """Catalogues are read into one; two that disagree would let the order of plugins decide."""
    others = {
        i: first(m.string) for other, folder in FOLDERS.items() if other != name for i, m in catalogue(folder).items()
    }
    mine = catalogue(FOLDERS[name])
    assert [i for i, m in mine.items() if others.get(i, first(m.string)) != first(m.string)] == []
