"""The block types of lessons: how each is shown. How each is written in a package, its reader says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from markupsafe import Markup, escape
from msgspec import Struct

from courses.blocks.fields import BlockField
from lms.api.learning import ACTIVITY_KINDS, carried
from lms.api.packages import render
from lms.api.plugins import ExtensionPoint
from lms.api.web import address
from lms.api.work import Text, _

LONGEST = 20_000  # letters of a text, as in packages


class Around(Struct, frozen=True):
    """What a block may know of its lesson: the files by name, the address to come back to, and the course's slug.

    A draft stands in no course: the slug is empty. `offline`: it is drawn for a phone that takes it along.
    """

    files: Mapping[str, Mapping[str, Any]]
    return_to: str
    first_picture: bool = False
    course: str = ""
    offline: bool = False

    def url(self, name: str) -> str:
        """Where a file of the lesson is served; empty for a file that is not there."""
        file = self.files.get(name)
        return address("courses.file", key=file["key"], ending=file["ending"]) if file and "key" in file else ""


class BlockType(Protocol):
    """One kind of block. `row` gives the template what it names at its top; None leaves the block out."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def template(self) -> str: ...

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        """The values for the template."""


BLOCK_TYPES: ExtensionPoint[BlockType] = ExtensionPoint("block_types", "Kinds of blocks in lessons.", lambda b: b.name)


class Prose(Struct, frozen=True):
    """Text in the Markdown subset, plain or in a box: text, remember, warning, do."""

    name: str
    title: Text
    icon: str
    fields: tuple[BlockField, ...]

    @property
    def template(self) -> str:
        return f"courses/learn/blocks/{self.name}.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        return {"html": Markup(render(data["md"]))}  # noqa: S704  render() cleans


class Steps(Struct, frozen=True):
    """Numbered steps."""

    name: str = "steps"
    title: Text = _("Steps")
    template: str = "courses/learn/blocks/steps.html"
    icon: str = "list-ordered"
    fields: tuple[BlockField, ...] = (BlockField("items", "lines", _("One step a line"), most=LONGEST, rows=5),)

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        return {"items": [Markup(render(item)) for item in data["items"]]}  # noqa: S704  render() cleans


class MessageBubble(Struct, frozen=True):
    """A message as it looks on a phone. Never a real link."""

    name: str = "message"
    title: Text = _("Message on a phone")
    template: str = "courses/learn/blocks/message.html"
    icon: str = "message-circle"
    fields: tuple[BlockField, ...] = (
        BlockField("sender", "line", _("Sender"), most=100),
        BlockField("text", "box", _("The message, as it looks on the phone"), most=LONGEST, rows=3),
    )

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        return {"sender": data["sender"], "html": Markup("<br>").join(escape(x) for x in data["text"].split("\n"))}


class Embedded(Struct, frozen=True):
    """An activity done inside the lesson: a practice question, or what a plugin adds."""

    name: str
    title: Text
    kind: str
    key: str
    icon: str
    fields: tuple[BlockField, ...]
    template: str = "courses/learn/blocks/embed.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        kind = ACTIVITY_KINDS.find(self.kind)
        if around.offline and (travels := carried(kind)) is not None:
            html = travels.carried(data[self.key], around.return_to)
        else:
            html = kind.embed(data[self.key], around.return_to) if kind else None
        return {"html": html} if html else None

    def lacks(self, data: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Text]]:
        kind, name = ACTIVITY_KINDS.find(self.kind), data.get(self.key, "")
        if not name:
            return [(self.key, _("Please choose an activity here: press Find."))]
        if kind is None or kind.embed(name, "/") is None:
            return [(self.key, _("There is no practice question called {name}.", name=name))]
        return []


_MARKS = _("**bold**, - lists, [words](https://…)")


def _prose(name: str, title: Text, icon: str, hint: Text = _MARKS, rows: int = 3) -> Prose:
    return Prose(name, title, icon, (BlockField("md", "markdown", _("Text"), hint, most=LONGEST, rows=rows),))


STANDARD: tuple[BlockType, ...] = (
    _prose("text", _("Text"), "text", _("## heading, **bold**, - lists, [words](https://…)"), 6),
    _prose("remember", _("Remember"), "lightbulb"),
    _prose("warning", _("Be careful"), "shield-alert"),
    _prose("do", _("Do it for real"), "smartphone"),
    Steps(),
    MessageBubble(),
    Embedded(
        "check", _("Practice question"), "check", "item", "circle-help",
        (BlockField("item", "activity", _("The question's name"), most=64, activity="check"),),
    ),
)  # fmt: skip
