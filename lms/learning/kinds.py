"""Activity kinds: what can be learnt or done, each provided by the plugin that owns it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from markupsafe import Markup
from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.identity.people import Person
from lms.text import Text


class ActivityKind(Protocol):
    """One kind of activity: lesson, quiz, task, or whatever a plugin adds."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def icon(self) -> str: ...

    def url(self, course: str, slug: str) -> str:
        """Where a learner does it."""

    def embed(self, slug: str, return_to: str) -> Markup | None:
        """A piece of page that lets it be done inside a lesson; None where it stands alone only."""

    def content_of(self, slug: str) -> int | None:
        """The number of its newest published revision, which a syllabus pins; None while there is none."""


class Found(Struct, frozen=True):
    """A published activity that a search found; `note` says more about it in a few words."""

    slug: str
    title: str
    note: str = ""


@runtime_checkable
class Voluntary(Protocol):
    """An activity kind some of whose activities a course does not ask for, unless it says so itself."""

    def is_voluntary(self, slug: str) -> bool:
        """Whether it may be left out: a course is complete without it."""


@runtime_checkable
class Findable(Protocol):
    """An activity kind whose published activities can be searched, so that authors can put them into their own."""

    def find(self, words: str, most: int) -> Sequence[Found]:
        """Published ones whose title or slug holds the words, marks or not."""


@runtime_checkable
class Authored(Protocol):
    """An activity kind whose activities are written in the studio."""

    def begin(self, title: str, org_id: int, by_id: int) -> str:
        """Makes an empty draft in the open unit of work; returns its slug."""

    def studio_url(self, person: Person, slug: str) -> str | None:
        """Where this person writes it; None where they may not."""


@runtime_checkable
class Revised(Protocol):
    """An activity kind whose revisions say whether they changed the meaning or only the wording."""

    def counts_from(self, content_id: int) -> int | None:
        """The oldest revision whose completion counts for this one: what changed since then changed no meaning."""


class Printed(Struct, frozen=True):
    """An activity on paper: a question, mostly. `stem`: Markdown; `options`: what is ticked or numbered by hand."""

    stem: str
    options: tuple[str, ...]
    answer: str
    why: str = ""


@runtime_checkable
class Printable(Protocol):
    """An activity kind that can be done on a sheet of paper, inside a lesson's hand-out."""

    def printed(self, slug: str) -> Printed | None:
        """How it stands on paper, with the answer for whoever teaches; None where it cannot."""


def printable(kind: object) -> Printable | None:
    """The kind, where it can be printed."""
    return kind if isinstance(kind, Printable) else None


class LeftAt(Struct, frozen=True):
    """Where somebody stopped: the activity, the place on its page (what follows # in the address), and when."""

    activity_id: int
    place: str
    at: int


@runtime_checkable
class Resumable(Protocol):
    """An activity kind that knows where in an activity somebody stopped."""

    def left_at(self, account_id: int, activity_ids: Sequence[int]) -> LeftAt | None:
        """The one of these that this person touched last without finishing it, and where; None: none. One statement."""


def resumable(kind: object) -> Resumable | None:
    """The kind, where it knows where somebody stopped."""
    return kind if isinstance(kind, Resumable) else None


def revised(kind: object) -> Revised | None:
    """The kind, where its revisions say what they changed; completion of every revision counts where they do not."""
    return kind if isinstance(kind, Revised) else None


def findable(kind: object) -> Findable | None:
    """The kind, where its activities can be searched."""
    return kind if isinstance(kind, Findable) else None


def is_voluntary(kind: object, slug: str) -> bool:
    """Whether an activity of the kind may be left out where a course does not ask for it by name."""
    return isinstance(kind, Voluntary) and kind.is_voluntary(slug)


def authored(kind: object) -> Authored | None:
    """The kind, where its activities are written in the studio."""
    return kind if isinstance(kind, Authored) else None


ACTIVITY_KINDS: ExtensionPoint[ActivityKind] = ExtensionPoint(
    "activity_kinds", "Kinds of things to learn or do.", lambda k: k.name
)


def url_of(kind: str, course: str, slug: str) -> str:
    """Where a learner does an activity."""
    return ACTIVITY_KINDS.get(kind).url(course, slug)
