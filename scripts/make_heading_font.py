"""Cut the heading font from the npm package @fontsource/be-vietnam-pro.

    npm pack @fontsource/be-vietnam-pro && tar xf fontsource-be-vietnam-pro-*.tgz
    python scripts/make_heading_font.py package

Keeps Vietnamese, letters, digits and the signs that headings and buttons use. A letter with marks is drawn as its
letter and its marks wherever both lie in it, to one thousandth of the letter's size, so that no outline is sent twice.
Needs fonttools and brotli. See lms/web/static/lms/fonts/VENDORED.md.
"""

from __future__ import annotations

import string
import sys
import tempfile
import unicodedata
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from fontTools import merge, subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

TARGET = Path(__file__).parent.parent / "lms/web/static/lms/fonts/BeVietnamPro-700.subset.woff2"
PARTS = ("vietnamese", "latin-ext", "latin")
FEATURES = ["kern"]  # texts are kept composed (NFC), so no mark is ever placed by the font
SIGNS = " \u00a0.,:;!?…·•'\"‘’“”()/-–—&%+@#×°₫"
NEAR = 1  # units of a thousand in the letter's size: what rounding made of one outline in two glyphs
OFFSETS = 0x0002  # the component's numbers are a distance (glyf table, ARGS_ARE_XY_VALUES)

Point = tuple[int, int, int]  # x, y, whether it lies on the curve
Outline = list[Point]


def vietnamese() -> str:
    """Every letter of Vietnamese with every tone, in both cases."""
    marks = "\u0300\u0301\u0303\u0309\u0323"
    vowels = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    toned = {unicodedata.normalize("NFC", vowel + mark) for vowel in vowels for mark in marks}
    return "".join(sorted(toned)) + vowels + "đĐ"


def cut(package: Path, target: Path = TARGET) -> int:
    """Write the cut font; return its size in bytes."""
    wanted = {ord(c) for c in vietnamese() + string.ascii_letters + string.digits + SIGNS}
    options = subset.Options(
        layout_features=FEATURES, hinting=False, name_IDs=[0, 1, 2, 4, 13, 14], notdef_outline=True
    )
    with tempfile.TemporaryDirectory() as folder:
        pieces = []
        for part in PARTS:
            font = TTFont(package / f"files/be-vietnam-pro-{part}-700-normal.woff2")
            have = wanted & set(font.getBestCmap())
            if not have:
                continue
            wanted -= have
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=have)
            cutter.subset(font)
            font.flavor = None
            piece = Path(folder) / f"{part}.ttf"
            font.save(piece)
            pieces.append(str(piece))
        merged = merge.Merger().merge(pieces)
        compose(merged)
        merged.flavor = "woff2"
        target.parent.mkdir(parents=True, exist_ok=True)
        merged.save(target)
    return target.stat().st_size


def compose(font: TTFont) -> int:
    """Draw letters with marks as letter and marks; return how many."""
    outlines = {name: _outlines(font, name) for name in font.getGlyphOrder()}
    cmap = font.getBestCmap()
    marks: list[tuple[str, list[Outline]]] = []
    made: dict[str, list[tuple[str, int, int]]] = {}
    for code, name in sorted(cmap.items()):
        for plainer in _plainer(chr(code)):
            found = _within(outlines[cmap[ord(plainer)]], outlines[name]) if ord(plainer) in cmap else None
            if found:
                made[name] = [(cmap[ord(plainer)], found.x, found.y)]
                if found.rest:
                    made[name].append(_mark(found.rest, marks))
                break
    font.setGlyphOrder([*font.getGlyphOrder(), *(name for name, _shape in marks)])
    glyphs = font["glyf"]
    glyphs.glyphOrder = font.getGlyphOrder()
    for name, shape in marks:
        glyphs[name] = _drawn(shape)
        font["hmtx"][name] = (0, min(x for outline in shape for x, _y, _on in outline))
    for name, parts in made.items():
        glyphs[name] = _joined(parts)
    for name in [mark for mark, _shape in marks]:
        glyphs[name].recalcBounds(glyphs)
    return len(made)


def _outlines(font: TTFont, name: str) -> list[Outline]:
    glyph = font["glyf"][name]
    coordinates, ends, flags = glyph.getCoordinates(font["glyf"])
    points = [(x, y, flag & 1) for (x, y), flag in zip(coordinates, flags, strict=True)]
    return [points[start:end] for start, end in zip([0, *(e + 1 for e in ends)], [e + 1 for e in ends], strict=False)]


def _plainer(letter: str) -> list[str]:
    """The letter with fewer marks, the fewest missing first: ế gives ê and é, then e."""
    base, *marks = unicodedata.normalize("NFD", letter)
    kept = [some for count in range(len(marks) - 1, -1, -1) for some in combinations(marks, count)]
    return [c for c in (unicodedata.normalize("NFC", base + "".join(some)) for some in kept) if len(c) == 1]


@dataclass(frozen=True)
class _Found:
    """How far a shape lies from its own place, and what is left of the glyph without it."""

    x: int
    y: int
    rest: list[Outline]


def _within(shape: list[Outline], glyph: list[Outline]) -> _Found | None:
    """Where all outlines of a shape lie in a glyph, if they do."""
    for first in glyph:
        gaps = _gaps(shape[0], first) if shape else []
        if not gaps:
            continue
        x, y = (sorted(gap[axis] for gap in gaps)[len(gaps) // 2] for axis in (0, 1))
        rest = list(glyph)
        for outline in shape:
            same = next((o for o in rest if _near(_gaps(outline, o), x, y)), None)
            if same is None:
                break
            rest.remove(same)
        else:
            return _Found(x, y, rest)
    return None


def _gaps(one: Outline, other: Outline) -> list[tuple[int, int]]:
    if [p[2] for p in one] != [p[2] for p in other]:
        return []
    return [(b[0] - a[0], b[1] - a[1]) for a, b in zip(one, other, strict=True)]


def _near(gaps: list[tuple[int, int]], x: int, y: int) -> bool:
    return bool(gaps) and all(abs(dx - x) <= NEAR and abs(dy - y) <= NEAR for dx, dy in gaps)


def _mark(shape: list[Outline], marks: list[tuple[str, list[Outline]]]) -> tuple[str, int, int]:
    """The mark of this shape, a new one if there is none yet, and where it lies."""
    for name, known in marks:
        found = _within(known, shape)
        if found and not found.rest:
            return name, found.x, found.y
    marks.append((f"mark{len(marks)}", shape))
    return marks[-1][0], 0, 0


def _drawn(shape: list[Outline]) -> Glyph:
    pen = TTGlyphPen(None)
    for outline in shape:
        start = next(n for n, point in enumerate(outline) if point[2])
        turned = [*outline[start:], *outline[:start]]
        pen.moveTo(turned[0][:2])
        waiting: list[tuple[int, int]] = []
        for x, y, on in [*turned[1:], turned[0]]:
            waiting.append((x, y))
            if on:
                pen.qCurveTo(*waiting) if len(waiting) > 1 else pen.lineTo(waiting[0])
                waiting = []
        pen.closePath()
    return pen.glyph()


def _joined(parts: list[tuple[str, int, int]]) -> Glyph:
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for name, x, y in parts:
        component = GlyphComponent()
        component.glyphName, component.x, component.y, component.flags = name, x, y, OFFSETS
        glyph.components.append(component)
    return glyph


if __name__ == "__main__":
    print(f"{TARGET.name}: {cut(Path(sys.argv[1]))} bytes")
