"""What the pages of every studio share: units to author in, buttons, what was published when, conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from msgspec import Struct

from lms.errors import Invalid, NoRoom, NotFound
from lms.identity.people import person_by_id
from lms.orgs.queries import org, path_name, reaches
from lms.text import Text, _
from lms.web.forms import composed
from lms.web.rendering import say


class Field(Struct, frozen=True):
    """A field as templates read it."""

    data: Any
    errors: list[str]


def said(errors: Mapping[str, list[Text]]) -> dict[str, list[str]]:
    """Errors in the reader's language."""
    return {name: [say(text) for text in texts] for name, texts in errors.items()}


def status_of(errors: Mapping[str, list[Text]]) -> int:
    """The status of a form that is shown again: 507 where the server had no room for a file of it, else 422."""
    return NoRoom.status if any(NoRoom.default in texts for texts in errors.values()) else Invalid.status


def unit_name(org_id: int) -> str:
    """A unit with those above it; the nation by its own name."""
    held = org(org_id)
    return path_name(org_id) or (held.full_name if held else "")


def unit_choices(granted: Iterable[int]) -> list[tuple[str, str]]:
    """The units that something new may belong to."""
    return sorted(((str(o), unit_name(o)) for o in granted), key=lambda pair: pair[1])


def chosen_unit(granted: frozenset[int]) -> int:
    """The unit that a posted form names, among those granted or below them."""
    typed = request.form.get("org", "")
    if not typed and len(granted) == 1:
        return next(iter(granted))
    if not is_number(typed) or org(int(typed)) is None or not reaches(granted, int(typed)):
        raise NotFound
    return int(typed)


def is_number(typed: str) -> bool:
    """Whether a posted text is a small whole number."""
    return typed.isascii() and typed.isdigit() and len(typed) < 10


def typed_title(most: int) -> str:
    """The title in a posted form. Raises Invalid where there is none, or it is too long."""
    title = composed(request.form.get("title")) or ""
    if not title:
        text = _("Please give it a title.")
        raise Invalid(text, title=text)
    if len(title) > most:
        text = _("Please keep it under {most} letters.", most=most)
        raise Invalid(text, title=text)
    return title


def base_of_form() -> int:
    """The save that a posted form started from."""
    typed = request.form.get("base", "")
    return int(typed) if is_number(typed) else 0


def asked() -> tuple[str, str, str]:
    """The button that was pressed: (what, where, more), as in `add:3:text`."""
    what, _colon, rest = request.form.get("do", "save").partition(":")
    where, _colon, more = rest.partition(":")
    return what, where, more


class Published(Struct, frozen=True):
    """A revision in the list of what was published when."""

    number: int
    at: int
    by: str


def published(rows: Iterable[tuple[int, int, int | None]]) -> list[Published]:
    """The list of what was published when, from (number, moment, account)."""
    return [Published(number, at, name_of(by)) for number, at, by in rows]


def name_of(account_id: int | None) -> str:
    """A colleague's name; empty where nobody did it, or they have gone."""
    who = person_by_id(account_id) if account_id else None
    return who.full_name if who else ""


class Theirs(Struct, frozen=True):
    """What somebody else saved meanwhile, as text."""

    by: str
    at: int
    text: str


def theirs(changed_by: int | None, changed_at: int, text: str) -> Theirs:
    """The other one's save."""
    return Theirs(name_of(changed_by), changed_at, text)
