"""Officials of the issuing body: what waits for a signature, approving a batch, what failed and why."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import May, Person, here, may_at, nation_id, people_by_id, roles_that
from lms.api.studio import Field
from lms.api.web import STAFF, MenuItem, Routes, address, render, say, time_and_date
from lms.api.work import Conflict, NotFound, Text, TooMany, _, take, unit_of_work
from plugins.signing import keys, queries, signers
from plugins.signing.models import (
    APPROVED,
    ASKED,
    FAILED,
    GIVEN,
    OPEN,
    OVER,
    READY,
    REFUSED,
    SIGNED,
    STOPPED,
    WAITING,
)  # fmt: skip
from plugins.signing.protocol import Approval
from plugins.signing.queries import BatchRow
from plugins.signing.services import queueing, working

routes = Routes("signing", "/can-bo/ky-so")
menu = (
    MenuItem(
        "signing.queue", _("Digital signatures"), "key-round", "staff", roles_that(May.REVOKE), 41, group="papers"
    ),
)
Answer = str | Response | tuple[str, int]
A_LIST = 100  # papers that ended, as the page shows them
STATES: dict[str, Text] = {
    OPEN: _("Waits for your approval"),
    APPROVED: _("Approved, is being signed"),
    ASKED: _("Waits for the approval on the signer's phone"),
    REFUSED: _("Refused by the signer"),
    FAILED: _("Could not be signed"),
    STOPPED: _("Stopped"),
    SIGNED: _("Signed"),
}
TAGS = {OPEN: "wait", APPROVED: "info", ASKED: "wait", REFUSED: "bad", FAILED: "bad", STOPPED: "", SIGNED: "ok"}
LEVELS: dict[str, Text] = {
    "B-B": _("signature without a time stamp"),
    "B-T": _("signature with a time stamp"),
    "B-LT": _("signature with a time stamp and what shows that the certificate was good"),
}
DONE: dict[str, Text] = {
    "duyet": _("Approved. The files are finished in the background; this page shows how far it is."),
    "dung": _("Stopped. These papers stay unsigned, and say so."),
    "lai": _("They wait once more."),
    "gui": _("Papers that are not signed yet were put into the queue."),
    "khong": _("There is no valid paper left that was never asked to be signed."),
}


class SignerShown(Struct, frozen=True):
    """A signer with what waits for it."""

    key: str
    label: str
    level: str
    approval: str
    waiting: int
    ready: int
    finishing: int
    signed: int
    over: int


class BatchShown(Struct, frozen=True):
    """A batch as the list shows it."""

    url: str
    signer: str
    size: int
    made_at: int
    state: str
    tag: str
    why: str


def _officer() -> Person:
    """Whoever may withdraw any paper of this installation: papers are signed in the name of the whole issuing body."""
    officer = here()
    if not may_at(officer, May.REVOKE, nation_id()):
        raise NotFound
    return officer


@routes.get("", STAFF, endpoint="queue")
def queue() -> str:
    """What waits, what is being signed, what did not come off."""
    _officer()
    counts = queries.counts()
    setups = signers.found().setups
    labels = {s.key: s.label for s in setups}
    approvals = {
        "none": say(_("signs by itself")),
        "officer": say(_("an official approves each batch here")),
        "phone": say(_("the signer approves each batch on the phone")),
    }
    return render(
        "signing/officials/queue.html",
        done=say(DONE[request.args["xong"]]) if request.args.get("xong") in DONE else "",
        signers=[
            SignerShown(
                s.key,
                s.label,
                say(LEVELS[s.level]),
                approvals[s.approval],
                counts.get((s.key, WAITING), 0),
                counts.get((s.key, READY), 0),
                counts.get((s.key, GIVEN), 0),
                counts.get((s.key, SIGNED), 0),
                sum(counts.get((s.key, state), 0) for state in OVER),
            )
            for s in setups
        ],
        batches=[
            BatchShown(
                address("signing.batch", signing=row.uuid),
                labels.get(row.signer, row.signer),
                row.size,
                row.made_at,
                say(STATES[row.state]),
                TAGS[row.state],
                _why(row.why),
            )
            for row in queries.open_batches()
        ],
        over=[
            (row.number, say(STATES[row.state]), TAGS[row.state], _why(row.why), row.ended_at)
            for row in queries.ended(OVER, A_LIST)
        ],
        late=[(row.number, _why(row.why)) for row in queries.put_off(A_LIST)],
    )


def _why(why: object) -> str:
    assert why is None or isinstance(why, dict)
    found = queries.reason(why)
    return say(found) if found is not None else ""


@routes.post("", STAFF, endpoint="act")
def act() -> Answer:
    """Tries again what did not come off, or sends papers that were issued before to be signed."""
    officer = _officer()
    setup = signers.setup_of(request.form.get("signer", ""))
    step = request.form.get("step", "")
    if setup is None or step not in ("lai", "gui"):
        return redirect(address("signing.queue"), 303)
    with unit_of_work():
        count = (queueing.retry if step == "lai" else _add)(setup.key, officer.id)
    return redirect(address("signing.queue", xong=step if count else "khong"), 303)


def _add(signer: str, by_id: int) -> int:
    setup = signers.setup_of(signer)
    return queueing.add_unsigned(setup, by_id) if setup is not None else 0


@routes.get("/<uuid:signing>", STAFF, endpoint="batch")
def one(signing: UUID) -> str:
    """The papers of a batch, and the form that approves it."""
    _officer()
    return _page(_batch(signing))


def _batch(uuid: UUID) -> BatchRow:
    row = queries.batch(uuid)
    if row is None:
        raise NotFound
    return row


@routes.post("/<uuid:signing>", STAFF, endpoint="decide")
def decide(signing: UUID) -> Answer:
    """Approves a batch, with the PIN or code where the signer asks for one, or stops it."""
    officer = _officer()
    row = _batch(signing)
    if request.form.get("step") == "dung":
        with unit_of_work():
            if row.state not in (OPEN, ASKED) or not queueing.take(row, working.LEASE):
                raise Conflict(_("Somebody has dealt with this batch already. Please look at the list again."))
            queueing.close(row, STOPPED, _("An official stopped it."), officer.id)
        return redirect(address("signing.queue", xong="dung"), 303)
    setup = signers.setup_of(row.signer)
    if row.state != OPEN or setup is None:
        raise Conflict(_("Somebody has dealt with this batch already. Please look at the list again."))
    signer = keys.signer_of(setup)
    if not (signer.needs_pin or signer.needs_code):
        with unit_of_work():
            queueing.approve(row, officer.id)
        return redirect(address("signing.queue", xong="duyet"), 303)
    approval = Approval(request.form.get("pin", "").strip(), request.form.get("code", "").strip())
    errors: dict[str, list[str]] = {}
    if signer.needs_pin and not approval.pin:
        errors["pin"] = [say(_("Please type the PIN of the key for signing."))]
    if signer.needs_code and not approval.code:
        errors["code"] = [say(_("Please type the one-time code that the service has sent."))]
    if errors:
        return _page(row, errors), 422
    with unit_of_work():
        try:
            take("signing-pin", row.signer, most=5, seconds=900)  # tokens lock themselves after some wrong PINs
        except TooMany as error:
            return _page(row, {"pin": [say(error.text)] if error.text is not None else []}), 429
        if not queueing.take(row, working.LEASE):
            raise Conflict(_("Somebody has dealt with this batch already. Please look at the list again."))
    wrong = working.ask(row, setup, approval, officer.id)
    if wrong is not None:
        return _page(_batch(signing), {"pin" if signer.needs_pin else "code": [say(wrong)]}), 422
    return redirect(address("signing.queue", xong="duyet"), 303)


def _page(row: BatchRow, errors: dict[str, list[str]] | None = None) -> str:
    setup = signers.setup_of(row.signer)
    signer = keys.signer_of(setup) if setup is not None else None
    errors = errors or {}
    people = people_by_id([row.approved_by]) if row.approved_by else {}
    return render(
        "signing/officials/batch.html",
        label=setup.label if setup is not None else row.signer,
        level=say(LEVELS[setup.level]) if setup is not None else "",
        size=row.size,
        made_at=row.made_at,
        state=say(STATES[row.state]) if row.state in STATES else say(STATES[SIGNED]),
        tag=TAGS.get(row.state, "ok"),
        why=_why(row.why),
        approved=(
            (people[row.approved_by].full_name, time_and_date(row.approved_at))
            if row.approved_by in people and row.approved_at
            else None
        ),
        papers=[(paper.number, (paper.digest or b"").hex()) for paper in queries.papers_of(row.id)],
        may_approve=row.state == OPEN and signer is not None,
        may_stop=row.state in (OPEN, ASKED),
        pin=Field("", errors.get("pin", [])) if signer is not None and signer.needs_pin else None,
        code=Field("", errors.get("code", [])) if signer is not None and signer.needs_code else None,
        errors=errors,
        send_to=address("signing.decide", signing=row.uuid),
    )
