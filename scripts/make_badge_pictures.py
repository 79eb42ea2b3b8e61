"""Draws the plain pictures of badges: plugins/badges/static/badges/<kind>.svg and .png.

    python scripts/make_badge_pictures.py

Run it when the drawing changes, and keep the earlier files' hashes in plugins/badges/baking.py: a badge that was handed
out carries the picture of its day. The PNG is drawn by resvg from the SVG; both are kept, so that nothing is drawn when
a badge is handed out and its picture is the same bytes for ever.
"""

from __future__ import annotations

from io import BytesIO
from math import cos, pi, sin
from pathlib import Path

import resvg_py
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "plugins" / "badges" / "static" / "badges"
SIDE = 400  # the specification asks for a square; 400 is enough on a phone and light to send
FLAME = ("...#...", "...##..", "..###..", ".####..", ".##o##.", "##ooo##", "##ooo##", ".#ooo#.", "..#o#..")
RED, RED_DARK, GREEN, GREEN_DARK = "#a6261c", "#7f1a13", "#12694a", "#0c4d36"
BLUE, BLUE_DARK = "#1c3373", "#142455"
GOLD, GOLD_SOFT, PAPER = "#f3b62f", "#fff3d3", "#fbf7f0"


def hexagon(radius: float) -> str:
    """A hexagon that stands on a corner, around (200, 200)."""
    corners = [(200 + radius * sin(pi / 3 * n), 200 - radius * cos(pi / 3 * n)) for n in range(6)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z"


def circle(radius: float) -> str:
    """A circle around (200, 200)."""
    return f"M{200 - radius} 200a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0z"


def rosette(radius: float) -> str:
    """A rosette of sixteen points around (200, 200)."""
    turns = ((radius if n % 2 == 0 else 0.93 * radius, pi / 16 * n) for n in range(32))
    return "M" + "L".join(f"{200 + long * sin(turn):.1f} {200 - long * cos(turn):.1f}" for long, turn in turns) + "z"


def flame(sign: str) -> str:
    """The squares of the flame with this sign."""
    return "".join(
        f"M{144 + 16 * column} {84 + 16 * row}h16v16h-16z"
        for row, line in enumerate(FLAME)
        for column, found in enumerate(line)
        if found == sign
    )


def drawn(kind: str) -> str:
    """A badge: six corners and red for a level attained, round and green for a course, a blue rosette for a contest."""
    shape, full, dark, name, radii, places = KINDS[kind]
    outer, ring, inner = radii
    ribbon = "M132 312h136l-18 22 18 22H132l18-22z"
    squares = "".join(f"M{x} 328h12v12h-12z" for x in places)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>{name}</title>'
        f'<path fill="{dark}" d="{shape(outer)}"/><path fill="{GOLD}" d="{shape(ring)}"/>'
        f'<path fill="{full}" d="{shape(inner)}"/>'
        f'<path fill="{GOLD}" d="{flame("#")}"/><path fill="{PAPER}" d="{flame("o")}"/>'
        f'<path fill="{GOLD}" d="M118 240h164l-32 46h-26v14h-48v-14h-26z"/>'
        f'<path fill="{dark}" d="M136 254h128v6H136z"/>'
        f'<path fill="{GOLD_SOFT}" d="{ribbon}"/><path fill="{dark}" d="{squares}"/></svg>'
    )


# Shape, colours, title, radii of its three rims, where the squares on the ribbon stand.
KINDS = {
    "attainment": (hexagon, RED, RED_DARK, "Huy hiệu mức độ phổ cập kỹ năng số", (192, 178, 164), (166, 194, 222)),
    "course": (circle, GREEN, GREEN_DARK, "Huy hiệu khóa học", (184, 171, 158), (194,)),
    "contest": (rosette, BLUE, BLUE_DARK, "Huy hiệu cuộc thi", (190, 177, 164), (180, 208)),
}


def main() -> None:
    """Writes two files of each kind."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        text = drawn(kind)
        (FOLDER / f"{kind}.svg").write_text(text, encoding="utf-8")
        raw = bytes(resvg_py.svg_to_bytes(svg_string=text, width=SIDE))
        out = BytesIO()
        small = Image.open(BytesIO(raw)).convert("RGBA").quantize(64, method=Image.Quantize.FASTOCTREE)
        small.save(out, "PNG", optimize=True)
        (FOLDER / f"{kind}.png").write_bytes(out.getvalue())
        print(kind, len(text.encode()), len(out.getvalue()))


if __name__ == "__main__":
    main()
