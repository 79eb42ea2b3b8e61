"""Keeping a person's yes: to which wording, for which purpose, through whom."""

from __future__ import annotations

from sqlalchemy import insert

from lms import clock
from lms.db.unit_of_work import connection
from lms.identity.models import Consent


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
