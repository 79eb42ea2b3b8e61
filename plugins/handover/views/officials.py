"""Officials: what waits to be handed over, files for it, and the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Response as FlaskResponse
from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from certificates.api import CARRIERS
from lms.api.people import May, Person, below, here, nation_id, path_names, people_by_id, roles_that
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Routes, address, render, say, time_and_date
from lms.api.work import Conflict, Invalid, NotFound, Text, _, connection, settings, unit_of_work
from plugins.handover import queries
from plugins.handover.access import batch_for, units_of
from plugins.handover.models import ACCEPTED, FILE, PREPARED, REFUSED, SENT, VOID
from plugins.handover.queries import A_PAGE, BatchRow, RecordRow
from plugins.handover.services import answering, packing, preparing

routes = Routes("handover", "/can-bo/ban-giao")
menu = (
    MenuItem(
        "handover.office", _("Handing over to VNeID"), "package", "staff", roles_that(May.ISSUE), 46, group="papers"
    ),
)
Answer = str | Response | tuple[str, int]
STATES: dict[str, Text] = {
    PREPARED: _("Prepared"),
    SENT: _("Handed over, no answer yet"),
    ACCEPTED: _("Accepted by the other side"),
    REFUSED: _("Refused by the other side"),
    VOID: _("Need not be handed over"),
}
TAGS = {PREPARED: "wait", SENT: "info", ACCEPTED: "ok", REFUSED: "bad", VOID: ""}
MOST_PROBLEMS = 100  # that the page shows


class BatchShown(Struct, frozen=True):
    """A file or delivery as the page shows it."""

    uuid: UUID
    way: str
    is_file: bool
    unit: str
    records: int
    made: str
    state: str
    tag: str
    is_open: bool
    has_file: bool


class RecordShown(Struct, frozen=True):
    """A record in the list."""

    name: str
    person: str
    unit: str
    changed_at: int
    reason: str
    reference: str


class Paging(Struct, frozen=True):
    """Where one is in a longer list."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


@dataclass
class Said:
    """What the page has to say besides what stands: errors by field, problems of a file, what was taken in."""

    errors: dict[str, list[str]] = field(default_factory=dict)
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    more: int = 0
    taken: answering.Taken | None = None


@routes.get("", STAFF)
def office() -> str:
    """Figures, files, answers, and the records of one state."""
    return _page(here(), Said())


