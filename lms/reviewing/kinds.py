"""What can be handed in to be reviewed: each kind is provided by the package that owns it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from markupsafe import Markup
from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.reviewing.differences import Difference
from lms.text import Text

Body = Mapping[str, Any]


class Subject(Struct, frozen=True):
    """What a submission is about, as it is now: its title, and the unit that answers for it."""

    title: str
    org_id: int


class Reviewable(Protocol):
    """One kind of what goes from author to reviewer to publisher: lesson, course, practice, the questions of a bank.

    A subject's key is whatever its kind calls it, at most 64 letters: a slug, a number. It need not be an activity. One
    submission of a subject is open at a time, so what is to be handed in side by side needs keys of its own.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text: ...

    def subjects(self, keys: Collection[str]) -> Mapping[str, Subject]:
        """Those of them that are there, by key. One statement for all of them, for a queue asks for many."""

    def published(self, key: str) -> Body | None:
        """What is published of it now, in the shape in which bodies are handed in; None where nothing is."""

    def difference(self, before: Body | None, after: Body) -> Difference:
        """What a body changes. Rows of `blocks` have the keys of `places`."""

    def places(self, body: Body) -> Sequence[tuple[str, str]]:
        """What a remark can be about besides the whole: (key, what it is called)."""

    def studio_url(self, key: str) -> str:
        """Where its authors write it."""

    def revisions_url(self, key: str) -> str:
        """Where it is told what was published when; leads there after publishing. Empty where there is no such page."""

    def publish(self, key: str, body: Body, by_id: int, change: str, note: str) -> None:
        """Publishes exactly this body, in the open unit of work. Raises Invalid or Conflict where it cannot be."""


@runtime_checkable
class Signed(Protocol):
    """A kind whose bodies say who wrote them: none of these people reviews it, whoever handed it in."""

    def writers(self, body: Body) -> Collection[int]:
        """The accounts of all who had a hand in it."""


@runtime_checkable
class Seen(Protocol):
    """A kind whose places can be shown as those will see them for whom they are made."""

    def seen(self, body: Body, keys: Collection[str]) -> Mapping[str, Markup]:
        """Some places by their keys; what stands there, with all that a reviewer has to know of it."""


@runtime_checkable
class Announced(Protocol):
    """A kind that is not learned, so that its authors are told otherwise that it was published."""

    @property
    def announced(self) -> Text:
        """A sentence with {title}."""


REVIEWABLE: ExtensionPoint[Reviewable] = ExtensionPoint(
    "reviewable", "Kinds of what is handed in to be reviewed before it is published.", lambda kind: kind.name
)
