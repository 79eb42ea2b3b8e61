"""Takes a package into the database, all or nothing; each plugin takes in its own parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import current_app

from lms import audit
from lms.contract.points import ExtensionPoint
from lms.db.unit_of_work import unit_of_work
from lms.packages.model import Package
from lms.packages.parts import BlockReader, ItemReader, Parts
from lms.storage import FileStore


@dataclass
class Importing:
    """One import on its way: into which unit, by whom, and what has been counted so far."""

    package: Package
    org_id: int
    by_id: int | None
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, by: int = 1) -> None:
        """Counts something taken in, for the report."""
        self.counts[what] = self.counts.get(what, 0) + by


@dataclass(frozen=True)
class PackagePart:
    """What a plugin takes from a package. Parts run in `order`; `take` writes inside the one unit of work."""

    name: str
    order: int
    take: Callable[[Importing], None]


PACKAGE_PARTS: ExtensionPoint[PackagePart] = ExtensionPoint(
    "package_parts", "What a plugin takes from a content package.", lambda p: p.name
)
BLOCK_READERS: ExtensionPoint[BlockReader] = ExtensionPoint(
    "block_readers", "Directives that lessons may hold.", lambda r: r.directive
)
ITEM_READERS: ExtensionPoint[ItemReader] = ExtensionPoint(
    "item_readers", "Item types that banks may hold.", lambda r: r.type
)


def known_parts() -> Parts:
    """The directives and item types of the plugins in use."""
    return Parts.of([*BLOCK_READERS, *ITEM_READERS])


def take_in(package: Package, org_id: int, by_id: int | None) -> dict[str, int]:
    """Imports a package that has been read and found whole; returns how much of what was new or changed.

    Files go to the store first: they lie under the hash of their content, so one too many does no harm.
    """
    store: FileStore = current_app.extensions["lms.files"]
    for lesson in package.lessons:
        for content in lesson.files.values():
            store.put(content)
    importing = Importing(package, org_id, by_id)
    with unit_of_work():
        for part in sorted(PACKAGE_PARTS, key=lambda p: (p.order, p.name)):
            part.take(importing)
        if importing.counts:
            audit.record(by_id, "package.imported", package.slug, version=package.version, counts=importing.counts)
    return importing.counts
