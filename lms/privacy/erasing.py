"""Being forgotten: everything that says who it was goes; numbers and the status of papers stay."""

from __future__ import annotations

from flask import current_app
from msgspec import Struct
from sqlalchemy import delete, func, select, update

from lms import audit, clock
from lms.db.unit_of_work import after_commit, connection
from lms.errors import Conflict
from lms.identity.grants import grants_of
from lms.identity.making import SIGNS_OF_WHO
from lms.identity.models import Account
from lms.identity.people import accounts_of
from lms.identity.personal import PERSONAL_DATA, Erased, PersonalTable
from lms.identity.sessions import end_sessions
from lms.outbox.telling import tell
from lms.privacy.events import AccountErased
from lms.storage import FileStore
from lms.text import Text, _

A = Account.__table__


class Fate(Struct, frozen=True):
    """What happens to one kind of rows: how many there are, and whether they go, are blanked or are kept, and why."""

    title: Text
    rows: int
    fate: Erased
    why: Text | None


def preview(account_id: int) -> list[Fate]:
    """What erasing would do, table by table; nothing is changed. Tables without rows are left out."""
    fates, theirs = [], accounts_of(account_id)
    for entry in _entries():
        rows = connection().execute(
            select(func.count()).select_from(entry.table).where(entry.table.c[entry.person].in_(theirs))
        )
        if count := rows.scalar_one():
            fates.append(Fate(entry.title, count, entry.erased, entry.why_kept))
    return fates


def erase(account_id: int, actor_id: int | None, reason: str) -> None:
    """Forgets a person in the open unit of work. It cannot be undone.

    Raises Conflict for somebody who holds roles: those are ended first, by whoever gives them.
    """
    if grants_of(account_id):
        raise Conflict(_("This person holds roles. End the roles first, then erase."))
    files: list[str] = []
    theirs = accounts_of(account_id)
    for entry in _entries():
        for one in theirs:
            files += _erase_rows(entry, one)
    connection().execute(
        update(A).where(A.c.id.in_(theirs)).values(**SIGNS_OF_WHO, closed_at=clock.now(), erased_at=clock.now())
    )
    end_sessions(account_id)
    audit.record(actor_id, "account.erased", f"account:{account_id}", reason=reason)
    tell(AccountErased(account_id, clock.seconds()))
    if files:
        store: FileStore = current_app.extensions["lms.files"]

        def _remove() -> None:
            for key in files:
                store.remove(key)

        after_commit(_remove)


def _entries() -> list[PersonalTable]:
    return sorted((e for e in PERSONAL_DATA if e.table is not A), key=lambda e: e.name)


def _erase_rows(entry: PersonalTable, account_id: int) -> list[str]:
    """Does to a table's rows what is declared for it; returns the keys of files that go with them."""
    table, theirs = entry.table, entry.table.c[entry.person] == account_id
    if entry.erased is Erased.KEPT:
        return []
    files: list[str] = []
    for column in entry.files:
        files += connection().execute(select(table.c[column]).where(theirs, table.c[column].is_not(None))).scalars()
    if entry.erased is Erased.DELETED:
        connection().execute(delete(table).where(theirs))
        return files
    fixed = {column: value for column, value in entry.blank.items() if not callable(value)}
    if fixed:
        connection().execute(update(table).where(theirs).values(**fixed))
    made = {column: make for column, make in entry.blank.items() if callable(make)}
    if made:
        keys = list(table.primary_key.columns)
        for row in connection().execute(select(*keys, *(table.c[c] for c in made)).where(theirs)).all():
            values = {column: make(row._mapping[table.c[column]]) for column, make in made.items()}
            connection().execute(update(table).where(*(k == row._mapping[k] for k in keys)).values(**values))
    return files
