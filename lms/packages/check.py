"""What is said of a package that was read and found whole: what it holds, and what would make it better."""

from __future__ import annotations

from collections import Counter

from lms.packages.advice import advise
from lms.packages.model import Package
from lms.packages.parts import Parts
from lms.packages.problems import Problem


def counts(package: Package) -> str:
    """How much of what a package holds: "1 lessons, 3 exam questions, …". For commands, in English."""
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


def advice(package: Package, parts: Parts) -> list[Problem]:
    """What would make a package better, by file: what the core knows of, then what plugins know of their folders."""
    return advise(package) + [
        Problem(f"{document.folder}/{document.slug}.yaml", 1, "{place}: {what}", "advice", {"place": at, "what": what})
        for document in package.documents
        for at, what in parts.folders[document.folder].advise(document.data)
    ]
