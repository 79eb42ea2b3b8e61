"""Papers that are taken at another place: what goes there, what is set up there, and what comes back to be graded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import insert, select, update

from lms.api.learning import enroll
from lms.api.people import hold
from lms.api.reviewing import digest_of
from lms.api.work import Conflict, Invalid, Text, _, clock, connection
from quizzes import queries
from quizzes.graded import worded
from quizzes.items.contract import ITEM_TYPES, Answer, runs, waits
from quizzes.models import Accommodation, Attempt, Item, ItemVersion, QuizRevision, Response, ResponseHistory
from quizzes.policies import CLOCKLESS, Fairness
from quizzes.services import attempts, importing
from quizzes.services.papers import Paper

A, R, H, I, V, F, Q = (
    t.__table__ for t in (Attempt, Response, ResponseHistory, Item, ItemVersion, Accommodation, QuizRevision)
)
MOST_ANSWER = 64 * 1024  # bytes of one answer, as JSON
MOST_SAVES = 2_000  # answers of one paper, those that later ones took the place of included
Saves = Mapping[int, Sequence[tuple[Answer, int]]]


class Answered(Struct, frozen=True):
    """What somebody answered to a paper: by position every answer that was saved with its moment, the last one counts.

    Moments are seconds since 1970 by this server's clock.
    """

    started_at: int
    submitted_at: int
    saves: Saves


class Asked(Struct, frozen=True):
    """A question as it goes to another place, with its key: its short name, type, body."""

    slug: str
    type: str
    body: Mapping[str, Any]


def asked(version_ids: Sequence[int]) -> list[Asked]:
    """Questions as they go to another place. Invalid, naming it, for one that asks to run something of this server."""
    found = worded(set(version_ids))
    for version in found.values():
        if runs(ITEM_TYPES.find(version.type)) is not None:
            raise Invalid(
                _(
                    "The question {slug} asks to run a practice, which only the server can do. Take it out of the"
                    " quiz, or hold the session on the server.",
                    slug=version.slug,
                )
            )
    return [Asked(found[i].slug, found[i].type, found[i].body) for i in version_ids]


def quiz_body(revision_id: int) -> Mapping[str, Any]:
    """A quiz as it was published under this number. NotFound where it never was."""
    return queries.revision(revision_id)


def fairness(account_id: int) -> Fairness:
    """What makes a check fair to a person now."""
    held = queries.accommodation(account_id)
    return held.fairness if held else Fairness()


def set_up(
    activity_id: int, org_id: int, body: Mapping[str, Any], pool: str, questions: Sequence[Asked]
) -> tuple[int, list[int]]:
    """Stores a quiz and its questions as they came from another place: the revision, and the version of each question.

    Twice is once. For a database that holds nothing but what came so: a question that is there already under this
    name gets another version.
    """
    database = connection()
    importing.publish_quiz(activity_id, body, org_id, None)
    newest = select(Q.c.id).where(Q.c.activity_id == activity_id).order_by(Q.c.number.desc()).limit(1)
    revision_id = int(database.execute(newest).scalar_one())
    bank_id = importing.bank_of("phien", "phien", org_id)
    versions = []
    for question in questions:
        digest = digest_of({"type": question.type, **question.body})
        same = (
            select(V.c.id)
            .join(I, I.c.id == V.c.item_id)
            .where(I.c.slug == question.slug, V.c.digest == digest)
            .limit(1)
        )
        held = database.execute(same).scalar()
        if held is None:
            item_id = database.execute(select(I.c.id).where(I.c.slug == question.slug)).scalar()
            importing.publish_item(question.slug, bank_id, pool, question.type, question.body, None, item_id)
            held = database.execute(same).scalar_one()
        versions.append(int(held))
    return revision_id, versions


def arrange(account_id: int, fair: Fairness) -> None:
    """Says what makes checks fair to a person, as another place said it, in place of what was said before."""
    database, now = connection(), clock.seconds()
    if fairness(account_id) == fair:
        return
    mine = update(F).where(F.c.account_id == account_id, F.c.valid_to.is_(None) | (F.c.valid_to > now))
    database.execute(mine.values(valid_to=now))
    if fair != Fairness():
        database.execute(
            insert(F).values(
                account_id=account_id, extra=fair.extra, no_limit=fair.no_limit, read_aloud=fair.read_aloud,
                break_minutes=fair.break_minutes, reason="phien", valid_from=now, valid_to=None, given_by=None,
            )
        )  # fmt: skip


def saves(attempt_ids: Sequence[int]) -> dict[int, dict[int, list[tuple[Answer, int]]]]:
    """Every answer that was saved to papers, by attempt and position, in the order in which they came."""
    found: dict[int, dict[int, list[tuple[Answer, int]]]] = {attempt_id: {} for attempt_id in attempt_ids}
    for table, order in ((H, (H.c.id,)), (R, ())):
        rows = connection().execute(
            select(table.c.attempt_id, table.c.position, table.c.answer, table.c.saved_at)
            .where(table.c.attempt_id.in_(attempt_ids))
            .order_by(*order)
        )
        for row in rows:
            found[row.attempt_id].setdefault(row.position, []).append((row.answer, row.saved_at))
    return found


def check_answered(paper: Paper, answered: Answered) -> None:
    """Invalid where something was answered that the paper does not ask, or in a way that its type cannot have given."""
    if answered.submitted_at < answered.started_at:
        raise Invalid(_("The paper was handed in before it was begun."))
    if sum(len(own) for own in answered.saves.values()) > MOST_SAVES:
        raise Invalid(_("There are more answers than anybody can give to this paper."))
    found = queries.versions([entry[0] for entry in paper.questions])
    for position, own in answered.saves.items():
        if not 0 <= position < len(found):
            raise Invalid(_("A question was answered that is not in the paper (number {n}).", n=position + 1))
        for answer, _at in own:
            if not _fits(found[position], answer):
                raise Invalid(_wrong(position))


def _wrong(position: int) -> Text:
    return _("The answer to question {n} is not one that this question can have.", n=position + 1)


def _fits(version: queries.VersionRow, answer: Any) -> bool:
    """Whether its type understands an answer: no item type promises to grade what it did not read itself."""
    kind = ITEM_TYPES.find(version.type)
    if not isinstance(answer, list) or len(json.dumps(answer)) > MOST_ANSWER:
        return False
    if kind is None:
        return True  # it is left out of the score
    try:
        kind.in_words(version.spec, answer)
        if not waits(kind):
            kind.grade(version.spec, answer)
    except (ValueError, TypeError, LookupError, AttributeError):
        return False
    return True


def take_in(paper: Paper, account_id: int, course_id: int, activity_id: int, session: str, answered: Answered) -> bool:
    """Takes a paper in that was answered elsewhere: graded here with the keys of here. Twice is once: False then.

    Invalid as `check_answered`. Conflict where its name stands for another person's paper here. The policy of the
    quiz is not asked again: whoever began it asked then.
    """
    hold(account_id)
    check_answered(paper, answered)
    database = connection()
    held = database.execute(select(A.c.account_id, A.c.session).where(A.c.uuid == paper.uuid)).first()
    if held is not None:
        if (held.account_id, held.session) != (account_id, session):
            raise Conflict(_("This paper is here already, as somebody else's."))
        return False
    enroll(account_id, course_id)
    attempts.begin(paper, account_id, course_id, activity_id, CLOCKLESS, answered.started_at, session=session)
    attempt_id = database.execute(select(A.c.id).where(A.c.uuid == paper.uuid)).scalar_one()
    last, before = [], []
    for position, own in sorted(answered.saves.items()):
        rows = [
            {"attempt_id": attempt_id, "position": position, "answer": answer, "saved_at": at} for answer, at in own
        ]
        before += rows[:-1]
        last += rows[-1:]
    if last:
        database.execute(insert(R), last)
    if before:
        database.execute(insert(H), before)
    found = queries.attempt_held(paper.uuid)
    if found is None:
        raise LookupError(f"attempt {paper.uuid} has just been written")
    attempts.submit(*found, at=answered.submitted_at)
    return True
