"""Making accounts and signing in."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import ScalarSelect, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import audit, clock, limits
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, line
from lms.errors import Invalid
from lms.identity import passwords, sessions
from lms.identity.events import PersonKnownBetter
from lms.identity.models import Account, Consent
from lms.identity.people import PERSON, Person
from lms.outbox.telling import tell
from lms.text import _
from lms.vietnamese import fold, name_sort_key, nfc

A = Account.__table__
CONSENT_TEXT = "2026-11"  # the wording on the sign-up page
WRONG = _("The name or the password is not right. Please look at both again.")
TAKEN = _("This telephone number or name is in use. Please sign in with it, or choose another one.")
_NAME = re.compile(r"[^\W\d_]+(?:['’.\-‑][^\W\d_]+)*['’.]?", re.UNICODE)


def normal_phone(text: str) -> str | None:
    """A Vietnamese telephone number as +84…, or None where it is none."""
    digits = re.sub(r"[\s.\-()]", "", text)
    if digits.startswith("+84"):
        digits = "0" + digits[3:]
    elif digits.startswith("84") and len(digits) == 11:
        digits = "0" + digits[2:]
    return "+84" + digits[1:] if re.fullmatch(r"0[235789]\d{8}", digits) else None


def normal_username(text: str) -> str | None:
    """Lower-case letters, digits, dots and hyphens, 3 to 40, without marks; None where nothing fit is left."""
    name = fold(text).replace(" ", "") if " " in text.strip() or not text.isascii() else text.strip().lower()
    return name if re.fullmatch(r"[a-z][a-z0-9._-]{2,39}", name) else None


def check_name(full_name: str) -> str:
    """A person's name as they write it: letters of any script, spaces, ' and -. Never digits."""
    name = nfc(full_name)
    if not name or len(name) > 120 or not all(_NAME.fullmatch(word) for word in name.split()):
        text = _("Please write the full name with letters only, e.g. Nguyễn Thị Mai or H'Hen Niê.")
        raise Invalid(text, full_name=text)
    return name


def name_columns(full_name: str) -> dict[str, str]:
    """What an account keeps of a name: as it is written, as lists sort it, as search compares it. Always together."""
    return {"full_name": full_name, "sort_key": name_sort_key(full_name), "folded": fold(full_name)}


def prepared_password(full_name: str, login: str, password: str) -> str:
    """The hash of a password that is fit for this person. Costs 18 ms of CPU, so it is made before the transaction."""
    passwords.check_strength(password, login, full_name)
    return passwords.hash_password(password)


def sign_up(
    full_name: str,
    login: str,
    password_hash: str | None,
    *,
    address_form: str | None = None,
    target_group: str | None = None,
    locale: str = "vi",
) -> int:
    """Makes an account with a username or telephone number; returns its id. Raises Invalid with the field named.

    The learner's yes to keeping name and results is recorded with it.
    """
    name = check_name(full_name)
    phone = normal_phone(login)
    username = None if phone else normal_username(login)
    if phone is None and username is None:
        text = _("Please enter a telephone number, or a short name of letters and digits, e.g. lanh1960.")
        raise Invalid(text, identifier=text)
    database = connection()
    taken = database.execute(
        select(A.c.id).where(A.c.phone == phone if phone else A.c.username == username).limit(1)
    ).first()
    if taken:
        raise Invalid(TAKEN, identifier=TAKEN)
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    account_id: int | None = database.execute(
        make(A)
        .values(
            uuid=uuid4(),
            **name_columns(name),
            username=username,
            phone=phone,
            password_hash=password_hash,
            address_form=address_form or default_address(target_group),
            target_group=target_group,
            locale=locale,
            assurance_level=0,
            made_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(A.c.id)
    ).scalar()
    if account_id is None:
        raise Invalid(TAKEN, identifier=TAKEN)  # by somebody in the same moment
    database.execute(
        insert(Consent).values(
            account_id=account_id, purpose="learning-record", text_version=CONSENT_TEXT, channel="self",
            given_at=clock.seconds(),
        )
    )  # fmt: skip
    return account_id


_HOLD: Statement[Any] = Statement(select(A.c.id).where(A.c.id == bindparam("who")).with_for_update(key_share=True))


def hold(account_id: int) -> None:
    """Makes whoever else moves this person's record wait until the open unit of work ends, as on SQLite all do.

    Without it two who write in the same moment miss what the other wrote, and neither sees that all is there.
    """
    if line().kind == "postgresql":
        _HOLD.scalar(who=account_id)


def hold_all(account_ids: Collection[int]) -> None:
    """`hold` for many at once, always in the same order, so that two who do it wait and do not block each other."""
    database = connection()
    if database.dialect.name == "postgresql":
        them = select(A.c.id).where(A.c.id.in_(account_ids)).order_by(A.c.id)
        database.execute(them.with_for_update(key_share=True))


def default_address(target_group: str | None) -> str:
    """How a person is spoken to until they choose: "bạn" for everyone, "em" for pupils."""
    return "em" if target_group == "students" else "bạn"


def count_sign_up(address: str) -> None:
    """Counts a new account: 30 an hour from one network address, enough for a class behind one router."""
    limits.take("sign-up", address, most=30, seconds=3600)


def standing(column: str, value: object) -> ScalarSelect[int]:
    """The account that this telephone or name opens: the one that has it, or the one that that was joined to."""
    held = A.alias("held")
    return select(func.coalesce(held.c.merged_into_id, held.c.id)).where(held.c[column] == value).scalar_subquery()


def _with_password(*row: Any) -> tuple[Person, str | None, int | None]:
    return Person(*row[:-2]), row[-2], row[-1]


_SIGNING_IN = PERSON.add_columns(A.c.password_hash, A.c.password_once_until)
_BY_PHONE = Statement(_SIGNING_IN.where(A.c.id == standing("phone", bindparam("login"))), _with_password)
_BY_USERNAME = Statement(_SIGNING_IN.where(A.c.id == standing("username", bindparam("login"))), _with_password)


def check_credentials(login: str, password: str) -> Person:
    """The person with this login and password. Raises Invalid without saying which half was wrong. Reads only."""
    phone, username = normal_phone(login), normal_username(login)
    row = None
    if phone or username:
        row = _BY_PHONE.first(login=phone) if phone else _BY_USERNAME.first(login=username)
    person, hashed, once_until = row or (None, None, None)
    right = passwords.matches(hashed, password)
    if person is None or not right:
        raise Invalid(WRONG)
    if once_until is not None and once_until < clock.seconds():
        raise Invalid(
            _("This PIN was for one use and is too old now. Please ask your helper or officer for a new one.")
        )
    return person


def normal_login(login: str) -> str:
    """What limits count a login by: a telephone number, a sign-in name, or what was typed."""
    return normal_phone(login) or normal_username(login) or login.strip().lower()


def has_password(account_id: int) -> bool:
    """Whether there is a password to change; who comes by card or code may have none."""
    return connection().execute(select(A.c.password_hash).where(A.c.id == account_id)).scalar() is not None


def set_birth_date(account_id: int, birth_date: date) -> None:
    """Keeps the birth date, once: afterwards only an officer who saw papers may change it."""
    if not date(1900, 1, 1) <= birth_date <= clock.today():
        text = _("Please look at the year again: the date must lie between 1900 and today.")
        raise Invalid(text, birth_date=text)
    connection().execute(
        update(A)
        .where(A.c.id == account_id, A.c.birth_date.is_(None))
        .values(birth_date=birth_date, birth_year=birth_date.year)
    )
    tell(PersonKnownBetter(account_id, clock.seconds()))


def rename(account_id: int, full_name: str) -> None:
    """Changes the name shown from now on; papers that were issued keep theirs."""
    name = check_name(full_name)
    before = connection().execute(select(A.c.full_name).where(A.c.id == account_id)).scalar_one()
    if before == name:
        return
    connection().execute(update(A).where(A.c.id == account_id).values(**name_columns(name)))
    audit.record(account_id, "account.renamed", f"account:{account_id}")


def choose(account_id: int, *, address_form: str, locale: str) -> None:
    """How the person wants to be spoken to."""
    connection().execute(update(A).where(A.c.id == account_id).values(address_form=address_form, locale=locale))


_LESSON_LANG: Statement[Any] = Statement(select(A.c.lesson_lang).where(A.c.id == bindparam("who")))


def lesson_language(account_id: int) -> str:
    """The code of the language in which a person reads lessons; empty for Vietnamese."""
    found: str | None = _LESSON_LANG.scalar(who=account_id)
    return found or ""


def set_lesson_language(account_id: int, lang: str) -> None:
    """Keeps the language in which a person reads lessons; empty: Vietnamese."""
    connection().execute(update(A).where(A.c.id == account_id).values(lesson_lang=lang or None))


def choose_group(account_id: int, target_group: str) -> None:
    """Remembers the target group that the person learns in."""
    connection().execute(update(A).where(A.c.id == account_id).values(target_group=target_group))


def check_password(account_id: int, password: str) -> None:
    """Raises Invalid unless this is the account's password; one without a password has none to know. Reads only."""
    stored = connection().execute(select(A.c.password_hash).where(A.c.id == account_id)).scalar()
    if stored is not None and not passwords.matches(stored, password):
        text = _("The present password is not right.")
        raise Invalid(text, old_password=text)


