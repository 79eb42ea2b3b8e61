"""Papers come into the queue, are approved as a batch, stopped, and tried again."""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

from flask import current_app
from sqlalchemy import insert, update

from certificates.api import CredentialDrawn, credential, unsigned
from lms.api.data import FileStore, insert_many
from lms.api.people import AccountErased
from lms.api.work import Conflict, Text, _, after_commit, audit, clock, connection
from plugins.signing import queries, signers
from plugins.signing.models import (
    APPROVED,
    DONE,
    GIVEN,
    OPEN,
    OVER,
    READY,
    SIGNED,
    STOPPED,
    WAITING,
    SigningBatch,
    SigningRequest,
)  # fmt: skip
from plugins.signing.queries import BatchRow, RequestRow

B, R = SigningBatch.__table__, SigningRequest.__table__
AT_ONCE = 1_000  # papers that one press of a button puts into the queue
EMPTY = {
    "batch_id": None, "parked_key": None, "start": None, "stop": None, "hash": None, "attributes": None,
    "digest": None, "signature": None,
}  # fmt: skip


def is_signed_here(_event: CredentialDrawn) -> bool:
    """Whether anybody signs papers in this installation."""
    return bool(signers.found().setups)


def when_credential_drawn(event: CredentialDrawn) -> None:
    """A paper waits for its signature, where somebody signs papers of its kind; once."""
    row = credential(event.credential_id)
    setup = signers.setup_for(row.kind) if row is not None else None
    if setup is not None and queries.of_credential(event.credential_id) is None:
        _put([(event.credential_id, event.number)], setup.key)


def when_account_erased(_event: AccountErased) -> None:
    """Files that wait for a signature with the name of somebody who was forgotten are removed."""
    for one in queries.unfinished():
        row = credential(one.credential_id)
        if row is None or row.pdf_key is None:
            end([one], STOPPED, _("The data of its holder was erased."))


def add_unsigned(setup: signers.SignerSetup, by_id: int) -> int:
    """Papers that were issued before anybody signed: the oldest that were never asked for, at most `AT_ONCE`."""
    added = 0
    for kind in setup.papers:
        after = 0
        while added < AT_ONCE:
            rows = unsigned(kind, after, AT_ONCE)
            if not rows:
                break
            known = queries.have([one for one, _number in rows])
            fresh = [(one, number) for one, number in rows if one not in known][: AT_ONCE - added]
            _put(fresh, setup.key)
            added += len(fresh)
            after = rows[-1][0]
    if added:
        audit.record(by_id, "papers.sent_to_sign", f"signer:{setup.key}", papers=added)
    return added


def _put(papers: Collection[tuple[int, str]], signer: str) -> None:
    now = clock.seconds()
    insert_many(
        R,
        [
            {
                "credential_id": credential_id, "number": number, "signer": signer, "state": WAITING, "asked_at": now,
                "next_at": 0, "tries": 0,
            }
            for credential_id, number in papers
        ],
    )  # fmt: skip


def gather(signer: str, most: int, automatic: bool, wait: int) -> int:
    """Makes a batch of papers that are ready; returns how many. Waits `wait` seconds for more, if it is not full."""
    rows = queries.loose(signer, most)
    now = clock.seconds()
    if not rows or (len(rows) < most and now - min(row.asked_at for row in rows) < wait):
        return 0
    values = {
        "uuid": uuid4(), "signer": signer, "state": APPROVED if automatic else OPEN, "size": len(rows), "made_at": now,
        "next_at": 0, "tries": 0, "handle": "", "why": None, "approved_by": None, "approved_at": None,
    }  # fmt: skip
    batch_id = connection().execute(insert(B).values(values).returning(B.c.id)).scalar_one()
    ids = [row.id for row in rows]
    connection().execute(
        update(R).where(R.c.id.in_(ids), R.c.state == READY, R.c.batch_id.is_(None)).values(batch_id=batch_id)
    )
    return len(rows)


def take(row: BatchRow, seconds: int) -> bool:
    """Makes a batch ours for so many seconds; False where somebody else has it, or it has moved on."""
    now = clock.seconds()
    done = connection().execute(
        update(B)
        .where(B.c.id == row.id, B.c.state == row.state, B.c.next_at == row.next_at, B.c.next_at <= now)
        .values(next_at=now + seconds, tries=B.c.tries + 1)
    )
    return bool(done.rowcount)


def take_paper(row: RequestRow, seconds: int) -> bool:
    """The same with a paper."""
    now = clock.seconds()
    done = connection().execute(
        update(R)
        .where(R.c.id == row.id, R.c.state == row.state, R.c.next_at == row.next_at)
        .values(next_at=now + seconds, tries=R.c.tries + 1)
    )
    return bool(done.rowcount)


def approve(row: BatchRow, by_id: int) -> None:
    """An official approves a batch; the worker has it signed."""
    done = connection().execute(
        update(B)
        .where(B.c.id == row.id, B.c.state == OPEN, B.c.next_at <= clock.seconds())
        .values(state=APPROVED, approved_by=by_id, approved_at=clock.seconds(), next_at=0, tries=0, why=None)
    )
    if not done.rowcount:
        raise Conflict(_("Somebody has dealt with this batch already. Please look at the list again."))
    audit.record(by_id, "papers.signing_approved", f"signer:{row.signer}", papers=row.size, batch=str(row.uuid))


