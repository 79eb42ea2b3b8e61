"""Tables in Excel's format and as text: read without harm, given out so that nothing in them is a formula."""

from lms.sheets.giving import XLSX, as_csv, as_same, as_xlsx, harmless
from lms.sheets.oldfont import from_tcvn3
from lms.sheets.plaintext import NO_TEXT, read_csv, read_text
from lms.sheets.sheet import EMPTY, MOST_ROWS, TOO_LONG, Sheet
from lms.sheets.workbook import OLE, read_values, read_workbook

__all__ = [
    "EMPTY", "MOST_ROWS", "NO_TEXT", "OLE", "TOO_LONG", "XLSX", "Sheet", "as_csv", "as_same", "as_xlsx", "from_tcvn3",
    "harmless", "read_csv", "read_text", "read_values", "read_workbook",
]  # fmt: skip
