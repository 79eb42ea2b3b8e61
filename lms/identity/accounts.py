"""Making accounts and signing in."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import audit, clock, limits
from lms.db.unit_of_work import connection
from lms.errors import Invalid
from lms.identity import passwords
from lms.identity.models import Account, Consent
from lms.identity.people import PERSON, Person
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
            full_name=name,
            sort_key=name_sort_key(name),
            username=username,
            phone=phone,
            password_hash=password_hash,
            address_form=address_form or default_address(target_group),
            target_group=target_group,
            locale=locale,
            assurance_level=0,
            generation=1,
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


def hold(account_id: int) -> None:
    """Makes whoever else moves this person's record wait until the open unit of work ends, as on SQLite all do.

    Without it two who write in the same moment miss what the other wrote, and neither sees that all is there.
    """
    database = connection()
    if database.dialect.name == "postgresql":
        database.execute(select(A.c.id).where(A.c.id == account_id).with_for_update(key_share=True))


def default_address(target_group: str | None) -> str:
    """How a person is spoken to until they choose: "bạn" for everyone, "em" for pupils."""
    return "em" if target_group == "students" else "bạn"


def count_try(login: str, address: str) -> None:
    """Counts a try to sign in: 10 in a quarter of an hour for one login, 60 for one network address. Raises TooMany."""
    limits.take("sign-in", normal_phone(login) or normal_username(login) or login.strip().lower(), most=10, seconds=900)
    limits.take("sign-in-address", address, most=60, seconds=900)


def count_sign_up(address: str) -> None:
    """Counts a new account: 30 an hour from one network address, enough for a class behind one router."""
    limits.take("sign-up", address, most=30, seconds=3600)


def check_credentials(login: str, password: str) -> Person:
    """The person with this login and password. Raises Invalid without saying which half was wrong. Reads only."""
    phone, username = normal_phone(login), normal_username(login)
    row = None
    if phone or username:
        row = (
            connection()
            .execute(
                PERSON.add_columns(A.c.password_hash).where(A.c.phone == phone if phone else A.c.username == username)
            )
            .first()
        )
    right = passwords.matches(row.password_hash if row else None, password)
    if row is None or not right:
        raise Invalid(WRONG)
    return Person(*row[:-1])


def set_birth_date(account_id: int, birth_date: date) -> None:
    """Keeps the birth date, once: afterwards only an officer who saw papers may change it."""
    if not date(1900, 1, 1) <= birth_date <= clock.today():
        text = _("Please look at the year again: the date must lie between 1900 and today.")
        raise Invalid(text, birth_date=text)
    connection().execute(update(A).where(A.c.id == account_id, A.c.birth_date.is_(None)).values(birth_date=birth_date))


def rename(account_id: int, full_name: str) -> None:
    """Changes the name shown from now on; papers that were issued keep theirs."""
    name = check_name(full_name)
    before = connection().execute(select(A.c.full_name).where(A.c.id == account_id)).scalar_one()
    if before == name:
        return
    connection().execute(update(A).where(A.c.id == account_id).values(full_name=name, sort_key=name_sort_key(name)))
    audit.record(account_id, "account.renamed", f"account:{account_id}")


def choose(account_id: int, *, address_form: str, locale: str) -> None:
    """How the person wants to be spoken to."""
    connection().execute(update(A).where(A.c.id == account_id).values(address_form=address_form, locale=locale))


def choose_group(account_id: int, target_group: str) -> None:
    """Remembers the target group that the person learns in."""
    connection().execute(update(A).where(A.c.id == account_id).values(target_group=target_group))


def change_password(account_id: int, old: str, new: str) -> int:
    """Sets a new password and ends every other session; returns the new generation."""
    database = connection()
    row = database.execute(
        select(A.c.password_hash, A.c.generation, A.c.username, A.c.phone, A.c.full_name).where(A.c.id == account_id)
    ).one()
    if not passwords.matches(row.password_hash, old):
        text = _("The present password is not right.")
        raise Invalid(text, old_password=text)
    passwords.check_strength(new, row.username, row.phone, row.full_name)
    generation: int = row.generation + 1
    database.execute(
        update(A).where(A.c.id == account_id).values(password_hash=passwords.hash_password(new), generation=generation)
    )
    audit.record(account_id, "account.password_changed", f"account:{account_id}")
    return generation


def close(account_id: int) -> None:
    """Closes an account: nobody signs in with it any more, and its sessions end. What was learnt and issued stays."""
    connection().execute(
        update(A).where(A.c.id == account_id).values(closed_at=clock.now(), generation=A.c.generation + 1)
    )
    audit.record(None, "account.closed", f"account:{account_id}")
