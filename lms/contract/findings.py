"""What `lms doctor` looks at: plugins add what only they can look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from lms.contract.points import ExtensionPoint


class Finding(Struct, frozen=True):
    """One thing looked at. `must`: the product does not work rightly until it is mended."""

    ok: bool
    text: str
    advice: str = ""
    must: bool = True


class Examination(Struct, frozen=True):
    """`examine()` looks, in Vietnamese; it may call others and take seconds. It must not write."""

    name: str
    examine: Callable[[], Sequence[Finding]]


EXAMINATIONS: ExtensionPoint[Examination] = ExtensionPoint(
    "examinations", "What `lms doctor` looks at besides.", lambda e: e.name
)
