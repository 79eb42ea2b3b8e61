"""Markdown as a draft: a lesson.md of a package as it is, any other Markdown (CommonMark, tables) as it can be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from courses.formats.building import Brought, Builder, Loss, as_picture, marked, signs
from courses.formats.word import is_kept_link
from lms.api.packages import Parts, Problems, Where, check_picture, read_lesson
from lms.api.work import Invalid, Text, _

_OURS = re.compile(r"\A---\n(?:.*\n)*?slug:[ \t]*([a-z0-9-]+)[ \t]*\n(?:.*\n)*?---\n")
MOST_LETTERS = 400_000


def read(name: str, content: bytes, companions: Mapping[str, bytes], parts: Parts) -> Brought:
    """The draft that a Markdown file gives; `companions` are the pictures sent with it, by name.

    Raises Invalid for what is not UTF-8 text, or is far longer than a lesson.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Invalid(_("This text is not UTF-8. Save it as UTF-8, then choose it again.")) from error
    if len(text) > MOST_LETTERS:
        raise Invalid(_("This text is too long for one lesson. Divide it."))
    ours = _OURS.match(text)
    return _ours(ours[1], text, companions, parts) if ours else _common(name, text, companions)


def _ours(slug: str, text: str, companions: Mapping[str, bytes], parts: Parts) -> Brought:
    problems = Problems()
    lesson = read_lesson(slug, text, "", dict(companions), parts, Where("lesson.md", 1, problems, []))
    losses = [Loss(Text(p.template, dict(p.values)), _line(p.line)) for p in problems]
    if lesson is None:
        raise Invalid(losses[0].text if losses else _("This text cannot be read as a lesson."))
    named = {value for block in lesson.blocks for value in block.data.values() if isinstance(value, str)}
    files = {name: data for name, data in companions.items() if name in named}
    losses += [Loss(_("The file {name} was not sent with the text. Choose it in the editor.", name=block.data["file"]))
               for block in lesson.blocks if block.data.get("file") and block.data["file"] not in files]  # fmt: skip
    facts = {
        "groups": list(lesson.groups),
        "skills": list(lesson.skills),
        "minutes": lesson.minutes,
        "address": lesson.address,
        "checked": lesson.checked.isoformat() if lesson.checked else None,
        "review": lesson.review.isoformat() if lesson.review else None,
        "sources": list(lesson.sources),
    }
    blocks = tuple({"kind": b.kind, "data": dict(b.data)} for b in lesson.blocks)
    return Brought(lesson.title, lesson.promise, blocks, "", files, tuple(losses), facts)


def _line(number: int) -> str:
    return f"lesson.md:{number}"


def _common(name: str, text: str, companions: Mapping[str, bytes]) -> Brought:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable(["table", "strikethrough"])
    reader = _Reader(Builder(name), companions)
    tokens = parser.parse(re.sub(r"\A---\n(?:.*\n)*?---\n", "", text))
    reader.run(tokens)
    return reader.to.finish()


class _Reader:
    def __init__(self, to: Builder, companions: Mapping[str, bytes]) -> None:
        self.to = to
        self.companions = {PurePosixPath(name.replace("\\", "/")).name: data for name, data in companions.items()}
        self.lists: list[str] = []
        self.heading = 0
        self.cells: list[str] | None = None
        self.rows: list[list[str]] = []

    def run(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            kind = token.type
            if kind in ("bullet_list_open", "ordered_list_open"):
                self.lists.append(kind)
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
            elif kind == "heading_open":
                self.heading = int(token.tag[1])
            elif kind == "heading_close":
                self.heading = 0
            elif kind == "tr_open":
                self.cells = []
            elif kind == "tr_close":
                self.rows.append(self.cells or [])
                self.cells = None
            elif kind == "table_close":
                self.to.table(self.rows)
                self.rows = []
            elif kind in ("fence", "code_block"):
                self.to.paragraph("\n".join(signs(line) for line in token.content.strip().split("\n")), token.content)
                self.to.lose(_("Program text became plain text."), token.content)
            elif kind == "html_block":
                self.to.lose(_("HTML is left out; lessons hold Markdown only."), token.content)
            elif kind == "blockquote_open":
                self.to.count("quotes", _("Quotations became plain text: {n}."))
            elif kind == "inline":
                self.inline(token)

    def inline(self, token: Token) -> None:
        markdown, words, pictures = self.pieces(token.children or [])
        if self.cells is not None:
            self.cells.append(words)
        elif self.heading:
            self.to.heading(words, self.heading)
        elif self.lists and self.lists[-1] == "ordered_list_open" and len(self.lists) == 1:
            self.to.step(markdown, words)
        elif self.lists:
            self.to.bullet(markdown, words, len(self.lists) - 1)
        else:
            self.to.paragraph(markdown, words)
        for alt, source, title in pictures:
            self.picture(alt, source, title)

    def pieces(self, children: Sequence[Token]) -> tuple[str, str, list[tuple[str, str, str]]]:
        """(Markdown of our subset, bare words, pictures as (alt, address, title))."""
        made: list[str] = []
        words: list[str] = []
        pictures: list[tuple[str, str, str]] = []
        bold = italic = False
        link: tuple[str, int] | None = None
        for child in children:
            kind = child.type
            if kind in ("text", "code_inline"):
                made.append(marked(child.content, bold=bold and link is None, italic=italic and link is None))
                words.append(child.content)
            elif kind in ("softbreak", "hardbreak"):
                made.append("\n" if kind == "hardbreak" else " ")
                words.append(" ")
            elif kind in ("strong_open", "strong_close"):
                bold = kind == "strong_open"
            elif kind in ("em_open", "em_close"):
                italic = kind == "em_open"
            elif kind == "link_open":
                link = (str(child.attrGet("href") or ""), len(made))
            elif kind == "link_close" and link is not None:
                target, start = link
                said = "".join(made[start:])
                del made[start:]
                if is_kept_link(target) and said.strip():
                    made.append(f"[{said}]({target})")
                else:
                    made.append(said)
                    text = _("A link is left out: only addresses that begin with https:// are kept.")
                    self.to.lose(text, f"{said}: {target}")
                link = None
            elif kind == "image":
                alt = "".join(c.content for c in child.children or [])
                pictures.append((alt, str(child.attrGet("src") or ""), str(child.attrGet("title") or "")))
            elif kind == "html_inline":
                self.to.lose(_("HTML is left out; lessons hold Markdown only."), child.content)
        return "".join(made).strip(), "".join(words), pictures

    def picture(self, alt: str, source: str, title: str) -> None:
        content = self.companions.get(PurePosixPath(source.replace("\\", "/")).name)
        if content is None or "://" in source:
            text = (
                _("A picture lies outside the file and was not fetched. Add it from your device.")
                if "://" in source
                else _("The file {name} was not sent with the text. Choose it in the editor.", name=source)
            )
            self.to.lose(text, alt)
        else:
            self.to.picture(content, alt, title, is_drawing=source.lower().endswith(".svg"))


def companion(name: str, content: bytes) -> tuple[str, bytes] | None:
    """A picture that came beside a Markdown file as (name, bytes that may be kept); None where it cannot be."""
    stem, _dot, ending = name.rpartition(".")
    if ending.lower() == "svg":
        problems = Problems()
        check_picture("x.svg", content, Where(name, 1, problems, []))
        return None if list(problems) else (name, content)
    made = as_picture(content)
    if made is None:
        return None
    same = ending.lower().replace("jpeg", "jpg") == made[0]
    return (name if same else f"{stem}.{made[0]}", made[1])
