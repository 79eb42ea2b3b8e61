"""The visible words of a signature: who, and when, in plain letters; never a picture of a hand or a seal.

Decree 30/2020/ND-CP puts the words of a body's signature on an electronic copy at the top right of the first page:
upright, black, 10 points, Times New Roman, with the time as `dd-mm-yyyy hh:mm:ss +07:00`. Papers here are no copies, so
that this form is used for them is our own default. Where a design leaves no room the signature is invisible.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

from lms.api.work import clock
from plugins.signing.sealing import Look

SIZE: Final = 10.0  # points
LEADING: Final = 12.5
WIDTH: Final = 236.0  # of the block, in points
EDGE: Final = 3.0
CLEAR: Final = 6.0  # points that stay empty around the block
_SCALE: Final = 0.5  # pixels for a point, where room is looked for
_PALE: Final = 236  # of 255: what is lighter is ground


def look(pdf: bytes, name: str, when: datetime) -> Look | None:
    """The words for a paper, and where they fit on its first page; None where there is no room."""
    lines = lines_of(name, when)
    height = LEADING * len(lines) + 2 * EDGE
    found = room(pdf, WIDTH, height)
    if found is None:
        return None
    left, low = found
    return Look(_page(lines, height), (round(left), round(low), round(left + WIDTH), round(low + height)))


def lines_of(name: str, when: datetime) -> tuple[str, ...]:
    """`Ký bởi: …` in as many lines as it needs, then `Thời gian ký: …` by the clock of Việt Nam."""
    from lms.api.papers import text_width

    lines, line = [], "Ký bởi:"
    for word in name.split():
        if text_width(f"{line} {word}", "regular", SIZE) > WIDTH - 2 * EDGE and line:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return (*lines, line, f"Thời gian ký: {clock.local(when):%d-%m-%Y %H:%M:%S} +07:00")


@lru_cache(maxsize=64)
def _page(lines: tuple[str, ...], height: float) -> bytes:
    from lms.api.papers import Box, Sheet

    sheet = Sheet(WIDTH, height, title="Chữ ký số", subject="Chữ ký số", author="Học vụ số")
    for number, line in enumerate(lines):
        baseline = height - EDGE - SIZE - number * LEADING + 1
        sheet.text(line, "regular", SIZE, EDGE, baseline, (0, 0, 0), Box(EDGE, baseline, WIDTH, baseline + SIZE))
    return sheet.finish()


def room(pdf: bytes, width: float, height: float) -> tuple[float, float] | None:
    """Left and lower edge (points) of an empty place of this size on the first page, high and far right.

    Only the right half of the page is looked at, inside its frame; None where nothing is empty. The PDF is our own:
    strangers' files are never shown to PDFium in this process.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        high = page.get_size()[1]
        picture = page.render(scale=_SCALE, grayscale=True).to_numpy()
    finally:
        document.close()
    if picture.ndim == 3:
        picture = picture[:, :, 0]
    dark = (picture < _PALE).astype("int32").cumsum(0).cumsum(1)  # so that any rectangle is counted by four values
    across, down = int((width + 2 * CLEAR) * _SCALE) + 1, int((height + 2 * CLEAR) * _SCALE) + 1
    rows, columns = dark.shape
    frame = int(40 * _SCALE)  # the ornament at the edge of a page
    for top in range(frame, rows - down - frame):
        for left in range(columns - across - frame, columns // 2 - 1, -4):
            count = (
                dark[top + down, left + across] - dark[top, left + across] - dark[top + down, left] + dark[top, left]
            )
            if not count:
                return left / _SCALE + CLEAR, high - (top + down) / _SCALE + CLEAR
    return None
