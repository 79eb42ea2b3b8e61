"""Blocks that show files: picture, sound, video, an episode to hear, slides, a document, sign language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from msgspec import Struct

from courses.blocks.fields import BlockField
from courses.blocks.standard import Around
from courses.media import seconds_of
from lms.api.packages import render
from lms.api.web import address
from lms.api.work import Text, _

LONGEST = 20_000  # letters of a text, as in packages
MOST_WORDS_INSIDE = 6_000  # letters of slides' words that stand in the page; more stand in a file beside it
WAITING: Mapping[str, Any] = {"waiting": True}
Data = Mapping[str, Any]
Files = Mapping[str, Mapping[str, Any]]
_NOT_READ = _("Write down what is said: who cannot hear it reads these words.")


def url_of(file: Mapping[str, Any]) -> str:
    """Where a file is served."""
    return address("courses.file", key=file["key"], ending=file["ending"])


def is_ready(file: Mapping[str, Any]) -> bool:
    """Whether a file can be shown; one that was just brought waits for the worker."""
    return "key" in file


def shown(text: str) -> Markup:
    """Markdown, drawn and cleaned."""
    return Markup(render(text))  # noqa: S704  render() cleans


class Source(Struct, frozen=True):
    """One file that a player may choose."""

    url: str
    type: str
    bytes: int
    height: int = 0


def sound_sources(file: Mapping[str, Any]) -> list[Source]:
    """Opus first, for phones that know it; MP3 for all."""
    types = {"opus": 'audio/ogg; codecs="opus"', "mp3": "audio/mpeg"}
    found = file.get("variants") or [file]
    rows = [Source(url_of(v), types[v["ending"]], v["bytes"]) for v in found if v["ending"] in types]
    return sorted(rows, key=lambda row: row.type == "audio/mpeg")


class Image(Struct, frozen=True):
    """A picture, in the width that the phone needs."""

    name: str = "image"
    title: Text = _("Picture")
    template: str = "courses/learn/blocks/image.html"
    icon: str = "image"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Picture"), takes=("picture", "drawing")),
        BlockField("alt", "line", _("What the picture shows, for those who cannot see it")),
        BlockField("caption", "line", _("Words below it, if you like"), required=False),
    )

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        if data.get("alt"):
            return []
        return [("alt", _("Say in words what the picture shows: who cannot see it hears these words."))]

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        return picture_row(file, data["alt"], data.get("caption", ""), around.first_picture)


def picture_row(file: Mapping[str, Any], alt: str, caption: str = "", first: bool = False) -> Data:
    """What a picture's template needs."""
    if not is_ready(file):
        return WAITING
    variants = file.get("variants", ())
    return {
        "src": url_of(file),
        "srcset": ", ".join(f"{url_of(v)} {v['width']}w" for v in variants) if len(variants) > 1 else "",
        "alt": alt,
        "caption": caption,
        "width": file["width"],
        "height": file["height"],
        "colour": file.get("colour", ""),
        "first": first,
    }


class Audio(Struct, frozen=True):
    """Sound, with its text beside it."""

    name: str = "audio"
    title: Text = _("Sound")
    template: str = "courses/learn/blocks/audio.html"
    icon: str = "volume-2"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Sound"), takes=("sound",)),
        BlockField("label", "line", _("What is heard, in words")),
    )

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        if data.get("label"):
            return []
        return [("label", _("Write down what is heard: who cannot hear it reads these words."))]

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        return {**sound_row(file), "text": data["label"]}


def sound_row(file: Mapping[str, Any]) -> Data:
    """What the template of a sound needs."""
    if not is_ready(file):
        return WAITING
    return {
        "sources": sound_sources(file),
        "url": url_of(file),
        "seconds": seconds_of(file),
        "bytes": file["bytes"],
    }


class Podcast(Struct, frozen=True):
    """An episode to hear on the way: a title, notes, all its words, and a file to take along."""

    name: str = "podcast"
    title: Text = _("Episode to listen to")
    template: str = "courses/learn/blocks/podcast.html"
    icon: str = "mic"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Sound of the episode"), takes=("sound",)),
        BlockField("title", "line", _("Title of the episode"), most=200),
        BlockField(
            "notes", "markdown", _("Notes, if you like"), _("What it is about, and what comes when: - 02:30 …"),
            required=False, most=LONGEST,
        ),
        BlockField("transcript", "markdown", _("All that is said, in words"), most=LONGEST, rows=8),
    )  # fmt: skip

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        found = [] if data.get("title") else [("title", _("Give the episode a title."))]
        return found if data.get("transcript", "").strip() else [*found, ("transcript", _NOT_READ)]

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        return {
            **sound_row(file),
            "title": data["title"],
            "notes": shown(data.get("notes", "")),
            "transcript": shown(data.get("transcript", "")),
            "file": data["file"],
        }


def video_row(file: Mapping[str, Any], label: str) -> Data:
    """What the template of a video needs: small first, the sharper one to choose."""
    if not is_ready(file):
        return WAITING
    sizes = sorted(file.get("variants") or [file], key=lambda v: v["bytes"])
    poster = file.get("poster")
    return {
        "url": url_of(sizes[0]),
        "bytes": sizes[0]["bytes"],
        "better": Source(
            url_of(sizes[-1]), "video/mp4", sizes[-1]["bytes"], min(sizes[-1]["width"], sizes[-1]["height"])
        )
        if len(sizes) > 1
        else None,
        "width": sizes[0]["width"],
        "height": sizes[0]["height"],
        "poster": url_of(poster) if poster else "",
        "seconds": seconds_of(file),
        "label": label,
    }


