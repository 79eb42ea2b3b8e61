"""Who answers for a minor. Under 16 a guardian's yes is needed besides one's own.

Source: Law 91/2025/QH15 (through the legal representative; child: under 16). The code and the steps are ours.
"""

from __future__ import annotations

import hashlib
import secrets

from msgspec import Struct
from sqlalchemy import delete, insert, select, update

from lms import audit, clock, limits
from lms.config import current
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid, NotFound
from lms.identity.accounts import check_name
from lms.identity.ages import ADULT_AT, is_minor
from lms.identity.consenting import give_consent
from lms.identity.models import Account, Consent
from lms.identity.people import Person
from lms.privacy import consenting
from lms.privacy.models import Guardian, GuardianCode
from lms.privacy.purposes import LEARNING
from lms.text import _
from lms.vietnamese import nfc

CODE_MINUTES = 30
RELATIONS = {
    "parent": _("Father or mother"),
    "grandparent": _("Grandfather or grandmother"),
    "guardian": _("Guardian by law"),
    "school": _("The school, with the parents' paper"),
}
_LETTERS = "ABCDEFGHKLMNPRTVXY34679"  # none that are mixed up when read aloud
G, K, A = Guardian.__table__, GuardianCode.__table__, Account.__table__


class GuardianRow(Struct, frozen=True):
    """A guardian as the minor sees them."""

    id: int
    name: str
    relation: str
    given_at: int
    has_account: bool


class Ward(Struct, frozen=True):
    """A minor as their guardian sees them."""

    id: int
    full_name: str
    birth_year: int | None
    given_at: int


def guardians_of(minor_id: int) -> list[GuardianRow]:
    """Those who answer for a minor now."""
    rows = connection().execute(
        select(G.c.id, G.c.name, G.c.relation, G.c.given_at, G.c.guardian_id.is_not(None))
        .where(G.c.minor_id == minor_id, G.c.ended_at.is_(None))
        .order_by(G.c.id)
    )
    return [GuardianRow(*row) for row in rows]


def wards_of(guardian_id: int) -> list[Ward]:
    """The minors for whom somebody answers."""
    rows = connection().execute(
        select(A.c.id, A.c.full_name, A.c.birth_year, G.c.given_at)
        .join(G, G.c.minor_id == A.c.id)
        .where(G.c.guardian_id == guardian_id, G.c.ended_at.is_(None), A.c.closed_at.is_(None))
        .order_by(A.c.sort_key)
    )
    return [Ward(*row) for row in rows]


def ward_for(guardian: Person, minor_id: int) -> Ward:
    """A minor for whom this person answers. NotFound otherwise."""
    for ward in wards_of(guardian.id):
        if ward.id == minor_id:
            return ward
    raise NotFound


def needs_guardian(person: Person) -> bool:
    """Whether somebody is a minor and no guardian has said yes."""
    return is_minor(person.birth_date) and not guardians_of(person.id)


def make_code(minor: Person) -> str:
    """A code that the minor shows to their guardian, for half an hour; a new one ends the one before."""
    if not is_minor(minor.birth_date):
        raise Conflict(_("This is only for learners under {age}.", age=ADULT_AT))
    code = "".join(secrets.choice(_LETTERS) for _n in range(8))
    connection().execute(delete(K).where(K.c.minor_id == minor.id))
    connection().execute(
        insert(K).values(minor_id=minor.id, code_hash=_hash(code), until=clock.seconds() + CODE_MINUTES * 60)
    )
    return f"{code[:4]}-{code[4:]}"


def agree(guardian: Person, code: str, relation: str) -> int:
    """A guardian with an account of their own says yes for the minor who shows the code; returns the minor's id.

    Raises Invalid for a wrong code (10 tries an hour), Conflict where the guardian is a minor too.
    """
    if relation not in RELATIONS:
        raise NotFound
    if is_minor(guardian.birth_date):
        raise Conflict(_("Somebody under {age} cannot answer for another.", age=ADULT_AT))
    row = connection().execute(select(K.c.minor_id, K.c.until).where(K.c.code_hash == _hash(code))).first()
    if row is None or row.until < clock.seconds() or row.minor_id == guardian.id:
        text = _("This code is not right, or too old. Please ask the child to show a new one.")
        raise Invalid(text, code=text)
    connection().execute(delete(K).where(K.c.minor_id == row.minor_id))
    _add(row.minor_id, guardian.full_name, relation, guardian_id=guardian.id, recorded_by=None)
    return int(row.minor_id)


def count_try(guardian_id: int) -> None:
    """Counts a try at a code; in a unit of work of its own, which is kept. Raises TooMany."""
    limits.take("guardian-code", str(guardian_id), most=10, seconds=3600)


def record_on_paper(officer: Person, minor_id: int, name: str, relation: str) -> None:
    """An officer or teacher who holds the guardian's written yes records it. Raises Invalid for a name that is none."""
    if relation not in RELATIONS:
        raise NotFound
    _add(minor_id, check_name(name), relation, guardian_id=None, recorded_by=officer.id)


def _add(minor_id: int, name: str, relation: str, *, guardian_id: int | None, recorded_by: int | None) -> None:
    at = clock.seconds()
    connection().execute(
        insert(G).values(
            minor_id=minor_id, guardian_id=guardian_id, name=nfc(name), relation=relation, recorded_by_id=recorded_by,
            given_at=at,
        )
    )  # fmt: skip
    channel = consenting.GUARDIAN if guardian_id else consenting.PAPER
    give_consent(minor_id, LEARNING.key, LEARNING.version, channel, guardian_id or recorded_by)
    audit.record(guardian_id or recorded_by, "guardian.agreed", f"account:{minor_id}", relation=relation)


def step_down(guardian_id: int, minor_id: int) -> None:
    """A guardian takes their yes back: the minor's data are not used until another one agrees."""
    at = clock.seconds()
    done = connection().execute(
        update(G)
        .where(G.c.guardian_id == guardian_id, G.c.minor_id == minor_id, G.c.ended_at.is_(None))
        .values(ended_at=at)
    )
    if not done.rowcount:
        raise NotFound
    c = Consent.__table__
    connection().execute(
        update(c)
        .where(c.c.account_id == minor_id, c.c.by_id == guardian_id, c.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    audit.record(guardian_id, "guardian.stepped_down", f"account:{minor_id}")


def _hash(code: str) -> str:
    letters = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.blake2b(letters.encode(), key=current().key_for(b"guardian"), digest_size=32).hexdigest()
