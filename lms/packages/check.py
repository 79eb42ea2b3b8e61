"""Checks a content package: `python -m lms.packages.check FOLDER [--strict-content] [--warnings-as-errors]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from lms.packages.advice import advise
from lms.packages.model import Package
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
    }
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


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
        package = read_package(chosen.package)
    except PackageInvalid as invalid:
        for problem in invalid.problems:
            print(problem)
        print(f"{len(invalid.problems)} problems; nothing would be imported.", file=sys.stderr)
        return 1
    advice = advise(package) if chosen.strict_content else []
    for warning in advice:
        print(f"{warning.file}:{warning.line}: advice: {warning.text()}")
    print(f"{package.slug} {package.version}: {counts(package)}")
    if advice:
        print(f"{len(advice)} pieces of advice.", file=sys.stderr)
    return 1 if advice and chosen.warnings_as_errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
