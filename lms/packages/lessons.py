"""lesson.md: front matter, then blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lms.packages.fields import Fields
from lms.packages.model import COMPLETION, GROUPS, Block, Lesson
from lms.packages.parts import TEXT, Parts, tidy, unescaped
from lms.packages.problems import Where, _, listed, nearest, quoted

LONGEST_TITLE = 60
LONGEST_PROMISE = 300
LONGEST_ADDRESS = 12
MOST_BLOCKS = 500
DEFAULT_ADDRESS = "bạn"

_DIRECTIVE = re.compile(r":::([a-z][a-z0-9_-]*)(?:[ \t]+(.*))?")
_ARGUMENT = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|“([^”]*)”|([^\s"“]\S*))(?=\s|$)')
_ESCAPE = re.compile(r'\\(["\\])')


def read_lesson(
    slug: str, text: str, guide: str, files: Mapping[str, bytes], parts: Parts, where: Where
) -> Lesson | None:
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        where.problem(
            "front-matter",
            _("The first line must be --- and the lesson's keys (slug, title …) follow, ended by another ---."),
        )
        return None
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    if not end:
        where.problem("front-matter", _("The keys at the top are not ended: put a line --- after them."))
        return None
    fields = Fields.load("\n".join(lines[1:end]), where)
    blocks = read_blocks(lines[end + 1 :], parts, where.at(end + 2))
    if fields is None:
        return None
    lesson = Lesson(
        slug=fields.slug("slug"),
        title=fields.text("title", most=LONGEST_TITLE, one_line=True),
        promise=fields.text("promise", most=LONGEST_PROMISE, one_line=True),
        groups=fields.choices("groups", GROUPS),
        skills=fields.references("skills", "skill"),
        minutes=fields.whole("minutes", 1, 60) or 1,
        address=fields.text("address", required=False, most=LONGEST_ADDRESS, one_line=True, default=DEFAULT_ADDRESS),
        checked=fields.day("checked"),
        review=fields.day("review"),
        sources=fields.texts("sources", one_line=True),
        blocks=blocks,
        guide=tidy(guide),
        files=files,
        completion=fields.choices("completion", COMPLETION) if fields.has("completion") else ("read",),
        line=1,
    )
    fields.finish()
    if lesson.slug and lesson.slug != slug:
        fields.at("slug").problem(
            "slug-place",
            _("`slug` is {slug} but the folder is named {place}. Make them the same."),
            slug=lesson.slug,
            place=slug,
        )
    if lesson.checked and lesson.review and lesson.review <= lesson.checked:
        fields.at("review").problem("review", _("`review` must be a day after `checked`."))
    if not blocks:
        where.at(end + 1).problem("no-blocks", _("The lesson has no text. Write it below the second ---."))
    return lesson


def read_blocks(lines: list[str], parts: Parts, where: Where) -> tuple[Block, ...]:
    """The blocks of a lesson's body, whose first line is at `where`."""
    known = [name for name in parts.blocks if name != TEXT]
    blocks: list[Block] = []
    text: list[str] = []
    text_line = where.line

    def keep(kind: str, args: tuple[str, ...], body: str, line: int) -> None:
        if len(blocks) == MOST_BLOCKS:
            where.at(line).problem(
                "too-many-blocks", _("A lesson has at most {most} blocks. Divide it."), most=MOST_BLOCKS
            )
        elif len(blocks) < MOST_BLOCKS:
            data = parts.blocks[kind].read(args, body, where.at(line))
            blocks.append(Block(kind, data, line))

    def end_text() -> None:
        body = tidy("\n".join(text))
        if body:
            first = next(number for number, line in enumerate(text) if line.strip())
            keep(TEXT, (), unescaped(body), text_line + first)
        text.clear()

    index = 0
    forgiven = 0  # containers that another directive ended: their own ::: may still come
    while index < len(lines):
        line = lines[index].rstrip()
        number = where.line + index
        index += 1
        if not line.lstrip(" \t").startswith(":::"):
            if not text:
                text_line = number
            text.append(line)
            continue
        end_text()
        here = where.at(number)
        if line != line.lstrip(" \t"):
            here.problem(
                "directive-indent", _("A directive begins at the very start of its line. Remove the spaces before :::.")
            )
            line = line.lstrip(" \t")
        if line == ":::":
            if forgiven:
                forgiven -= 1
            else:
                here.problem("nothing-open", _("This ::: closes nothing. Remove it."))
            continue
        match = _DIRECTIVE.fullmatch(line)
        name = match[1] if match else line.lstrip(": \t").split(" ")[0]
        if match is None or name not in known:
            meant = nearest(name, known)
            if meant:
                here.problem(
                    "unknown-directive",
                    _("Unknown directive `{line}`. Did you mean :::{meant}?"),
                    line=quoted(line),
                    meant=meant,
                )
            else:
                here.problem(
                    "unknown-directive",
                    _("Unknown directive `{line}`. The directives are: {known}."),
                    line=quoted(line),
                    known=listed(known),
                )
        reader = parts.blocks.get(name) if name in known else None
        if reader is None:
            # Skip what looks like its body, so that one mistake is said once.
            end = _closing(lines, index)
            if end is not None:
                index = end + 1
            continue
        args = read_arguments(match[2] or "" if match else "", here)
        if not reader.container:
            keep(name, args, "", number)
            continue
        inside: list[str] = []
        closed = False
        while index < len(lines) and not closed:
            inner = lines[index].rstrip()
            if inner.lstrip(" \t").startswith(":::") and inner.strip(" \t") != ":::":
                break
            closed = inner.strip(" \t") == ":::"
            if not closed:
                inside.append(inner)
            index += 1
        if not closed and index < len(lines):
            where.at(where.line + index).problem(
                "nested",
                _(
                    "A directive cannot stand inside :::{directive} (line {line}). "
                    "Close that one first with a line that holds only :::."
                ),
                directive=name,
                line=number,
            )
            forgiven += 1
        elif not closed:
            here.problem("not-closed", _("Close :::{directive} with a line that holds only :::."), directive=name)
        keep(name, args, unescaped(tidy("\n".join(inside))), number)
    end_text()
    return tuple(blocks)


