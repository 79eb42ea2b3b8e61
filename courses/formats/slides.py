"""A PowerPoint file (ECMA-376, PresentationML) as a draft, read by python-pptx; nothing outside the file is fetched."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from courses.formats.building import Brought, Builder, clean, escaped, marked, signs
from courses.formats.word import is_kept_link
from lms.api.work import Invalid, _

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TITLES = ("TITLE", "CENTER_TITLE")
_OBJECTS = ("MEDIA", "EMBEDDED_OLE_OBJECT", "LINKED_OLE_OBJECT")
_LEFT_OUT = ("SLIDE_NUMBER", "DATE", "FOOTER", "HEADER")


def read(name: str, content: bytes) -> Brought:
    """The draft that a .pptx gives: a heading a slide, its texts and pictures; notes become the guide for teachers."""
    import pptx  # 30 MB of memory: only where somebody brings a file
    from pptx.exc import PythonPptxError

    try:
        deck = pptx.Presentation(io.BytesIO(content))
        to = Builder(name)
        for number, slide in enumerate(deck.slides, 1):
            if slide._element.get("show") == "0":
                to.lose(_("Slide {n} is hidden and is left out.", n=number))
                continue
            _slide(to, slide, number)
        return to.finish()
    except (PythonPptxError, SyntaxError, KeyError, ValueError, AttributeError, IndexError, RecursionError) as error:
        text = _("This PowerPoint file cannot be read. Open it in PowerPoint, save it again, then choose it again.")
        raise Invalid(text) from error


def _slide(to: Builder, slide: Any, number: int) -> None:
    shapes = list(_flat(slide.shapes))
    title = next((s for s in shapes if _place(s) in _TITLES and clean(s.text_frame.text)), None)
    if title is not None:
        to.heading(title.text_frame.text, 1 if number == 1 else 2)
    for shape in sorted((s for s in shapes if s is not title), key=_reading_order):
        if _place(shape) not in _LEFT_OUT:
            _shape(to, shape, number)
    if slide._element.find(_P + "timing") is not None:
        to.count("motion", _("Movements of the slides are left out: {n}."))
    if slide.has_notes_slide:
        words = clean(slide.notes_slide.notes_text_frame.text if slide.notes_slide.notes_text_frame else "")
        if words:
            to.to_guide(f"**{number}.** {escaped(words)}")


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if shape.shape_type is not None and shape.shape_type.name == "GROUP":
            yield from _flat(shape.shapes)
        else:
            yield shape


def _place(shape: Any) -> str:
    return shape.placeholder_format.type.name if shape.is_placeholder and shape.placeholder_format.type else ""


def _reading_order(shape: Any) -> tuple[int, int]:
    """From top to bottom, then left to right; shapes within half a centimetre stand in one row."""
    return (int(shape.top or 0) // 180_000, int(shape.left or 0))


def _shape(to: Builder, shape: Any, number: int) -> None:
    if getattr(shape, "has_text_frame", False) and shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            _paragraph(to, paragraph, is_list=_place(shape) in ("BODY", "OBJECT"))
    elif getattr(shape, "has_table", False) and shape.has_table:
        to.table([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        to.lose(_("A chart on slide {n} is left out. Add it as a picture.", n=number))
    elif shape.shape_type is not None and shape.shape_type.name in (
        "MEDIA",
        "EMBEDDED_OLE_OBJECT",
        "LINKED_OLE_OBJECT",
    ):
        to.lose(_("A video, sound or object on slide {n} is left out. Add it in the editor.", n=number))
    elif hasattr(shape, "image"):
        try:
            content = shape.image.blob
        except ValueError:  # the picture lies outside the file
            to.lose(_("A picture lies outside the file and was not fetched. Add it from your device."), shape.name)
            return
        about = next(iter(shape._element.iter(_P + "cNvPr")), None)
        to.picture(content, "" if about is None else about.get("descr") or "")
    elif shape.shape_type is None and next(iter(shape._element.iter(_A + "graphicData")), None) is not None:
        to.lose(_("A drawing on slide {n} (SmartArt or the like) is left out. Add it as a picture.", n=number))


def _paragraph(to: Builder, paragraph: Any, *, is_list: bool) -> None:
    pieces = []
    for run in paragraph.runs:
        said = marked(run.text, bold=bool(run.font.bold), italic=bool(run.font.italic))
        target = run.hyperlink.address or ""
        if target and is_kept_link(target) and run.text.strip():
            said = f"[{signs(clean(run.text))}]({target})"
        elif target:
            text = _("A link is left out: only addresses that begin with https:// are kept.")
            to.lose(text, f"{run.text}: {target}")
        pieces.append(said)
    markdown, words = " ".join("".join(pieces).split()), paragraph.text
    properties = paragraph._p.find(_A + "pPr")
    if properties is not None and properties.find(_A + "buAutoNum") is not None:
        to.step(markdown, words)
    elif properties is not None and properties.find(_A + "buNone") is not None:
        to.paragraph(markdown, words)
    elif is_list or (properties is not None and properties.find(_A + "buChar") is not None):
        to.bullet(markdown, words, paragraph.level)
    else:
        to.paragraph(markdown, words)
