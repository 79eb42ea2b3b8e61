"""People entered by others: from a list, by a helper, by another system. Nothing is hashed, so thousands are cheap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import insert

from lms import clock
from lms.db.unit_of_work import connection
from lms.identity.accounts import CONSENT_TEXT, check_name, default_address
from lms.identity.models import Account, Consent
from lms.identity.numbers import identity_key, identity_tail
from lms.vietnamese import name_sort_key

AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True)
class NewPerson:
    """Somebody who is entered: only the name is needed. `phone` and `username` are in normal form already.

    `consent` says through whom their yes came: "self", "helper" or "guardian"; None where it is still to be asked for.
    """

    full_name: str
    target_group: str | None = None
    phone: str | None = None
    username: str | None = None
    password_hash: str | None = None
    birth_date: date | None = None
    birth_year: int | None = None
    identity_number: str | None = None
    assurance_level: int = 0
    address_form: str | None = None
    locale: str = "vi"
    consent: str | None = None


def make_people(people: Sequence[NewPerson], made_by: int | None, at_org: int | None) -> list[int]:
    """Makes accounts in the order given and returns their ids; one statement for every 500.

    Raises Invalid for a name that is none. Telephone and identity numbers that are in use are the caller's to look for
    before; the database refuses them.
    """
    database, at = connection(), clock.now()
    ids: list[int] = []
    for start in range(0, len(people), AT_ONCE):
        part = people[start : start + AT_ONCE]
        rows = [_row(person, made_by, at_org) | {"made_at": at} for person in part]
        made = database.execute(insert(Account).returning(Account.id, sort_by_parameter_order=True), rows)
        ids += made.scalars()
    yes = [
        {
            "account_id": account_id,
            "purpose": "learning-record",
            "text_version": CONSENT_TEXT,
            "channel": person.consent,
            "by_id": None if person.consent == "self" else made_by,
            "given_at": int(at.timestamp()),
        }
        for account_id, person in zip(ids, people, strict=True)
        if person.consent
    ]
    if yes:
        database.execute(insert(Consent), yes)
    return ids


def _row(person: NewPerson, made_by: int | None, at_org: int | None) -> dict[str, object]:
    name, number = check_name(person.full_name), person.identity_number
    return {
        "uuid": uuid4(),
        "full_name": name,
        "sort_key": name_sort_key(name),
        "username": person.username,
        "phone": person.phone,
        "password_hash": person.password_hash,
        "birth_date": person.birth_date,
        "birth_year": person.birth_date.year if person.birth_date else person.birth_year,
        "identity_key": identity_key(number) if number else None,
        "identity_tail": identity_tail(number) if number else None,
        "address_form": person.address_form or default_address(person.target_group),
        "target_group": person.target_group,
        "locale": person.locale,
        "assurance_level": person.assurance_level,
        "generation": 1,
        "made_by": made_by,
        "made_at_org_id": at_org,
    }
