"""Officers: papers for a station, the code that opens them, and the answers that come back."""

from __future__ import annotations

from uuid import UUID

from flask import jsonify, redirect, request, url_for
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import Person, find_people, here, may_at, path_name, people_by_id
from lms.api.studio import Field, is_number
from lms.api.web import MACHINE, STAFF, Panel, Routes, composed, render, render_fragment, say, time_and_date
from lms.api.work import Conflict, DomainError, Invalid, NotFound, Text, _, audit, clock, settings, take, unit_of_work
from plugins.supervision.access import PLANS, session_for
from plugins.supervision.format.keys import key_id
from plugins.supervision.format.lines import MOST_BYTES
from plugins.supervision.numbering import grouped as figures
from plugins.supervision.queries import SessionRow
from plugins.supervision.services import keeping, packing, receiving
from plugins.supervision.services.receiving import HandedRow, ReceiptRow
from plugins.supervision.services.ticking import is_station
from plugins.supervision.views.said import drift_words, got_words, length_words, state_words, why_words
from quizzes.api import WHOLE

routes = Routes("supervision", "/can-bo/phong-thi/<uuid:session_id>/may-tram")
online = Routes("supervision", "/may-tram")
Answer = str | Response | tuple[str, int]
USUAL_SPARE = 3
MOST_AN_HOUR = 60  # files with answers, from one network address


def _panel(session: SessionRow) -> Markup | None:
    """On the page of a session: the way to the station, and whether something waits."""
    if is_station() or not may_at(here(), PLANS, session.org_id):
        return None
    html = render_fragment(
        "supervision/handing/panel.html", session=session, files=len(packing.bundles_of(session.id)),
        papers=len(receiving.handed_in(session.id)), waiting=receiving.waiting(session.id),
    )  # fmt: skip
    return Markup(html)  # noqa: S704  a template's own output


panels = (Panel("supervision.station", "supervised-session", _panel),)


@routes.get("", STAFF)
def handing(session_id: UUID) -> str:
    """Papers for a station, and what came back."""
    return _page(session_for(here(), session_id), {})


def _page(session: SessionRow, errors: dict[str, list[str]], spare: str = str(USUAL_SPARE), code: str = "") -> str:
    rows = receiving.handed_in(session.id)
    return render(
        "supervision/handing/handing.html",
        session=session,
        bundles=packing.bundles_of(session.id),
        key=_grouped(keeping.server_key_id()),
        spare=Field(spare, errors.get("spare", [])),
        file=Field("", errors.get("file", [])),
        code=Field(code, errors.get("code", [])) if "code" in errors or code else None,
        errors=errors,
        receipts=[(row, drift_words(row.clock)) for row in receiving.receipts(session.id)],
        rows=_rows(session, rows),
        waiting=sum(row.state == receiving.WAITING for row in rows),
    )


def _grouped(key: str) -> str:
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


class PaperShown(Struct, frozen=True):
    """A paper that came back. `got`, `station`: points, as the server and the station counted."""

    uuid: UUID
    seat: int
    name: str
    state: str
    kind: str
    why: str
    began: str
    lasted: str
    got: str
    station: str
    differs: bool
    waits: bool
    asks_who: bool
    may_keep: bool


STATE_KINDS = {"taken": "ok", "waiting": "wait", "refused": "bad", "dropped": ""}


def _rows(session: SessionRow, rows: list[HandedRow]) -> list[PaperShown]:
    people = people_by_id([row.account_id for row in rows if row.account_id is not None])
    found = []
    for row in rows:
        person = people.get(row.account_id or 0)
        name = person.full_name if person else row.name or say(_("(account closed)"))
        if person is None and row.name and row.birth_year:
            name = f"{row.name}, {row.birth_year}"
        found.append(
            PaperShown(
                row.uuid, row.seat, name, state_words(row.state), STATE_KINDS[row.state], why_words(row.why),
                time_and_date(row.began_at), length_words(row.lasted), got_words(row.got, WHOLE),
                got_words(row.station_got, WHOLE),
                row.got is not None and row.station_got is not None and row.got != row.station_got,
                row.state == receiving.WAITING, row.why == receiving.NOBODY,
                row.why not in (receiving.CHANGED, receiving.GONE),
            )
        )  # fmt: skip
    return found


