"""Choosing a unit in a form, without script: a search box, then the units found to choose from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from flask import request

from lms.orgs.finding import find_units
from lms.orgs.queries import org, path_name, reaches
from lms.text import _
from lms.web.forms import composed
from lms.web.rendering import say

FEW = 12  # units in one answer; whoever sees more types more


@dataclass
class UnitPick:
    """The state of a `ui/units.html:unit_picker`: what was typed, what was found, what is chosen, what is wrong.

    `chosen` is a unit that is there today and that may be chosen here, or None. `searching`: the search button was
    pressed, so the page is shown again (422 after a POST) and nothing is done yet.
    """

    name: str
    words: str
    chosen: int | None
    choices: list[tuple[str, str]]
    searching: bool
    errors: list[str] = field(default_factory=list)

    @property
    def data(self) -> str:
        """The chosen unit as the form has it."""
        return str(self.chosen or "")

    def demand(self) -> bool:
        """Says what is missing where nothing is chosen; whether all is well."""
        if self.chosen is None:
            self.errors.append(say(_("Please search for the unit and choose it.")))
        return self.chosen is not None


def pick_unit(
    name: str = "unit",
    within: Iterable[int] | None = None,
    levels: Collection[str] | None = None,
    default: int | None = None,
) -> UnitPick:
    """Reads a picker from the request. `within`: only these units and those below; `levels`: only such units.

    `default` is chosen as long as nothing was sent. A posted unit that may not be chosen counts as none.
    """
    sent = request.values
    limits = None if within is None else list(within)
    typed = sent.get(name, "")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None
    if name not in sent and f"{name}_q" not in sent:
        wanted = default
    chosen = wanted if wanted is not None and _may_be_chosen(wanted, limits, levels) else None
    words = composed(sent.get(f"{name}_q")) or ""
    found = find_units(words, FEW, within=limits, levels=levels) if words else []
    choices = [(str(row.id), row.label) for row in found]
    if chosen is not None and str(chosen) not in dict(choices):
        choices.insert(0, (str(chosen), name_of(chosen)))
    return UnitPick(name, words, chosen, choices, bool(sent.get(f"{name}_find")))


def _may_be_chosen(org_id: int, within: list[int] | None, levels: Collection[str] | None) -> bool:
    row = org(org_id)
    return row is not None and (levels is None or row.level in levels) and (within is None or reaches(within, org_id))


def name_of(org_id: int) -> str:
    """A unit with those above it; the nation by its own name."""
    row = org(org_id)
    return path_name(org_id) or (row.full_name if row else "")
