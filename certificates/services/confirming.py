"""Officers confirm what was attained, or return it with a reason; then the paper is issued, or waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, bindparam, select, update

from certificates.models import Confirmation
from certificates.services import issuing
from certificates.services.waiting import CONFIRMED, RETURNED, WAITING
from lms.api.data import Statement
from lms.api.people import below, nation_id
from lms.api.work import Conflict, Invalid, Text, _, audit, clock, connection, notify

K = Confirmation.__table__
LEAST_WORDS, MOST_WORDS, MOST_NOTE = 5, 1_000, 500  # letters
PAGE = 50  # results of a page


class ConfirmationRow(Struct, frozen=True):
    """A result that waits, waited or was returned. `by_id`, `at`: who decided, and when."""

    id: int
    attainment_id: int
    account_id: int
    org_id: int | None
    state: str
    asked_at: int
    note: str
    reason: str
    by_id: int | None
    at: int | None


_ALL: Select[*tuple[Any, ...]] = select(
    K.c.id, K.c.attainment_id, K.c.account_id, K.c.org_id, K.c.state, K.c.asked_at, K.c.note, K.c.reason,
    K.c.decided_by, K.c.decided_at,
)  # fmt: skip
_OF_PERSON = Statement(
    _ALL.where(K.c.account_id == bindparam("who"), K.c.state != CONFIRMED).order_by(K.c.id.desc()), ConfirmationRow
)


def waiting_in(units: Sequence[int], but: int, state: str = WAITING, most: int = PAGE) -> list[ConfirmationRow]:
    """What waits in these units and below, the longest waiting first. `but`: an officer's own result is not theirs."""
    found = _ALL.where(K.c.state == state, K.c.account_id != but).order_by(K.c.asked_at, K.c.id).limit(most)
    if nation_id() not in units:
        found = found.where(K.c.org_id.in_(below(units)))
    return [ConfirmationRow(*row) for row in connection().execute(found)]


def among(ids: Collection[int], units: Sequence[int], but: int) -> list[ConfirmationRow]:
    """Those of these results that an officer of these units may decide about, in any state."""
    found = _ALL.where(K.c.id.in_(ids), K.c.account_id != but).order_by(K.c.id)
    if nation_id() not in units:
        found = found.where(K.c.org_id.in_(below(units)))
    return [ConfirmationRow(*row) for row in connection().execute(found)]


def of_person(account_id: int) -> list[ConfirmationRow]:
    """What waits of a person, or was returned; what was confirmed is a paper."""
    return _OF_PERSON.all(who=account_id)


def confirm(rows: Collection[ConfirmationRow], by_id: int) -> int:
    """Confirms results, and issues their papers; returns how many were not confirmed before. Sent twice it is once."""
    ids, now = [row.id for row in rows], clock.seconds()
    done = connection().execute(
        update(K)
        .where(K.c.id.in_(ids), K.c.state != CONFIRMED, K.c.account_id != by_id)
        .values(state=CONFIRMED, decided_by=by_id, decided_at=now, reason="")
        .returning(K.c.attainment_id)
    )
    attainments = sorted(done.scalars())
    for one in attainments:
        audit.record(by_id, "result.confirmed", f"attainment:{one}")
    issuing.issue_many(attainments)
    return len(attainments)


def send_back(row: ConfirmationRow, reason: str, by_id: int) -> None:
    """Returns a result: no paper until an officer confirms it after all. Its holder reads the reason."""
    if len(reason) < LEAST_WORDS:
        text = _("Please write the reason, so that the person knows what to do.")
        raise Invalid(text, reason=text)
    if len(reason) > MOST_WORDS:
        text = _("Please keep it under 1,000 letters.")
        raise Invalid(text, reason=text)
    if (row.state, row.reason, row.by_id) == (RETURNED, reason, by_id):
        return  # the button was pressed twice
    done = connection().execute(
        update(K)
        .where(K.c.id == row.id, K.c.state == WAITING, K.c.account_id != by_id)
        .values(state=RETURNED, reason=reason, decided_by=by_id, decided_at=clock.seconds())
    )
    if done.rowcount != 1:
        raise Conflict(_("Somebody else has decided about this result already. Look at the list again."))
    audit.record(by_id, "result.returned", f"attainment:{row.attainment_id}", reason=reason)
    notify(row.account_id, "paper", _("Your result was returned"), Text("{words}", {"words": reason}), "/giay")


def ask_again(row: ConfirmationRow, note: str) -> None:
    """Its holder asks for another look at a result that was returned; asked twice it waits once."""
    if len(note) > MOST_NOTE:
        text = _("Please keep it under 500 letters.")
        raise Invalid(text, note=text)
    connection().execute(
        update(K)
        .where(K.c.id == row.id, K.c.state == RETURNED)
        .values(state=WAITING, note=note, asked_at=clock.seconds())
    )