@routes.post("", STAFF, endpoint="pack")
def pack(session_id: UUID) -> Answer:
    """Makes the papers."""
    person, typed = here(), request.form.get("spare", "").strip()[:6]
    session = session_for(person, session_id)
    try:
        if not is_number(typed):
            text = _("Please enter a whole number from 0 to {most}.", most=packing.MOST_SPARE)
            raise Invalid(text, spare=text)
        with unit_of_work():
            session_for(person, session_id, hold=True)
            packing.make(session.id, int(typed), person.id, _site() + url_for("supervision.hand_over_online"))
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        return _page(session, {"spare": [say(error.text)]}, typed), 422
    return redirect(url_for("supervision.handing", session_id=session_id), 303)


def _site() -> str:
    """Where stations find this server."""
    return settings().base_url or request.host_url.rstrip("/")


@routes.get("/de/<uuid:bundle>", STAFF)
def bundle_file(session_id: UUID, bundle: UUID) -> Response:
    """The file with the papers: sealed, so that whoever finds it learns nothing."""
    session = session_for(here(), session_id)
    content = packing.content_of(session.id, bundle)
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{session.code}-{str(bundle)[:4]}.hvs-phien"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.post("/ma", STAFF, endpoint="code_sheet")
def code_sheet(session_id: UUID) -> Answer:
    """The sheet with the code that opens the papers. Who printed it is in the journal before it leaves."""
    from plugins.supervision.designs import opening  # ReportLab costs 25 MB

    person = here()
    session = session_for(person, session_id)
    try:
        bundle = UUID(request.form.get("bundle", ""))
    except ValueError:
        raise NotFound from None
    found = packing.bundle_of(session.id, bundle)
    code = packing.code_of(found.uuid)
    if code is None:
        raise Conflict(_("The secret of this server has changed since, so the code cannot be read any more."))
    with unit_of_work():
        audit.record(person.id, "supervision.code", f"supervision:{session.uuid}", file=str(bundle))
    start = clock.local(clock.from_seconds(session.starts_at))
    made = clock.local(clock.from_seconds(found.made_at))
    content = opening.draw(
        opening.Sheet(
            session.title, path_name(session.org_id), session.place, f"{start:%H:%M} ngày {start:%d/%m/%Y}",
            figures(session.code), code, _grouped(key_id(found.server_key)), f"{made:%H:%M} ngày {made:%d/%m/%Y}",
        )
    )  # fmt: skip
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="ma-mo-de-{session.code}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.post("/ve-may-chu", STAFF, endpoint="back_to_server")
def back_to_server(session_id: UUID) -> Answer:
    """The session is held on the server after all, with the papers that were drawn."""
    person = here()
    with unit_of_work():
        session = session_for(person, session_id, hold=True)
        packing.hold_on_server(session, person.id)
    return redirect(url_for("supervision.handing", session_id=session_id), 303)


@routes.post("/nhan", STAFF, endpoint="receive")
def receive(session_id: UUID) -> Answer:
    """Takes a file with answers in."""
    person = here()
    session = session_for(person, session_id)
    code = (composed(request.form.get("code")) or "")[:40]
    try:
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Invalid(None, file=_("Please choose the file from the station. Its name ends in .hvs-bai."))
        found = receiving.read(upload.stream.read(MOST_BYTES + 1), session.uuid, _opening(code))
        receipt = receiving.take(found, receiving.FILE, person.id)
    except Invalid as error:
        fields: dict[str, Text] = dict(error.fields) or {"file": error.text}
        return _page(session, {name: [say(text)] for name, text in fields.items()}, code=code), 422
    return redirect(url_for("supervision.receipt", session_id=session_id, receipt=receipt), 303)


