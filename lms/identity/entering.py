"""Coming in: the ways that there are, the steps that may be left, and what is done once somebody is in.

Whoever proves who somebody is calls `enter`. Where a step is left (the second factor, a PIN that others gave, setting
up a second factor that their role demands) it raises OneStepMore, and the web leads there; only then a session begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from flask import request, session
from flask_login import login_user
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import bindparam, select, update

from lms import clock
from lms.config import current
from lms.contract.points import ExtensionPoint
from lms.db.statement import Statement
from lms.db.unit_of_work import after_commit, connection, unit_of_work
from lms.errors import Elsewhere, NotSignedIn
from lms.identity import sessions
from lms.identity.arrivals import ARRIVALS
from lms.identity.consenting import NOT_ASKED
from lms.identity.grants import grants_of
from lms.identity.models import Account, SecondFactor
from lms.identity.people import WITHIN, Person, claim_or_none, person_by_id, remember_address
from lms.text import Text, _

A, F = Account.__table__, SecondFactor.__table__
CODE, NEW_PASSWORD, ENROL, CONSENT = "code", "password", "enrol", "consent"
_PAGES = {
    CODE: "identity.second_factor_page",
    NEW_PASSWORD: "identity.new_password",
    ENROL: "identity.enrol_first",
    CONSENT: "identity.consent",
}
_KEPT = "step"  # where the signed cookie keeps what is pending
_MINUTES = 15


_LEFT: Statement[Any] = Statement(
    select(A.c.password_once_until, A.c.second_factor_asked_at, F.c.confirmed_at, NOT_ASKED.label("not_asked"))
    .outerjoin_from(A, F, F.c.account_id == A.c.id)
    .where(A.c.id == bindparam("who"))
)


class WayIn(Struct, frozen=True):
    """A button on the sign-in page. `url(return_to)` is where it leads; None while this way cannot be used.

    `linking(return_to)`: where somebody who is signed in adds this way to their account; None where it cannot be added.
    `leaving()`: the page after signing out, where the way itself should be closed too. `title`: what it is called where
    it is not a button ("VNeID"); None: as the button says.
    """

    name: str
    label: Text
    icon: str
    url: Callable[[str], str | None]
    order: int = 50
    linking: Callable[[str], str | None] | None = None
    leaving: Callable[[], str | None] | None = None
    title: Text | None = None


WAYS_IN: ExtensionPoint[WayIn] = ExtensionPoint("ways-in", "Ways to sign in.", lambda w: w.name)


class OneStepMore(Elsewhere):
    """Who it is has been proved, but they are not let in before one more step."""

    code = "one-step-more"
    default = _("One more step before you are signed in. Please open the sign-in page in a browser.")


class Pending(Struct, frozen=True):
    """Somebody between the proof and the session: kept in the signed cookie for a quarter of an hour."""

    account_id: int
    way: str
    strength: int
    helper_id: int | None
    return_to: str
    until: int
    done: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()  # steps that they asked for themselves: a new password
    secret: str = ""  # marks the password that there was: whoever changes it ends what is pending


def enter(
    person: Person,
    way: str,
    helper_id: int | None = None,
    *,
    strength: int = 1,
    return_to: str | None = None,
    new_password: bool = False,
) -> None:
    """Signs a person in who has proved who they are by `way`; `helper_id` where somebody beside them did it for them.

    In a request, outside any unit of work. `strength` 3 for the national identity, which needs no second factor.
    `return_to`: where they wanted to go, if the form of this request does not say. `new_password`: they choose a new
    one first, because the old one is lost. Raises OneStepMore.
    """
    back = return_to or request.values.get("return_to") or ""
    until = clock.seconds() + _MINUTES * 60
    wanted = (NEW_PASSWORD,) if new_password else ()
    _go_on(person, Pending(person.id, way, strength, helper_id, back, until, (), wanted))


def pending(step: str) -> Pending:
    """Whoever has this very step left next. Raises NotSignedIn otherwise: too late, from nowhere, the password changed.

    Steps are taken in their order only: who knows the password alone must not get to the page that changes it.
    """
    found = _kept()
    person = person_by_id(found.account_id) if found is not None else None
    if found is None or person is None or found.secret != _mark(found.account_id):
        raise NotSignedIn
    if _step_left(person, found) != step:
        raise NotSignedIn
    return found


def _mark(account_id: int) -> str:
    stored = connection().execute(select(A.c.password_hash).where(A.c.id == account_id)).scalar()
    return hashlib.blake2b((stored or "").encode(), digest_size=6).hexdigest()


def step_done(step: str) -> Pending:
    """Goes on after a step that `pending` allowed was done: signs in, or raises OneStepMore for the next."""
    before = _kept()
    person = person_by_id(before.account_id) if before is not None else None
    if before is None or person is None or step in before.done:
        raise NotSignedIn
    strength = max(before.strength, 2) if step in (CODE, ENROL) else before.strength
    after = replace(before, done=(*before.done, step), strength=strength)
    _go_on(person, after)
    return after


def _kept() -> Pending | None:
    held: Any = session.get(_KEPT)
    if not isinstance(held, list) or len(held) != 9:
        return None
    account_id, way, strength, helper_id, return_to, until, done, wanted, secret = held
    found = Pending(account_id, way, strength, helper_id, return_to, until, tuple(done), tuple(wanted), secret)
    return found if found.until >= clock.seconds() else None


def _go_on(person: Person, state: Pending) -> None:
    left = _step_left(person, state)
    if left is not None:
        session[_KEPT] = [
            state.account_id, state.way, state.strength, state.helper_id, state.return_to, state.until,
            list(state.done), list(state.wanted), _mark(state.account_id),
        ]  # fmt: skip
        raise OneStepMore(_PAGES[left])
    _let_in(person, state)


def _step_left(person: Person, state: Pending) -> str | None:
    row = _LEFT.one(who=person.id)
    has_factor = row.confirmed_at is not None
    if has_factor and state.strength < 2 and CODE not in state.done:
        return CODE
    given_by_others = state.way == "password" and row.password_once_until is not None
    if (given_by_others or NEW_PASSWORD in state.wanted) and NEW_PASSWORD not in state.done:
        return NEW_PASSWORD
    if not has_factor and state.strength < 2 and demands_factor(person):
        asked_at = clock.seconds() if row.second_factor_asked_at is None else row.second_factor_asked_at
        if asked_at + current().second_factor_days * 86_400 <= clock.seconds():
            return ENROL
    if row.not_asked and CONSENT not in state.done:
        return CONSENT
    return None


def leave() -> None:
    """Forgets who was about to come in: they would rather not."""
    session.pop(_KEPT, None)


def demands_factor(person: Person) -> bool:
    """Whether a role that the person holds must have a second factor (LMS_SECOND_FACTOR_ROLES)."""
    demanding = {name.strip() for name in current().second_factor_roles.split(",")}
    return person.has_grants and not demanding.isdisjoint(grants_of(person.id))


def factor_day(person: Person) -> int | None:
    """The moment from which the person's role lets them in no more without a second factor; None: it demands none."""
    asked_at: int | None = (
        connection().execute(select(A.c.second_factor_asked_at).where(A.c.id == person.id)).scalar()
        if demands_factor(person)
        else None
    )
    return None if asked_at is None else asked_at + current().second_factor_days * 86_400


