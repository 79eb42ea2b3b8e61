"""QR codes as runs of dark modules. The only module that knows segno."""

import re
from functools import lru_cache
from typing import Any, Final

import segno

#: One mask for all: 400 addresses of 25 to 210 characters drawn with it were all read by zbar, in a fifth of the time.
_MASK: Final = 2
_HEAD: Final = 8  # letters at the beginning of an address that codes made from one another have in common
_DARK: Final = re.compile("1+")


def qr_runs(url: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The side in modules (without quiet zone) and the dark runs (x, y, width), y counted from the top row.

    Error level M, the smallest version that fits, fixed mask: the same address gives the same code. Raises ValueError
    if the address does not fit a QR code.
    """
    side, modules = _modules(url)
    drawn = f"{modules:0{side * side}b}"
    runs = []
    for y in range(side):
        for run in _DARK.finditer(drawn[y * side : (y + 1) * side]):
            x, end = run.span()
            runs.append((x, y, end - x))
    return side, runs


def qr_runs_of(segments: tuple[str, ...]) -> tuple[int, list[tuple[int, int, int]]]:
    """The same for a text in parts, each written in the way that is shortest for it: an address, then figures.

    Every paper has figures of its own, so nothing is made from one another here. Raises ValueError if it does not fit.
    """
    parts: Any = list(segments)  # segno takes lists of segments; its stubs do not say so
    code = segno.make_qr(parts, error="m", boost_error=False, mask=_MASK)
    rows = ["".join("1" if dark else "0" for dark in row) for row in code.matrix]
    return len(rows), [
        (run.start(), y, run.end() - run.start()) for y, row in enumerate(rows) for run in _DARK.finditer(row)
    ]


def _modules(url: str) -> tuple[int, int]:
    """The side, and all modules as the bits of one number, the first at its top.

    With the mask fixed, a code is linear over the bits of its text (its checks are, ISO/IEC 18004, 7.5): texts of one
    length differ in what each of their bits that differ turns over. So the code of one address gives those of all like
    it, at a fiftieth of the price of making each anew.
    """
    head = url[:_HEAD]
    if not url.isascii() or not any(letter.islower() for letter in head):
        return _made(url)  # it may be written in another of the ways that a code has for texts
    model = _model(head, len(url), url)
    side, modules = _made(model)
    for place, (letter, other) in enumerate(zip(url, model, strict=True)):
        turned = ord(letter) ^ ord(other)
        while turned:
            lowest = turned & -turned
            modules ^= _turned_over(model, place, lowest)
            turned ^= lowest
    return side, modules


_models: dict[tuple[str, int], str] = {}


def _model(head: str, length: int, url: str) -> str:
    """The address from which the codes of those like it are made: the first that came."""
    if len(_models) > 50:  # operators have one or two
        _models.clear()
    return _models.setdefault((head, length), url)


@lru_cache(maxsize=4000)
def _turned_over(model: str, place: int, bit: int) -> int:
    """The modules that one bit of a letter turns over."""
    other = model[:place] + chr(ord(model[place]) ^ bit) + model[place + 1 :]
    return _made(model)[1] ^ _made(other)[1]


@lru_cache(maxsize=64)
def _made(url: str) -> tuple[int, int]:
    code = segno.make_qr(url, error="m", boost_error=False, mask=_MASK)
    return len(code.matrix), int("".join("1" if dark else "0" for row in code.matrix for dark in row), 2)
