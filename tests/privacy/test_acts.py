"""Every code that anybody writes into the journal of acts has words, in both languages, and so has what it is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certificates.services.changing import STEPS as LIVES
from lms.audit import ACTS, SUBJECTS
from lms.contract import discovery
from lms.orgs.acts import TITLES
from plugins.integrity.services.deciding import STEPS
from plugins.supervision.wording import SEEN

ROOT = Path(__file__).parents[2]
PACKAGES = ("lms", "courses", "quizzes", "certificates", "plugins")
# What is put together when it is recorded, where the first half is one of a few.
HALVES = {
    "credential.*": [f"credential.{step.journal}" for step in LIVES.values()],
    "unit.*": [f"unit.{kind}" for kind in TITLES],
    "integrity.*": [f"integrity.{step}" for step in STEPS],
    "supervision.*": [f"supervision.{kind}" for kind in SEEN if kind not in ("twice", "forgotten", "clock")],
}
# Subjects without a kind: they are the name themselves.
NAMES = {"package.imported"}


def worded(node: ast.expr, function: ast.AST | None) -> Iterator[str]:
    """The codes that an expression may stand for; whatever is not written out is "*"."""
    match node:
        case ast.Constant(value=str(code)):
            yield code
        case ast.IfExp(body=yes, orelse=no):
            yield from worded(yes, function)
            yield from worded(no, function)
        case ast.JoinedStr(values=parts):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in parts)
        case ast.Name(id=name) if function is not None:
            values = [n.value for n in ast.walk(function) if isinstance(n, ast.Assign)
                      for target in n.targets if isinstance(target, ast.Name) and target.id == name]  # fmt: skip
            for value in values:
                yield from worded(value, function)
            if not values:
                yield "*"
        case _:
            yield "*"


def recorded(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, code, subject) of every call of `audit.record` in a text of Python."""
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="audit"), attr="record"):
                around = next((f for f in functions if any(n is call for n in ast.walk(f))), None)
                for code in worded(call.args[1], around):
                    for subject in worded(call.args[2], around):
                        yield call.lineno, code, subject


FOUND = sorted(
    (code, subject, f"{file.relative_to(ROOT)}:{line}")
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
    if "audit.record(" in (text := file.read_text(encoding="utf-8"))
    for line, code, subject in recorded(text)
)


def declared(point: Any) -> set[str]:
    """The keys of a point's entries of the plugins that come with the product."""
    return {
        point.key(entry)
        for plugin in discovery.installed(only_first_party=True)
        for provided in plugin.provides
        if provided.point is point
        for entry in provided.entries
    }


def lacking(found: list[tuple[str, str, str]], acts: set[str]) -> list[str]:
    """Where codes without words are recorded."""
    wrong = []
    for code, _subject, place in found:
        for one in HALVES.get(code, [code]):
            if one not in acts and "*." + one.partition(".")[2] not in acts:
                wrong.append(f"{place}: {one}")
    return wrong


def test_every_code_has_words() -> None:
    assert len(FOUND) > 60
    assert lacking(FOUND, declared(ACTS)) == [], "declare an Act for it, at ACTS of the plugin that records it"


def test_a_code_without_words_is_noticed() -> None:
    source = """def f(x):
        act = 'a.b' if x else 'a.c'
        audit.record(1, act, f'thing:{x}')
        audit.record(1, f'{x}.begun', y)"""
    found = [(code, subject, str(line)) for line, code, subject in recorded(source)]
    assert [(code, subject) for code, subject, _line in found] == [
        ("a.b", "thing:*"), ("a.c", "thing:*"), ("*.begun", "*"),
    ]  # fmt: skip
    assert lacking(found, {"a.b", "*.begun"}) == ["3: a.c"]
    assert lacking([("*", "", "here")], {"a.b", "*.begun"}) == ["here: *"]


def test_no_words_are_left_over() -> None:
    used = {one for code, _subject, _place in FOUND for one in HALVES.get(code, [code])}
    kinds = {code.partition(".")[2] for code in used if code.startswith("*.")}  # recorded of any kind of thing
    ours = {code for code in declared(ACTS) if code not in used and not code.startswith("*.")}
    assert {code for code in ours if code.partition(".")[2] not in kinds} == set()


@pytest.mark.parametrize("place", sorted({(s.partition(":")[0], p) for c, s, p in FOUND if c not in NAMES}))
def test_every_subject_has_a_title(place: tuple[str, str]) -> None:
    kind, _where = place
    assert kind == "*" or kind in declared(SUBJECTS)