class Video(Struct, frozen=True):
    """A film: nothing of it is fetched before it is asked for, and what it weighs is said first."""

    name: str = "video"
    title: Text = _("Video")
    template: str = "courses/learn/blocks/video.html"
    icon: str = "video"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Video"), _("At most 10 minutes."), takes=("video",)),
        BlockField("label", "line", _("What the video shows, in a few words"), most=200),
        BlockField(
            "captions", "upload", _("Captions (VTT or SRT)"), _("Each sentence with the time when it is said."),
            required=False, takes=("captions",),
        ),
        BlockField(
            "transcript", "markdown", _("All that is said and shown, in words"), required=False, most=LONGEST, rows=6
        ),
    )  # fmt: skip

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        found: list[tuple[str, Text]] = []
        if not data.get("label"):
            found.append(("label", _("Say in a few words what the video shows.")))
        file = files.get(data.get("file", ""), {})
        if file.get("silent"):
            if not data.get("transcript", "").strip():
                found.append(
                    ("transcript", _("Tell in words what the video shows: who cannot see it hears these words."))
                )
        elif data.get("captions", "") not in files:
            found.append(
                (
                    "captions",
                    _("Add captions: who cannot hear the video reads along. Without them it is not published."),
                )
            )
        return found

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        captions = around.files.get(data.get("captions", ""), {})
        words, said = data.get("transcript", "").strip(), captions.get("text", "")
        return {
            **video_row(file, data["label"]),
            "captions": url_of(captions) if is_ready(captions) else "",
            "transcript": shown(words) if words else Markup("<p>{}</p>").format(said) if said else "",
        }


class Sign(Struct, frozen=True):
    """The lesson in sign language: opened where it is wanted, and then it stays in sight."""

    name: str = "sign"
    title: Text = _("Sign language")
    template: str = "courses/learn/blocks/sign.html"
    icon: str = "hand"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Video in sign language"), _("At most 10 minutes."), takes=("video",)),
        BlockField("label", "line", _("What is signed, in a few words"), most=200),
    )

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        return [] if data.get("label") else [("label", _("Say in a few words what is signed."))]

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        return None if file is None else video_row(file, data["label"])


class Page(Struct, frozen=True):
    """One slide: its picture, and where those before and after it stand in the page."""

    id: str
    number: int
    picture: Data
    before: str
    after: str
    text: str


class Slides(Struct, frozen=True):
    """A PDF as pictures of its pages, one beside the other, with their words."""

    name: str = "slides"
    title: Text = _("Slides")
    template: str = "courses/learn/blocks/slides.html"
    icon: str = "presentation"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Slides as PDF"), _("At most 40 pages."), takes=("document",)),
        BlockField("title", "line", _("What the slides are about"), most=200),
        BlockField(
            "words", "box", _("What the slides say, where they are pictures only"), required=False, most=LONGEST
        ),
    )

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        found: list[tuple[str, Text]] = []
        if not data.get("title"):
            found.append(("title", _("Say what the slides are about.")))
        pages = files.get(data.get("file", ""), {}).get("pages", ())
        if pages and not data.get("words", "").strip() and not all(page["text"] for page in pages):
            bare = ", ".join(str(n) for n, page in enumerate(pages, 1) if not page["text"])
            text = _("These pages are pictures without words: {pages}. Tell here what they show.", pages=bare[:60])
            found.append(("words", text))
        return found

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        if not is_ready(file):
            return WAITING
        held = file.get("pages", ())
        ids = [f"t{file['key'][:6]}-{number}" for number in range(1, len(held) + 1)]
        inside = sum(len(page["text"]) for page in held) <= MOST_WORDS_INSIDE
        pages = [
            Page(
                ids[at],
                at + 1,
                picture_row(page, _page_words(page["text"])),
                ids[at - 1] if at else "",
                ids[at + 1] if at + 1 < len(ids) else "",
                page["text"] if inside else "",
            )
            for at, page in enumerate(held)
        ]
        return {
            "title": data["title"],
            "pages": pages,
            "words": data.get("words", "").strip(),
            "words_url": url_of(file["words"]) if not inside else "",
            "words_bytes": file["words"]["bytes"] if not inside else 0,
            "url": url_of(file),
            "bytes": file["bytes"],
            "file": data["file"],
        }


def _page_words(text: str) -> str:
    """The first words of a page, as the name of its picture; all of them stand below it."""
    first = " ".join(text.split("\n")[:2])
    return first if len(first) <= 120 else first[:117].rsplit(" ", 1)[0] + " …"


class File(Struct, frozen=True):
    """A document to take along, with what it weighs."""

    name: str = "file"
    title: Text = _("Document to download")
    template: str = "courses/learn/blocks/file.html"
    icon: str = "file-text"
    fields: tuple[BlockField, ...] = (
        BlockField("file", "upload", _("Document (PDF)"), takes=("document",)),
        BlockField("title", "line", _("What the document is"), most=200),
    )

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        return [] if data.get("title") else [("title", _("Say what the document is."))]

    def row(self, data: Data, around: Around) -> Data | None:
        file = around.files.get(data["file"])
        if file is None:
            return None
        if not is_ready(file):
            return WAITING
        return {
            "title": data["title"],
            "url": url_of(file),
            "bytes": file["bytes"],
            "pages": len(file.get("pages", ())),
            "file": data["file"],
        }


MEDIA = (Image(), Audio(), Video(), Podcast(), Slides(), File(), Sign())
