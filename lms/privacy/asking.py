"""Requests about one's own data: made, answered within the legal terms, done or refused with the reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Select, insert, select, update

from lms import audit, clock, limits
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid, NotFound
from lms.identity.models import Account
from lms.identity.people import Person
from lms.identity.roles import May
from lms.inbox.telling import notify
from lms.orgs.scope import people_below, require_anywhere
from lms.privacy.clock import EXTENSION_DAYS, terms
from lms.privacy.models import ANSWERED, DONE, OPEN, REFUSED, TAKEN_BACK, DataRequest
from lms.text import Text, _
from lms.vietnamese import nfc

R, A = DataRequest.__table__, Account.__table__
KINDS: dict[str, Text] = {
    "see": _("A question about my data"),
    "correct": _("Something is wrong: please correct it"),
    "object": _("I do not want my data used in this way"),
    "erase": _("Please erase my data"),
}
STATES: dict[str, Text] = {
    OPEN: _("Waiting for an answer"),
    ANSWERED: _("Answered, being done"),
    DONE: _("Done"),
    REFUSED: _("Refused, with the reason"),
    TAKEN_BACK: _("Taken back"),
}
MOST_WORDS = 2000


class RequestRow(Struct, frozen=True):
    """One request, as its maker and the officer see it; times in seconds since 1970."""

    id: int
    uuid: UUID
    account_id: int
    full_name: str
    birth_year: int | None
    kind: str
    words: str
    state: str
    made_at: int
    answer_by: int
    act_by: int
    extended_at: int | None
    answered_at: int | None
    ended_at: int | None
    answer: str

    @property
    def title(self) -> Text:
        return KINDS[self.kind]

    @property
    def state_words(self) -> Text:
        return STATES[self.state]

    @property
    def due(self) -> int | None:
        """The next legal term; None once nothing is owed."""
        return {OPEN: self.answer_by, ANSWERED: self.act_by}.get(self.state)

    @property
    def late(self) -> bool:
        return self.due is not None and self.due < clock.seconds()


_ROW: Select[Any] = select(
    R.c.id, R.c.uuid, R.c.account_id, A.c.full_name, A.c.birth_year, R.c.kind, R.c.words, R.c.state, R.c.made_at,
    R.c.answer_by, R.c.act_by, R.c.extended_at, R.c.answered_at, R.c.ended_at, R.c.answer,
).join(A, A.c.id == R.c.account_id)  # fmt: skip


def ask(account_id: int, kind: str, words: str, asked_by: int) -> UUID:
    """Makes a request; the clock starts now. At most one of a kind is open; 10 a day. Raises Invalid, Conflict."""
    if kind not in KINDS:
        raise NotFound
    words = nfc(words)
    if len(words) > MOST_WORDS:
        raise Invalid(_("Please write it shorter: at most {n} letters.", n=MOST_WORDS))
    if kind != "erase" and not words:
        text = _("Please write in a few words what you mean.")
        raise Invalid(text, words=text)
    limits.take("data-request", str(account_id), most=10, seconds=86_400)
    waiting = select(R.c.id).where(R.c.account_id == account_id, R.c.kind == kind, R.c.state.in_((OPEN, ANSWERED)))
    if connection().execute(waiting).first() is not None:
        raise Conflict(_("A request of this kind is being worked on already. You see it below."))
    made, uuid = clock.now(), uuid4()
    answer_by, act_by = terms(made)
    connection().execute(
        insert(R).values(
            uuid=uuid, account_id=account_id, asked_by_id=asked_by, kind=kind, words=words, state=OPEN,
            made_at=int(made.timestamp()), answer_by=answer_by, act_by=act_by, answer="",
        )
    )  # fmt: skip
    audit.record(asked_by, "data-request.made", f"account:{account_id}", kind=kind)
    return uuid


def take_back(account_id: int, uuid: UUID) -> None:
    """The maker takes a request back while it is not done. Raises NotFound."""
    done = connection().execute(
        update(R)
        .where(R.c.uuid == uuid, R.c.account_id == account_id, R.c.state.in_((OPEN, ANSWERED)))
        .values(state=TAKEN_BACK, ended_at=clock.seconds())
    )
    if done.rowcount != 1:
        raise NotFound


def requests_of(account_id: int) -> list[RequestRow]:
    """A person's requests, newest first."""
    rows = connection().execute(_ROW.where(R.c.account_id == account_id).order_by(R.c.id.desc()))
    return [RequestRow(*row) for row in rows]


def requests_for(officer: Person, *, ended: bool = False, most: int = 200) -> list[RequestRow]:
    """The requests that an officer answers: what is due first comes first; ended ones newest first. NotFound."""
    units = require_anywhere(officer, May.ANSWER_REQUESTS)
    states = (DONE, REFUSED, TAKEN_BACK) if ended else (OPEN, ANSWERED)
    order = R.c.id.desc() if ended else R.c.answer_by
    rows = connection().execute(
        _ROW.where(people_below(R.c.account_id, units), R.c.account_id != officer.id, R.c.state.in_(states))
        .order_by(order)
        .limit(most)
    )
    found = [RequestRow(*row) for row in rows]
    return found if ended else sorted(found, key=lambda r: r.due or 0)


def request_for(officer: Person, uuid: UUID) -> RequestRow:
    """One request in an officer's reach; never one's own. NotFound."""
    units = require_anywhere(officer, May.ANSWER_REQUESTS)
    row = (
        connection()
        .execute(_ROW.where(R.c.uuid == uuid, people_below(R.c.account_id, units), R.c.account_id != officer.id))
        .first()
    )
    if row is None:
        raise NotFound
    return RequestRow(*row)


def answer(officer: Person, asked: RequestRow, words: str, *, state: str, extend: bool = False) -> None:
    """Answers, ends or refuses a request, and tells its maker. `extend` adds fifteen days, once.

    Raises Invalid without words, Conflict where it has ended already or was extended before.
    """
    words = nfc(words)
    if not words:
        text = _("Please write the answer; the person reads it word for word.")
        raise Invalid(text, answer=text)
    if asked.state not in (OPEN, ANSWERED) or state not in (ANSWERED, DONE, REFUSED):
        raise Conflict(_("This request has ended already."))
    if extend and asked.extended_at is not None:
        raise Conflict(_("The term was extended once already; the law allows no second time."))
    at = clock.seconds()
    changed = connection().execute(
        update(R)
        .where(R.c.id == asked.id, R.c.state == asked.state)
        .values(
            state=state,
            answer=words,
            answered_at=asked.answered_at or at,
            ended_at=at if state in (DONE, REFUSED) else None,
            handled_by_id=officer.id,
            extended_at=at if extend else asked.extended_at,
            act_by=asked.act_by + (EXTENSION_DAYS * 86_400 if extend else 0),
        )
    )
    if changed.rowcount != 1:
        raise Conflict(_("Somebody else has just worked on this request. Please open it again."))
    audit.record(officer.id, "data-request.answered", f"account:{asked.account_id}", kind=asked.kind, state=state)
    notify(
        asked.account_id, "data-request", _("Your request about your data has an answer"),
        Text("{words}", {"words": words}),
        "/cai-dat/du-lieu#yeu-cau",
    )  # fmt: skip
