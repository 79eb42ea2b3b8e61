"""Cut the heading font from the npm package @fontsource/be-vietnam-pro.

    npm pack @fontsource/be-vietnam-pro && tar xf fontsource-be-vietnam-pro-*.tgz
    python scripts/make_heading_font.py package

Keeps Vietnamese, ASCII and the signs our headings use, and the features that place stacked marks.
Needs fonttools and brotli. See lms/web/static/lms/fonts/VENDORED.md.
"""

from __future__ import annotations

import sys
import tempfile
import unicodedata
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "lms/web/static/lms/fonts/BeVietnamPro-700.subset.woff2"
PARTS = ("vietnamese", "latin-ext", "latin")
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]
SIGNS = "–—‘’“”…·•«»×÷±°²³½€₫™©®→←✓\u00a0"


def vietnamese() -> str:
    """Every letter of Vietnamese with every tone, in both cases, and the bare marks."""
    marks = "\u0300\u0301\u0303\u0309\u0323"
    vowels = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    toned = {unicodedata.normalize("NFC", vowel + mark) for vowel in vowels for mark in marks}
    return "".join(sorted(toned)) + vowels + "đĐ" + marks + "\u0302\u0306\u031b"


def cut(package: Path, target: Path = TARGET) -> int:
    """Write the cut font; return its size in bytes."""
    wanted = {ord(c) for c in vietnamese() + SIGNS} | set(range(0x20, 0x7F))
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
        merged.flavor = "woff2"
        target.parent.mkdir(parents=True, exist_ok=True)
        merged.save(target)
    return target.stat().st_size


if __name__ == "__main__":
    print(f"{TARGET.name}: {cut(Path(sys.argv[1]))} bytes")
