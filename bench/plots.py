"""Small drawings of figures as SVG, by our own code: the same figures give the same file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 44, 56
COLORS = ("#a32020", "#1f5f8b", "#2e7d32", "#6b5b3e")
DASHES = ("", "6 4", "2 3", "10 3 2 3")  # told apart without colours too
Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """A line with its name."""

    name: str
    points: Sequence[Point]


def plot(
    title: str,
    x_name: str,
    y_name: str,
    series: Sequence[Series],
    x_range: Point,
    y_range: Point,
    dots: Sequence[Point] = (),
) -> str:
    """A drawing of lines, and of dots where there are any."""

    def at(point: Point) -> tuple[str, str]:
        across = (point[0] - x_range[0]) / (x_range[1] - x_range[0])
        up = (point[1] - y_range[0]) / (y_range[1] - y_range[0])
        x = LEFT + min(max(across, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - min(max(up, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM)
        return f"{x:.1f}", f"{y:.1f}"

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    for value in _marks(*y_range):
        x, y = at((x_range[0], value))
        out.append(f'<path d="M{x} {y}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value in _marks(*x_range):
        x, _y = at((value, y_range[0]))
        out.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{value:g}</text>')
    out.append(f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#333"/>')
    out.append(f'<text x="{(WIDTH + LEFT) // 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(x_name)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) // 2
    out.append(f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>')
    for x, y in map(at, dots):
        out.append(f'<circle cx="{x}" cy="{y}" r="2" fill="#1f5f8b" fill-opacity=".5"/>')
    named = 0
    for number, line in enumerate(series):
        color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
        style = f'fill="none" stroke="{color}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
        out.append(f'<polyline points="{" ".join(",".join(at(p)) for p in line.points)}" {style}/>')
        if line.name:
            y = TOP + 12 + 18 * named
            out.append(f'<path d="M{WIDTH - 210} {y}h30" {style}/>')
            out.append(f'<text x="{WIDTH - 172}" y="{y + 4}">{escape(line.name)}</text>')
            named += 1
    return "\n".join([*out, "</svg>", ""])


def _marks(low: float, high: float) -> list[float]:
    """Four to nine round numbers of a range."""
    step = next(s for s in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if (high - low) / s <= 8)
    first = -(-low // step) * step
    return [round(first + step * n, 6) for n in range(int((high - first) / step + 1e-9) + 1)]
