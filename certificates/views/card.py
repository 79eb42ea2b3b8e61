"""The holder: a paper as a card for the phone."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from certificates.access import credential_for
from certificates.queries import CredentialRow
from certificates.services.drawing import as_picture, drawn, paper_of
from lms.api.people import here
from lms.api.web import LEARNER, Routes

routes = Routes("certificates", "/giay/<uuid:uuid>")
WIDTH = 1080  # pixels across; the card is 9 to 16


@routes.get("/the.png", LEARNER)
def card(uuid: UUID) -> Response:
    """The card as a picture, to be kept among the phone's pictures."""
    row = credential_for(here(), uuid)
    return _file(row, as_picture(_pdf(row), WIDTH), "image/png", "png")


@routes.get("/the.pdf", LEARNER)
def card_pdf(uuid: UUID) -> Response:
    """The same as PDF, sharp at any size."""
    row = credential_for(here(), uuid)
    return _file(row, _pdf(row), "application/pdf", "pdf")


def _pdf(row: CredentialRow) -> bytes:
    return drawn(paper_of(row.paper), "card", 1)


def _file(row: CredentialRow, content: bytes, mime: str, ending: str) -> Response:
    answer = Response(content, mimetype=mime)
    answer.headers["Content-Disposition"] = f'inline; filename="{row.number}-the.{ending}"'
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer
