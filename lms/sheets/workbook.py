"""Excel workbooks (.xlsx, .xlsm): the values that were last shown, never formulas, links, macros or pictures.

A workbook is a zip of XML. Before any of it is opened the sizes that it declares are looked at; zipfile never unpacks
more than what is declared, so a bomb is refused without being unpacked.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from lms.errors import Invalid
from lms.sheets.sheet import EMPTY, MOST_BLANK, MOST_COLUMNS, MOST_LETTERS, MOST_ROWS, Sheet, checked
from lms.text import Text, _

MB = 1024 * 1024
MOST_PARTS = 3000
MOST_UNPACKED = {"xl/worksheets/": 64 * MB, "xl/sharedStrings.xml": 24 * MB, "xl/styles.xml": 12 * MB, "": 24 * MB}
MOST_SHEETS = 40

OLD = _("This is an Excel file of the old kind (.xls). Please open it in Excel, choose Save as, and save it as .xlsx.")
LOCKED = _(
    "This file is protected by a password, so it cannot be read here. Please open it in Excel, take the password off"
    " (File, Info, Protect Workbook), save it and send it again."
)
BINARY = _("This is an Excel file of the binary kind (.xlsb). Please save it as .xlsx and send it again.")
LIBRE = _("This is an OpenDocument file (.ods). Please save it as .xlsx or .csv and send it again.")
NO_BOOK = _("This is not an Excel workbook. Please send a .xlsx or .csv file, or paste the list.")
BROKEN = _("This Excel file is damaged and cannot be read. Please open it in Excel, save it anew, and send it again.")
TOO_BIG = _(
    "This workbook is far larger inside than a list is. Please copy the list alone into a new workbook, save"
    " it as .xlsx and send that."
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def why_not(content: bytes) -> Text | None:
    """Why these bytes are no workbook that we read, in words; None where they look like one."""
    if content.startswith(OLE):
        return LOCKED if _ENCRYPTED in content else OLD
    if not content.startswith(b"PK"):
        return NO_BOOK
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _why_not_inside(archive)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return BROKEN


def _why_not_inside(archive: zipfile.ZipFile) -> Text | None:
    parts = archive.infolist()
    names = {p.filename for p in parts}
    if "xl/workbook.xml" not in names:
        if "xl/workbook.bin" in names:
            return BINARY
        return LIBRE if "content.xml" in names else NO_BOOK
    if any(p.flag_bits & 0x1 for p in parts):
        return LOCKED
    if len(parts) > MOST_PARTS:
        return TOO_BIG
    for part in parts:
        if not part.filename.endswith((".xml", ".rels", ".vml")):
            continue
        if part.file_size > _limit(part.filename):
            return TOO_BIG
        with archive.open(part) as opened:
            head = opened.read(1000).replace(b"\0", b"")
        if b"<!DOCTYPE" in head:
            return BROKEN  # Excel writes none; it is where entities that grow would be defined
    return None


def _limit(name: str) -> int:
    return next(most for start, most in MOST_UNPACKED.items() if name.startswith(start))


def read_workbook(content: bytes, likeness: Callable[[list[list[str]]], int]) -> Sheet:
    """The sheet that looks most like a list of people (`likeness` of its first rows). Raises Invalid saying what to do.

    Values are those that Excel kept when it saved; a formula without one is an empty cell.
    """
    refusal = why_not(content)
    if refusal:
        raise Invalid(refusal)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl mentions what it leaves out: styles, validations, links
        try:
            return _read(content, likeness)
        except Invalid:
            raise
        except Exception as error:  # a damaged file may break any part of the reader
            raise Invalid(BROKEN) from error


def _read(content: bytes, likeness: Callable[[list[list[str]]], int]) -> Sheet:
    from openpyxl import load_workbook  # 12 MB that only a list in Excel's format needs

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [s for s in book.worksheets[:MOST_SHEETS] if s.sheet_state == "visible"] or book.worksheets[:1]
        if not sheets:
            raise Invalid(NO_BOOK)
        if len(sheets) > 1:
            sheets.sort(key=lambda s: -likeness(_head(s)))  # the sort is stable: the first sheet of those that tie
        return Sheet(checked(list(_rows(sheets[0]))), sheets[0].title, tuple(s.title for s in sheets[1:]))
    finally:
        book.close()


def _head(sheet: Any) -> list[list[str]]:
    found = []
    for row in _rows(sheet):
        found.append(row)
        if len(found) == 40:
            break
    return found


def read_values(content: bytes, most: int) -> list[list[Any]]:
    """The rows of a workbook's first sheet that is shown, as Excel has them: texts, numbers, days, None.

    `most`: rows at most. Raises Invalid saying what to do.
    """
    refusal = why_not(content)
    if refusal:
        raise Invalid(refusal)
    from openpyxl import load_workbook  # 12 MB that only a list in Excel's format needs

    rows: list[list[Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl mentions what it leaves out: styles, validations, links
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheets = [s for s in book.worksheets[:MOST_SHEETS] if s.sheet_state == "visible"] or book.worksheets[:1]
            blank = 0
            for sheet in sheets[:1]:
                sheet.reset_dimensions()  # what the file says of its size is often wrong
                for values in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
                    found = [v[:MOST_LETTERS] if isinstance(v, str) else v for v in values]
                    while found and found[-1] is None:
                        found.pop()  # openpyxl fills every row up to the last column that may be
                    rows.append(found)
                    blank = blank + 1 if all(v is None for v in values) else 0
                    if blank > MOST_BLANK or len(rows) > most:
                        break
            book.close()
        except Exception as error:  # a damaged file may break any part of the reader
            raise Invalid(BROKEN) from error
    while rows and all(v is None or v == "" for v in rows[-1]):
        rows.pop()
    if not rows:
        raise Invalid(EMPTY)
    return rows


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    filled = blank = 0
    for values in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
        row = [v if type(v) is str and len(v) < MOST_LETTERS else _text(v) for v in values]
        while row and not row[-1]:
            row.pop()
        if row:
            blank = 0
            filled += 1
        else:
            blank += 1
            if blank > MOST_BLANK:
                return
        yield row
        if filled > MOST_ROWS + 60:
            return


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:MOST_LETTERS]
