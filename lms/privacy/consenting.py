"""Saying yes, purpose by purpose, and taking it back. Silence is no."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import func, select, update

from lms import audit, clock
from lms.db.unit_of_work import connection
from lms.errors import Invalid, NotFound
from lms.identity.consenting import give_consent
from lms.identity.models import Account, Consent
from lms.inbox import stopping
from lms.privacy.models import Sensitive
from lms.privacy.purposes import PURPOSES, REMINDERS, SENSITIVE, Purpose
from lms.text import _

C, A = Consent.__table__, Account.__table__
SELF, GUARDIAN, HELPER, PAPER = "self", "guardian", "helper", "paper"


class Held(Struct, frozen=True):
    """A purpose and how a person stands to it: `given_at` None is no. `outdated`: the yes was to an older text."""

    purpose: Purpose
    given_at: int | None
    channel: str
    by_name: str
    outdated: bool


def held(account_id: int) -> list[Held]:
    """Every purpose with a person's present yes or no."""
    by = A.alias()
    rows = connection().execute(
        select(C.c.purpose, C.c.given_at, C.c.channel, by.c.full_name, C.c.text_version)
        .select_from(C.outerjoin(by, by.c.id == C.c.by_id))
        .where(C.c.account_id == account_id, C.c.withdrawn_at.is_(None))
        .order_by(C.c.id)
    )
    present = {row.purpose: row for row in rows}
    return [
        Held(p, row.given_at, row.channel, row.full_name or "", row.text_version != p.version)
        if (row := present.get(p.key))
        else Held(p, None, "", "", False)
        for p in PURPOSES
    ]


def agrees(account_id: int, purpose: str) -> bool:
    """Whether a person has said yes to a purpose and not taken it back."""
    found = select(func.count()).where(C.c.account_id == account_id, C.c.purpose == purpose, C.c.withdrawn_at.is_(None))
    return bool(connection().execute(found).scalar_one())


def give(account_id: int, purpose: str, *, channel: str = SELF, by_id: int | None = None) -> None:
    """Records a yes to the present text of a purpose. One that is held already is kept as it is."""
    version = _known(purpose).version
    same = select(C.c.id).where(
        C.c.account_id == account_id, C.c.purpose == purpose, C.c.text_version == version, C.c.withdrawn_at.is_(None)
    )
    if connection().execute(same).first() is not None:
        return
    _end(account_id, purpose)  # the yes to an older text
    give_consent(account_id, purpose, version, channel, by_id)


def withdraw(account_id: int, purpose: str) -> None:
    """Takes a yes back; what rested on it ends in the same moment.

    Raises Invalid for what an account cannot be without: there the way is to ask for erasure.
    """
    if _known(purpose).needed:
        raise Invalid(
            _("Without this there can be no account. If you no longer agree, ask us to erase your data below.")
        )
    _end(account_id, purpose)
    if purpose == REMINDERS.key:
        stopping.stop(account_id)
    if purpose == SENSITIVE.key:
        connection().execute(Sensitive.__table__.delete().where(Sensitive.account_id == account_id))
    audit.record(account_id, "consent.withdrawn", f"account:{account_id}", purpose=purpose)


def _known(purpose: str) -> Purpose:
    found = PURPOSES.find(purpose)
    if found is None:
        raise NotFound
    return found


def _end(account_id: int, purpose: str) -> None:
    connection().execute(
        update(C)
        .where(C.c.account_id == account_id, C.c.purpose == purpose, C.c.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.seconds())
    )
