"""lesson.<lang>.md: a lesson in another language, block by block in the order of lesson.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lms.languages import LANGUAGES
from lms.packages.builtin import no_arguments, read_file_name
from lms.packages.fields import Fields
from lms.packages.lessons import LONGEST_PROMISE, LONGEST_TITLE, read_blocks
from lms.packages.model import Block, Lesson, Track, TrackBlock
from lms.packages.parts import Parts, directive_line
from lms.packages.problems import Where, _, listed, quoted
from lms.packages.source import FILE_NAME, SOUNDS

SAME, SOUND = "same", "sound"


class SameBlock:
    """A block that is not told in this language: readers get it in Vietnamese."""

    directive = SAME
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        no_arguments(self.directive, args, where)
        return {}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive)


class SoundBlock:
    """A sound in which somebody tells the block that follows."""

    directive = SOUND
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        return {"file": read_file_name(args[:1], SOUNDS, "sound", where)}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["file"])


def with_tracks(lesson: Lesson, texts: Mapping[str, str], parts: Parts, where: Where) -> Lesson:
    """The lesson with its tracks; `texts` holds them by language, `where` is at lesson.md."""
    found = []
    for lang, text in sorted(texts.items()):
        here = Where(f"lessons/{lesson.slug}/lesson.{lang}.md", 1, where.problems, where.references)
        track = read_track(lang, text, lesson, parts, here)
        if track is not None:
            found.append(track)
    return replace(lesson, tracks=tuple(found))


def read_track(lang: str, text: str, lesson: Lesson, parts: Parts, where: Where) -> Track | None:
    """One track; None where it cannot be understood, with the problems said."""
    if lang not in LANGUAGES or lang == "vi":
        where.problem(
            "language",
            _("`{lang}` is no language that lessons are told in. The languages are: {known}."),
            lang=quoted(lang),
            known=listed([code for code in LANGUAGES if code != "vi"]),
        )
        return None
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        where.problem(
            "front-matter",
            _("The first line must be --- and the track's keys (title, promise, sound) follow, ended by another ---."),
        )
        return None
    head = "\n".join(lines[1:end])
    fields = Fields.load(head, where) if head.strip() else None
    written = read_blocks(lines[end + 1 :], parts.plus(SameBlock(), SoundBlock()), where.at(end + 2))
    title = promise = sound = ""
    if fields is not None:
        title = fields.text("title", required=False, most=2 * LONGEST_TITLE, one_line=True)
        promise = fields.text("promise", required=False, most=LONGEST_PROMISE, one_line=True)
        sound = fields.text("sound", required=False, most=100, one_line=True)
        if sound and (not FILE_NAME.fullmatch(sound) or sound.rpartition(".")[2] not in SOUNDS):
            fields.at("sound").problem("file-name", _("`sound` must be the name of an mp3 file beside lesson.md."))
            sound = ""
        elif sound:
            fields.at("sound").refer("sound", sound)
        fields.finish()
    return Track(lang, title, promise, _beside(written, lesson, where), sound)


def _beside(written: tuple[Block, ...], lesson: Lesson, where: Where) -> tuple[TrackBlock, ...]:
    """The blocks laid beside the lesson's: as many, of the same kinds, in the same order."""
    found: list[TrackBlock] = []
    sound = ""
    for block in written:
        if block.kind == SOUND:
            sound = block.data["file"]
            continue
        place = len(found)
        if place < len(lesson.blocks) and block.kind not in (SAME, lesson.blocks[place].kind):
            where.at(block.line).problem(
                "track-kind",
                _("Block {n} of lesson.md is {kind}, but {other} stands here. Write the same kind, or :::same."),
                n=place + 1,
                kind=lesson.blocks[place].kind,
                other=block.kind,
            )
        told = block.kind != SAME
        found.append(TrackBlock(block.kind if told else "", block.data if told else {}, sound, block.line))
        sound = ""
    if written and len(found) != len(lesson.blocks):
        where.problem(
            "track-length",
            _("This track has {here} blocks, lesson.md {count}. Write :::same for each block that is not told."),
            count=len(lesson.blocks),
            here=len(found),
        )
    return tuple(found)


def track_blocks(track: Track) -> tuple[Block, ...]:
    """A track's blocks as they are written."""
    blocks: list[Block] = []
    for block in track.blocks:
        if block.sound:
            blocks.append(Block(SOUND, {"file": block.sound}))
        blocks.append(Block(block.kind or SAME, block.data))
    return tuple(blocks)


def track_head(track: Track) -> dict[str, Any]:
    """The keys at the top of a track."""
    keys = {"title": track.title, "promise": track.promise, "sound": track.sound}
    return {key: value for key, value in keys.items() if value}


def sounds_of(lesson: Lesson) -> set[str]:
    """The files that only the lesson's tracks play."""
    played = {name for track in lesson.tracks for name in (track.sound, *(b.sound for b in track.blocks)) if name}
    shown = {value for block in lesson.blocks for value in block.data.values() if isinstance(value, str)}
    return played - shown
