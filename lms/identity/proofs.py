"""How well somebody is known: 0 their own word, 1 phone proved, 2 papers seen by an officer, 3 VNeID."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, insert, select, update

from lms import audit, clock
from lms.contract.points import ExtensionPoint
from lms.db.unit_of_work import after_commit, connection
from lms.errors import Conflict, Elsewhere, Invalid, NotFound
from lms.identity.accounts import check_name, name_columns
from lms.identity.events import PersonKnownBetter
from lms.identity.models import Account, Proof, RequiredLevel
from lms.identity.numbers import identity_key, identity_tail
from lms.identity.people import Person
from lms.outbox.telling import tell
from lms.text import Text, _

A, P, R = Account.__table__, Proof.__table__, RequiredLevel.__table__
DECLARED, PHONE, PAPERS, NATIONAL = range(4)
LEVELS: Mapping[int, Text] = {
    DECLARED: _("Your own word"),
    PHONE: _("Phone number proved"),
    PAPERS: _("Papers seen by an officer"),
    NATIONAL: _("Proved with VNeID"),
}
PAPER_KINDS: Mapping[str, Text] = {
    "cccd": _("Citizen identity card"),
    "vneid": _("Electronic identity on VNeID, shown on the phone"),
    "cmnd": _("Old identity card (9 digits)"),
    "passport": _("Passport"),
    "birth": _("Birth certificate"),
    "residence": _("Confirmation of residence"),
}
_TAKEN = _(
    "This identity number belongs to another account here. Please look at it again; if it is the same person,"
    " ask for the two accounts to be made one."
)


class ProofRow(Struct, frozen=True):
    """One entry of the history of proofs."""

    id: int
    level: int
    kind: str
    what: str
    by: str | None
    identity_tail: str | None
    made_at: int
    ended_at: int | None


def record(
    account_id: int,
    level: int,
    kind: str,
    what: str = "",
    *,
    by: int | None = None,
    key: bytes | None = None,
    tail: str | None = None,
) -> None:
    """Adds a proof and ends the one of the same kind that it renews; the account rises to the highest that holds.

    In an open unit of work.
    """
    _end(account_id, kind, what if kind == "identity" else None)
    connection().execute(
        insert(P).values(
            account_id=account_id, level=level, kind=kind, what=what, by_id=by, identity_key=key, identity_tail=tail,
            made_at=clock.seconds(),
        )
    )  # fmt: skip
    settle(account_id)


def phone_proved(account_id: int, phone: str) -> None:
    """Records that a telephone was proved; once is enough for one number. In an open unit of work."""
    tail = phone[-3:]
    known = connection().execute(
        select(P.c.id).where(
            P.c.account_id == account_id, P.c.kind == "phone", P.c.what == tail, P.c.ended_at.is_(None)
        )
    )
    if known.first() is None:
        record(account_id, PHONE, "phone", tail)


def withdraw(account_id: int, kind: str, what: str | None = None) -> None:
    """Ends the proofs of a kind (a phone given up, an identity unlinked), and lowers the account where that was all."""
    _end(account_id, kind, what)
    settle(account_id)


def _end(account_id: int, kind: str, what: str | None) -> None:
    statement = update(P).where(P.c.account_id == account_id, P.c.kind == kind, P.c.ended_at.is_(None))
    if what is not None:
        statement = statement.where(P.c.what == what)
    connection().execute(statement.values(ended_at=clock.seconds()))


def settle(account_id: int) -> None:
    """Puts the highest level that holds on the account: also after two accounts became one."""
    held = connection().execute(select(P.c.level).where(P.c.account_id == account_id, P.c.ended_at.is_(None))).scalars()
    connection().execute(update(A).where(A.c.id == account_id).values(assurance_level=max(held, default=DECLARED)))


def papers_seen(account_id: int, officer: int, paper: str, number: str, full_name: str, birth_date: date) -> None:
    """Records that an officer saw somebody's papers: level 2. Name and birth date are then as the paper says.

    Of the number a keyed hash and the last digits are kept; it may be empty for papers without one. Nobody records
    their own papers. Raises Invalid (fields: paper, identity_number, full_name, birth_date), Conflict.
    """
    if account_id == officer:
        raise Conflict(_("Nobody can confirm their own papers. Please ask another officer."))
    if paper not in PAPER_KINDS:
        text = _("Please choose which paper you have seen.")
        raise Invalid(text, paper=text)
    name = check_name(full_name)
    if not date(1900, 1, 1) <= birth_date <= clock.today():
        text = _("Please look at the year again: the date must lie between 1900 and today.")
        raise Invalid(text, birth_date=text)
    key = identity_key(number) if number else None
    tail = identity_tail(number) if number else None
    database = connection()
    before = database.execute(
        select(A.c.full_name, A.c.birth_date, A.c.identity_key, A.c.assurance_level).where(
            A.c.id == account_id, A.c.closed_at.is_(None)
        )
    ).first()
    if before is None:
        raise NotFound
    if before.assurance_level >= NATIONAL:
        raise Conflict(_("This person is known by VNeID already; name and birth date are as the State says."))
    values: dict[str, Any] = {"birth_date": birth_date, "birth_year": birth_date.year}
    if name != before.full_name:
        values |= name_columns(name)
    if key is not None:
        other = database.execute(select(A.c.id).where(A.c.identity_key == key, A.c.id != account_id)).scalar()
        if other is not None:
            raise Invalid(_TAKEN, identity_number=_TAKEN)
        values |= {"identity_key": key, "identity_tail": tail}
    database.execute(update(A).where(A.c.id == account_id).values(**values))
    record(account_id, PAPERS, "papers", paper, by=officer, key=key, tail=tail)
    tell(PersonKnownBetter(account_id, clock.seconds()))
    audit.record(
        officer,
        "account.papers_seen",
        f"account:{account_id}",
        paper=paper,
        renamed=name != before.full_name,
        birth_date_changed=before.birth_date not in (None, birth_date),
        number_changed=None not in (key, before.identity_key) and key != before.identity_key,
    )


def proofs_of(account_id: int) -> Sequence[ProofRow]:
    """The history of a person's proofs, newest first."""
    officer = A.alias()
    rows = connection().execute(
        select(P.c.id, P.c.level, P.c.kind, P.c.what, officer.c.full_name, P.c.identity_tail, P.c.made_at, P.c.ended_at)
        .outerjoin_from(P, officer, officer.c.id == P.c.by_id)
        .where(P.c.account_id == account_id)
        .order_by(P.c.id.desc())
    )
    return [ProofRow(*row) for row in rows]


