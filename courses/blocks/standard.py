"""The block types of lessons: how each is shown. How each is written in a package, its reader says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from markupsafe import Markup, escape

from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import render
from lms.api.plugins import ExtensionPoint
from lms.api.web import address
from lms.api.work import Text, _


@dataclass(frozen=True)
class Around:
    """What a block may know of its lesson: the files by name, and the address to come back to."""

    files: Mapping[str, Mapping[str, Any]]
    return_to: str
    first_picture: bool = False

    def url(self, name: str) -> str:
        """Where a file of the lesson is served; empty for a file that is not there."""
        file = self.files.get(name)
        return address("courses.file", key=file["key"], ending=file["ending"]) if file else ""


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


@dataclass(frozen=True)
class Prose:
    """Text in the Markdown subset, plain or in a box: text, remember, warning, do."""

    name: str
    title: Text

    @property
    def template(self) -> str:
        return f"courses/learn/blocks/{self.name}.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        return {"html": Markup(render(data["md"]))}  # noqa: S704  render() cleans


@dataclass(frozen=True)
class Image:
    """A picture."""

    name: str = "image"
    title: Text = _("Picture")
    template: str = "courses/learn/blocks/image.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        return {
            "src": around.url(data["file"]),
            "alt": data["alt"],
            "caption": data.get("caption", ""),
            "width": file["width"],
            "height": file["height"],
            "srcset": "",
            "first": around.first_picture,
        }


@dataclass(frozen=True)
class Audio:
    """Sound, with its text beside it."""

    name: str = "audio"
    title: Text = _("Sound")
    template: str = "courses/learn/blocks/audio.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        seconds = round(file["bytes"] * 8 / 24_000)  # lessons' sound is 24 kbit/s
        return {
            "url": around.url(data["file"]),
            "type": "audio/mpeg",
            "seconds": seconds,
            "bytes": file["bytes"],
            "text": data["label"],
        }


@dataclass(frozen=True)
class Steps:
    """Numbered steps."""

    name: str = "steps"
    title: Text = _("Steps")
    template: str = "courses/learn/blocks/steps.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        return {"items": [Markup(render(item)) for item in data["items"]]}  # noqa: S704  render() cleans


@dataclass(frozen=True)
class MessageBubble:
    """A message as it looks on a phone. Never a real link."""

    name: str = "message"
    title: Text = _("Message on a phone")
    template: str = "courses/learn/blocks/message.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        return {"sender": data["sender"], "html": Markup("<br>").join(escape(x) for x in data["text"].split("\n"))}


@dataclass(frozen=True)
class Embedded:
    """An activity done inside the lesson: a practice question, or what a plugin adds."""

    name: str
    title: Text
    kind: str
    key: str
    template: str = "courses/learn/blocks/embed.html"

    def row(self, data: Mapping[str, Any], around: Around) -> Mapping[str, Any] | None:
        kind = ACTIVITY_KINDS.find(self.kind)
        html = kind.embed(data[self.key], around.return_to) if kind else None
        return {"html": html} if html else None


STANDARD: tuple[BlockType, ...] = (
    Prose("text", _("Text")),
    Prose("remember", _("Remember")),
    Prose("warning", _("Be careful")),
    Prose("do", _("Do it for real")),
    Image(),
    Audio(),
    Steps(),
    MessageBubble(),
    Embedded("check", _("Practice question"), "check", "item"),
)
