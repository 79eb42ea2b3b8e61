"""A drawing (SVG) stays as it is, once it is known to be nothing but drawing. Pure."""

from __future__ import annotations

import re

from lms.errors import Invalid
from lms.packages.media import check_svg
from lms.packages.problems import Problems, Where
from lms.text import Text

USUAL = (720, 420)  # pixels of a drawing that does not say
_VIEWBOX = re.compile(rb'viewBox\s*=\s*["\']\s*[\d.\-]+[ ,]+[\d.\-]+[ ,]+([\d.]+)[ ,]+([\d.]+)')


def check(content: bytes) -> None:
    """Raises Invalid for the first thing that does not belong into a drawing."""
    problems = Problems()
    check_svg(content, Where("x.svg", 1, problems, []))
    for problem in problems:
        raise Invalid(Text(problem.template, dict(problem.values)))


def size_of(content: bytes) -> tuple[int, int]:
    """A drawing's size in pixels as its viewBox says."""
    match = _VIEWBOX.search(content[:4000])
    return (round(float(match[1])), round(float(match[2]))) if match else USUAL
