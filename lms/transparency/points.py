"""What has to stand in the log, by whoever puts it there: so that checking the log finds what was left out of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from msgspec import Struct

from lms.contract.points import ExtensionPoint


class Claim(Struct, frozen=True):
    """What must stand in the log of a subject: these entries, word for word, in this order, and no others."""

    subject: str
    bodies: tuple[bytes, ...]


class Logged(Struct, frozen=True):
    """Entries of some kinds. `claims()`: what must be in the log, in any order, read piece by piece.

    `known(subjects)`: which of these the package has; an entry about another one tells of a row that was removed.
    """

    name: str
    kinds: tuple[str, ...]
    claims: Callable[[], Iterator[Claim]]
    known: Callable[[Collection[str]], Collection[str]]


LOGGED: ExtensionPoint[Logged] = ExtensionPoint(
    "logged", "What has to stand in the transparency log.", lambda logged: logged.name
)
