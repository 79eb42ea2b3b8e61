"""Papers to sign: a batch that waits, papers that were not signed; nobody signs on this site."""

from __future__ import annotations

from uuid import UUID

from flask import Flask
from sqlalchemy import insert

from lms.api.work import clock, unit_of_work
from plugins.signing.models import FAILED, OPEN, READY, SigningBatch, SigningRequest
from tests.browser.people import Address, World

LIST = "/can-bo/ky-so"
UUID_ = UUID("5f3c1c2e-6f0b-4a52-9d7a-6f6a5d1b7c11")
WHY = {"msgid": "The token {name} is not plugged in.", "values": {"name": "thu"}}


def at(what: str) -> Address:
    """The address of the list or of the batch, made when it is asked for first."""

    def address(world: World) -> str:
        if "signing" not in world.at:
            make(world.app)
            world.at["signing"] = LIST
        return f"{LIST}/{UUID_}" if what == "batch" else LIST

    return address


def make(app: Flask) -> None:
    """A batch of two papers, and one that failed."""
    now = clock.seconds()
    with app.app_context(), unit_of_work() as database:
        batch = {
            "uuid": UUID_, "signer": "trung-tam", "state": OPEN, "size": 2, "made_at": now, "next_at": 0, "tries": 0,
            "handle": "",
        }  # fmt: skip
        batch_id = database.execute(insert(SigningBatch).values(batch).returning(SigningBatch.id)).scalar_one()
        for n in range(3):
            paper = {
                "credential_id": 900_000 + n, "number": f"HVS-XN-2026-90000{n}-{10 + n}", "signer": "trung-tam",
                "state": READY if n < 2 else FAILED, "batch_id": batch_id if n < 2 else None, "asked_at": now,
                "next_at": now + 10**9, "tries": 0, "digest": bytes(32), "why": None if n < 2 else WHY,
                "ended_at": None if n < 2 else now,
            }  # fmt: skip
            database.execute(insert(SigningRequest).values(paper))


VISITS = (
    ("signing-queue", "signing.queue", "administrator", at("list")),
    ("signing-batch", "signing.batch", "administrator", at("batch")),
)
