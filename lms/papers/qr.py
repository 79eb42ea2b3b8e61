"""QR codes as runs of dark modules. The only module that knows segno.

segno makes the first code of its lengths; those like it are made from that one, at a twentieth of the price. With the
mask fixed a code is linear over the bits of its text (ISO/IEC 18004, 7.5 to 7.8): what two texts of the same lengths
differ in, their checks and their modules differ in too, and all that is no text cancels out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, compress, zip_longest
from operator import itemgetter, sub
from typing import Any, Final, NamedTuple

import segno
from segno import consts as _consts
from segno import encoder as _encoder

consts: Any = _consts  # within segno nothing says its type
encoder: Any = _encoder

#: One mask for all: 400 addresses of 25 to 210 characters drawn with it were all read by zbar, in a fifth of the time.
_MASK: Final = 2
_TRUTH: Final = bytes.maketrans(b"01", b"\0\1")
_CAPITALS: Final = re.compile("[0-9A-Z $%*+./:-]*")  # written in a way of their own, unless they are figures only
Runs = tuple[int, list[tuple[int, int, int]]]
Shape = tuple[tuple[int, int], ...]  # of each segment: the way in which it is written, and its length


def qr_runs(url: str) -> Runs:
    """The side in modules (without quiet zone) and the dark runs (x, y, width), y counted from the top row.

    Error level M, the smallest version that fits, fixed mask: the same address gives the same code. Raises ValueError
    if the address does not fit a QR code.
    """
    return qr_runs_of((url,))


def qr_runs_of(segments: tuple[str, ...]) -> Runs:
    """The same for a text in parts, each written in the way that is shortest for it: an address, then figures.

    Raises ValueError if it does not fit.
    """
    shape = _shape(segments)
    kind = _kind(shape) if shape else None
    side, modules = kind.made(segments) if kind else _made(segments)
    x, y = _grid(side)
    turns = f"{modules ^ modules >> 1:0{len(x)}b}".encode().translate(_TRUTH)  # where dark begins or ends
    edges = list(compress(x, turns))
    begins, ends = edges[::2], edges[1::2]
    return side, list(zip(begins, list(compress(y, turns))[::2], map(sub, ends, begins), strict=True))


@lru_cache(maxsize=8)
def _grid(side: int) -> tuple[Sequence[int], Sequence[int]]:
    """x and y of all modules, row by row, with the light one that ends each row."""
    return [*range(side + 1)] * side, [y for y in range(side) for _ in range(side + 1)]


def _made(segments: Sequence[str]) -> tuple[int, int]:
    """The side, and the modules as segno makes them: the bits of a number, row by row, with a light one after each."""
    parts: Any = list(segments)  # segno takes lists of segments; its stubs do not say so
    code = segno.make_qr(parts, error="m", boost_error=False, mask=_MASK)
    rows = ("".join("1" if dark else "0" for dark in (*row, 0)) for row in code.matrix)
    return len(code.matrix), int("".join(rows), 2)


def _shape(segments: Sequence[str]) -> Shape | None:
    """What codes have in common that can be made from one another; None for a text that segno has to make."""
    shape: list[tuple[int, int]] = []
    for text in segments:
        if not text.isascii() or (_CAPITALS.fullmatch(text) and not text.isdigit()):
            return None
        mode = consts.MODE_NUMERIC if text.isdigit() else consts.MODE_BYTE
        if shape and shape[-1][0] == mode:  # segno makes one of the two
            return None
        shape.append((mode, len(text)))
    return tuple(shape)


class _Layout(NamedTuple):
    """How the codewords of a version are checked, and where their bits stand."""

    side: int
    blocks: tuple[tuple[int, int], ...]  # how many codewords of text each has, and how many of checks
    words: int  # of text, in all blocks
    pick: Callable[[str], Sequence[str]]  # of the bits of all text, of all checks and a nought: one for each module

    def placed(self, bits: str) -> int:
        """The modules that the bits of a text, and those of its checks, turn over, as the bits of one number."""
        bits = bits.ljust(8 * self.words, "0")
        words = int(bits, 2).to_bytes(self.words, "big")
        found, at = [bits], 0
        for length, checks in self.blocks:
            found.append(f"{_checked(words[at : at + length], checks):0{8 * checks}b}")
            at += length
        return int("".join(self.pick("".join(found) + "0")), 2)


class _Kind(NamedTuple):
    """Codes of one shape: their layout, what comes before each segment in the stream, what is the same in all."""

    layout: _Layout
    heads: tuple[str, ...]
    base: int

    def made(self, segments: Sequence[str]) -> tuple[int, int]:
        """The side and the modules, as `_made` has them."""
        return self.layout.side, self.base ^ self.layout.placed(_stream(self.heads, segments))


@lru_cache(maxsize=64)
def _kind(shape: Shape) -> _Kind | None:
    """What the codes of a shape are made from; None where that does not give those that segno makes."""
    bases = set()
    for figure, letter in ("0a", "9z"):
        text = [(figure if mode == consts.MODE_NUMERIC else letter) * length for mode, length in shape]
        side, modules = _made(text)
        layout = _layout((side - 17) // 4)
        lengths = encoder.version_range((side - 17) // 4)
        heads = tuple("0" * (4 + consts.CHAR_COUNT_INDICATOR_LENGTH[mode][lengths]) for mode, _length in shape)
        bases.add(modules ^ layout.placed(_stream(heads, text)))
    return _Kind(layout, heads, bases.pop()) if len(bases) == 1 else None


def _stream(heads: Sequence[str], segments: Sequence[str]) -> str:
    """The bits of a text (7.4), with noughts for what all of its shape have in common."""
    return "".join(chain.from_iterable(zip(heads, map(_bits, segments), strict=True)))


def _bits(text: str) -> str:
    """A segment's own bits: eight for each letter, or ten for three figures, seven for two, four for one."""
    if not text.isdigit():
        return f"{int.from_bytes(text.encode('ascii'), 'big'):0{8 * len(text)}b}"
    whole = len(text) - len(text) % 3
    bits = [f"{int(text[at : at + 3]):010b}" for at in range(0, whole, 3)]
    if left := text[whole:]:
        bits.append(f"{int(left):0{3 * len(left) + 1}b}")
    return "".join(bits)


