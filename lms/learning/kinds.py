"""Activity kinds: what can be learnt or done, each provided by the plugin that owns it."""

from __future__ import annotations

from typing import Protocol

from markupsafe import Markup

from lms.contract.points import ExtensionPoint
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


ACTIVITY_KINDS: ExtensionPoint[ActivityKind] = ExtensionPoint(
    "activity_kinds", "Kinds of things to learn or do.", lambda k: k.name
)


def url_of(kind: str, course: str, slug: str) -> str:
    """Where a learner does an activity."""
    return ACTIVITY_KINDS.get(kind).url(course, slug)
