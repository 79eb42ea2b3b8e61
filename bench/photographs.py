"""Photographs made small: CPU of one of twelve megapixels, beside what nothing that does the same can go below.

The floor decodes as small as the decoder itself can, resizes once for each width, and encodes: no colours of screens,
no orientation, no main colour, no reading again. The pictures are made here: soft shapes with a camera's noise.
"""

from __future__ import annotations

import io
import statistics
from dataclasses import dataclass
from functools import partial

from PIL import Image

from bench.floors import timed
from lms.media import pictures

SIZE = (4000, 3000)
GOAL = 1.5  # times the floor


@dataclass(frozen=True)
class Photograph:
    """One photograph: bytes as it came and of each picture made, CPU milliseconds of ours and of the floor."""

    name: str
    came: int
    made: tuple[int, ...]
    ours: float
    floor: float


def measure(repetitions: int) -> list[Photograph]:
    """Ours and the floor by turns, so that both feel one machine; medians."""
    found = []
    for name, noise in (("soft, as a face before a wall", 6), ("busy, as leaves or a market", 40)):
        content = _photograph(noise)
        ours, floor = [], []
        for _ in range(repetitions):
            ours.append(timed(partial(_work, content)))
            floor.append(timed(partial(_least, content)))
        made = tuple(len(d.content) for d in pictures.made_of(content).drawn)
        found.append(Photograph(name, len(content), made, statistics.median(ours), statistics.median(floor)))
    return found


def _work(content: bytes) -> None:
    """What the worker does with a photograph, but for the disk."""
    for drawn in pictures.made_of(content).drawn:
        pictures.check_drawn(drawn.content, drawn.width, drawn.height)


def _least(content: bytes) -> None:
    with Image.open(io.BytesIO(content)) as source:
        widths = [w for w in pictures.WIDTHS if w < source.width]
        source.draft("RGB", (widths[-1], widths[-1]))
        picture: Image.Image = source.copy()
    for width in reversed(widths):
        height = round(SIZE[1] * width / SIZE[0])
        picture = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture.save(io.BytesIO(), "WEBP", quality=pictures.QUALITY, method=pictures.METHOD)


def _photograph(noise: int) -> bytes:
    """Twelve megapixels as a telephone writes them: JPEG with its notes."""
    soft = Image.radial_gradient("L").resize(SIZE)
    hard = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), noise).resize(SIZE, Image.Resampling.BICUBIC)
    picture = Image.merge("RGB", (hard, soft, Image.blend(soft, hard, 0.5)))
    notes = Image.Exif()
    notes[0x0112], notes[0x010F] = 1, "Máy ảnh"
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90, exif=notes)
    return stream.getvalue()


def markdown(found: list[Photograph]) -> str:
    """The table."""
    head = "| a photograph of 12 megapixels | KB came | KB made, 360 / 720 / 1080 | CPU ms | floor, CPU ms"
    lines = [
        f"{head} | ratio (goal {GOAL:g} ×) |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for p in found:
        made = " / ".join(f"{size / 1000:.1f}" for size in p.made)
        row = (p.name, f"{p.came / 1000:,.0f}", made, f"{p.ours:.0f}", f"{p.floor:.0f}", f"{p.ours / p.floor:.2f} ×")
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)
