"""What the code itself must keep: messages that can be formatted and translated, and purity."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lms.packages

FOLDER = Path(lms.packages.__path__[0])


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Every problem said in the code with its text in place: file and line, template, names of the values."""
    for file in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in ("problem", "add", "bad"):
                continue
            for argument in node.args:
                if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name) and argument.func.id == "_":
                    (template,) = argument.args
                    assert isinstance(template, ast.Constant)
                    assert isinstance(template.value, str)
                    names = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield f"{file.name}:{node.lineno}", template.value, names


MESSAGES = list(said())


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 100


@pytest.mark.parametrize(("place", "template", "names"), MESSAGES, ids=[place for place, _template, _names in MESSAGES])
def test_a_message_has_its_values_and_is_a_sentence(place: str, template: str, names: set[str]) -> None:
    fields = {field for _text, field, _spec, _conversion in string.Formatter().parse(template) if field is not None}
    assert fields == names
    assert template[0].isupper() or template[0] in "`“{<"
    assert template.rstrip(">").endswith((".", "?", ". "))


@pytest.mark.parametrize("module", ["check", "reading", "writing"])
def test_it_is_pure(module: str) -> None:
    code = (
        f"import sys, lms.packages.{module}\n"
        "bad = {'flask', 'sqlalchemy', 'werkzeug', 'wtforms', 'jinja2', 'PIL'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
