"""A draft being built from somebody's file: pieces come in reading order, blocks come out, losses are said."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from lms.api.packages import tidy
from lms.api.texts import Text, _, fold

MOST_BLOCKS = 150
MOST_PICTURES = 80
MOST_BLOCK_LETTERS = 20_000
MOST_TITLE = 60
MOST_GUIDE = 20_000
MOST_PIXELS = 40_000_000
KEPT_AS_THEY_ARE = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}

_BOXES = (  # a paragraph that begins so stands in a box
    ("remember", re.compile(r"^\W*(?:hãy |cần )?(?:ghi nhớ|nhớ kỹ|nhớ)\W*:\s*", re.IGNORECASE)),
    ("warning", re.compile(r"^\W*(?:cảnh báo|cẩn thận|chú ý|lưu ý)\W*:\s*", re.IGNORECASE)),
    ("do", re.compile(r"^\W*(?:làm thật ngay|làm thật|thực hành ngay)\W*:\s*", re.IGNORECASE)),
)
_GUIDE = ("huong dan cho nguoi day", "huong dan giao vien", "danh cho giao vien", "danh cho nguoi day", "teacher guide")
_STEP = re.compile(r"^(?:bước\s+\d{1,2}\s*[:.)-]\s*|\d{1,2}\s*[.)]\s+)", re.IGNORECASE)
_PROMISE = re.compile(r"^\W*học xong bài này\b", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\*_\[\]`])")
_STARTS = re.compile(r"^(\s*)([#>+-]|\d{1,9}[.)])(?=\s|$)")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]")


class Loss(Struct, frozen=True):
    """Something that could not be kept as it was, and what became of it; `where`: the words it stood at."""

    text: Text
    where: str = ""


class Brought(Struct, frozen=True):
    """A file as a draft: the parts of a lesson's body that it gives, its pictures by name, and what was lost."""

    title: str
    promise: str
    blocks: tuple[dict[str, Any], ...]
    guide: str
    files: dict[str, bytes]
    losses: tuple[Loss, ...]
    facts: Mapping[str, Any] = {}  # what else the file says of the lesson, as a body keeps it


def clean(text: str) -> str:
    """Words as we keep them: composed, one line, without invisible signs."""
    return " ".join(unicodedata.normalize("NFC", _ODD.sub(" ", text)).split())


def composed(markdown: str) -> str:
    """Markdown of one paragraph: composed, without invisible signs."""
    return unicodedata.normalize("NFC", _ODD.sub("", markdown.replace("\t", " "))).strip()


def escaped(text: str) -> str:
    """Plain words as Markdown that shows exactly them."""
    return _STARTS.sub(r"\1\\\2", signs(text))


def signs(text: str) -> str:
    """Words inside a line, their signs kept from being read as marks."""
    return _SPECIAL.sub(r"\\\1", text)


def marked(text: str, *, bold: bool = False, italic: bool = False) -> str:
    """Words, bold or italic; blanks stay outside the marks, or they would be shown as signs."""
    words = text.strip()
    if not words:
        return text
    marks = "***" if bold and italic else "**" if bold else "*" if italic else ""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{marks}{signs(words)}{marks}{after}"


