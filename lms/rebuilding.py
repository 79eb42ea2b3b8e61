"""Projections against what was recorded: the ledger, and the versions of units. Pages read what follows from them."""

from __future__ import annotations

from lms.db.unit_of_work import unit_of_work
from lms.indicators import counting
from lms.learning import projecting
from lms.orgs import tree
from lms.orgs.queries import forget_paths


def differences() -> list[str]:
    """One line for each projection that does not equal the ledger. Must be empty."""
    lines = [
        f"enrollment {one.id}: {one.held:b} stored, {one.done:b} by the ledger;"
        f" complete {one.was_complete} stored, {one.is_complete} by the ledger"
        for one in projecting.astray()
    ]
    lines += [
        f"roll-up {indicator} of {group} at unit {org}: {held} stored, {real} by the ledger"
        for (indicator, org, group), held, real in counting.differences()
    ]
    lines += [
        f"tree: where unit {unit} lay below unit {above}, or when, is not what the units' versions say"
        for unit, above in tree.differences()
    ]
    return lines


def rebuild() -> None:
    """Writes every projection anew from the ledger. What was attained is no projection: it stays."""
    with unit_of_work():
        projecting.mend(projecting.astray())
        tree.change_tree()
        tree.close()
        forget_paths()
        counting.rebuild()
