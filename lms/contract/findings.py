"""What `lms doctor` looks at: plugins add what only they can look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.contract.points import ExtensionPoint


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `must`: the product does not work rightly until it is mended."""

    ok: bool
    text: str
    advice: str = ""
    must: bool = True


@dataclass(frozen=True)
class Examination:
    """`examine()` looks, in Vietnamese; it may call others and take seconds. It must not write."""

    name: str
    examine: Callable[[], Sequence[Finding]]


EXAMINATIONS: ExtensionPoint[Examination] = ExtensionPoint(
    "examinations", "What `lms doctor` looks at besides.", lambda e: e.name
)