# --- what asks for a level --------------------------------------------------------------------------------------------


class Action(Struct, frozen=True):
    """Something for which an issuer may ask that people are known well; `least` where nobody decided otherwise."""

    name: str
    title: Text
    least: int = DECLARED


ACTIONS: ExtensionPoint[Action] = ExtensionPoint(
    "levelled-actions", "What people may have to be known well for: the final check, for one.", lambda a: a.name
)


class LevelNeeded(Elsewhere):
    """Somebody is not known well enough yet; the web leads them to the page that says how to get there."""

    code = "level-needed"
    default = _("For this it must be better known who you are. The page about your identity says how.")

    def __init__(self, action: str) -> None:
        super().__init__("identity.assurance", action=action)


SECONDS = 30  # how long a worker may go on with what it read
_required: dict[Engine, tuple[float, dict[str, int]]] = {}


def required_level(action: str) -> int:
    """The level that an action asks for now; what was changed is known everywhere after half a minute."""
    database = connection()
    moment = clock.now().timestamp()
    read_at, held = _required.get(database.engine, (0.0, {}))
    if not 0 <= moment - read_at < SECONDS:
        held = {row.action: row.level for row in database.execute(select(R.c.action, R.c.level))}
        _required[database.engine] = (moment, held)
    return held[action] if action in held else ACTIONS.get(action).least


def require_level(person: Person, action: str) -> None:
    """Raises LevelNeeded where the person is not known well enough for an action: the web leads to how to get there."""
    if person.assurance_level < required_level(action):
        raise LevelNeeded(action)


def set_required_level(action: str, level: int, by: int | None) -> None:
    """Decides how well people must be known for an action, from now on. In an open unit of work."""
    if ACTIONS.find(action) is None or level not in LEVELS:
        raise NotFound
    database = connection()
    before = required_level(action)
    if before == level:
        return
    database.execute(R.delete().where(R.c.action == action))
    database.execute(insert(R).values(action=action, level=level, set_by=by, set_at=clock.seconds()))
    audit.record(by, "level.required", f"action:{action}", level=level, before=before)
    engine = database.engine

    def _forget() -> None:
        _required.pop(engine, None)

    after_commit(_forget)
