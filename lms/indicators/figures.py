"""Figures that plugins add to `lms stats`."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from lms.competency.queries import ProgrammeRow
from lms.contract.points import ExtensionPoint


class Counted(Struct, frozen=True):
    """A figure of a plugin in `lms stats`: per programme (`of(programme)`) or in all (`of(None)`)."""

    name: str
    of: Callable[[ProgrammeRow | None], int]
    per_programme: bool = False


COUNTED: ExtensionPoint[Counted] = ExtensionPoint("counted", "Figures of plugins in `lms stats`.", lambda c: c.name)
