"""A practice as a question asks for it: run as a test, under the ticket of one attempt."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from lms.api.learning import Outcome
from plugins.practice import queries
from plugins.practice.format.grading import Grade
from plugins.practice.format.stepping import EXAM
from plugins.practice.views.play import Trip, play_url


class PracticeRunner(Struct, frozen=True):
    """Runs published practices as tests."""

    name: str = "practice"

    def title(self, slug: str) -> str | None:
        found = queries.newest(slug)
        return str(found.body["title"]) if found else None

    def url(self, slug: str, ticket: UUID, return_to: str) -> str:
        return play_url(slug, EXAM, Trip(back=return_to), t=str(ticket))

    def outcome(self, slug: str, ticket: UUID, account_id: int) -> Outcome | None:
        run = queries.tested_under(ticket.bytes, account_id, slug)
        if run is None:
            return None
        return Outcome(run.points, run.most, Grade(run.points, run.most, run.traps).passed)
