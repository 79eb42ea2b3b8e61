"""Tables as files that people open in Excel: texts are never formulas, numbers are numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Cell = str | float | int | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: Cell) -> Cell:
    """A text that Excel and others show and never work out: an apostrophe stands before what could be a formula."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def as_csv(table: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it; commas between, a point before decimals; nothing for None."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows(["" if cell is None else harmless(cell) for cell in row] for row in table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(table: Sequence[Sequence[Cell]], title: str) -> bytes:
    """A workbook of one sheet."""
    from openpyxl import Workbook  # 12 MB that only a list in Excel's format needs
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in table:
        cells = []
        for value in row:
            shown = harmless(value)
            cell = WriteOnlyCell(sheet, "".join(c for c in shown if c >= " ") if isinstance(shown, str) else shown)
            if isinstance(shown, str):
                cell.data_type = "s"  # a text, whatever it looks like
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
