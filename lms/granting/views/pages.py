"""What the pages of people and roles share: turning pages, fields, the explanation of rights."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from msgspec import Struct, field

from lms.granting.explaining import Answer, Right, answer, rights_of
from lms.granting.queries import Found, UnitRow, names_of, units_like
from lms.identity.people import Person
from lms.identity.roles import MEANS, May
from lms.orgs.queries import org
from lms.studio import is_number
from lms.vietnamese import nfc
from lms.web.rendering import say


class Field(Struct, frozen=True):
    """A field as templates read it."""

    data: str
    errors: list[str] = field(default_factory=list)


class Paging(Struct, frozen=True):
    """Where one is in a list of several pages."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


def page_number() -> int:
    """The page that the address asks for."""
    typed = request.args.get("trang", "1")
    return max(1, int(typed)) if is_number(typed) else 1


def paging(found: Found[Any], number: int, endpoint: str, **query: str) -> Paging:
    """The links to the pages before and after."""

    def at(n: int) -> str:
        asked: dict[str, Any] = {k: v for k, v in query.items() if v} | ({"trang": n} if n > 1 else {})
        return url_for(endpoint, **asked)

    return Paging(
        number, found.pages, at(number - 1) if number > 1 else None, at(number + 1) if number < found.pages else None
    )


class Asked(Struct, frozen=True):
    """The question "may X do Y at Z?" as far as it was asked, with its answer."""

    acts: list[tuple[str, str]]
    act: Field
    words: Field
    units: list[tuple[UnitRow, str]]  # to choose from, with the address that asks
    unit: str
    answer: Answer | None
    nothing_found: bool

    @property
    def was_asked(self) -> bool:
        """Whether there is something to say: it then stands first on the page."""
        return bool(self.act.data or self.words.data)


def asked(rights: list[Right], endpoint: str, **place: Any) -> Asked:
    """Reads the question from the address."""
    typed, words, chosen = (request.args.get(k, "") for k in ("lam", "o", "don_vi"))
    act = May(typed) if typed in set(May) else None
    units: list[UnitRow] = []
    if is_number(chosen) and org(int(chosen)) is not None:
        units = [UnitRow(int(chosen), names_of([int(chosen)])[int(chosen)])]
    elif act and words:
        units = units_like(words[:100])
        exactly = [unit for unit in units if nfc(unit.name).lower() == nfc(words).lower()]
        units = exactly if len(exactly) == 1 else units
    one = units[0] if len(units) == 1 else None
    return Asked(
        [(may.value, say(MEANS[may])) for may in May],
        Field(typed if act else ""),
        Field(words[:100]),
        [] if one else [(u, url_for(endpoint, **place, lam=typed, don_vi=u.id)) for u in units],
        one.name if one else "",
        answer(rights, act, one.id, one.name) if act and one else None,
        bool(act and words and not units),
    )


def rights_page(person: Person, endpoint: str, **place: Any) -> dict[str, Any]:
    """What the explanation of a person's rights needs."""
    rights = rights_of(person.id)
    return {"person": person, "rights": rights, "asked": asked(rights, endpoint, **place)}