def refuse_same(account_id: int, new: str) -> None:
    """Raises Invalid where the new password is the one that there is: whoever gave it would still know it."""
    stored = connection().execute(select(A.c.password_hash).where(A.c.id == account_id)).scalar()
    if stored is not None and passwords.matches(stored, new):
        text = _("This is the password that there was. Please choose another one.")
        raise Invalid(text, password=text)


def fit_password(account_id: int, new: str) -> str:
    """The hash of a new password for an account. Raises Invalid where anybody would guess it. Reads only.

    Costs 18 ms of CPU, so it is made before the transaction.
    """
    row = connection().execute(select(A.c.username, A.c.phone, A.c.full_name).where(A.c.id == account_id)).one()
    passwords.check_strength(new, row.username, row.phone, row.full_name)
    return passwords.hash_password(new)


def set_password(account_id: int, password_hash: str, by: int | None, once_until: int | None = None) -> None:
    """Sets a password made by `fit_password`; other sessions are the caller's to end.

    `once_until`: a PIN that somebody else gave; it lets in once, before that moment, and must be changed then.
    """
    connection().execute(
        update(A).where(A.c.id == account_id).values(password_hash=password_hash, password_once_until=once_until)
    )
    act = "account.password_changed" if once_until is None else "account.pin_given"
    audit.record(by, act, f"account:{account_id}")


def close(account_id: int) -> None:
    """Closes an account: nobody signs in with it any more, and its sessions end. What was learnt and issued stays."""
    connection().execute(update(A).where(A.c.id == account_id).values(closed_at=clock.now()))
    sessions.end_sessions(account_id)
    audit.record(None, "account.closed", f"account:{account_id}")
