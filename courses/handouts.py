"""A lesson on paper: what can be printed of its blocks, and the PDF of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from lms.api.packages import plain, tokens_of

if TYPE_CHECKING:
    from lms.api.papers import Flow, Run


class Piece(Struct, frozen=True):
    """One piece of the sheet.

    what: text, steps, remember, warning, do, message (a quoted message), image, question, or screen (what only a
    device can show: `title` says what it is, `md` what is heard or seen there).
    """

    what: str
    md: str = ""
    items: tuple[str, ...] = ()
    title: str = ""
    file: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""
    caption: str = ""
    number: int = 0


class Key(Struct, frozen=True):
    """The answer to a question of the sheet, for whoever teaches."""

    number: int
    answer: str
    why: str


class Handout(Struct, frozen=True):
    """A lesson as it is printed."""

    title: str
    promise: str
    course: str
    pieces: tuple[Piece, ...]
    keys: tuple[Key, ...]
    guide: str
    sources: tuple[str, ...]
    checked: str
    url: str  # where the lesson is on a phone


class Labels(Struct, frozen=True):
    """The words around the lesson, in the language of the reader."""

    remember: str
    warning: str
    do: str
    scan: str
    on_screen: str
    guide: str
    answers: str
    question: str
    sources: str
    checked: str
    foot: str


def pdf(handout: Handout, labels: Labels, read: Callable[[str], bytes], *, with_guide: bool) -> bytes:
    """The sheets: the lesson; with the guide, a page for whoever teaches. `read` fetches a file by its key."""
    from lms.api.papers import Flow, Run  # ReportLab costs 25 MB: only where something is drawn

    flow = Flow(title=handout.title, subject=handout.course, author="Học vụ số", footer=labels.foot)
    flow.paragraph([Run(handout.course)], size=11.0)
    flow.heading(handout.title, 1)
    if handout.promise:
        flow.paragraph([Run(handout.promise, italic=True)])
    for piece in handout.pieces:
        _draw(flow, piece, labels, read)
    flow.square(handout.url, [Run(labels.scan, bold=True), Run("\n" + handout.url.partition("://")[2])])
    if handout.sources or handout.checked:
        said = "; ".join(handout.sources)
        flow.paragraph([Run(f"{labels.sources}: {said}. " if said else ""), Run(handout.checked)], size=10.5)
    if with_guide:
        flow.page()
        flow.size = 11.5  # a guide of the advised length fits one page
        flow.heading(labels.guide, 1)
        flow.paragraph([Run(handout.title, bold=True)])
        _markdown(flow, handout.guide)
        if handout.keys:
            flow.heading(labels.answers, 2)
            for key in handout.keys:
                flow.entry(
                    f"{key.number}.", [Run(key.answer, bold=True), Run(f". {plain(key.why)}" if key.why else "")]
                )
    return flow.finish()


def _draw(flow: Flow, piece: Piece, labels: Labels, read: Callable[[str], bytes]) -> None:
    from lms.api.papers import Run, photograph

    if piece.what == "text":
        _markdown(flow, piece.md)
    elif piece.what == "steps":
        for number, item in enumerate(piece.items, 1):
            flow.entry(f"{number}.", runs_of(item))
    elif piece.what in ("remember", "warning", "do"):
        label = {"remember": labels.remember, "warning": labels.warning, "do": labels.do}[piece.what]
        flow.begin_box(label, (0.72, 0.53, 0.04) if piece.what == "remember" else (0.651, 0.149, 0.11))
        _markdown(flow, piece.md)
        flow.end_box()
    elif piece.what == "message":
        flow.begin_box(piece.title, (0.34, 0.31, 0.27))
        flow.paragraph([Run(piece.md)])
        flow.end_box()
    elif piece.what == "image":
        made = photograph(read(piece.file["key"]), str(piece.file["ending"]))
        if made is not None:
            flow.picture(*made, caption=piece.caption)
    elif piece.what == "question":
        flow.begin_box(f"{labels.question} {piece.number}", (0.13, 0.33, 0.55))
        flow.paragraph(runs_of(piece.md))
        for letter, option in zip("ABCDEFGHIJ", piece.items, strict=False):
            flow.entry("", [Run(f"{letter}. ", bold=True), *runs_of(option)], boxed=True)
        flow.end_box()
    elif piece.what == "screen":
        flow.begin_box(f"{labels.on_screen}: {piece.title}", (0.34, 0.31, 0.27))
        if piece.md:
            flow.paragraph(runs_of(piece.md))
        flow.end_box()


def _markdown(flow: Flow, text: str) -> None:
    depth = 0
    numbers: list[int] = []
    mark: str | None = None
    for token in tokens_of(text):
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            depth += 1
            numbers.append(int(token.attrGet("start") or 1) if kind == "ordered_list_open" else 0)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            numbers.pop()
        elif kind == "list_item_open":
            mark = f"{numbers[-1]}." if numbers[-1] else "•"
            numbers[-1] += 1 if numbers[-1] else 0
        elif kind == "heading_open":
            mark = token.tag
        elif kind == "inline":
            runs = _runs(token)
            if mark in ("h2", "h3"):
                flow.heading("".join(run.text for run in runs), int(mark[1]))
            elif mark is not None and depth:
                flow.entry(mark, runs, depth - 1)
            else:
                flow.paragraph(runs)
            mark = None


def runs_of(text: str) -> list[Run]:
    """A text of few lines as runs: paragraphs are ended by line feeds."""
    from lms.api.papers import Run

    found: list[Run] = []
    for token in tokens_of(text):
        if token.type == "inline":
            if found:
                found.append(Run("\n"))
            found += _runs(token)
    return found


def _runs(token: Any) -> list[Run]:
    from lms.api.papers import Run

    found: list[Run] = []
    bold = italic = 0
    target = ""
    for child in token.children or ():
        if child.type == "strong_open":
            bold += 1
        elif child.type == "strong_close":
            bold -= 1
        elif child.type == "em_open":
            italic += 1
        elif child.type == "em_close":
            italic -= 1
        elif child.type == "link_open":
            target = str(child.attrGet("href") or "")
        elif child.type == "link_close":
            words = "".join(run.text for run in found)
            address = target.partition("://")[2].strip("/") or target.partition(":")[2]
            if address and address not in words:
                found.append(Run(f" ({address})"))  # paper cannot be pressed
        elif child.type in ("softbreak", "hardbreak"):
            found.append(Run(" " if child.type == "softbreak" else "\n"))
        elif child.content:
            found.append(Run(child.content, bold > 0, italic > 0))
    return found


def pieces_of(
    body: Mapping[str, Any],
    titles: Callable[[str], str],
    asked: Callable[[str, Mapping[str, Any]], Sequence[Any]],
) -> tuple[tuple[Piece, ...], tuple[Key, ...]]:
    """The pieces of a lesson's blocks, and the answers to its questions.

    `titles(kind)`: what a kind of block is called; `asked(kind, data)`: what stands in the block that can be printed
    (`lms.api.learning.Printed`), none where it holds no question.
    """
    pieces: list[Piece] = []
    keys: list[Key] = []
    for block in body["blocks"]:
        kind, data = block["kind"], block["data"]
        if kind in ("text", "remember", "warning", "do"):
            pieces.append(Piece(kind, md=data["md"]))
        elif kind == "steps":
            pieces.append(Piece("steps", items=tuple(data["items"])))
        elif kind == "message":
            pieces.append(Piece("message", md=data["text"], title=data["sender"]))
        elif kind == "image" and body["files"].get(data["file"], {}).get("key"):
            file = body["files"][data["file"]]
            pieces.append(Piece("image", file=file, alt=data["alt"], caption=data.get("caption", "")))
        else:
            questions = asked(kind, data)
            for question in questions:
                number = len(keys) + 1
                pieces.append(Piece("question", md=question.stem, items=tuple(question.options), number=number))
                keys.append(Key(number, question.answer, question.why))
            if not questions and titles(kind):
                said = data.get("transcript") or data.get("label") or data.get("caption") or data.get("title") or ""
                pieces.append(Piece("screen", md=str(said), title=titles(kind)))
    return tuple(pieces), tuple(keys)
