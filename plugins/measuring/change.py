"""Reads of what changed: the forms that people of a unit handed in, before and after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, field
from sqlalchemy import bindparam, func, select

from lms.api.data import Statement
from lms.api.people import people_below
from lms.api.work import connection
from plugins.measuring.gains import Gain, Moment, Spread, from_share, gain, offsets, spread, told
from plugins.measuring.models import Taken

T = Taken.__table__
ENTRY, EXIT, LATER = "entry", "exit", "later"
# Of a form's questions so many have to have a difficulty, and of a measure's papers so many such questions.
QUESTIONS, PAPERS = 0.75, 0.95


class Scale(Struct, frozen=True):
    """In what a measure is told: logits, where difficulties are known, else points of a hundred.

    `offsets`: by how much forms are easier, in points of a hundred; empty where that is not known, or not needed.
    """

    in_logits: bool
    offsets: Mapping[str, float] = field(default_factory=dict)


class Form(Struct, frozen=True):
    """A form that was handed in."""

    moment: Moment | None  # None: too few of its questions have a difficulty
    helped: int | None
    target_group: str


class Compared(Struct, frozen=True):
    """People of a unit between two moments. A Spread is None where people are too few to be told of.

    `began` handed in the first form, `both` the other one too. `alone`: nobody helped at either. `by_group`: by target
    group, those that nobody is in left out.
    """

    began: int
    both: int
    unscaled: int
    all: Spread | None
    alone: Spread | None
    helped: Spread | None
    by_group: Mapping[str, Spread | None]

    @property
    def missing(self) -> int:
        return self.began - self.both


def scale_of(measure: str) -> Scale:
    """In what a measure is told, the same for every unit."""
    database = connection()
    papers, known = database.execute(
        select(func.count(), func.count().filter(T.c.calibrated >= T.c.questions * QUESTIONS)).where(
            T.c.measure == measure
        )
    ).one()
    if papers and known >= PAPERS * papers:
        return Scale(True)
    shares: dict[str, list[float]] = {}
    for row in database.execute(select(T.c.form, T.c.share).where(T.c.measure == measure, T.c.purpose == ENTRY)):
        shares.setdefault(row.form, []).append(row.share)
    return Scale(False, offsets(shares) if shares else {})


def _moment(row: object, scale: Scale) -> Moment | None:
    if scale.in_logits:
        if row.calibrated < QUESTIONS * row.questions or row.ability is None:  # type: ignore[attr-defined]
            return None
        return Moment(row.ability, row.error)  # type: ignore[attr-defined]
    return from_share(row.share, row.questions, scale.offsets.get(row.form, 0.0))  # type: ignore[attr-defined]


def forms_of(measure: str, scale: Scale, units: Collection[int]) -> dict[int, dict[str, Form]]:
    """What people of these units handed in, by account and purpose; one statement."""
    rows = connection().execute(
        select(
            T.c.account_id, T.c.purpose, T.c.form, T.c.share, T.c.questions, T.c.calibrated, T.c.ability, T.c.error,
            T.c.helped, T.c.target_group,
        )
        .where(T.c.measure == measure, people_below(T.c.account_id, units))
        .order_by(T.c.attempt_id)
    )  # fmt: skip
    found: dict[int, dict[str, Form]] = {}
    for row in rows:
        found.setdefault(row.account_id, {}).setdefault(
            row.purpose, Form(_moment(row, scale), row.helped, row.target_group)
        )
    return found


def compared(people: Mapping[int, Mapping[str, Form]], first: str, then: str) -> Compared:
    """What changed between two moments for all who handed in both forms."""
    began = [forms for forms in people.values() if first in forms]
    both = [(forms[first], forms[then]) for forms in began if then in forms]
    pairs = [
        (one, other, gain(one.moment, other.moment))
        for one, other in both
        if one.moment is not None and other.moment is not None
    ]
    alone = [found for one, other, found in pairs if (one.helped, other.helped) == (0, 0)]
    helped = [found for one, other, found in pairs if one.helped or other.helped]
    unsaid = [
        found for one, other, found in pairs if not (one.helped or other.helped) and None in (one.helped, other.helped)
    ]
    groups: dict[str, list[Gain]] = {}
    for one, _other, found in pairs:
        groups.setdefault(one.target_group, []).append(found)
    ways = told({"alone": alone, "helped": helped, "unsaid": unsaid})
    return Compared(
        len(began), len(both), len(both) - len(pairs), spread([found for *_forms, found in pairs]),
        ways.get("alone"), ways.get("helped"), told(groups),
    )  # fmt: skip


_OF_PERSON: Statement[Any] = Statement(select(T).where(T.c.account_id == bindparam("who")).order_by(T.c.attempt_id))


def own(account_id: int) -> dict[str, dict[str, Form]]:
    """What a person handed in, by measure and purpose."""
    rows = _OF_PERSON.all(who=account_id)
    found: dict[str, dict[str, Form]] = {}
    for measure in dict.fromkeys(row.measure for row in rows):
        scale = scale_of(measure)
        for row in rows:
            if row.measure == measure:
                found.setdefault(measure, {}).setdefault(
                    row.purpose, Form(_moment(row, scale), row.helped, row.target_group)
                )
    return found
