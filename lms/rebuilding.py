"""Projections against what was recorded: the ledger, the versions of units, what is published. Pages read them."""

from __future__ import annotations

from lms.contract.projections import PROJECTIONS, Projection
from lms.db.unit_of_work import unit_of_work


def _in_order() -> list[Projection]:
    return sorted(PROJECTIONS, key=lambda p: (p.order, p.name))


def differences() -> list[str]:
    """One line for each projection that does not equal what was recorded. Must be empty."""
    return [line for projection in _in_order() for line in projection.differences()]


def rebuild() -> None:
    """Writes every projection anew from what was recorded. What was attained is no projection: it stays."""
    with unit_of_work():
        for projection in _in_order():
            projection.rebuild()
