"""A PDF becomes pictures of its pages with their words, and a copy without scripts, forms and attached files.

PDFium, which reads files of strangers in C++, runs in a process of its own with limits: `python -m` this module.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from lms.errors import Invalid
from lms.programs import run
from lms.text import _

MOST_PAGES = 40
WIDTH = 1080  # pixels of a page's picture; smaller ones are made of it
LONGEST_TEXT = 8_000  # characters of one page
SECONDS = 180
MEMORY = 1536  # megabytes
_LINK, _URI, _GOTO = 2, 3, 1  # FPDF_ANNOT_LINK, PDFACTION_URI, PDFACTION_GOTO


class Page(Struct, frozen=True):
    """One page: a PNG of it, and the words on it."""

    picture: Path
    text: str


def made_of(
    source: Path, folder: Path, on_percent: Callable[[int], None], alive: Callable[[], None]
) -> tuple[Path, list[Page]]:
    """(the copy, its pages). Raises Invalid saying what is wrong with the document, ProgramError for a crash."""

    def heard(line: str) -> None:
        if line.startswith("page "):
            on_percent(min(90, int(line.split()[1])))

    command = [sys.executable, "-m", "lms.media.documents", str(source), str(folder)]
    run(command, seconds=SECONDS, on_line=heard, memory=MEMORY, alive=alive)
    told: dict[str, Any] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    problem = told["problem"]
    if problem == "locked":
        raise Invalid(_("This PDF is locked with a password. Please save it without one, and choose it again."))
    if problem == "pages":
        raise Invalid(
            _("This PDF has {n} pages; at most {most} are taken. Please divide it.", n=told["count"], most=MOST_PAGES)
        )
    if problem:
        raise Invalid(_("This PDF is damaged or not whole. Please open it, save it again, and choose it again."))
    return folder / "copy.pdf", [Page(folder / f"page-{i}.png", text) for i, text in enumerate(told["texts"])]


def _tell(folder: Path, **told: Any) -> None:
    (folder / "told.json").write_text(json.dumps({"problem": "", **told}), encoding="utf-8")


def _apart(source: Path, folder: Path) -> None:
    """What happens in the process of its own."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(source)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        _tell(folder, problem="locked" if "password" in str(error).lower() else "damaged")
        return
    if not 1 <= count <= MOST_PAGES:
        _tell(folder, problem="pages" if count else "damaged", count=count)
        return
    texts = []
    try:
        copy = pypdfium2.PdfDocument.new()
        copy.import_pages(document)
        for number in range(count):
            page = copy[number]
            _only_links(copy, page, raw)
            width, height = page.get_size()
            if not (1 < width < 20_000 and 1 < height < 20_000):
                raise ValueError("a page without size")
            scale = min(WIDTH / width, WIDTH * 3 / height)
            page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB").save(folder / f"page-{number}.png")
            texts.append(_words(document[number].get_textpage().get_text_range()))
            page.gen_content()
            print(f"page {(number + 1) * 90 // count}", flush=True)
        copy.save(folder / "copy.pdf")
    except (pypdfium2.PdfiumError, ValueError, OSError, MemoryError):
        _tell(folder, problem="damaged")
        return
    _tell(folder, texts=texts)


def _only_links(document: Any, page: Any, raw: Any) -> None:
    """Takes away what stands on a page besides its content: forms, films, attached files, links that start things."""
    for index in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        keep = False
        if raw.FPDFAnnot_GetSubtype(annotation) == _LINK:
            link = raw.FPDFAnnot_GetLink(annotation)
            action = raw.FPDFLink_GetAction(link) if link else None
            keep = raw.FPDFAction_GetType(action) in (_URI, _GOTO) if action else bool(link)
        raw.FPDFPage_CloseAnnot(annotation)
        if not keep:
            raw.FPDFPage_RemoveAnnot(page, index)


def _words(text: str) -> str:
    """The words of a page: lines in composed form without characters that nobody sees."""
    import unicodedata

    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    kept = (" ".join("".join(c for c in line if c.isprintable()).split()) for line in lines)
    return "\n".join(line for line in kept if line)[:LONGEST_TEXT]


if __name__ == "__main__":
    _apart(Path(sys.argv[1]), Path(sys.argv[2]))
