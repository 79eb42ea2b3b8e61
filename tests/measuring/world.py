"""Papers of many people, answered as the Rasch model says, written into the tables without a request for each."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from lms.api.data import insert_many
from lms.api.learning import activity, anchor
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from plugins.measuring.analysis import WHOLE
from quizzes import queries
from quizzes.graded import worded
from quizzes.models import Attempt, Item, ItemVersion, QuizRevision, Response
from quizzes.services.importing import publish_quiz

COURSE = "ky-nang-so-nguoi-dan"
A, I, V = (t.__table__ for t in (Attempt, Item, ItemVersion))


def people(count: int) -> list[int]:
    """Accounts that nobody signs in to, copies of the first one."""
    table = Account.__table__
    columns = ", ".join(c.name for c in table.columns if c.name not in ("id", "uuid", "username"))
    chosen = ", ".join("a." + c.name for c in table.columns if c.name not in ("id", "uuid", "username"))
    with unit_of_work() as database:
        made = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}[database.dialect.name]
        last = database.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar_one()
        statement = f"""INSERT INTO lms_account (uuid, username, {columns}) WITH RECURSIVE series(n) AS
(SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count})
SELECT {made}, 'do.{last}.' || n, {chosen} FROM series, lms_account a WHERE a.id = (SELECT min(id) FROM lms_account)"""
        database.execute(text(statement))
        return list(database.execute(select(table.c.id).where(table.c.id > last).order_by(table.c.id)).scalars())


def choices(count: int, slug: str = "") -> list[queries.VersionRow]:
    """Exam questions of the starter content with one right answer, in use."""
    in_use = I.c.current_id.is_not(None) & I.c.retired_at.is_(None)
    wanted = select(I.c.current_id).where(I.c.pool == "exam", in_use).order_by(I.c.id)
    found = queries.versions(list(connection().execute(wanted).scalars()))
    named = worded([v.id for v in found])
    return [v for v in found if v.type == "single_choice" and (not slug or named[v.id].slug == slug)][:count]


def quiz(slug: str = "do-cau-hoi") -> tuple[int, int, int]:
    """(quiz, course, revision) of a quiz of its own, under which papers are written."""
    course = activity("course", COURSE)
    assert course is not None
    body = {
        "slug": slug, "title": "Đo câu hỏi", "intro": "", "pool": "exam", "minutes": 10, "needs_birth_date": False,
        "draw": [{"from": ["ND.1"], "count": 2, "spread": False}], "pass": {"correct": 1, "parts": []},
    }  # fmt: skip
    with unit_of_work():
        activity_id = anchor("quiz", slug, "Đo câu hỏi", 10)
        publish_quiz(activity_id, body, 1, None)
    r = QuizRevision.__table__
    wanted = select(r.c.id).where(r.c.activity_id == activity_id)
    return activity_id, course.id, int(connection().execute(wanted).scalar_one())


def answered(
    where: tuple[int, int, int],
    versions: Sequence[queries.VersionRow],
    accounts: Sequence[int],
    *,
    each: int | None = None,
    seed: int = 1,
    difficulty: Sequence[float] | None = None,
    mean: float = 0.0,
    turned: Sequence[int] = (),
) -> list[int]:
    """The ids of papers that were handed in, one of each account: `each` of the versions (or all), answered by chance.

    Of wrong answers the first option that is not right is chosen twice as often as the others. `turned`: places of
    versions whose key is wrong, so that who knows more is right less often.
    """
    rng = random.Random(seed)
    levels = difficulty or [(n / max(1, len(versions) - 1) - 0.5) * 3 for n in range(len(versions))]
    quiz_id, course, revision = where
    began = clock.seconds() - 86_400
    papers: list[dict[str, Any]] = []
    responses: list[list[dict[str, Any]]] = []
    for account in accounts:
        ability = rng.gauss(mean, 1)
        places = rng.sample(range(len(versions)), each or len(versions))
        marks, given, at = [], [], began
        for position, place in enumerate(places):
            options = versions[place].spec["options"]
            right = [n for n, o in enumerate(options) if o.get("correct")]
            wrong = [n for n in range(len(options)) if n not in right]
            passed = rng.random() < 1 / (1 + math.exp(levels[place] - ability * (-1 if place in turned else 1)))
            chosen = rng.choice(right if passed else [wrong[0], *wrong])
            at += 10 + place
            marks.append(WHOLE if passed else 0)
            given.append({"position": position, "answer": [chosen], "saved_at": at})
        papers.append(
            {
                "uuid": uuid.UUID(int=rng.getrandbits(128), version=4), "account_id": account, "activity_id": quiz_id,
                "course_id": course, "revision_id": revision, "seed": 1, "state": 1, "started_at": began,
                "submitted_at": at, "passed": True, "waits": 0, "break_left": 0, "aloud": False, "marks": marks,
                "paper": [[versions[n].id, list(range(len(versions[n].spec["options"]))), 1] for n in places],
            }
        )  # fmt: skip
        responses.append(given)
    with unit_of_work():
        ids = insert_many(A, papers)
        insert_many(
            Response.__table__,
            [{"attempt_id": i, **row} for i, rows in zip(ids, responses, strict=True) for row in rows],
        )
    return ids
