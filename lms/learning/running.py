"""Things that are run and give a mark: what a question may ask to be done, whichever plugin does it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from msgspec import Struct

from lms.contract.points import ExtensionPoint


class Outcome(Struct, frozen=True):
    """What a run to its end came to: points of the most that there can be, and whether that is enough."""

    points: int
    most: int
    passed: bool


class Runner(Protocol):
    """One kind of thing that is run in front of nobody's help and judged by itself. `slug` names the thing.

    `ticket` is the name that a run is begun under; the first run to its end under it counts, and no other.
    """

    @property
    def name(self) -> str: ...

    def title(self, slug: str) -> str | None:
        """What the thing is called; None where there is none that can be run."""

    def url(self, slug: str, ticket: UUID, return_to: str) -> str:
        """Where it is run under this ticket, and from where one comes back to `return_to`."""

    def outcome(self, slug: str, ticket: UUID, account_id: int) -> Outcome | None:
        """What this person's run under the ticket came to; None so long as it has not come to its end."""


RUNNERS: ExtensionPoint[Runner] = ExtensionPoint(
    "runners", "Things that are run and give a mark, for questions that ask to do something.", lambda r: r.name
)
