"""Identities at other places (VNeID, a school's sign-in, a card) and the accounts here that they open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import session, url_for
from msgspec import Struct
from sqlalchemy import delete, func, insert, or_, select, update

from lms import audit, clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, NotFound
from lms.identity import proofs
from lms.identity.accounts import name_columns
from lms.identity.entering import enter
from lms.identity.making import NewPerson, make_people, untouched
from lms.identity.models import Account, Arriving, Identity
from lms.identity.people import Person, here_or_none, person_by_id
from lms.text import _
from lms.vietnamese import fold, nfc

A, I, W = Account.__table__, Identity.__table__, Arriving.__table__  # noqa: E741
MINUTES = 15  # that somebody has to say which account an identity belongs to
_KEPT = "arriving"
ELSEWHERE = _(
    "This identity already opens another account here, so nothing was changed. Sign in with it to see that account;"
    " if both are yours, ask your commune's officer to make them one."
)
NUMBER_KNOWN = _(
    "An account here has your citizen's number already. Sign in to it once, then the two are linked and what was learnt"
    " is kept. If you cannot get into it, or it is not yours, ask your commune's officer."
)
LAST_WAY = _(
    "This is the last way into your account. Set a password with a phone number or a sign-in name first, then unlink"
    " it."
)


class Proved(Struct, frozen=True):
    """What a provider said of somebody, after everything about it was checked. All that may be kept of it.

    `level`: what this provider's word is worth (3 for VNeID, else 0). `key` and `tail`: of the citizen's number, by
    `identity_key` and `identity_tail`; the number itself never comes here.
    """

    provider: str
    subject: str
    level: int = 0
    full_name: str | None = None
    birth_date: date | None = None
    key: bytes | None = None
    tail: str | None = None


class IdentityRow(Struct, frozen=True):
    """A linked identity as its owner sees it."""

    id: int
    provider: str
    linked_at: Any


def account_of(provider: str, subject: str) -> Person | None:
    """The open account that an identity opens; None where it opens none. Reads only."""
    found = (
        connection().execute(select(I.c.account_id).where(I.c.provider == provider, I.c.subject == subject)).scalar()
    )
    return person_by_id(found) if found is not None else None


def identities_of(account_id: int) -> Sequence[IdentityRow]:
    """What is linked to an account, oldest first."""
    rows = connection().execute(
        select(I.c.id, I.c.provider, I.c.linked_at).where(I.c.account_id == account_id).order_by(I.c.id)
    )
    return [IdentityRow(*row) for row in rows]


def begin_linking(proved: Proved, return_to: str) -> str:
    """What a way in does with a proved identity, whoever comes: the one call that it needs. Returns where to lead them.

    Known, nobody signed in: signs them in (so it may raise OneStepMore, which the web follows). Known and theirs: the
    proof is renewed. Unknown: kept for 15 minutes, and a page asks to which account it belongs, the one that is signed
    in, another one here, or a new one. Raises Conflict where it opens somebody else's account than the one signed in:
    nothing is moved. In a request, outside any unit of work.
    """
    person, owner = here_or_none(), account_of(proved.provider, proved.subject)
    if owner is None and person is None:
        owner = _same_by_papers(proved)
        if owner is not None:
            with unit_of_work():
                link(owner.id, proved)
    if owner is not None:
        if person is not None and person.id != owner.id:
            raise Conflict(ELSEWHERE)
        with unit_of_work():
            _renew(owner.id, proved)
        if person is None:
            strength = 3 if proved.level >= proofs.NATIONAL else 1  # a lower level says who it is, not how they came
            enter(person_by_id(owner.id) or owner, proved.provider, strength=strength, return_to=return_to)
        return return_to
    uuid = uuid4()
    with unit_of_work() as database:
        database.execute(
            insert(W).values(
                uuid=uuid, provider=proved.provider, subject=proved.subject, level=proved.level,
                full_name=proved.full_name, birth_date=proved.birth_date, identity_key=proved.key,
                identity_tail=proved.tail, made_at=clock.seconds(),
            )
        )  # fmt: skip
    session[_KEPT] = uuid.hex
    return url_for("identity.whose", return_to=return_to)


def _same_by_papers(proved: Proved) -> Person | None:
    """The account that is meant for whom the State now names: by number, name and day of birth.

    Either an officer saw papers that say the same, or others entered the person (from a list, say) and nobody has a way
    into the account yet, so that there is nothing to prove; of such a one the day or the year may be unknown.
    """
    if proved.level < proofs.NATIONAL or proved.key is None:
        return None
    row = (
        connection()
        .execute(
            select(A.c.id, A.c.folded, A.c.birth_date, A.c.birth_year, A.c.assurance_level).where(
                A.c.identity_key == proved.key
            )
        )
        .first()
    )
    if row is None or row.folded != fold(proved.full_name or ""):
        return None
    year = proved.birth_date.year if proved.birth_date else None
    same_day = row.birth_date == proved.birth_date if row.birth_date else row.birth_year in (None, year)
    by_papers = row.assurance_level >= proofs.PAPERS and row.birth_date == proved.birth_date
    if by_papers or (same_day and row.id in untouched([row.id])):
        return person_by_id(row.id)
    return None


def number_is_known(proved: Proved) -> bool:
    """Whether somebody's account here has the citizen's number that was proved: then no second one is opened for it."""
    held = select(A.c.id).where(A.c.identity_key == proved.key, A.c.closed_at.is_(None))
    return proved.key is not None and connection().execute(held).first() is not None


def arriving() -> Proved:
    """The identity that this browser came with and that belongs to nobody yet. Raises NotFound: none, or too late."""
    row = (
        connection()
        .execute(select(W).where(W.c.uuid == _named(), W.c.made_at >= clock.seconds() - MINUTES * 60))
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound(_("This took too long. Nothing was changed; please begin again from the sign-in page."))
    return Proved(
        row["provider"], row["subject"], row["level"], row["full_name"], row["birth_date"], row["identity_key"],
        row["identity_tail"],
    )  # fmt: skip


def is_arriving() -> bool:
    """Whether this browser came with an identity that belongs to nobody yet, as far as the cookie says."""
    return _KEPT in session


def _named() -> UUID:
    try:
        return UUID(hex=str(session.get(_KEPT, "")))
    except ValueError:
        return UUID(int=0)


def take_arriving() -> Proved:
    """The same, for good: whoever comes second with it finds nothing. In an open unit of work."""
    proved = arriving()
    if connection().execute(delete(W).where(W.c.uuid == _named())).rowcount != 1:
        raise NotFound
    session.pop(_KEPT, None)
    return proved


def give_up_arriving() -> None:
    """Forgets it. In an open unit of work."""
    connection().execute(delete(W).where(W.c.uuid == _named()))
    session.pop(_KEPT, None)


def link(account_id: int, proved: Proved) -> None:
    """Lets an identity open an account from now on, and raises its level to what the identity proves.

    The caller has seen both proved in this browser. In an open unit of work. Raises Conflict where the identity opens
    another account; where it already opens this one, only the proof is renewed.
    """
    database = connection()
    owner = database.execute(
        select(I.c.account_id).where(I.c.provider == proved.provider, I.c.subject == proved.subject)
    ).scalar()
    if owner is not None and owner != account_id:
        raise Conflict(ELSEWHERE)
    if owner is None:
        _refuse_anothers_papers(account_id, proved)
        database.execute(
            insert(I).values(
                account_id=account_id, provider=proved.provider, subject=proved.subject, linked_at=clock.now()
            )
        )
        audit.record(account_id, "identity.linked", f"account:{account_id}", provider=proved.provider)
    _renew(account_id, proved)


def _refuse_anothers_papers(account_id: int, proved: Proved) -> None:
    """Raises Conflict where papers that were seen for this account are of somebody else than the identity."""
    row = (
        connection()
        .execute(select(A.c.identity_key, A.c.birth_date, A.c.assurance_level).where(A.c.id == account_id))
        .one()
    )
    if row.assurance_level < proofs.PAPERS or proved.level < proofs.PAPERS:
        return
    other_number = None not in (row.identity_key, proved.key) and row.identity_key != proved.key
    other_day = None not in (row.birth_date, proved.birth_date) and row.birth_date != proved.birth_date
    if other_number or other_day:
        raise Conflict(
            _(
                "The papers seen for this account are not of the person of this identity, so nothing was linked. If"
                " this is wrong, ask your commune's officer."
            )
        )


def _renew(account_id: int, proved: Proved) -> None:
    """Records what the identity proves; from level 3 on, name, birth date and number are what the State says."""
    if proved.level <= proofs.DECLARED:
        return
    database = connection()
    row = database.execute(
        select(A.c.full_name, A.c.birth_date, A.c.identity_key, A.c.assurance_level).where(A.c.id == account_id)
    ).one()
    values: dict[str, Any] = {}
    name = nfc(proved.full_name or "")
    if proved.level >= proofs.NATIONAL:
        if name and name != row.full_name:
            values |= name_columns(name)
        if proved.birth_date is not None:
            values |= {"birth_date": proved.birth_date, "birth_year": proved.birth_date.year}
        if proved.key is not None and proved.key != row.identity_key:
            other = database.execute(select(A.c.id).where(A.c.identity_key == proved.key, A.c.id != account_id)).first()
            if other is None:  # else two accounts of one person: the proof keeps the number, officers make them one
                values |= {"identity_key": proved.key, "identity_tail": proved.tail}
    if values:
        database.execute(update(A).where(A.c.id == account_id).values(**values))
    renamed = "full_name" in values
    other_day = row.birth_date not in (None, values.get("birth_date", row.birth_date))
    if renamed or other_day:
        audit.record(
            account_id,
            "account.named_by_identity",
            f"account:{account_id}",
            provider=proved.provider,
            renamed=renamed,
            birth_date_changed=other_day,
        )
    proofs.record(account_id, proved.level, "identity", proved.provider, key=proved.key, tail=proved.tail)


def open_account(
    proved: Proved, full_name: str, *, address_form: str | None, target_group: str | None, locale: str
) -> int:
    """Makes a new account for an identity that belongs to nobody, links it, and returns its id.

    The learner's yes is recorded. In an open unit of work. Raises Invalid where the provider gave no usable name, and
    Conflict where the citizen's number is that of another account here, which is to be proved and linked instead.
    """
    if number_is_known(proved):
        raise Conflict(NUMBER_KNOWN)
    (account_id,) = make_people(
        [
            NewPerson(
                full_name,
                target_group=target_group,
                birth_date=proved.birth_date,
                address_form=address_form,
                locale=locale,
                consent="self",
            )
        ],
        None,
        None,
    )
    link(account_id, proved)
    return account_id


def unlink(account_id: int, identity_id: int) -> None:
    """Ends that an identity opens an account; what it proved no longer holds. Never the last way in: Conflict.

    In an open unit of work. NotFound where it is not this account's.
    """
    database = connection()
    row = database.execute(select(I.c.provider).where(I.c.id == identity_id, I.c.account_id == account_id)).first()
    if row is None:
        raise NotFound
    if not _other_ways(account_id, identity_id):
        raise Conflict(LAST_WAY)
    database.execute(delete(I).where(I.c.id == identity_id, I.c.account_id == account_id))
    proofs.withdraw(account_id, "identity", row.provider)
    audit.record(account_id, "identity.unlinked", f"account:{account_id}", provider=row.provider)


def _other_ways(account_id: int, but: int) -> bool:
    database = connection()
    by_password = select(A.c.id).where(
        A.c.id == account_id, A.c.password_hash.is_not(None), or_(A.c.username.is_not(None), A.c.phone.is_not(None))
    )
    if database.execute(by_password).first() is not None:
        return True
    others = select(func.count()).select_from(I).where(I.c.account_id == account_id, I.c.id != but)
    return bool(database.execute(others).scalar_one())


def forget_old() -> None:
    """Deletes what nobody said anything about; periodic."""
    with unit_of_work() as database:
        database.execute(delete(W).where(W.c.made_at < clock.seconds() - MINUTES * 60))
