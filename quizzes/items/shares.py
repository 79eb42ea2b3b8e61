"""Pure: shares of a point, in percent as authors write them, and in parts as they are added up."""

from __future__ import annotations

from quizzes.items.contract import WHOLE

CLOSE = 0.1  # percent: how far a rounded percentage may lie from the fraction that was meant
_FRACTIONS = sorted({(100 * k / d, WHOLE * k // d) for d in range(1, 11) for k in range(d + 1)})


def parts_of(percent: float) -> int:
    """A share in parts: 33.33333 is a third, 14.28571 a seventh. Negative shares take away."""
    if percent < 0:
        return -parts_of(-percent)
    near, parts = min(_FRACTIONS, key=lambda fraction: abs(fraction[0] - percent))
    return parts if abs(near - percent) <= CLOSE else min(WHOLE, round(percent * WHOLE / 100))


def an_equal_share(right: int, of: int) -> int:
    """So many of so many places, in parts of a point; all of them are the whole point whatever their number."""
    return WHOLE * right // of if of else 0