def _closing(lines: list[str], index: int) -> int | None:
    """The line of the next ::: unless another directive comes before it."""
    for number in range(index, len(lines)):
        line = lines[number].strip(" \t")
        if line == ":::":
            return number
        if line.startswith(":::"):
            return None
    return None


def read_arguments(text: str, where: Where) -> tuple[str, ...]:
    args: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _ARGUMENT.match(text, position)
        if match is None:
            where.problem(
                "quotes", _('The quotes on this line are not in order. Write "text"; a quote inside it is \\".')
            )
            return tuple(args)
        straight, curly, word = match.groups()
        args.append(
            (_ESCAPE.sub(r"\1", straight) if straight is not None else curly if curly is not None else word).strip()
        )
        position = match.end()
    return tuple(args)


def write_lesson_body(blocks: tuple[Block, ...], parts: Parts) -> str:
    written: list[str] = [parts.blocks[block.kind].write(block.data) for block in blocks]
    return "\n\n".join(written) + "\n"


def front_matter(lesson: Lesson) -> dict[str, Any]:
    """The keys at the top of lesson.md, in the order of the documentation."""
    keys: dict[str, Any] = {
        "slug": lesson.slug,
        "title": lesson.title,
        "promise": lesson.promise,
        "groups": lesson.groups,
        "skills": lesson.skills,
        "minutes": lesson.minutes,
        "address": lesson.address,
        "checked": lesson.checked,
        "review": lesson.review,
        "sources": lesson.sources,
        "completion": lesson.completion if lesson.completion != ("read",) else (),
    }
    return {key: value for key, value in keys.items() if value not in (None, ())}
