"""What `make run` shows besides people to sign in as: plugins add what only they can make."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from lms.contract.points import ExtensionPoint


class Demonstration(Struct, frozen=True):
    """`make(accounts)` makes something to look at, with the demo people's accounts by their sign-in names.

    It opens its own units of work, and is harmless when it is called again.
    """

    name: str
    make: Callable[[Mapping[str, int]], None]


DEMONSTRATIONS: ExtensionPoint[Demonstration] = ExtensionPoint(
    "demonstrations", "What there is to look at where demo people are.", lambda d: d.name
)
