"""What the pages with the grid of pictures share: what was pressed so far, and which device it is."""

from __future__ import annotations

import secrets
from typing import Any

from flask import make_response, request
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import Person
from lms.api.web import render, say
from lms.api.work import settings
from plugins.cards import pictures, queries
from plugins.cards.pictures import LENGTH

DEVICE = "may"  # the cookie by which a device is known again
YEAR = 365 * 86_400


class Tile(Struct, frozen=True):
    """A picture as a page shows it."""

    value: int
    name: str
    drawing: Markup


class Pressed(Struct, frozen=True):
    """What a form of pictures holds after this press."""

    chosen: tuple[int, ...]
    first: tuple[int, ...]  # where pictures are being set: those that are now repeated

    @property
    def complete(self) -> bool:
        """Whether four pictures were pressed."""
        return len(self.chosen) == LENGTH


def pressed() -> Pressed:
    """Reads the posted form: what it carried along, and the button that was pressed."""
    if "again" in request.form:
        return Pressed((), ())
    chosen = pictures.read(request.form.get("chosen", ""))
    chosen = (*chosen, *pictures.read(request.form.get("picture", "")[:2]))[:LENGTH]
    return Pressed(chosen, pictures.read(request.form.get("first", "")))


def tiles(numbers: tuple[int, ...] | range = range(len(pictures.PICTURES))) -> list[Tile]:
    """The grid, or some of its pictures."""
    return [Tile(n, say(pictures.PICTURES[n].name), pictures.drawn(pictures.PICTURES[n].key)) for n in numbers]


def grid_page(template: str, person: Person, state: Pressed, **more: Any) -> str:
    """A page with the grid."""
    return render(
        template,
        person=person,
        tiles=tiles(),
        chosen=pictures.written(state.chosen),
        first=pictures.written(state.first),
        done=len(state.chosen),
        length=LENGTH,
        shown=tiles(state.chosen),
        **more,
    )


def device() -> bytes | None:
    """Sixteen bytes that stand for the device, where it has our cookie."""
    token = request.cookies.get(DEVICE, "")
    return queries.keyed("known-device", token)[:16] if 20 <= len(token) <= 60 else None


def private(page: str | Response, status: int = 200) -> Response:
    """A page that no browser keeps; the device gets the cookie by which it is known again."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    if device() is None:
        answer.set_cookie(
            DEVICE, secrets.token_urlsafe(24), max_age=YEAR, httponly=True, samesite="Lax",
            secure=settings().secure_cookies,
        )  # fmt: skip
    return answer