def _opening(code: str) -> str:
    from plugins.supervision.format.sealing import typed_code

    return typed_code(code) if code else ""


@routes.get("/bien-nhan/<uuid:receipt>", STAFF)
def receipt(session_id: UUID, receipt: UUID) -> str:
    """What came with one file, and what is known of the station's clock."""
    session = session_for(here(), session_id)
    row: ReceiptRow = receiving.receipt_of(session.id, receipt)
    mine = [one for one in receiving.handed_in(session.id) if one.receipt_id == row.id]
    return render(
        "supervision/handing/receipt.html",
        session=session,
        receipt=row,
        clock=drift_words(row.clock),
        rows=_rows(session, mine),
        before=max(0, row.papers - len(mine)),
        waiting=sum(one.state == receiving.WAITING for one in mine),
    )


@routes.get("/bai/<uuid:paper>", STAFF)
def handed_paper(session_id: UUID, paper: UUID) -> str:
    """One paper that waits for a decision."""
    session = session_for(here(), session_id)
    return _decision(session, paper, {}, "")


def _decision(session: SessionRow, paper: UUID, errors: dict[str, list[str]], typed: str) -> str:
    row = receiving.handed_one(session.id, paper)
    (shown,) = _rows(session, [row])
    found = find_people([session.org_id], typed or row.name, size=20).rows if shown.asks_who and shown.waits else []
    return render(
        "supervision/handing/paper.html",
        session=session,
        row=shown,
        person=Field("", errors.get("person", [])),
        words=Field(typed, []),
        people=[(str(one.uuid), f"{one.full_name}{f', {one.birth_year}' if one.birth_year else ''}") for one in found],
        looked_for=typed or row.name,
        errors=errors,
    )


@routes.post("/bai/<uuid:paper>", STAFF, endpoint="decide")
def decide(session_id: UUID, paper: UUID) -> Answer:
    """Takes a paper in, or leaves it aside; or only looks for the person."""
    officer = here()
    session = session_for(officer, session_id)
    typed = (composed(request.form.get("words")) or "")[:120]
    act = request.form.get("act", "")
    if act not in ("keep", "drop"):
        return _decision(session, paper, {}, typed), 422
    try:
        whose = _whose(officer, session) if act == "keep" else None
        with unit_of_work():
            receiving.decide(session, paper, act == "keep", whose.id if whose else None, officer.id)
    except Invalid as error:
        return _decision(session, paper, {name: [say(text)] for name, text in error.fields.items()}, typed), 422
    return redirect(url_for("supervision.handing", session_id=session_id), 303)


def _whose(officer: Person, session: SessionRow) -> Person | None:
    """The person who was chosen, out of those of the session's unit."""
    from lms.api.people import people_for

    try:
        chosen = UUID(request.form.get("person", ""))
    except ValueError:
        return None
    (person,) = people_for(officer, PLANS, [chosen])
    return person


@online.post("/nhan", MACHINE)
def hand_over_online() -> Answer:
    """A station sends its answers by itself: what proves it is the signature, which only whoever opened them can make.

    422 with the reason where they are not taken. The station's moment of sending is compared with ours.
    """
    if is_station():
        raise NotFound
    with unit_of_work():
        take("hand-over", request.remote_addr or "", MOST_AN_HOUR, 3600)
    try:
        found = receiving.read(request.stream.read(MOST_BYTES + 1))
        name = receiving.take(found, receiving.ONLINE, None)
    except Invalid as error:
        return jsonify(problem=say(error.text)), 422  # type: ignore[return-value]
    return jsonify(receipt=str(name), papers=len(found.answers.papers), waiting=receiving.waiting(found.session.id))
