"""Measures of change: which form a person gets, whether it may be taken now, when it was handed in, and with what help.

The rules are pure and stand in measures.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.people import orgs_of
from lms.api.work import Invalid, Text, TooEarly, _, clock, connection, tell
from quizzes.drawing import Candidate
from quizzes.events import FormHelped
from quizzes.measures import (
    HELP,
    LATER,
    Forms,
    code_of,
    first_for,
    form_at,
    forms_of,
    measure_of,
    purpose_of,
    window,
)
from quizzes.models import SUBMITTED, Attempt, Helped, Item, Measured, MeasureTurn, QuizRevision

A, H, I, M, R, T = (x.__table__ for x in (Attempt, Helped, Item, Measured, QuizRevision, MeasureTurn))
# The later form follows a person, so what opens it is said here once.
NOT_YET = _("This check follows 60 days after the one at the end of the course. We shall tell you when it opens.")
TOO_LATE = _("The time for this check is over. Nothing is missing: you need not do anything.")


def form_for(account_id: int, body: Mapping[str, Any]) -> str:
    """The letter of the form that a person gets of a quiz with forms: their turn in the measure decides, once.

    Inside a unit of work that holds the account.
    """
    measure, letters = measure_of(body), sorted(forms_of(body))
    database = connection()
    first = database.execute(select(M.c.first).where(M.c.account_id == account_id, M.c.measure == measure)).scalar()
    if first is None:
        unit = next((org_id for org_id, _group in orgs_of(account_id)), 0)
        make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
        turn = make(T).values(measure=measure, org_id=unit, given=1)
        turn = turn.on_conflict_do_update(index_elements=["measure", "org_id"], set_={"given": T.c.given + 1})
        ordinal = database.execute(turn.returning(T.c.given)).scalar_one() - 1
        first = first_for(measure, unit, ordinal, len(letters))
        database.execute(
            make(M).values(
                account_id=account_id, measure=measure, org_id=unit, ordinal=ordinal, first=first,
                begun_at=clock.seconds(),
            )
        )  # fmt: skip
    return form_at(letters, first, purpose_of(body))


def require_now(account_id: int, body: Mapping[str, Any]) -> None:
    """TooEarly where it is the later form of a measure and this is not its time."""
    if why := closed(account_id, body):
        raise TooEarly(why)


def closed(account_id: int, body: Mapping[str, Any]) -> Text | None:
    """Why a quiz of a measure is not open to a person now, in words; None where it is."""
    if purpose_of(body) != LATER:
        return None
    exit_at = (
        connection()
        .execute(select(M.c.exit_at).where(M.c.account_id == account_id, M.c.measure == measure_of(body)))
        .scalar()
    )
    if exit_at is None:
        return NOT_YET
    opens, ends = window(exit_at)
    now = clock.seconds()
    return NOT_YET if now < opens else TOO_LATE if now >= ends else None


def handed_in(account_id: int, body: Mapping[str, Any], at: int) -> None:
    """Notes that a person handed a form in; the first time counts. Harmless for a quiz that measures nothing."""
    if not measure_of(body):
        return
    column = M.c[f"{purpose_of(body)}_at"]
    connection().execute(
        update(M)
        .where(M.c.account_id == account_id, M.c.measure == measure_of(body), column.is_(None))
        .values({column: at})
    )


def note_help(attempt_id: int, much: int, by_id: int) -> None:
    """Keeps how much help somebody had at a form that was handed in: alone (0), a little (1), much (2).

    What is said last holds. Raises Invalid where the paper is not such a form, or for another number.
    """
    database = connection()
    form = database.execute(select(A.c.form).where(A.c.id == attempt_id, A.c.state == SUBMITTED)).scalar()
    if form is None or much not in HELP:
        raise Invalid(_("Please choose one of the three answers."))
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    row = make(H).values(attempt_id=attempt_id, much=much, said_by=by_id, at=clock.seconds())
    database.execute(
        row.on_conflict_do_update(
            index_elements=["attempt_id"],
            set_={"much": row.excluded.much, "said_by": row.excluded.said_by, "at": row.excluded.at},
        )
    )
    tell(FormHelped(attempt_id, much))


def help_of(attempt_id: int) -> int | None:
    """How much help was had; None where nobody said."""
    found: int | None = connection().execute(select(H.c.much).where(H.c.attempt_id == attempt_id)).scalar()
    return found


def laid(body: Mapping[str, Any], bank: Iterable[Candidate]) -> list[Candidate]:
    """The questions of a quiz's forms, each under the codes of the forms that hold it."""
    forms = forms_of(body)
    slugs = {slug for form in forms.values() for slug in form}
    ids = {
        row.id: row.slug
        for row in connection().execute(select(I.c.id, I.c.slug).where(I.c.slug.in_(slugs), I.c.pool == body["pool"]))
    }
    return [
        replace(card, codes=frozenset(code_of(x) for x in forms if ids[card.item_id] in forms[x]))
        for card in bank
        if card.item_id in ids
    ]


def others(measure: str, slug: str) -> list[tuple[str, str, Forms]]:
    """(title, purpose, forms) of the other quizzes of a measure, as they were published last."""
    newest = select(func.max(R.c.id)).group_by(R.c.activity_id)
    rows = connection().execute(select(R.c.body).where(R.c.id.in_(newest))).scalars()
    return [
        (body["title"], purpose_of(body), forms_of(body))
        for body in rows
        if measure_of(body) == measure and body["slug"] != slug
    ]


def twins_in(slugs: Sequence[str]) -> list[tuple[str, ...]]:
    """Groups of twins of which more than one stands in these questions."""
    rows = connection().execute(
        select(I.c.slug, I.c.twins).where(I.c.slug.in_(slugs), I.c.twins.is_not(None)).order_by(I.c.slug)
    )
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.twins, []).append(row.slug)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def usable(slugs: Sequence[str], pool: str) -> set[str]:
    """Those of these questions that are in use in a pool."""
    return set(
        connection()
        .execute(
            select(I.c.slug).where(
                I.c.slug.in_(slugs), I.c.pool == pool, I.c.retired_at.is_(None), I.c.current_id.is_not(None)
            )
        )
        .scalars()
    )