def enter_within(person: Person, way: str, within: str, opens: Sequence[str], idle: int) -> int:
    """Opens a session that is good for one thing only, and returns its number; what this device held before ends.

    `within` names the thing (a claim says it), `opens` is how the addresses begin that it opens: at all others nobody
    is signed in, however the cookie is sent. It is a device that many use: nothing stays, and it ends by itself after
    `idle` seconds without a request. In a request and an open unit of work; the cookie changes when it is committed.

    Whoever calls has made sure who it is, and that what else stands before coming in (a yes, say) was asked.
    """
    sessions.end_current()
    session_id = sessions.begin(person.id, way)

    def _name_it() -> None:
        session.clear()
        session.update(
            {
                "_user_id": f"{person.id}.{session_id}",
                WITHIN: [within, *opens],
                "ban": person.address_form,
                "idle": idle,
                "used": clock.seconds(),
            }
        )

    after_commit(_name_it)
    return session_id


def _let_in(person: Person, state: Pending) -> None:
    claim = claim_or_none(anywhere=True)
    demanded = demands_factor(person)
    with unit_of_work() as database:
        sessions.end_current()
        session_id = sessions.begin(person.id, state.way, state.strength, state.helper_id)
        if demanded:
            never = A.c.second_factor_asked_at.is_(None)
            database.execute(update(A).where(A.c.id == person.id, never).values(second_factor_asked_at=clock.seconds()))
    if claim is not None and (claim.id != person.id or claim.within):
        session.clear()  # another person's, or good for one thing only: nothing of it stays
    session.pop(_KEPT, None)
    session["seen"] = clock.seconds()
    login_user(replace(person, session_id=session_id))
    remember_address(person.address_form)
    for arrival in ARRIVALS:
        arrival.welcome(person)
