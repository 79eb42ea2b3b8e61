"""Acts on units, with the figures that follow: `lms.orgs.acts` knows units and members, not what is counted of them."""

from __future__ import annotations

from datetime import date

from lms.db.unit_of_work import unit_of_work
from lms.errors import DomainError
from lms.indicators import counting
from lms.orgs import acts


def do(act: acts.Act, day: date, source: str, by: int | None, token: bytes | None = None) -> int:
    """Records an act, and does it where its day has come; returns its number. As `lms.orgs.acts.do`."""
    act_id = acts.do(act, day, source, by, token)
    _recount(act_id)
    return act_id


def undo(act_id: int, by: int | None) -> None:
    """Takes an act back, or cancels a planned one. Raises Conflict naming what depends on it."""
    touched = acts.undo(act_id, by)
    if touched:
        counting.recount(touched)


def carry_out_due() -> None:
    """Does the planned acts whose day has come, each by itself; one that cannot be done is kept with the reason."""
    for act_id in acts.planned_and_due():
        try:
            with unit_of_work():
                acts.carry_out_planned(act_id)
                _recount(act_id)
        except DomainError as error:
            with unit_of_work():
                acts.mark_stuck(act_id, error.text)


def _recount(act_id: int) -> None:
    """Members have moved only where a unit ended."""
    parts = acts.units_of([act_id]).get(act_id, [])
    if any(part == acts.SOURCE for _unit, part in parts):
        counting.recount(unit for unit, part in parts if part in (acts.SOURCE, acts.SUCCESSOR, acts.NEW))
