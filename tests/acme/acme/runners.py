"""A broadcast as something that a question may ask to do: to hear it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from acme.queries import broadcast
from lms.api.learning import Kind, Outcome, evidence_of


@dataclass(frozen=True)
class BroadcastRunner:
    """Hearing is done or not; it needs no ticket, because a broadcast heard once is heard."""

    name: str = "broadcast"

    def title(self, slug: str) -> str | None:
        row = broadcast(slug)
        return row.title if row else None

    def url(self, slug: str, ticket: UUID, return_to: str) -> str:
        return url_for("acme.broadcast", slug=slug, return_to=return_to)

    def outcome(self, slug: str, ticket: UUID, account_id: int) -> Outcome | None:
        row = broadcast(slug)
        heard = row is not None and evidence_of(account_id, row.activity_id, Kind.COMPLETED) is not None
        return Outcome(1, 1, True) if heard else None
