"""From what was sent to rows of text."""

from __future__ import annotations

from lms.api.sheets import EMPTY, NO_TEXT, OLE, Sheet, from_tcvn3, read_csv, read_text, read_workbook
from lms.api.work import Invalid, _
from plugins.rosters.formats.columns import likeness

PICTURE = _("This is a picture or a PDF. Please send the list itself as .xlsx or .csv, or paste it.")
_PICTURES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def read_file(content: bytes) -> Sheet:
    """The list in a file, told by its content and not by its name. Raises Invalid saying what to do."""
    if not content.strip():
        raise Invalid(EMPTY)
    if content.startswith(_PICTURES):
        raise Invalid(PICTURE)
    if content.startswith((b"PK", OLE)):
        return _in_unicode(read_workbook(content, likeness))
    return read_csv(content, likeness)


def read_paste(text: str) -> Sheet:
    """The list that was pasted: from Excel it comes with tabs."""
    if not text.strip():
        raise Invalid(EMPTY)
    if "\0" in text:
        raise Invalid(NO_TEXT)
    return _in_unicode(read_text(text.strip("\r\n"), likeness))


def _in_unicode(sheet: Sheet) -> Sheet:
    """The sheet as it is, or from an old font where that is what makes its heads readable."""
    head = sheet.rows[:40]
    converted = [[from_tcvn3(cell) for cell in row] for row in head]
    if likeness(converted) <= likeness(head):
        return sheet
    return Sheet([[from_tcvn3(cell) for cell in row] for row in sheet.rows], sheet.name, sheet.others)
