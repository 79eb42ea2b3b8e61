"""Imports run one way: the contracts of setup.cfg hold, nothing is in a cycle, third parties use what is public."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import pytest
from importlinter import cli as import_linter

ROOT = Path(__file__).parents[2]
PACKAGES = ("lms", "courses", "quizzes", "certificates")
PUBLIC = re.compile(r"(lms\.api|courses\.api|quizzes\.api|certificates\.api)(\.\w+)?")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def test_the_contracts_hold() -> None:
    assert import_linter.lint_imports(config_filename=str(ROOT / "setup.cfg"), no_cache=True) == 0


def test_no_module_imports_itself_by_way_of_others(graph: grimp.ImportGraph) -> None:
    assert cycles({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_cycle_would_be_found() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [{"b", "c"}]


def cycles(imports: dict[str, set[str]]) -> list[set[str]]:
    """The groups of modules that reach each other (Tarjan's strongly connected components, without recursion)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_, found = [], []
    for start in sorted(imports):
        if start in number:
            continue
        path = [(start, iter(sorted(imports[start])))]
        number[start] = lowest[start] = len(number)
        open_.append(start)
        while path:
            module, others = path[-1]
            for other in others:
                if other not in imports:
                    continue
                if other not in number:
                    number[other] = lowest[other] = len(number)
                    open_.append(other)
                    path.append((other, iter(sorted(imports[other]))))
                    break
                if other in open_:
                    lowest[module] = min(lowest[module], number[other])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[module])
                if lowest[module] == number[module]:
                    group = set()
                    while (last := open_.pop()) != module:
                        group.add(last)
                    if group:
                        found.append(group | {module})
    return found


def test_a_third_party_imports_only_what_is_public() -> None:
    files = sorted((ROOT / "tests" / "acme" / "acme").rglob("*.py"))
    assert files
    wrong = [f"{file.name}: {name}" for file in files for name in imported(file) if not allowed(name)]
    assert wrong == []


def imported(file: Path) -> set[str]:
    """Every module that a file names in an import, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or ".")
    return names


def allowed(name: str) -> bool:
    return name.split(".")[0] not in PACKAGES or PUBLIC.fullmatch(name) is not None


@pytest.mark.parametrize("name", ["lms.db.base", "lms", "courses.blocks.standard", "quizzes.items.contract"])
def test_what_is_not_public_is_known_as_such(name: str) -> None:
    assert not allowed(name)


def test_a_public_module_says_all_that_it_gives() -> None:
    for file in [*(ROOT / "lms" / "api").glob("*.py"), *(ROOT / p / "api.py" for p in PACKAGES[1:])]:
        if file.name == "__init__.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        bound = {
            alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
        } | {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        listed = next(
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        )
        assert len(set(listed)) == len(listed), file
        public = {name for name in bound if not name.startswith("_") or name == "_"}
        assert set(listed) == public - {"annotations"}, file
