"""The core's own projections: enrollments and roll-ups follow from the ledger, the tree from the units' versions."""

from __future__ import annotations

from lms.contract.projections import Projection
from lms.indicators import counting
from lms.learning import projecting
from lms.orgs import tree
from lms.orgs.queries import forget_paths


def _enrollments_astray() -> list[str]:
    return [
        f"enrollment {one.id}: {one.held:b} stored, {one.done:b} by the ledger;"
        f" complete {one.was_complete} stored, {one.is_complete} by the ledger"
        for one in projecting.astray()
    ]


def _mend_enrollments() -> None:
    projecting.mend(projecting.astray())


def _figures_astray() -> list[str]:
    return [
        f"roll-up {indicator} of {group} at unit {org}: {held} stored, {real} by the ledger"
        for (indicator, org, group), held, real in counting.differences()
    ]


def _tree_astray() -> list[str]:
    return [
        f"tree: where unit {unit} lay below unit {above}, or when, is not what the units' versions say"
        for unit, above in tree.differences()
    ]


def _grow_tree() -> None:
    tree.change_tree()
    tree.close()
    forget_paths()


projections = (
    Projection("lms.enrollments", _enrollments_astray, _mend_enrollments, 10),
    Projection("lms.tree", _tree_astray, _grow_tree, 20),
    Projection("lms.figures", _figures_astray, counting.rebuild, 30),
)