@lru_cache(maxsize=8)
def _layout(version: int) -> _Layout:
    """The layout of a version, asked of segno by having numbers placed instead of bits."""
    side = 4 * version + 17
    blocks = tuple(
        (info.num_data, info.num_total - info.num_data)
        for info in consts.ECC[version][consts.ERROR_LEVEL_M]
        for _ in range(info.num_blocks)
    )
    words = sum(length for length, _checks in blocks)
    sent = [*_in_turn([n for n, _ in blocks], 0), *_in_turn([n for _, n in blocks], words)]
    matrix = [list(row) for row in encoder.make_matrix(side, side)]  # its own rows hold no number above 255
    encoder.add_finder_patterns(matrix, side, side)
    encoder.add_alignment_patterns(matrix, side, side)
    fixed = 3  # up to here: light, dark, free
    encoder.add_codewords(matrix, [fixed + 8 * word + bit for word in sent for bit in range(8)], version)
    nought = 8 * len(sent)
    order = [at - fixed if at >= fixed else nought for row in matrix for at in (*row, 0)]
    return _Layout(side, blocks, words, itemgetter(*order))


def _in_turn(lengths: Sequence[int], first: int) -> Iterable[int]:
    """Codewords by number as they are sent: the first of each block, then the second of each, and so on (7.6)."""
    rows = []
    for length in lengths:
        rows.append(range(first, first + length))
        first += length
    return (word for column in zip_longest(*rows) for word in column if word is not None)


def _checked(words: bytes, checks: int) -> int:
    """The checks of a block of codewords: what is left when it is divided (7.5.2), as the bits of one number."""
    multiples, top = _multiples(checks), 8 * (checks - 1)
    left, low = 0, (1 << top) - 1
    for word in words:
        left = (left & low) << 8 ^ multiples[word ^ left >> top]
    return left


@lru_cache(maxsize=16)
def _multiples(checks: int) -> tuple[int, ...]:
    """The polynomial that so many checks are made with, times each codeword, without its first term."""
    terms, logs, powers = consts.GEN_POLY[checks], consts.GALIOS_LOG, consts.GALIOS_EXP
    made = (bytes(powers[logs[word] + term] for term in terms) for word in range(1, 256))
    return (0, *(int.from_bytes(each, "big") for each in made))
