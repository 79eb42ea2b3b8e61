"""Writes what is published as a content package: everything, or one course or some questions with what they need."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from lms.errors import NotFound
from lms.packages.importing import PACKAGE_PARTS, Exporting
from lms.packages.model import Bank, Item, Package
from lms.text import _

VERSION = "1"


def export_package(
    course: str | None = None,
    may_read: Callable[[int], bool] = lambda _org_id: True,
    items: Collection[str] = (),
    called: tuple[str, str] = ("tat-ca", "Học vụ số"),
) -> Package:
    """The package of a published course, of `items`, or of all that is published. Reading it back gives the same.

    `may_read(unit)`: whether the exam questions of a unit may be given out; `called`: slug and title where it is of no
    course. Raises NotFound, NotAllowed.
    """
    exporting = Exporting(whole=course is None and not items, may_read=may_read)
    if course is not None:
        exporting.want("course", course)
    exporting.want("item", *items)
    parts = sorted(PACKAGE_PARTS, key=lambda p: (p.order, p.name))
    waiting: object = None
    while exporting.waiting != waiting:  # what is still asked for in the end belongs to a plugin that is not in use
        waiting = exporting.waiting
        for part in parts:
            part.give(exporting)
    given = exporting.given
    if course is not None and course not in given.get("course", {}):
        raise NotFound(_("No published course is called {slug}.", slug=course))
    title = given["course"][course].title if course is not None else called[1]
    return Package(
        slug=course or called[0],
        title=title,
        version=VERSION,
        frameworks=_in_order(given, "framework"),
        lessons=_in_order(given, "lesson"),
        banks=_banks(given.get("item", {})),
        quizzes=_in_order(given, "quiz"),
        tasks=_in_order(given, "task"),
        courses=_in_order(given, "course"),
        rules=_in_order(given, "rules"),
        programmes=_in_order(given, "programme"),
        documents=_in_order(given, "document"),
    )


def _in_order(given: dict[str, dict[str, Any]], kind: str) -> tuple[Any, ...]:
    return tuple(spec for _name, spec in sorted(given.get(kind, {}).items()))


def _banks(items: dict[str, tuple[str, int, Item]]) -> tuple[Bank, ...]:
    """Banks by their slugs; their items in the order in which they were made."""
    banks: dict[str, list[tuple[int, Item]]] = {}
    for bank, place, item in items.values():
        banks.setdefault(bank, []).append((place, item))
    return tuple(
        Bank(slug, tuple(item for _place, item in sorted(held, key=lambda pair: pair[0])))
        for slug, held in sorted(banks.items())
    )
