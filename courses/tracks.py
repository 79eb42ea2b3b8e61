"""A lesson in another language: what a track holds, and how it is laid over the Vietnamese lesson. Pure.

A track's body is plain values, as a lesson's is:

    {"title": "…", "promise": "…", "sound": "ca-bai.mp3" or "",
     "blocks": {"b3f…": {"data": {"md": "…"}, "sound": "mot.mp3" or "", "of": "…"}}, "files": {…}}

Each block of the lesson is named by its id (`name_of`), and holds only what is told in the other language; all the rest
(the picture, the question) is the lesson's. What the track does not tell, the lesson tells in Vietnamese. `of` is a
mark of the Vietnamese block as it was when it was translated: another mark, and the translator is told to look again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from msgspec import Struct

from courses.blocks.fields import BlockField
from courses.blocks.ids import print_of
from lms.api.packages import render

Body = Mapping[str, Any]
TOLD = ("line", "box", "markdown", "lines")  # the fields that hold words; the others are the same in every language
VIETNAMESE = "vi"
_BREAK = re.compile(r"</?(?:p|h2|h3|li|ul|ol)[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def empty() -> dict[str, Any]:
    """A track in which nothing is told yet."""
    return {"title": "", "promise": "", "sound": "", "blocks": {}, "files": {}}


def name_of(block: Mapping[str, Any], place: int) -> str:
    """The name by which a track knows a block; by its place in a revision older than the ids."""
    return str(block.get("id") or f"@{place}")


def mark_of(block: Mapping[str, Any]) -> str:
    """A short mark of what a block says."""
    return hashlib.sha256(print_of({"kind": block["kind"], "data": block["data"]}).encode()).hexdigest()[:12]


def told_fields(fields: Sequence[BlockField]) -> tuple[BlockField, ...]:
    """The fields of a block that are told in each language."""
    return tuple(field for field in fields if field.kind in TOLD)


def is_told(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of a track says anything in words."""
    return any(entry.get("data", {}).values())


def laid_over(body: Body, track: Body, lang: str) -> dict[str, Any]:
    """The lesson as the track tells it. Each block says its language (`lang`) and its own sound, where it has one."""
    blocks = []
    for place, block in enumerate(body["blocks"]):
        entry = track["blocks"].get(name_of(block, place), {})
        told = {name: words for name, words in entry.get("data", {}).items() if words}
        sound = track["files"].get(entry.get("sound", ""))
        blocks.append(
            {
                **block,
                "data": {**block["data"], **told},
                "lang": lang if told else VIETNAMESE,
                "sound": sound or None,
            }
        )
    return {
        **body,
        "title": track["title"] or body["title"],
        "promise": track["promise"] or body["promise"],
        "title_lang": lang if track["title"] else VIETNAMESE,
        "promise_lang": lang if track["promise"] else VIETNAMESE,
        "blocks": blocks,
    }


def fully_told(laid: Body, lang: str, told_kinds: Mapping[str, Sequence[BlockField]]) -> bool:
    """Whether a laid-over lesson is told in the language from the title to the end: then a voice of it can read it."""
    if laid.get("title_lang", VIETNAMESE) != lang or laid.get("promise_lang", VIETNAMESE) != lang:
        return False
    return all(
        block.get("lang", VIETNAMESE) == lang
        for block in laid["blocks"]
        if heard_in(block["kind"], block["data"]) and told_fields(told_kinds.get(block["kind"], ()))
    )


def sound_of(track: Body) -> Mapping[str, Any] | None:
    """The sound of the whole lesson, where there is one."""
    found: Mapping[str, Any] | None = track["files"].get(track["sound"]) if track["sound"] else None
    return found


def heard_in(kind: str, data: Mapping[str, Any]) -> list[str]:
    """What is read aloud of a block, line by line: its words as they stand on the page, without their marks."""
    if isinstance(data.get("md"), str):
        return _lines(data["md"])
    if isinstance(data.get("items"), list):
        return [line for item in data["items"] for line in _lines(str(item))]
    if kind == "message":
        return [*_bare(data.get("sender", "")), *_bare(data.get("text", ""))]
    return _bare(str(data.get("caption", "")))


def _lines(markdown: str) -> list[str]:
    spaced = _BREAK.sub("\n", " ".join(render(markdown).split()))
    return _bare(unescape(_TAG.sub("", spaced)))


def _bare(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def heard(body: Body) -> str:
    """A lesson as it is read aloud: title, promise and the words of its blocks, a line for each passage."""
    lines = [*_bare(body["title"]), *_bare(body["promise"])]
    for block in body["blocks"]:
        lines += heard_in(block["kind"], block["data"])
    return "\n".join(lines)


class Published(Struct, frozen=True):
    """A published track: its row, its language, the lesson's revision that it belongs to, its number there."""

    id: int
    lang: str
    revision_id: int
    number: int


class Standing(Struct, frozen=True):
    """The track of a language that stands for a revision. `older`: it tells an earlier meaning, so it is not shown."""

    track: Published
    older: bool


def standing(revision_id: int, changes: Mapping[int, str], published: Sequence[Published]) -> dict[str, Standing]:
    """For each language the track that stands for a revision of a lesson.

    `changes` says of each revision of the lesson what changed in it: first, minor or major. A track goes on with every
    revision after its own that changed the wording only; behind a change of meaning it is of the earlier lesson.
    A track of a later revision says nothing about this one: learners stay on the revision that they began.
    """
    found: dict[str, Standing] = {}
    for track in sorted(published, key=lambda t: (t.revision_id, t.number)):
        if track.revision_id > revision_id:
            continue
        between = (change for at, change in changes.items() if track.revision_id < at <= revision_id)
        found[track.lang] = Standing(track, "major" in between)
    return found


def untold(body: Body, track: Body, fields: Mapping[str, Sequence[BlockField]]) -> Iterator[str]:
    """The names of blocks that could be told and are not yet, neither in words nor by a sound."""
    for place, block in enumerate(body["blocks"]):
        entry = track["blocks"].get(name_of(block, place), {})
        if told_fields(fields.get(block["kind"], ())) and not is_told(entry) and not entry.get("sound"):
            yield name_of(block, place)
