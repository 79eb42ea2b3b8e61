"""What makes a lesson good, and what keeps it from being published. Reads no database."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

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
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Check:
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
                blocks[-1] = {"kind": "text", "data": {"md": blocks[-1]["data"]["md"] + "\n\n" + words}}
                continue
            block = {"kind": "text", "data": {"md": words}}
        blocks.append(block)
    shown = {value for block in blocks for value in block["data"].values() if isinstance(value, str)}
    return {**body, "blocks": blocks, "files": {name: f for name, f in body["files"].items() if name in shown}}


def problems_of(
    body: Body, parts: Parts, skills: Collection[str], has_question: Callable[[str], bool], read: Callable[[str], bytes]
) -> list[tuple[str, Text]]:
    """(id of the field, what must be mended) before a settled lesson can be published: what its package would say."""
    found: list[tuple[str, Text]] = []
    lesson = lesson_of(body, read)
    for place, block in enumerate(lesson.blocks):
        here = f"block-{place}"
        reader = parts.blocks.get(block.kind)
        if reader is None:
            found.append((here, _("This block's plugin is not in use. Remove the block, or bring the plugin back.")))
            continue
        if not block.data:
            found.append((here, _("Please write this block, or remove it.")))
            continue
        problems = Problems()
        where = Where("lesson.md", 1, problems, [])
        written = read_blocks(reader.write(block.data).split("\n"), parts, where)
        said = [(here, Text(p.template, dict(p.values))) for p in problems]
        for reference in where.references:
            if reference.kind in ("picture", "sound") and reference.name not in lesson.files:
                said.append((here, _("Please choose a file here.")))
            elif reference.kind == "practice_item" and not has_question(reference.name):
                said.append((here, _("There is no practice question called {name}.", name=reference.name)))
        if not said and [(b.kind, b.data) for b in written] != [(block.kind, dict(block.data))]:
            said.append((here, _("This block cannot be kept as it is. Please simplify its text.")))
        found += said
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


def checks(body: Body, skills: Collection[str]) -> list[Check]:
    """The list beside the editor: advice, never a reason to refuse."""
    kinds = [block["kind"] for block in body["blocks"]]
    size = PAGE_BYTES + sum(file["bytes"] for file in settled(body)["files"].values())
    seconds = math.ceil(size / THIRD_GENERATION)
    result = [
        Check(
            size <= MOST_BYTES,
            _("Weighs {kb} KB, opens in {n} s on a 3G network", kb=round(size / 1000), n=seconds),
        ),
        Check(
            body["minutes"] <= MOST_MINUTES,
            _("Takes {n} minutes; at most {most} are good", n=body["minutes"], most=MOST_MINUTES),
            "minutes",
        ),
        *_pictures(body),
        *_sentences(body),
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


def _pictures(body: Body) -> Iterator[Check]:
    pictures = [(i, b["data"]) for i, b in enumerate(body["blocks"]) if b["kind"] == "image"]
    bare = [i for i, data in pictures if not data["alt"]]
    if not pictures:
        yield Check(False, _("Add at least one picture"), "add")
    elif bare:
        yield Check(False, _("A picture has no words for those who cannot see it"), f"block-{bare[0]}")
    else:
        yield Check(True, _("Every picture is told in words"))


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
            yield f"block-{place}", data["md"]
        for item in data.get("items", ()) if isinstance(data.get("items"), list) else ():
            yield f"block-{place}", str(item)


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
