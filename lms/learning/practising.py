"""What a person has done inside lessons: a practice question answered, a simulation played to its end, a lesson heard.

Not evidence: it only counts towards what a lesson asks for before it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from lms import clock
from lms.db.statement import Statement
from lms.learning.events import Practised
from lms.outbox.telling import tell

LISTENED, READ = "listened", "lesson"  # kinds of what is done with a lesson itself; the others are activity kinds

_KEEP: Statement[Any] = Statement(
    text(
        "INSERT INTO lms_practised (account_id, kind, slug, at) VALUES (:who, :kind, :slug, :now)"
        " ON CONFLICT (account_id, kind, slug) DO NOTHING RETURNING at"
    ),
    lambda at: at,
)
_DONE: Statement[tuple[str, str]] = Statement(
    {
        "sqlite": text(
            "SELECT kind, slug FROM lms_practised WHERE account_id = :who AND (kind, slug) IN"
            " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:asked))"
        ),
        "postgresql": text(
            "SELECT kind, slug FROM lms_practised WHERE account_id = :who AND (kind, slug) IN"
            " (SELECT one ->> 0, one ->> 1 FROM jsonb_array_elements(CAST(:asked AS jsonb)) AS each(one))"
        ),
    },
    lambda kind, slug: (kind, slug),
)


def practised(account_id: int, kind: str, slug: str) -> bool:
    """Keeps that a person has done something inside a lesson; True where it is new. Inside a unit of work.

    `kind` and `slug` are those of the activity (a practice question: check; a simulation: practice), or LISTENED with
    the lesson's slug for a lesson heard to its end. A question counts once it was answered rightly: whoever calls this
    decides what done means. The first time is told as `Practised`, so that a lesson which waited for it completes.
    """
    at = clock.seconds()
    if _KEEP.first(who=account_id, kind=kind, slug=slug, now=at) is None:
        return False
    tell(Practised(account_id, kind, slug, at))
    return True


def practised_of(account_id: int, asked: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Which of these (kind, slug) a person has done. One statement."""
    return frozenset(_DONE.all(who=account_id, asked=json.dumps(sorted(asked), ensure_ascii=False)))
