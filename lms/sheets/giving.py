"""Tables as files that people open in Excel: nothing in them is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: str) -> str:
    """A cell that Excel and others show and never work out: an apostrophe stands before what could be a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it; commas between."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_same(sheets: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> bytes:
    """A workbook of sheets, (title, rows) each, whose values stay what they were: texts, numbers, days, None.

    A text that could be a formula stays as it was written, and is marked as a text, in Excel too when it is edited.
    """
    from openpyxl import Workbook  # 12 MB that only a list in Excel's format needs
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title[:31])
        quoted = _quoted(sheet)
        for row in rows:
            cells: list[Any] = []
            for value in row:
                if not isinstance(value, str):
                    cells.append(value)
                    continue
                text = "".join(c for c in value if c >= " " or c in "\t\n")
                if text.startswith(_FORMULA):
                    cell: Any = WriteOnlyCell(sheet, text)
                    cell.data_type, cell._style = "s", quoted
                    cells.append(cell)
                else:
                    cells.append(text)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _quoted(sheet: Any) -> Any:
    """The style of a cell that is a text whatever it looks like (quotePrefix), as a typed apostrophe makes one."""
    from openpyxl.cell import WriteOnlyCell

    cell: Any = WriteOnlyCell(sheet, "")
    cell.quotePrefix = True
    return cell._style


def as_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    """A workbook of texts: telephone numbers keep their zeros."""
    from openpyxl import Workbook  # 12 MB that only a list in Excel's format needs
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Kết quả")
    for row in table:
        cells = [WriteOnlyCell(sheet, "".join(c for c in harmless(cell) if c >= " ")) for cell in row]
        for cell in cells:
            cell.data_type = "s"  # a text, whatever it looks like
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
