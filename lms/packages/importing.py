"""Takes a package into the database, all or nothing; each plugin takes in its own parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from msgspec import Struct

from lms import audit
from lms.contract.points import ExtensionPoint
from lms.db.unit_of_work import unit_of_work
from lms.orgs.queries import nation_id, reaches
from lms.packages.model import Package
from lms.packages.parts import BlockReader, FolderReader, ItemReader, Parts
from lms.storage import FileStore


@dataclass
class Importing:
    """One import on its way: into which unit, by whom, and what has been counted so far."""

    package: Package
    org_id: int
    by_id: int | None
    counts: dict[str, int] = field(default_factory=dict)
    prepared: dict[tuple[str, str], Any] = field(default_factory=dict)  # what the parts laid by before they write

    def count(self, what: str, by: int = 1) -> None:
        """Counts something taken in, for the report."""
        self.counts[what] = self.counts.get(what, 0) + by

    def may_change(self, org_id: int | None) -> bool:
        """Whether what a unit (None: the nation) holds may be changed: it is the importing unit or lies below it."""
        held = org_id if org_id is not None else nation_id()
        return held is None or reaches({self.org_id}, held)


@dataclass
class Exporting:
    """One export on its way: names asked for by kind, and what has been given. Parts run until nothing is open.

    Kinds: course, lesson, task, quiz, item, framework, code (of a skill or an area), rules, programme, and
    programmes_of (a course). `whole`: everything that is published.
    """

    whole: bool = False
    may_read: Callable[[int], bool] = lambda _org_id: True  # the exam questions of a unit
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    _open: dict[str, list[str]] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def want(self, kind: str, *names: str) -> None:
        """Asks for things by name; asking twice is asking once."""
        for name in names:
            if name and (kind, name) not in self._asked:
                self._asked.add((kind, name))
                self._open.setdefault(kind, []).append(name)

    def open(self, kind: str) -> list[str]:
        """The names of a kind that were asked for since the last time."""
        return self._open.pop(kind, [])

    def give(self, kind: str, name: str, spec: Any) -> None:
        """Puts a thing into the package."""
        self._asked.add((kind, name))
        self.given.setdefault(kind, {})[name] = spec

    @property
    def waiting(self) -> frozenset[tuple[str, str]]:
        """What was asked for and not looked at yet."""
        return frozenset((kind, name) for kind, names in self._open.items() for name in names)


class PackagePart(Struct, frozen=True):
    """What a plugin takes from a package and gives to one.

    Parts run in `order`. `prepare` runs before anything is written, for what must not happen inside a unit of work (it
    lays by what it made in `importing.prepared`); `take` writes inside the one unit of work; `give` may be called
    several times. `folder` reads and writes a folder of the plugin's own, whose documents `take` then finds in the
    package.
    """

    name: str
    order: int
    take: Callable[[Importing], None]
    give: Callable[[Exporting], None] = lambda _exporting: None
    folder: FolderReader | None = None
    prepare: Callable[[Importing], None] = lambda _importing: None


PACKAGE_PARTS: ExtensionPoint[PackagePart] = ExtensionPoint(
    "package_parts", "What a plugin takes from a content package, and gives to one.", lambda p: p.name
)
BLOCK_READERS: ExtensionPoint[BlockReader] = ExtensionPoint(
    "block_readers", "Directives that lessons may hold.", lambda r: r.directive
)
ITEM_READERS: ExtensionPoint[ItemReader] = ExtensionPoint(
    "item_readers", "Item types that banks may hold.", lambda r: r.type
)


def known_parts() -> Parts:
    """The directives, item types and folders of the plugins in use."""
    folders = [part.folder for part in PACKAGE_PARTS if part.folder is not None]
    return Parts.of([*BLOCK_READERS, *ITEM_READERS, *folders])


def take_in(package: Package, org_id: int, by_id: int | None) -> dict[str, int]:
    """Imports a package that has been read and found whole; returns how much of what was new or changed.

    Files go to the store first: they lie under the hash of their content, so one too many does no harm.
    """
    store: FileStore = current_app.extensions["lms.files"]
    for document in package.documents:
        for content in document.files.values():
            store.put(content)
    importing = Importing(package, org_id, by_id)
    parts = sorted(PACKAGE_PARTS, key=lambda p: (p.order, p.name))
    for part in parts:
        part.prepare(importing)
    with unit_of_work():
        for part in parts:
            part.take(importing)
        if importing.counts:
            audit.record(by_id, "package.imported", package.slug, version=package.version, counts=importing.counts)
    return importing.counts
