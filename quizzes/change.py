"""Measures of change, for whoever reckons with them: which forms papers were, which measures there are, who is due.

Reads only. Nothing here tells what was answered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct
from sqlalchemy import func, select

from lms.api.learning import Activity
from lms.api.work import connection
from quizzes import queries
from quizzes.measures import LATER_FROM, LATER_UNTIL, forms_of, measure_of, purpose_of, window
from quizzes.models import SUBMITTED, Attempt, Helped, Measured, QuizRevision

A, AC, H, M, R = Attempt.__table__, Activity.__table__, Helped.__table__, Measured.__table__, QuizRevision.__table__


class FormTaken(Struct, frozen=True):
    """A paper that was a form of a measure. `helped`: alone 0, a little 1, much 2, None where nobody said."""

    attempt_id: int
    account_id: int
    measure: str
    purpose: str  # entry, exit, later
    form: str
    submitted_at: int
    helped: int | None


class Measure(Struct, frozen=True):
    """A measure: by purpose the (slug, title) of its quiz, and the letters and questions of its forms."""

    name: str
    quizzes: Mapping[str, tuple[str, str]]
    forms: Mapping[str, Collection[str]]

    @property
    def title(self) -> str:
        """The title of the first of its quizzes."""
        return next(self.quizzes[p][1] for p in ("entry", "exit", "later") if p in self.quizzes)


class DueLater(Struct, frozen=True):
    """Somebody to whom the later form of a measure is open, who has not handed it in."""

    account_id: int
    measure: str
    opens_at: int
    ends_at: int


def forms_taken(attempt_ids: Collection[int]) -> list[FormTaken]:
    """Those of these papers that were handed in and are forms of a measure; one statement, and a revision once."""
    rows = connection().execute(
        select(A.c.id, A.c.account_id, A.c.revision_id, A.c.form, A.c.submitted_at, H.c.much)
        .outerjoin(H, H.c.attempt_id == A.c.id)
        .where(A.c.id.in_(attempt_ids), A.c.state == SUBMITTED, A.c.form.is_not(None))
        .order_by(A.c.id)
    )
    found = []
    for row in rows:
        body = queries.revision(row.revision_id)
        found.append(
            FormTaken(row.id, row.account_id, measure_of(body), purpose_of(body), row.form, row.submitted_at, row.much)
        )
    return found


def measures() -> list[Measure]:
    """Every measure that has a published quiz, by name; of each quiz its newest revision."""
    newest = select(func.max(R.c.id)).group_by(R.c.activity_id)
    rows = connection().execute(
        select(AC.c.slug, R.c.body).join(AC, AC.c.id == R.c.activity_id).where(R.c.id.in_(newest)).order_by(R.c.id)
    )
    quizzes: dict[str, dict[str, tuple[str, str]]] = {}
    forms: dict[str, dict[str, set[str]]] = {}
    for slug, body in rows:
        name = measure_of(body)
        if name:
            quizzes.setdefault(name, {})[purpose_of(body)] = (slug, body["title"])
            for letter, slugs in forms_of(body).items():
                forms.setdefault(name, {}).setdefault(letter, set()).update(slugs)
    return [Measure(name, quizzes[name], forms[name]) for name in sorted(quizzes)]


def due_later(now: int, account_id: int | None = None) -> list[DueLater]:
    """Who may take the later form of a measure now, and has not: all of them, or one person."""
    day = 86_400
    wanted = select(M.c.account_id, M.c.measure, M.c.exit_at).where(
        M.c.exit_at <= now - LATER_FROM * day, M.c.exit_at > now - (LATER_UNTIL + 1) * day, M.c.later_at.is_(None)
    )
    if account_id is not None:
        wanted = wanted.where(M.c.account_id == account_id)
    rows = connection().execute(wanted.order_by(M.c.account_id, M.c.measure))
    return [DueLater(row.account_id, row.measure, *window(row.exit_at)) for row in rows]
