"""How long it is kept: cases that were cleared, cases that were upheld, devices. The terms are ours, not the law's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, delete, func, select

from lms.api.people import Retention
from lms.api.work import _, connection, unit_of_work
from plugins.integrity.models import (
    CLEARED,
    UPHELD,
    Case,
    CaseHand,
    CasePaper,
    CasePerson,
    CaseSign,
    CaseStep,
    KnownDevice,
)

C, D = Case.__table__, KnownDevice.__table__
OF_CASES = [t.__table__ for t in (CaseSign, CasePaper, CasePerson, CaseHand, CaseStep)]
A_ROUND = 500


def _decided(state: str, before: int) -> Sequence[ColumnElement[bool]]:
    return (C.c.state == state, C.c.decided_at < before)


def _count(state: str) -> Callable[[int], int]:
    def count(before: int) -> int:
        return int(
            connection().execute(select(func.count()).select_from(C).where(*_decided(state, before))).scalar_one()
        )

    return count


def _forget(state: str) -> Callable[[int], None]:
    def forget(before: int) -> None:
        while True:
            with unit_of_work() as database:
                ids = list(database.execute(select(C.c.id).where(*_decided(state, before)).limit(A_ROUND)).scalars())
                for table in OF_CASES:
                    database.execute(delete(table).where(table.c.case_id.in_(ids)))
                database.execute(delete(C).where(C.c.id.in_(ids)))
            if len(ids) < A_ROUND:
                return

    return forget


def devices_before(before: int) -> int:
    """How many notes of devices are older than a moment."""
    return int(connection().execute(select(func.count()).select_from(D).where(D.c.at < before)).scalar_one())


def forget_devices(before: int) -> None:
    """Forgets them."""
    with unit_of_work() as database:
        database.execute(delete(D).where(D.c.at < before))


rules = (
    Retention(
        "integrity.cleared", _("Results that were looked at and cleared"), 180, 30, _count(CLEARED), _forget(CLEARED)
    ),
    Retention(
        "integrity.upheld", _("Results that were found not to count, with the reasons"), 1_095, 365, _count(UPHELD),
        _forget(UPHELD),
    ),
    Retention(
        "integrity.devices", _("On which device somebody signed in, as a keyed number"), 30, 7, devices_before,
        forget_devices,
    ),
)  # fmt: skip
