"""What makes a lesson good, and what keeps it from being published. Reads no database."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from msgspec import Struct

from courses.services.exporting import lesson_of
from lms.api.packages import (
    MOST_SENTENCE_SYLLABLES,
    Block,
    Package,
    Parts,
    Problems,
    Where,
    longest_sentence,
    package_files,
    plain,
    read_blocks,
    read_lesson,
    syllables,
    tidy,
)
from lms.api.work import Text, _

PAGE_BYTES = 14_000  # a lesson's page without its pictures
THIRD_GENERATION = 200_000  # bytes a second: 1.6 Mbit/s
MOST_BYTES = 400_000
MOST_MINUTES = 7
MOST_GUIDE_SYLLABLES = 450
SYLLABLES_A_MINUTE = 90  # somebody who reads slowly, on a phone
SECONDS_A_BLOCK = {"check": 40, "practice": 120, "steps": 10, "image": 5}  # for what is not read alone
MOST_MISSING = 5  # places that are named one by one
FAR_OFF = 2  # minutes by which the estimate may differ from what the author says
_EMPTY_LINK = re.compile(r"\[\s*\]\([^)]*\)")
_BARE_LINK = re.compile(r"\[(?:bấm (?:vào )?đây|tại đây|ở đây|đây|click here|here|link)\]\(", re.IGNORECASE)
_HEADING = re.compile(r"^(#{1,6})[ \t]+\S", re.MULTILINE)
Body = Mapping[str, Any]
Files = Mapping[str, Mapping[str, Any]]
Lacks = Callable[[Mapping[str, Any], Files], list[tuple[str, Text]]]
"""What a block lacks before it may be published, by the name of its field."""


class Check(Struct, frozen=True):
    """One line of the list beside the editor. `field` is the id of what it speaks of."""

    good: bool
    text: Text
    field: str = ""


def settled(body: Body) -> dict[str, Any]:
    """A lesson as it is published: neighbouring texts are one, empty ones and files that nothing shows are gone."""
    blocks: list[dict[str, Any]] = []
    for block in body["blocks"]:
        if block["kind"] == "text":
            words = tidy(block["data"]["md"])
            if not words:
                continue
            if blocks and blocks[-1]["kind"] == "text":
                blocks[-1] = {**blocks[-1], "data": {"md": blocks[-1]["data"]["md"] + "\n\n" + words}}
                continue
            block = {**block, "data": {"md": words}}
        blocks.append(block)
    shown = {value for block in blocks for value in block["data"].values() if isinstance(value, str)}
    kept = {name: value for name, value in body.items() if name != "removed"}
    return {**kept, "blocks": blocks, "files": {name: f for name, f in body["files"].items() if name in shown}}


def problems_of(body: Body, parts: Parts, skills: Collection[str], lacks: Lacks) -> list[tuple[str, Text]]:
    """(id of the field, what must be mended) before a settled lesson can be published.

    What accessibility asks and what would lead nowhere (`lacks`), what is still being worked on, and what its package
    would say of it.
    """
    found: list[tuple[str, Text]] = []
    lesson = lesson_of({**body, "files": {}}, lambda _key: b"")
    for place, block in enumerate(lesson.blocks):
        here = f"block-{place}"
        reader = parts.blocks.get(block.kind)
        if reader is None:
            found.append((here, _("This block's plugin is not in use. Remove the block, or bring the plugin back.")))
            continue
        if not block.data:
            found.append((here, _("Please write this block, or remove it.")))
            continue
        said = [*_unready(place, block, body["files"])]
        said += [(f"{place}-{name}", text) for name, text in lacks(body["blocks"][place], body["files"])]
        found += said or _as_package(place, block, parts, body["files"])
    found += _wording(lesson.blocks)
    problems = Problems()
    where = Where("lesson.md", 1, problems, [])
    head = replace(lesson, blocks=(Block("text", {"md": "."}),), files={})
    files = package_files(Package(lesson.slug, lesson.title, "1", lessons=(head,)))
    text = files[f"lessons/{lesson.slug}/lesson.md"].decode()
    read_lesson(lesson.slug, text, lesson.guide, {}, parts, where)
    if not lesson.promise:
        found.append(("promise", _("Please say what the learner will be able to do.")))
    if not lesson.groups:
        found.append(("groups", _("Please choose for whom the lesson is.")))
    if not lesson.blocks:
        found.append(("blocks", _("The lesson is empty. Add at least one block, then publish.")))
    unknown = [code for code in lesson.skills if code not in skills]
    if unknown:
        found.append(("skills", _("No framework here has the skill {code}.", code=", ".join(unknown))))
    told = {"promise", "groups"} & {name for name, _text in found}
    found += [("facts", Text(p.template, dict(p.values))) for p in problems if p.values.get("key") not in told]
    return found


def _as_package(place: int, block: Block, parts: Parts, files: Files) -> list[tuple[str, Text]]:
    """What its reader says of a block that is written down and read again."""
    here = f"block-{place}"
    problems = Problems()
    where = Where("lesson.md", 1, problems, [])
    written = read_blocks(parts.blocks[block.kind].write(block.data).split("\n"), parts, where)
    said = [(here, Text(p.template, dict(p.values))) for p in problems]
    for reference in where.references:
        if reference.kind in FILES and reference.name not in files:
            said.append((here, _("Please choose a file here.")))
    if not said and [(b.kind, b.data) for b in written] != [(block.kind, dict(block.data))]:
        said.append((here, _("This block cannot be kept as it is. Please simplify its text.")))
    return said


FILES = ("picture", "drawing", "sound", "video", "document", "captions")  # what a reader calls a file of the lesson


def _unready(place: int, block: Block, files: Files) -> Iterator[tuple[str, Text]]:
    """Files of a block that are not there yet as learners will get them."""
    for name, value in block.data.items():
        entry = files.get(value) if isinstance(value, str) else None
        if entry is None or entry.get("key"):
            continue
        if entry.get("state") == "refused":
            yield f"{place}-{name}", _("The file {name} cannot be used. Please choose another one.", name=value)
        else:
            yield f"{place}-{name}", _("The file {name} is still being prepared. Publish when it is done.", name=value)


def _wording(blocks: Collection[Block]) -> Iterator[tuple[str, Text]]:
    """Headings that leave out a level, and links without words: who hears the page cannot find their way."""
    has_section = False
    for place, block in enumerate(blocks):
        words = block.data.get("md")
        if not isinstance(words, str):
            continue
        here = f"{place}-md"
        has_section = has_section or block.kind != "text"  # a box has a heading of its own
        for heading in _HEADING.finditer(words):
            level = len(heading[1])
            if level == 3 and not has_section:
                yield here, _("A small heading (###) stands before any large one (##). Begin with ##.")
            has_section = has_section or level == 2
        if _EMPTY_LINK.search(words):
            yield here, _("A link has no words: write [what the page is](https://…).")


def checks(body: Body, skills: Collection[str], lacks: Lacks) -> list[Check]:
    """The list beside the editor. Only what `problems_of` finds is a reason to refuse; the rest is advice."""
    kinds = [block["kind"] for block in body["blocks"]]
    size = first_load(settled(body))
    seconds = math.ceil(size / THIRD_GENERATION)
    result = [
        Check(
            size <= MOST_BYTES,
            _("Weighs {kb} KB, opens in {n} s on a 3G network", kb=round(size / 1000), n=seconds),
        ),
        _minutes(body),
        *_pictures(body),
        *_missing(body, lacks),
        *_files(body),
        *_sentences(body),
        *_bare_links(body),
    ]
    for kind, there, missing in (
        ("remember", _("Says what to remember"), _("Say once what to remember")),
        ("do", _("Gives one thing to do for real"), _("Give one thing to do for real")),
        ("check", _("Asks one question"), _("Ask one practice question")),
    ):
        count = kinds.count(kind)
        result.append(
            Check(
                count == 1,
                _("There are {n} blocks “{title}”; one is enough", n=count, title=TITLES[kind]) if count > 1
                else there if count
                else missing,
                "add",
            )
        )  # fmt: skip
    unknown = [code for code in body["skills"] if code not in skills]
    result.append(
        Check(False, _("No framework here has the skill {code}", code=", ".join(unknown)), "skills") if unknown
        else Check(True, _("Skills taught: {codes}", codes=", ".join(body["skills"])), "skills") if body["skills"]
        else Check(False, _("Name the skills that it teaches"), "skills")
    )  # fmt: skip
    words = syllables(plain(body["guide"])) if body["guide"] else 0
    result += [
        Check(
            0 < words <= MOST_GUIDE_SYLLABLES,
            _("The guide for teachers fits one page") if 0 < words <= MOST_GUIDE_SYLLABLES
            else _("The guide has {n} syllables; one page holds {most}", n=words, most=MOST_GUIDE_SYLLABLES) if words
            else _("Write a guide for whoever teaches it"),
            "guide",
        ),
        Check(
            bool(body["sources"]), _("Names its sources") if body["sources"] else _("Name the sources"), "sources"
        ),
        Check(
            bool(body["checked"]),
            _("Facts were checked by a person") if body["checked"]
            else _("Say on which day a person checked the facts"),
            "checked",
        ),
    ]  # fmt: skip
    return result


TITLES = {"remember": _("Remember"), "do": _("Do it for real"), "check": _("Practice question")}


def first_load(body: Body) -> int:
    """Bytes that come with a lesson before anything is clicked: the page, its pictures as a phone gets them, its sound.

    Videos and documents come when they are asked for.
    """
    size = PAGE_BYTES
    for entry in body["files"].values():
        if entry.get("kind") in ("video", "document", "captions") or not entry.get("key"):
            continue
        narrow = [v["bytes"] for v in entry.get("variants", ()) if v.get("width", 0) >= 360]
        size += min(narrow) if narrow else entry.get("bytes", 0)
    return size


def estimated_minutes(body: Body) -> int:
    """How long a slow reader takes, sound and film included; at least 1."""
    words = sum(syllables(plain(text[:50_000])) for _place, text in _texts(body)) + syllables(body["promise"])
    seconds = words * 60 / SYLLABLES_A_MINUTE
    seconds += sum(SECONDS_A_BLOCK.get(block["kind"], 0) for block in body["blocks"])
    seconds += sum(entry.get("seconds") or 0 for entry in settled(body)["files"].values())
    return max(1, round(seconds / 60))


def _minutes(body: Body) -> Check:
    said, guess = body["minutes"], estimated_minutes(body)
    if said > MOST_MINUTES:
        return Check(False, _("Takes {n} minutes; at most {most} are good", n=said, most=MOST_MINUTES), "minutes")
    if body["blocks"] and abs(said - guess) > FAR_OFF:
        return Check(
            False, _("You say {n} minutes; by its text it takes about {guess}", n=said, guess=guess), "minutes"
        )
    return Check(True, _("Takes {n} minutes; by its text about {guess}", n=said, guess=guess), "minutes")


def _pictures(body: Body) -> Iterator[Check]:
    pictures = [b["data"] for b in body["blocks"] if b["kind"] == "image"]
    if not pictures:
        yield Check(False, _("Add at least one picture"), "add")
    elif all(data.get("alt") for data in pictures):
        yield Check(True, _("Every picture is told in words"))


def _missing(body: Body, lacks: Lacks) -> Iterator[Check]:
    """What blocks lack before the lesson may be published: the first of them."""
    found = [
        Check(False, text, f"{place}-{name}")
        for place, block in enumerate(body["blocks"])
        if block["data"]
        for name, text in lacks(block, body["files"])
    ]
    yield from found[:MOST_MISSING]
    if len(found) > MOST_MISSING:
        yield Check(False, _("Places that need something more: {n}", n=len(found)), found[MOST_MISSING].field)


def _files(body: Body) -> Iterator[Check]:
    """Files that are still being worked on, or cannot be used."""
    for place, block in enumerate(body["blocks"]):
        for name, text in _unready(place, Block(block["kind"], block["data"]), body["files"]):
            yield Check(False, text, name)


def _bare_links(body: Body) -> Iterator[Check]:
    for place, block in enumerate(body["blocks"]):
        words = block["data"].get("md")
        if isinstance(words, str) and _BARE_LINK.search(words):
            yield Check(False, _("A link says only “here”; say what the page is"), f"{place}-md")


def _sentences(body: Body) -> Iterator[Check]:
    longest, start, where = 0, "", ""
    for place, text in [("promise", body["promise"]), *_texts(body)]:
        count, words = longest_sentence(text)
        if count > longest:
            longest, start, where = count, words, place
    if longest > MOST_SENTENCE_SYLLABLES:
        yield Check(
            False,
            _("A sentence has {n} syllables; at most {most} read well: “{start} …”", n=longest,
              most=MOST_SENTENCE_SYLLABLES, start=start),
            where,
        )  # fmt: skip
    elif longest:
        yield Check(True, _("Easy to read: the longest sentence has {n} syllables", n=longest))


def _texts(body: Body) -> Iterator[tuple[str, str]]:
    for place, block in enumerate(body["blocks"]):
        if block["kind"] == "message":
            continue  # quoted as it came
        data = block["data"]
        if isinstance(data.get("md"), str):
            yield f"{place}-md", data["md"]
        for item in data.get("items", ()) if isinstance(data.get("items"), list) else ():
            yield f"{place}-items", str(item)


def measure(text: str) -> Text | None:
    """What is said below a text box: how long the longest sentence is."""
    longest, _start = longest_sentence(text)
    if not longest:
        return None
    easy = longest <= MOST_SENTENCE_SYLLABLES
    return (
        _("Longest sentence: {n} syllables · easy to read", n=longest) if easy
        else _("Longest sentence: {n} syllables · divide it", n=longest)
    )  # fmt: skip
