"""What follows from something else and can be made anew at any time: `lms rebuild` makes it, `--check` compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from lms.contract.points import ExtensionPoint


class Projection(Struct, frozen=True):
    """One thing that pages read and that follows from what was recorded.

    `differences()` has one line for each place where it is not what it must be; `rebuild()` writes it anew, inside a
    unit of work that all of them share, in `order`.
    """

    name: str
    differences: Callable[[], Sequence[str]]
    rebuild: Callable[[], object]
    order: int = 50


PROJECTIONS: ExtensionPoint[Projection] = ExtensionPoint(
    "projections", "What `lms rebuild` makes anew from what was recorded.", lambda p: p.name
)
