"""How long things are kept: terms as data, a preview of what a run would forget, and the run itself.

The defaults are ours, for the operator to confirm; the law asks that nothing be kept longer than its purpose needs.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from msgspec import Struct
from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from lms import audit, clock
from lms.contract.points import ExtensionPoint
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Invalid, NotFound
from lms.identity.models import Session
from lms.inbox.models import Note
from lms.inbox.telling import notify
from lms.media import keeping
from lms.messages.models import Outgoing
from lms.privacy import erasing
from lms.privacy.models import AskedToStay, RetentionTerm
from lms.text import Text, _

DAY = 86_400
T, S, N, K = RetentionTerm.__table__, Session.__table__, Note.__table__, AskedToStay.__table__
O = Outgoing.__table__  # noqa: E741
ANSWER_DAYS = 60  # that somebody who was asked has to come back before they are de-identified
AT_ONCE = 200  # people in one transaction
log = structlog.get_logger("lms.retention")


class Retention(Struct, frozen=True):
    """One rule: `days` by default; `count(before)` says how many rows are older than a moment (seconds since 1970),
    `forget(before)` forgets them, opening its own units of work. `least`: what the operator may not go below.
    """

    key: str
    title: Text
    days: int
    least: int
    count: Callable[[int], int]
    forget: Callable[[int], None]


RETENTION: ExtensionPoint[Retention] = ExtensionPoint(
    "retention", "How long things are kept, and how they are forgotten.", lambda r: r.key
)


class Term(Struct, frozen=True):
    """A rule with the term in force and how many rows a run would forget now."""

    key: str
    title: Text
    days: int
    default: int
    least: int
    due: int


def terms() -> list[Term]:
    """Every rule as it stands; nothing is changed."""
    decided = _decided()
    return [
        Term(r.key, r.title, days, r.days, r.least, r.count(clock.seconds() - days * DAY))
        for r in sorted(RETENTION, key=lambda r: r.key)
        for days in (decided.get(r.key, r.days),)
    ]


def decide(key: str, days: int, actor_id: int) -> None:
    """Sets a term. Raises Invalid below the least that a rule allows, NotFound for a rule that there is not."""
    rule = RETENTION.find(key)
    if rule is None:
        raise NotFound
    if not rule.least <= days <= 36_500:
        raise Invalid(_("Please enter between {least} and 36500 days.", least=rule.least))
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    values = {"days": days, "changed_by_id": actor_id, "changed_at": clock.seconds()}
    connection().execute(make(T).values(key=key, **values).on_conflict_do_update(index_elements=["key"], set_=values))
    audit.record(actor_id, "retention.decided", f"retention:{key}", days=days)


def forget_due() -> None:
    """Runs every rule; periodic. One that fails costs the others nothing and is tried again at the next run."""
    decided = _decided()
    for rule in RETENTION:
        try:
            rule.forget(clock.seconds() - decided.get(rule.key, rule.days) * DAY)
        except Exception as error:
            log.error("retention failed", rule=rule.key, error=repr(error))


def _decided() -> dict[str, int]:
    return {row.key: row.days for row in connection().execute(select(T.c.key, T.c.days))}


def _old_sessions(before: int) -> int:
    return connection().execute(select(func.count()).where(S.c.ended_at < before)).scalar_one()


def _forget_sessions(before: int) -> None:
    with unit_of_work() as database:
        database.execute(S.delete().where(S.c.ended_at < before))


def _old_notes(before: int) -> int:
    return connection().execute(select(func.count()).where(N.c.at < before)).scalar_one()


def _forget_notes(before: int) -> None:
    with unit_of_work() as database:
        database.execute(N.delete().where(N.c.at < before))


def _old_messages(before: int) -> int:
    return connection().execute(select(func.count()).where(O.c.made_at < before)).scalar_one()


def _forget_messages(before: int) -> None:
    with unit_of_work() as database:
        database.execute(O.delete().where(O.c.made_at < before))


# Away: made long ago, and since then neither learnt nor came in; whoever holds a role is not forgotten.
_AWAY = (
    "FROM lms_account a WHERE a.erased_at IS NULL AND a.merged_into_id IS NULL AND a.made_at < :day"
    " AND NOT EXISTS (SELECT 1 FROM lms_enrollment e WHERE e.account_id = a.id AND e.last_at >= :before)"
    " AND NOT EXISTS (SELECT 1 FROM lms_session s WHERE s.account_id = a.id AND s.seen_at >= :before)"
    " AND NOT EXISTS (SELECT 1 FROM lms_grant g WHERE g.account_id = a.id AND g.valid_to IS NULL)"
)


def _moments(before: int) -> dict[str, object]:
    day = clock.from_seconds(before)
    sqlite_text = day.strftime("%Y-%m-%d %H:%M:%S.%f")
    return {"before": before, "day": day if connection().dialect.name == "postgresql" else sqlite_text}


def _away(before: int) -> int:
    return int(connection().execute(text(f"SELECT count(*) {_AWAY}"), _moments(before)).scalar_one())  # noqa: S608


def _ask_or_forget(before: int) -> None:
    """Asks those who are away; de-identifies those who were asked and did not come back."""
    while _ask_some(before) == AT_ONCE:
        pass
    while _forget_some(before) == AT_ONCE:
        pass


def _ask_some(before: int) -> int:
    unasked = f"SELECT a.id {_AWAY} AND NOT EXISTS (SELECT 1 FROM lms_asked_to_stay k WHERE k.account_id = a.id)"  # noqa: S608
    with unit_of_work() as database:
        ids = list(database.execute(text(f"{unasked} ORDER BY a.id LIMIT {AT_ONCE}"), _moments(before)).scalars())
        for account_id in ids:
            notify(
                account_id,
                "stay",
                _("Do you still want to keep your account?"),
                _(
                    "You have not been here for a long time. Sign in within {n} days, and everything stays.",
                    n=ANSWER_DAYS,
                ),
                "/cua-toi",
            )
        if ids:
            database.execute(insert(K), [{"account_id": i, "asked_at": clock.seconds()} for i in ids])
    return len(ids)


def _forget_some(before: int) -> int:
    asked = "EXISTS (SELECT 1 FROM lms_asked_to_stay k WHERE k.account_id = a.id AND k.asked_at < :asked)"
    moments = _moments(before) | {"asked": clock.seconds() - ANSWER_DAYS * DAY}
    with unit_of_work() as database:
        ids = list(
            database.execute(text(f"SELECT a.id {_AWAY} AND {asked} ORDER BY a.id LIMIT {AT_ONCE}"), moments).scalars()  # noqa: S608
        )
        for account_id in ids:
            erasing.erase(account_id, None, "retention")
    return len(ids)


rules = (
    Retention("sessions", _("Where and when people signed in"), 365, 30, _old_sessions, _forget_sessions),
    Retention("notes", _("Messages in inboxes"), 730, 30, _old_notes, _forget_notes),
    Retention(
        "originals", _("Pictures, sounds, videos and documents as they were brought, once small copies are made"),
        keeping.DAYS, keeping.LEAST, keeping.old_originals, keeping.forget_originals,
    ),
    Retention("outgoing", _("Messages that left by mail or telephone"), 90, 7, _old_messages, _forget_messages),
    Retention(
        "away", _("People who have not come for a long time: asked first, then de-identified"), 1095, 365, _away,
        _ask_or_forget,
    ),
)  # fmt: skip