@dataclass
class Builder:
    """Takes pieces in reading order. Markdown comes in as Markdown; everything else as plain words."""

    name: str
    title: str = ""
    promise: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    _prose: list[str] = field(default_factory=list)
    _bullets: list[str] = field(default_factory=list)
    _steps: list[str] = field(default_factory=list)
    _guide: list[str] = field(default_factory=list)
    _in_guide: bool = False
    last: str = ""
    _counted: Counter[str] = field(default_factory=Counter)
    _counts: dict[str, Text] = field(default_factory=dict)
    _full: bool = False

    # --- pieces -------------------------------------------------------------------------------------------------------

    def heading(self, words: str, level: int = 2) -> None:
        """A heading; the first one of level 1 is the title."""
        words = clean(words)
        if not words:
            return
        if fold(words).strip(" :.") in _GUIDE:
            self._flush()
            self._in_guide = True
            return
        if level <= 1 and not self.title and not self._started:
            self.name_it(words)
            return
        self._put(("### " if level >= 3 else "## ") + escaped(words))
        self.last = words

    def name_it(self, words: str) -> None:
        """The title; one that is too long is cut at a word, and said."""
        words = clean(words)
        if len(words) > MOST_TITLE:
            short = words[:MOST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–-")
            self.lose(_("The title was too long and has been cut. Please look at it."), words)
            words = short
        self.title = words

    def paragraph(self, markdown: str, words: str) -> None:
        """A paragraph, as Markdown and as the bare words. Steps and boxes are recognised by how they begin."""
        words = clean(words)
        if not words:
            return
        if not self._in_guide:
            if not self.promise and _PROMISE.match(words) and not self.blocks:
                self.promise = words[:300]
                self.last = words
                return
            step = _STEP.match(words)
            if step:
                self.step(_without(markdown, step.group(0)), words)
                return
            for kind, start in _BOXES:
                found = start.match(words)
                if found and len(words) > len(found.group(0)):
                    self._box(kind, _without(markdown, found.group(0)))
                    self.last = words
                    return
        self._put(composed(markdown))
        self.last = words

    def bullet(self, markdown: str, words: str, level: int = 0) -> None:
        """An entry of a list with dots."""
        if not clean(words):
            return
        self._end_steps()
        if self._in_guide:
            self._guide.append("- " + composed(markdown))
            return
        self._bullets.append("  " * min(level, 2) + "- " + composed(markdown))
        self.last = clean(words)

    def step(self, markdown: str, words: str) -> None:
        """An entry of a numbered list."""
        if not clean(words):
            return
        if self._in_guide:
            self._guide.append("1. " + composed(markdown))
            return
        self._end_bullets()
        self._steps.append(composed(markdown))
        self.last = clean(words)

    def picture(self, content: bytes, alt: str = "", caption: str = "", *, is_drawing: bool = False) -> None:
        """A picture where it stood, an SVG that was checked before among them; one that cannot be kept is said."""
        if self._in_guide:
            self.count("guide", _("Pictures in the guide for teachers are left out: {n}."))
            return
        if len(self.files) >= MOST_PICTURES:
            self.count("many", _("A lesson holds at most {most} pictures; left out: {n}.", most=MOST_PICTURES))
            return
        made = ("svg", content) if is_drawing else as_picture(content)
        if made is None:
            self.lose(_("A picture has a form that cannot be shown (EMF, WMF, or damaged). Add it again as PNG."),
                      self.last)  # fmt: skip
            return
        ending, data = made
        name = next((n for n, held in self.files.items() if held == data), "")
        if not name:
            name = f"anh-{len(self.files) + 1}.{ending}"
            self.files[name] = data
        self._flush()
        alt, caption = clean(alt)[:500], clean(caption)[:500]
        if not alt:
            self.count("alt", _("Pictures without words for those who cannot see them: {n}. Please write them."))
        self._block("image", {"file": name, "alt": alt, "caption": caption})

    def caption(self, words: str) -> bool:
        """Words that belong below the picture that stands just before; False where none does."""
        if self._prose or self._bullets or self._steps or not self.blocks or self.blocks[-1]["kind"] != "image":
            return False
        self.blocks[-1]["data"]["caption"] = clean(words)[:500]
        return True

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table becomes a list: on a phone it could not be read. The first row names the columns."""
        filled = [[clean(cell) for cell in row] for row in rows]
        filled = [row for row in filled if any(row)]
        if not filled:
            return
        if len(filled) == 1 or max(len(row) for row in filled) == 1:
            for row in filled:
                for cell in row:
                    self.paragraph(escaped(cell), cell)
            return
        head, *body = filled
        if len(head) == 2:
            body = filled if not _looks_like_heads(head) else body
            for row in body:
                first, second = (*row, "")[:2]
                self.bullet(f"**{signs(first)}**: {escaped(second)}" if first else escaped(second),
                            first + second)  # fmt: skip
        else:
            for row in body:
                first, *others = row
                named = "; ".join(f"{name.lower()}: {cell}" if name else cell
                                  for name, cell in zip(head[1:], others, strict=False) if cell)  # fmt: skip
                self.bullet(f"**{signs(first)}**: {escaped(named)}" if first else escaped(named),
                            first + named)  # fmt: skip
        self._end_bullets()
        self.lose(_("A table became a list: on a phone a table cannot be read. Please look at it."), " · ".join(head))

    def to_guide(self, markdown: str) -> None:
        """Words for whoever teaches it."""
        self._guide.append(composed(markdown))

    # --- losses -------------------------------------------------------------------------------------------------------

    def lose(self, text: Text, where: str = "") -> None:
        """Says one loss, with the words it stood at."""
        if len(self.losses) < 200:
            self.losses.append(Loss(text, clean(where)[:120]))

    def count(self, what: str, text: Text) -> None:
        """Counts a loss that may come often; the sentence's {n} is the number at the end."""
        self._counted[what] += 1
        self._counts[what] = text

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> Brought:
        """The draft."""
        self._flush()
        for what, number in self._counted.items():
            text = self._counts[what]
            self.lose(Text(text.msgid, {**text.values, "n": number}))
        guide = tidy("\n\n".join(self._guide))
        if len(guide) > MOST_GUIDE:
            guide = guide[:MOST_GUIDE]
            self.lose(_("The guide for teachers was too long and has been cut."))
        title = self.title
        if not title:
            stem = clean(re.sub(r"\.[^.]*$", "", self.name).replace("_", " ").replace("-", " "))
            title = (stem[:1].upper() + stem[1:])[:MOST_TITLE]
            self.lose(_("The file says no title; the name of the file was taken."))
        return Brought(title, self.promise, tuple(self.blocks), guide, self.files, tuple(self.losses))

    @property
    def _started(self) -> bool:
        return bool(self.blocks or self._prose or self._bullets or self._steps)

    def _put(self, markdown: str) -> None:
        self._end_steps()
        self._end_bullets()
        (self._guide if self._in_guide else self._prose).append(markdown)
        if sum(map(len, self._prose)) > MOST_BLOCK_LETTERS:
            self._flush()

    def _box(self, kind: str, markdown: str) -> None:
        self._flush()
        self._block(kind, {"md": composed(markdown)})

    def _end_bullets(self) -> None:
        if self._bullets:
            self._prose.append("\n".join(self._bullets))
            self._bullets = []

    def _end_steps(self) -> None:
        if self._steps:
            self._flush()

    def _flush(self) -> None:
        """Ends the text that is open, and the steps after it; a single step is a paragraph."""
        self._end_bullets()
        steps, self._steps = self._steps, []
        if len(steps) == 1:
            self._prose.append(steps.pop())
        words = tidy("\n\n".join(self._prose))
        self._prose = []
        if words:
            self._block("text", {"md": words})
        for start in range(0, len(steps), 50):
            self._block("steps", {"items": steps[start : start + 50]})

    def _block(self, kind: str, data: dict[str, Any]) -> None:
        if len(self.blocks) >= MOST_BLOCKS:
            if not self._full:
                self._full = True
                self.lose(_("The file is long: what comes after block {most} is left out. Divide it into lessons.",
                            most=MOST_BLOCKS), self.last)  # fmt: skip
            return
        self.blocks.append({"kind": kind, "data": data})


def as_picture(content: bytes) -> tuple[str, bytes] | None:
    """A picture as (ending, bytes) of a kind that browsers show; None where it is not one, or too large to open."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as found:
            if found.width * found.height > MOST_PIXELS:
                return None
            if found.format in KEPT_AS_THEY_ARE:
                found.load()
                return KEPT_AS_THEY_ARE[found.format], content
            if found.format not in ("GIF", "BMP", "TIFF"):
                return None
            found.seek(0)
            made = io.BytesIO()
            found.convert("RGBA" if found.mode in ("P", "LA", "RGBA") else "RGB").save(made, "PNG", optimize=True)
            return "png", made.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError):
        return None


def _without(markdown: str, start: str) -> str:
    """The Markdown without the words that it begins with, whatever marks stand in them."""
    rest, left = markdown, [c for c in start if not c.isspace()]
    while left and rest:
        sign, rest = rest[0], rest[1:]
        if sign == left[0]:
            left.pop(0)
        elif sign not in "\\*_ \t\n\u00a0":
            return markdown
    if markdown[: len(markdown) - len(rest)].count("**") % 2:
        rest = "**" + rest.lstrip() if not rest.lstrip().startswith("**") else rest.lstrip()[2:]
    return rest.strip()


def _looks_like_heads(row: Sequence[str]) -> bool:
    return all(0 < len(cell) <= 30 and not cell.rstrip().endswith((".", "!", "?")) for cell in row) and not any(
        char.isdigit() for cell in row for char in cell
    )
