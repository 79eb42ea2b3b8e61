"""Checks a content package: `python -m lms.packages.check FOLDER [--strict-content] [--warnings-as-errors]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from lms.contract.discovery import installed
from lms.contract.points import Plugin
from lms.packages.advice import advise
from lms.packages.importing import BLOCK_READERS, ITEM_READERS, PACKAGE_PARTS
from lms.packages.model import Package
from lms.packages.parts import BlockReader, FolderReader, ItemReader, Parts
from lms.packages.problems import PackageInvalid
from lms.packages.reading import read_package


def counts(package: Package) -> str:
    numbers = {
        "frameworks": len(package.frameworks),
        "lessons": len(package.lessons),
        "pictures and sounds": sum(len(lesson.files) for lesson in package.lessons),
        "guides": sum(bool(lesson.guide) for lesson in package.lessons),
        "practice questions": sum(item.pool == "practice" for item in package.items()),
        "exam questions": sum(item.pool == "exam" for item in package.items()),
        "quizzes": len(package.quizzes),
        "tasks": len(package.tasks),
        "courses": len(package.courses),
        "rule sets": len(package.rules),
        "programmes": len(package.programmes),
        **Counter(document.folder for document in package.documents),
    }
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


def parts_of(plugins: Iterable[Plugin]) -> Parts:
    """The directives, item types and folders that plugins bring."""
    readers: list[BlockReader | ItemReader | FolderReader] = []
    for provided in (provided for plugin in plugins for provided in plugin.provides):
        if provided.point in (BLOCK_READERS, ITEM_READERS):
            readers += provided.entries
        elif provided.point is PACKAGE_PARTS:
            readers += [part.folder for part in provided.entries if part.folder is not None]
    return Parts.of(readers)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m lms.packages.check", description="Checks a content package (docs/packages.md)."
    )
    parser.add_argument("package", help="the folder, or the zip file")
    parser.add_argument(
        "--strict-content", action="store_true", help="also advise on what makes lessons and questions good"
    )
    parser.add_argument("--warnings-as-errors", action="store_true", help="exit with status 1 when there is any advice")
    chosen = parser.parse_args(arguments)
    try:
        parts = parts_of(installed())
        package = read_package(chosen.package, parts)
    except PackageInvalid as invalid:
        for problem in invalid.problems:
            print(problem)
        print(f"{len(invalid.problems)} problems; nothing would be imported.", file=sys.stderr)
        return 1
    advice = advise(package) if chosen.strict_content else []
    for warning in advice:
        print(f"{warning.file}:{warning.line}: advice: {warning.text()}")
    more = 0
    for document in package.documents if chosen.strict_content else ():
        for place, what in parts.folders[document.folder].advise(document.data):
            print(f"{document.folder}/{document.slug}.yaml: advice: {place}: {what}")
            more += 1
    print(f"{package.slug} {package.version}: {counts(package)}")
    if advice or more:
        print(f"{len(advice) + more} pieces of advice.", file=sys.stderr)
    return 1 if (advice or more) and chosen.warnings_as_errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