def _page(person: Person, said: Said) -> str:
    units = units_of(person)
    chosen = request.args.get("loc", REFUSED)
    chosen = chosen if chosen in STATES else REFUSED
    typed = request.args.get("trang", "1")
    page = max(int(typed), 1) if is_number(typed) and len(typed) < 6 else 1
    rows, total = queries.listed(units, chosen, page)
    figures = queries.figures(units)
    ready = _ready(units)
    last = max(1, -(-total // A_PAGE))
    carrier = CARRIERS.find(settings().handover) if settings().handover else None
    return render(
        "handover/office.html",
        ready=ready,
        silent=max(0, figures.get(PREPARED, 0) - ready),
        figures=[
            (say(_("In a file that was not handed over yet")), figures.get("packed", 0)),
            *((say(STATES[state]), figures.get(state, 0)) for state in (SENT, ACCEPTED, REFUSED, VOID)),
        ],
        batches=_batches(queries.batches(units)),
        most=packing.MOST,
        carrier=say(carrier.label) if carrier else "",
        chosen=Field(chosen, []),
        states=[(key, say(words)) for key, words in STATES.items()],
        rows=_records(rows),
        total=total,
        refused=chosen == REFUSED and total > 0,
        pages=Paging(
            page,
            last,
            address("handover.office", loc=chosen, trang=page - 1) if page > 1 else None,
            address("handover.office", loc=chosen, trang=page + 1) if page < last else None,
        ),
        file=Field("", said.errors.get("file", [])),
        errors=said.errors,
        problems=said.problems,
        more=said.more,
        taken=said.taken,
    )


def _ready(units: list[int]) -> int:
    wanted = packing.waiting(units, 1_000_000)
    return int(connection().execute(wanted.with_only_columns(packing.COUNT).order_by(None).limit(None)).scalar_one())


def _batches(rows: list[BatchRow]) -> list[BatchShown]:
    names, people = (
        path_names(sorted({row.org_id for row in rows})),
        people_by_id({r.made_by for r in rows if r.made_by}),
    )
    shown = []
    for row in rows:
        carrier = CARRIERS.find(row.way)
        by = people.get(row.made_by or 0)
        when = time_and_date(row.made_at)
        state, tag = (
            (_("Handed over"), "ok")
            if row.sent_at
            else (_("Cancelled"), "")
            if row.cancelled_at
            else (_("Not handed over yet"), "wait")
        )
        shown.append(
            BatchShown(
                row.uuid, say(_("File")) if row.way == FILE else say(carrier.label) if carrier else row.way,
                row.way == FILE, names.get(row.org_id) or say(_("The whole country")), row.records,
                f"{when}, {by.full_name}" if by else when, say(state), tag, row.is_open and row.way == FILE,
                row.file_key is not None and row.cancelled_at is None,
            )
        )  # fmt: skip
    return shown


def _records(rows: list[RecordRow]) -> list[RecordShown]:
    names = path_names(sorted({row.org_id for row in rows if row.org_id is not None}))
    people = people_by_id({row.account_id for row in rows})
    return [
        RecordShown(
            row.name,
            person.full_name if (person := people.get(row.account_id)) else say(_("(account closed)")),
            names.get(row.org_id or 0, ""),
            row.changed_at,
            row.reason,
            row.reference,
        )
        for row in rows
    ]


@routes.post("", STAFF, endpoint="pack")
def pack() -> Answer:
    """Makes a file of what waits."""
    person = here()
    try:
        with unit_of_work():
            units = units_of(person)
            packing.make(units, units[0], person.id)
    except Conflict as error:
        return _page(person, Said(errors={"pack": [say(error.text)]})), 409
    return redirect(address("handover.office"), 303)


@routes.get("/<uuid:batch>.zip", STAFF, endpoint="file")
def batch_file(batch: UUID) -> Response:
    """The file: records as JSON and as a table, and the signature."""
    content = packing.content_of(batch_for(here(), batch))
    if content is None:
        raise NotFound
    answer = FlaskResponse(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="ban-giao-{str(batch)[:8]}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.post("/<uuid:batch>/da-gui", STAFF, endpoint="sent")
def sent(batch: UUID) -> Answer:
    """Notes that a file was handed over."""
    return _act(batch, packing.note_sent)


@routes.post("/<uuid:batch>/huy", STAFF, endpoint="cancel")
def cancel(batch: UUID) -> Answer:
    """Cancels a file; what is in it waits again."""
    return _act(batch, packing.cancel)


def _act(batch: UUID, act: packing.Act) -> Answer:
    person = here()
    try:
        with unit_of_work():
            act(batch_for(person, batch, hold=True), person.id)
    except Conflict as error:
        return _page(person, Said(errors={"batches": [say(error.text)]})), 409
    return redirect(address("handover.office"), 303)


@routes.post("/tra-loi", STAFF, endpoint="answers")
def answers() -> Answer:
    """Takes a file of answers in: all of it, or nothing and what is wrong, line by line."""
    person = here()
    upload = request.files.get("file")
    content = upload.read(answering.MOST_BYTES + 1) if upload else b""
    said = Said()
    try:
        if not content:
            raise Invalid(_("Please choose the file with the answers."))
        lines = answering.read(content)
        with unit_of_work():
            mine = _seen_by(units_of(person))
            said.taken = answering.take(lines, mine, person.id)
    except Invalid as error:
        said.errors = {"file": [say(error.text)]}
        return _page(person, said), 422
    except answering.Refused as error:
        said.errors = {
            "file": [say(_("Nothing was taken in, because lines of this file are wrong. They stand below."))]
        }
        said.problems = [(p.place, p.id, say(p.text)) for p in error.problems[:MOST_PROBLEMS]]
        said.more = max(0, len(error.problems) - MOST_PROBLEMS)
        return _page(person, said), 422
    return _page(person, said)


def _seen_by(units: list[int]) -> answering.MaySee:
    if nation_id() in units:
        return lambda _row: True
    mine = set(connection().execute(below(units)).scalars())
    return lambda row: row.org_id in mine


@routes.post("/lai", STAFF, endpoint="again")
def again() -> Response:
    """Prepares all refused records of one's units anew."""
    person = here()
    with unit_of_work():
        preparing.again_in(units_of(person), person.id)
    return redirect(address("handover.office", loc=PREPARED), 303)
