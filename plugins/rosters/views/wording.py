"""What a list's problems, notes, decisions and outcomes are called on its pages and in its files."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from lms.api.people import Known, mask_name
from lms.api.web import say
from lms.api.work import Text, _
from plugins.rosters.queries import RowLine

PROBLEMS: Mapping[str, tuple[Text, Text]] = {
    "full_name": (
        _("Names that cannot be read"),
        _("A name has letters only. Please write it as it stands in the papers, or leave the row out."),
    ),
    "birth": (
        _("Birth dates that cannot be read"),
        _("Day/month/year, or the year alone. Leave the box empty to go on without it."),
    ),
    "phone": (
        _("Telephone numbers that cannot be read"),
        _("Ten digits, beginning with 0. Leave the box empty to go on without it."),
    ),
    "number": (
        _("Citizens' numbers that cannot be right"),
        _("12 digits, or 9 on old cards; no two people have the same. Leave the box empty to go on without it."),
    ),
    "village": (
        _("Villages that are not known here"),
        _("Please say which unit is meant. It is then right in all rows that say so."),
    ),
    "group": (
        _("Target groups that are not known"),
        _("Please say which of the four groups is meant. It is then right in all rows that say so."),
    ),
    "twin": (
        _("Perhaps twice in this list"),
        _("Two rows have the same name. Are they one person?"),
    ),
    "known": (
        _("Perhaps here already"),
        _("Somebody who is here looks like the person in the row. Are they the same?"),
    ),
}
NOTES: Mapping[str, tuple[Text, Text]] = {
    "repeated": (
        _("Row repeats an earlier one; left out."),
        _("{n} rows repeat an earlier one and are left out."),
    ),
    "phone2": (
        _("The telephone is another person's in this list; entered without it."),
        _("{n} people share a telephone with an earlier row. A telephone signs one person in only, so they are entered"
          " without it; they can come in by a card or a code."),
    ),
    "phone-taken": (
        _("The telephone signs somebody else in; entered without it."),
        _("{n} people gave a telephone that signs somebody else in already. They are entered without it."),
    ),
    "number-taken": (
        _("The citizen's number is another person's here; entered without it, to be looked into."),
        _("{n} people gave a citizen's number that another person here has. They are entered without it; somebody who"
          " may join accounts will look into it."),
    ),
}  # fmt: skip
DECISIONS: Mapping[str, Mapping[str, Text]] = {
    "twin": {"skip": _("The same person: leave this row out"), "new": _("Another person")},
    "known": {
        "same": _("The same person: add the unit and the programme only"),
        "new": _("Another person: enter anew"),
        "queue": _("Not sure: enter anew, and let somebody look into it"),
        "skip": _("Leave this row out"),
    },
}
FOR_ALL: Mapping[str, Mapping[str, Text]] = {
    "twin": {"skip": _("All are the same: leave them out"), "new": _("All are other people")},
    "known": {
        "same": _("All are the same people"),
        "new": _("All are other people"),
        "queue": _("Not sure of any"),
    },
}
OUTCOMES: Mapping[str, Text] = {
    "made": _("Entered"),
    "joined": _("Was here; unit or programme added"),
    "here": _("Was here, with all of it"),
    "skipped": _("Left out"),
    "left": _("Not entered: a problem was left"),
    "removed": _("Undone"),
    "stayed": _("Stays: has begun already"),
    "": _("Waiting"),
}
HOW: Mapping[str, Text] = {
    "number": _("same citizen's number"),
    "phone": _("same telephone"),
    "name": _("same name and birth year"),
}


def born(row: RowLine | Known) -> str:
    """The birth date as Việt Nam writes it, or the year; empty where neither is known."""
    if row.birth_date is not None:
        return f"{row.birth_date:%d/%m/%Y}"
    return str(row.birth_year or "")


def phone_of(phone: str | None) -> str:
    """A telephone number as people write it."""
    return "0" + phone[3:] if phone else ""


def about(row: RowLine) -> str:
    """What is known of a row's person besides the name, in one line."""
    number = f"CCCD …{row.number_tail}" if row.number_tail else ""
    return " · ".join(part for part in (born(row), phone_of(row.phone), number) if part)


class Match(Struct, frozen=True):
    """Somebody who is here, as much of them as the clerk may see."""

    name: str
    about: str
    how: str
    far: bool = False  # of other units: the clerk cannot say that it is the same person


def match(known: Known | None, how: str) -> Match:
    """Whole where the person belongs to the clerk's units; masked where not."""
    why = say(HOW[how]) if how in HOW else ""
    if known is None:
        return Match("", "", why)
    if not known.near:
        return Match(mask_name(known.full_name), say(_("in another unit")), why, far=True)
    tail = f"…{known.phone[-3:]}" if known.phone else ""
    return Match(known.full_name, " · ".join(part for part in (born(known), tail) if part), why)


def notes_of(notes: str) -> list[str]:
    """A row's notes in words."""
    return [say(NOTES[code][0]) for code in notes.strip(",").split(",") if code in NOTES]
