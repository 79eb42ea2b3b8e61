"""The pictures of a secret, which of them nobody may choose, and the faces in a class list. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup
from msgspec import Struct

from lms.api.texts import Text, _

FOLDER = Path(__file__).with_name("static") / "cards" / "pictures"
LENGTH = 4
SIDE = 4  # the grid is four by four, and never shuffled: the hand remembers places
LEAST_DIFFERENT = 3


class Picture(Struct, frozen=True):
    """A drawing that everybody here knows, and what it is called."""

    key: str
    name: Text


PICTURES = (
    Picture("buffalo", _("buffalo")),
    Picture("hat", _("conical hat")),
    Picture("boat", _("boat")),
    Picture("banana", _("bananas")),
    Picture("rooster", _("chicken")),
    Picture("house", _("house")),
    Picture("drum", _("drum")),
    Picture("lamp", _("oil lamp")),
    Picture("fish", _("fish")),
    Picture("rice", _("bowl of rice")),
    Picture("bicycle", _("bicycle")),
    Picture("palm", _("coconut tree")),
    Picture("sun", _("sun")),
    Picture("teapot", _("teapot")),
    Picture("hoe", _("hoe")),
    Picture("scissors", _("scissors")),
)
_BADGES = (
    Picture("lotus", _("lotus")),
    Picture("star", _("star")),
    Picture("leaf", _("leaf")),
    Picture("moon", _("moon")),
    Picture("umbrella", _("umbrella")),
    Picture("kite", _("kite")),
    Picture("bird", _("bird")),
    Picture("butterfly", _("butterfly")),
)
_COLOURS = (
    ("#f9c9c0", _("red")),
    ("#fde9a9", _("yellow")),
    ("#c9ead5", _("green")),
    ("#cfe2f7", _("blue")),
    ("#e2d6f5", _("purple")),
    ("#fbd7b0", _("orange")),
    ("#ffffff", _("white")),
    ("#ddd6cc", _("grey")),
)
BADGES = len(_BADGES) * len(_COLOURS)  # 64: more than a class has people
SPACE = len(PICTURES) ** LENGTH  # 65,536 orders of four pictures


def lines() -> frozenset[tuple[int, ...]]:
    """The straight lines of the grid, each from both ends: what a finger draws without thinking."""
    across = [tuple(range(row * SIDE, row * SIDE + SIDE)) for row in range(SIDE)]
    down = [tuple(range(column, SIDE * SIDE, SIDE)) for column in range(SIDE)]
    slanting = [tuple(range(0, SIDE * SIDE, SIDE + 1)), tuple(range(SIDE - 1, SIDE * SIDE - 1, SIDE - 1))]
    forth = [*across, *down, *slanting]
    return frozenset([*forth, *(line[::-1] for line in forth)])


_LINES = lines()


def is_easy(secret: Sequence[int]) -> bool:
    """Whether others would try it first: fewer than three different pictures, or a straight line."""
    return len(set(secret)) < LEAST_DIFFERENT or tuple(secret) in _LINES


def read(text: str) -> tuple[int, ...]:
    """The pictures that a form names, e.g. "3-0-15". What is no picture, and what is too much, is left out."""
    named = (int(part) for part in text.split("-") if part.isascii() and part.isdigit() and len(part) < 3)
    return tuple(n for n in named if n < len(PICTURES))[:LENGTH]


def written(secret: Sequence[int]) -> str:
    """The same as a text: what is hashed, and what a form carries from step to step."""
    return "-".join(map(str, secret))


@functools.cache
def _drawing(key: str) -> str:
    source = (FOLDER / f"{key}.svg").read_text(encoding="utf-8")
    found = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
    if found is None:
        raise ValueError(f"{key}.svg is not a drawing.")
    return found[1].strip()


@functools.cache
def drawn(key: str) -> Markup:
    """A picture for a page. Its name stands beside it, so that it is hidden from screen readers."""
    return Markup(f'<svg class="picture" viewBox="0 0 64 64" aria-hidden="true">{_drawing(key)}</svg>')  # noqa: S704


@functools.cache
def badge(number: int) -> Markup:
    """The face of a person in a class list: a picture on a colour."""
    colour, picture = _COLOURS[number % BADGES // len(_BADGES)], _BADGES[number % len(_BADGES)]
    return Markup(  # noqa: S704  our own drawings
        f'<svg class="picture" viewBox="-10 -10 84 84" aria-hidden="true"><rect x="-9" y="-9" width="82" height="82"'
        f' rx="16" fill="{colour[0]}" stroke="#231e19" stroke-width="1.5"/>{_drawing(picture.key)}</svg>'
    )


def badge_name(number: int) -> Text:
    """What a face is called, so that a helper can say which: "lotus on red"."""
    colour, picture = _COLOURS[number % BADGES // len(_BADGES)], _BADGES[number % len(_BADGES)]
    return _("{picture} on {colour}", picture=picture.name, colour=colour[1])


def spread(wanted: Sequence[int | None]) -> list[int]:
    """A face for each person of a class: their own where nobody before them has it, else the next free one."""
    taken: set[int] = set()
    faces = []
    for own in wanted:
        face = (own if own is not None else 0) % BADGES
        while face in taken and len(taken) < BADGES:
            face = (face + 9) % BADGES  # another picture on another colour; 9 and 64 share no divisor
        taken.add(face)
        faces.append(face)
    return faces
