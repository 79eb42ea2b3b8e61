"""The worker's part: papers are made ready, batches are signed, files are finished. All in parts, each by a lease.

A worker that is killed leaves a lease that runs out, and the next one goes on from what is written: a paper is ready,
has its signature, or is signed. What needs the network or draws happens between units of work.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import current_app

from certificates.api import VALID, CredentialRow, credential, files_of, note_signed, to_sign
from lms.api.data import FileStore
from lms.api.work import Text, _, clock, unit_of_work
from plugins.signing import keys, queries, revocation, signers
from plugins.signing.models import APPROVED, ASKED, FAILED, GIVEN, OPEN, REFUSED, STOPPED, WAITING
from plugins.signing.protocol import NONE, Approval, Away, Broken, Refused, Waiting
from plugins.signing.queries import BatchRow, RequestRow
from plugins.signing.services import queueing
from plugins.signing.signers import SignerSetup

LEASE = 600  # seconds that a worker may be at one batch or paper before another one starts over
FRESH = 86_400  # seconds after which an unapproved batch is made anew: a paper names the time of its signing
COLLECT = 60  # seconds that papers wait for others, so that a batch needs one approval and not ten
LOOK = 15  # seconds between two questions whether somebody approved on the phone
PATIENCE = 3 * 86_400  # seconds that an approval on the phone is waited for
MOST_TRIES = 10
AT_ONCE = 25  # papers a round, so that others have their turn
log = structlog.get_logger("lms.signing")


def work() -> None:
    """One round of the worker."""
    if not signers.found().setups:
        return
    _each(queries.due(WAITING, clock.seconds(), AT_ONCE), _prepare)
    for setup in signers.found().setups:
        with unit_of_work():
            while queueing.gather(setup.key, setup.most, setup.approval != "officer", COLLECT) == setup.most:
                pass
    for state in (OPEN, APPROVED, ASKED):
        for row in queries.batches_due(state, clock.seconds()):
            _batch(row)
    _each(queries.due(GIVEN, clock.seconds(), AT_ONCE), _finish)


def _each(papers: list[RequestRow], do: Callable[[RequestRow, SignerSetup], None]) -> None:
    for paper in papers:
        setup = signers.setup_of(paper.signer)
        if setup is None:
            with unit_of_work():
                queueing.end(
                    [paper], FAILED, _("The signer {key} is not in the file of signers any more.", key=paper.signer)
                )
            continue
        with unit_of_work():
            ours = queueing.take_paper(paper, LEASE)
        if not ours:
            continue
        try:
            do(paper, setup)
        except Away as error:
            _later(paper, error.words)
        except Broken as error:
            with unit_of_work():
                queueing.end([paper], FAILED, error.words)
        except Exception as error:
            log.error("signing a paper failed", number=paper.number, error=repr(error))
            _later(paper, _("This paper could not be made ready. Whoever runs the system finds the reason in the log."))


def _later(paper: RequestRow, words: Text) -> None:
    with unit_of_work():
        if paper.tries + 1 >= MOST_TRIES:
            queueing.end([paper], FAILED, words)
        else:
            queueing.again(paper, pause(paper.tries), words)


def pause(tries: int) -> int:
    """Seconds until something is tried again: half a minute, then twice as long each time, at most an hour."""
    return min(3_600, 30 << tries)


def _still(paper: RequestRow) -> CredentialRow | None:
    """The paper, if it still is to be signed. One that is suspended waits; one that is over is stopped."""
    row = credential(paper.credential_id)
    if row is None or row.pdf_key is None or row.state in ("revoked", "replaced"):
        with unit_of_work():
            queueing.end([paper], STOPPED, _("This paper is not valid any more, or its holder's data was erased."))
        return None
    if row.signed_key is not None:
        with unit_of_work():
            queueing.signed(paper)
        return None
    if row.state != VALID:
        with unit_of_work():
            queueing.again(paper, 3_600, _("The paper is suspended; it is signed when it is valid again."))
        return None
    return row


def _prepare(paper: RequestRow, setup: SignerSetup) -> None:
    row = _still(paper)
    if row is None:
        return
    files = files_of(row)
    if files is None:
        _later(paper, _("A file that goes with the paper is not made yet. It is looked at again by itself."))
        return
    from plugins.signing import sealing, words

    pdf = to_sign(row, files)
    chain = keys.signer_of(setup).certificate_chain()
    evidence = revocation.evidence(setup, chain)  # before the time is taken: an answer from after it says nothing of it
    when = clock.local(clock.from_seconds(clock.seconds()))
    ready = sealing.prepare(
        pdf,
        chain,
        when,
        look=words.look(pdf, setup.name or signers.who(chain[0]), when),
        place=setup.place,
        level=setup.level,
        stamper=sealing.Stamper(setup.stamp_url) if setup.stamp_url else None,
        evidence=evidence,
    )
    key = _store().put(ready.document)
    with unit_of_work():
        queueing.ready(paper, key, ready.start, ready.end, ready.hash, ready.attributes, ready.digest)


def _batch(row: BatchRow) -> None:
    """What is due for a batch: it is made anew, or its signer is asked."""
    setup = signers.setup_of(row.signer)
    if setup is None:
        with unit_of_work():
            words = _("The signer {key} is not in the file of signers any more.", key=row.signer)
            queueing.close(row, FAILED, words)
        return
    if row.state == OPEN:
        if clock.seconds() - row.made_at > FRESH:
            with unit_of_work():
                queueing.dissolve(row)
        return
    with unit_of_work():
        ours = queueing.take(row, LEASE)
    if ours:
        ask(row, setup, NONE, None)


def ask(row: BatchRow, setup: SignerSetup, approval: Approval, by_id: int | None) -> Text | None:
    """Has a batch signed that is ours by `queueing.take`. Returns what went wrong, in words; None where nothing did.

    What an official typed goes to the signer and nowhere else.
    """
    papers = queries.papers_of(row.id)
    digests = [p.digest for p in papers if p.digest is not None]
    if len(digests) != len(papers) or not papers:
        with unit_of_work():
            queueing.dissolve(row)
        return _("Papers of this batch have changed; it is made anew. Please look again in a minute.")
    try:
        answer = keys.signer_of(setup).sign_digests(digests, "sha256", approval, row.handle)
    except Refused as error:
        with unit_of_work():
            queueing.close(row, REFUSED, error.words)
        return error.words
    except Broken as error:
        with unit_of_work():
            if by_id is not None:  # what was typed was not right: the batch waits for somebody to type it again
                queueing.wait(row, OPEN, 0, error.words)
            else:
                queueing.close(row, FAILED, error.words)
        return error.words
    except Away as error:
        with unit_of_work():
            if by_id is not None:
                queueing.wait(row, OPEN, 0, error.words)
            elif row.tries + 1 >= MOST_TRIES:
                queueing.close(row, FAILED, error.words)
            else:
                queueing.wait(row, row.state, pause(row.tries), error.words, row.handle)
        return error.words
    if isinstance(answer, Waiting):
        late = clock.seconds() - row.made_at > PATIENCE
        with unit_of_work():
            if late:
                queueing.close(row, REFUSED, _("Nobody approved it on the phone in three days."))
            else:
                queueing.wait(row, ASKED, LOOK, None, answer.handle)
        return None
    with unit_of_work():
        queueing.give(row, answer, by_id)
    return None


def _finish(paper: RequestRow, setup: SignerSetup) -> None:
    row = _still(paper)
    if row is None:
        return
    from plugins.signing import sealing

    assert paper.parked_key is not None
    assert paper.signature is not None
    assert paper.digest is not None
    chain = keys.signer_of(setup).certificate_chain()
    if not _store().has(paper.parked_key) or not sealing.fits(paper.signature, paper.digest, chain[0]):
        with unit_of_work():
            if paper.tries + 1 >= MOST_TRIES:
                queueing.end([paper], FAILED, _NOT_ITS)
            else:
                queueing.restart(paper, _NOT_ITS, pause(paper.tries))
        return
    held = sealing.Prepared(
        _store().get(paper.parked_key), bytes(paper.hash or b""), int(paper.start or 0), int(paper.stop or 0),
        bytes(paper.attributes or b""), bytes(paper.digest),
    )  # fmt: skip
    stamper = sealing.Stamper(setup.stamp_url) if setup.stamp_url else None
    content = sealing.finish(held, bytes(paper.signature), chain, stamper)
    key = _store().put(content)
    with unit_of_work():
        note_signed(paper.credential_id, key, clock.seconds())
        queueing.signed(paper)


_NOT_ITS = _("The signature that came back is not by the certificate that this paper was made for. It is made anew.")


def _store() -> FileStore:
    found: FileStore = current_app.extensions["lms.files"]
    return found