def give(row: BatchRow, signatures: list[bytes], by_id: int | None) -> None:
    """Keeps the signatures of a batch; the worker finishes its files. `by_id`: who typed the PIN, if anybody did."""
    papers = queries.papers_of(row.id)
    if len(papers) != len(signatures):
        raise Conflict(_("Somebody has dealt with this batch already. Please look at the list again."))
    for paper, signature in zip(papers, signatures, strict=True):
        connection().execute(
            update(R)
            .where(R.c.id == paper.id, R.c.state == READY)
            .values(state=GIVEN, signature=signature, next_at=0, tries=0)
        )
    values = {"state": DONE, "next_at": 0, "handle": "", "why": None}
    if by_id is not None:
        values |= {"approved_by": by_id, "approved_at": clock.seconds()}
        audit.record(by_id, "papers.signing_approved", f"signer:{row.signer}", papers=row.size, batch=str(row.uuid))
    connection().execute(update(B).where(B.c.id == row.id).values(values))


def wait(row: BatchRow, state: str, seconds: int, why: Text | None, handle: str = "") -> None:
    """A batch is looked at again after so many seconds."""
    connection().execute(
        update(B)
        .where(B.c.id == row.id)
        .values(state=state, next_at=clock.seconds() + seconds, why=kept(why), handle=handle)
    )


def close(row: BatchRow, state: str, why: Text, by_id: int | None = None) -> None:
    """A batch is over without signatures: refused, failed or stopped. Its papers stay unsigned."""
    end([p for p in queries.papers_of(row.id) if p.state == READY], state, why)
    connection().execute(update(B).where(B.c.id == row.id).values(state=state, next_at=0, why=kept(why), handle=""))
    if by_id is not None:
        audit.record(by_id, "papers.signing_stopped", f"signer:{row.signer}", papers=row.size, batch=str(row.uuid))


def dissolve(row: BatchRow) -> None:
    """The papers of a batch are made ready anew, so that the time that they name is not long past."""
    papers = [p for p in queries.papers_of(row.id) if p.state == READY]
    _forget([p.parked_key for p in papers])
    ids = [p.id for p in papers]
    connection().execute(update(R).where(R.c.id.in_(ids)).values(state=WAITING, next_at=0, tries=0, **EMPTY))
    connection().execute(update(B).where(B.c.id == row.id).values(state=STOPPED, next_at=0, handle=""))


def end(papers: list[RequestRow], state: str, why: Text | None) -> None:
    """Papers are not going to be signed, for now. What was parked of them is removed."""
    _forget([p.parked_key for p in papers])
    connection().execute(
        update(R)
        .where(R.c.id.in_([p.id for p in papers]))
        .values({"state": state, "why": kept(why), "ended_at": clock.seconds(), "next_at": 0, **EMPTY})
    )


def again(paper: RequestRow, seconds: int, why: Text | None) -> None:
    """A paper is looked at again after so many seconds."""
    connection().execute(update(R).where(R.c.id == paper.id).values(next_at=clock.seconds() + seconds, why=kept(why)))


def restart(paper: RequestRow, why: Text | None, seconds: int) -> None:
    """A paper is made ready anew: what was prepared is of no use any more. Its tries are counted on."""
    _forget([paper.parked_key])
    values = {"state": WAITING, "why": kept(why), "next_at": clock.seconds() + seconds, **EMPTY}
    connection().execute(update(R).where(R.c.id == paper.id).values(values))


def retry(signer: str, by_id: int) -> int:
    """All papers of a signer that failed, were refused or stopped wait once more; returns how many."""
    done = connection().execute(
        update(R)
        .where(R.c.signer == signer, R.c.state.in_(OVER))
        .values({"state": WAITING, "why": None, "ended_at": None, "next_at": 0, "tries": 0, **EMPTY})
    )
    if done.rowcount:
        audit.record(by_id, "papers.sent_to_sign", f"signer:{signer}", papers=done.rowcount)
    return int(done.rowcount)


def ready(
    paper: RequestRow, parked_key: str, start: int, stop: int, hash_: bytes, attributes: bytes, digest: bytes
) -> None:
    """A paper is ready to be signed; what was prepared is parked."""
    values = {
        "state": READY, "parked_key": parked_key, "start": start, "stop": stop, "hash": hash_,
        "attributes": attributes, "digest": digest, "next_at": 0, "tries": 0, "why": None,
    }  # fmt: skip
    connection().execute(update(R).where(R.c.id == paper.id, R.c.state == WAITING).values(values))


def signed(paper: RequestRow) -> None:
    """A paper is signed."""
    _forget([paper.parked_key])
    values = {**EMPTY, "batch_id": paper.batch_id, "state": SIGNED, "why": None, "next_at": 0}
    connection().execute(update(R).where(R.c.id == paper.id).values(values | {"ended_at": clock.seconds()}))


def kept(why: Text | None) -> dict[str, object] | None:
    """A sentence as it is kept; what stands in its places is written out."""
    return {"msgid": why.msgid, "values": {k: str(v) for k, v in why.values.items()}} if why is not None else None


def _forget(keys: Collection[str | None]) -> None:
    held = [key for key in keys if key]
    store: FileStore = current_app.extensions["lms.files"]

    def remove() -> None:
        for key in held:
            store.remove(key)

    if held:
        after_commit(remove)
