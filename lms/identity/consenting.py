"""Keeping a person's yes: to which wording, for which purpose, through whom."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, insert, select, update

from lms import clock
from lms.db.unit_of_work import connection
from lms.identity.models import Account, Consent

VOICE = "voice"  # the purpose of being heard in lessons: whoever records sentences says yes to it
LEARNING_RECORD = "learning-record"  # the purpose without which there can be no account
_A, _C = Account.__table__, Consent.__table__

# True of an account that others made, from a list for example, whose person has not said yes: asked on first coming.
NOT_ASKED = and_(
    _A.c.made_by.is_not(None),
    ~exists().where(_C.c.account_id == _A.c.id, _C.c.purpose == LEARNING_RECORD, _C.c.withdrawn_at.is_(None)),
)


def give_consent(account_id: int, purpose: str, text_version: str, channel: str, by_id: int | None) -> int:
    """Keeps a yes in the open unit of work and returns its id. `channel`: self, guardian or helper (`by_id`)."""
    made: int = (
        connection()
        .execute(
            insert(Consent)
            .values(
                account_id=account_id, purpose=purpose, text_version=text_version, channel=channel, by_id=by_id,
                given_at=clock.seconds(),
            )
            .returning(Consent.id)
        )
        .scalar_one()
    )  # fmt: skip
    return made


def has_consent(account_id: int, purpose: str) -> bool:
    """Whether a person has said yes to a purpose and not taken it back."""
    held = select(_C.c.id).where(_C.c.account_id == account_id, _C.c.purpose == purpose, _C.c.withdrawn_at.is_(None))
    return connection().execute(held.limit(1)).first() is not None


def agreed(account: ColumnElement[int], purpose: str) -> ColumnElement[bool]:
    """The same as a condition on rows that name a person."""
    return exists().where(_C.c.account_id == account, _C.c.purpose == purpose, _C.c.withdrawn_at.is_(None))


def withdraw_consent(account_id: int, purpose: str) -> None:
    """Takes a person's yes back, in the open unit of work; harmless where there is none."""
    connection().execute(
        update(_C)
        .where(_C.c.account_id == account_id, _C.c.purpose == purpose, _C.c.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.seconds())
    )
