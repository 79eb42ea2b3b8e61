"""Officers: the register of papers (sổ cấp giấy), and who received which paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response

from certificates.queries import CredentialRow
from certificates.services import registering
from certificates.services.lives import LABELS, state_now
from certificates.services.registering import MOST_AT_ONCE, PAGE, RELATIONS, SELF, SHEETS, BookRow, Line, Record
from certificates.views.admin import SIGNS, Field, day_typed, shown
from certificates.wording import given_at
from lms.api.people import May, here, nation_id, path_name, people_by_id, require_anywhere, units_where
from lms.api.web import STAFF, Routes, address, composed, render, say
from lms.api.work import Invalid, Text, _, clock, settings, unit_of_work

routes = Routes("certificates", "/can-bo/giay")
KINDS: Mapping[str, Text] = {"XN": _("Confirmations (Giấy xác nhận)"), "CN": _("Certificates (Giấy chứng nhận)")}
PRINTED: Mapping[str, str] = {"XN": "GIẤY XÁC NHẬN", "CN": "GIẤY CHỨNG NHẬN"}  # papers are Vietnamese
STATES: Mapping[str, str] = {
    "valid": "Có giá trị", "suspended": "Tạm đình chỉ", "revoked": "Đã thu hồi", "replaced": "Đã thay thế",
    "expired": "Hết hạn",
}  # fmt: skip
RECEIVED: Mapping[str, str] = {
    "self": "Người học nhận", "family": "Người nhà nhận", "delegate": "Người được nhờ nhận",
    "unit": "Đơn vị nhận chuyển", "post": "Gửi bưu điện",
}  # fmt: skip
OTHERS = "(thuộc đơn vị khác)"
NO_PAPER = "KHÔNG CÓ GIẤY"


class LineShown(Struct, frozen=True):
    """A line of the register. `url` is empty where the paper is not the reader's to see."""

    serial: int
    number: str
    name: str
    about: str
    issued: int
    state: str
    sign: str
    successor: str
    handed: date | None
    url: str


@routes.get("/so", STAFF)
def register() -> str:
    """A book of numbers, page by page: the newest, or the one asked for."""
    units = require_anywhere(here(), May.VERIFY)
    books = registering.books()
    asked = composed(request.args.get("book")) or ""
    of = registering.book(asked) if asked else (books[0] if books else None)
    pages = max(1, -(-of.last // PAGE)) if of else 1
    page = min(max(1, request.args.get("page", 1, int)), pages)
    lines = registering.lines(of, (page - 1) * PAGE + 1, PAGE, units) if of else []
    return render(
        "certificates/admin/register.html",
        books=[(book.name, f"{say(KINDS[book.kind])} {book.year}, {book.issuer_code}") for book in books],
        book=of.name if of else "",
        title=f"{say(KINDS[of.kind])} {of.year}" if of else "",
        last=of.last if of else 0,
        lines=[_shown(line) for line in lines],
        missing=any(line.row is None for line in lines),
        parts=_parts(of) if of else [],
        pages={
            "number": page, "total": pages,
            "previous_url": address("certificates.register", book=of.name, page=page - 1) if of and page > 1 else None,
            "next_url": address("certificates.register", book=of.name, page=page + 1) if of and page < pages else None,
        },
    )  # fmt: skip


def _parts(of: BookRow) -> list[tuple[str, str]]:
    """(words, address) of the files in which a book is printed."""
    starts = range(1, of.last + 1, SHEETS)
    return [
        (f"{start}–{min(of.last, start + SHEETS - 1)}", address("certificates.register_pdf", book=of.name, start=start))
        for start in starts
    ]


def _shown(line: Line) -> LineShown:
    row = line.row
    if row is None:
        words = say(_("no paper: tell the operator"))
        return LineShown(line.serial, line.number, "", "", 0, words, "bad", "", None, "")
    state = state_now(row, clock.today())
    return LineShown(
        line.serial,
        line.number,
        row.paper["full_name"] if line.mine else say(_("of another unit")),
        row.facts["programme"]["title"] if line.mine else "",
        row.issued_at,
        say(LABELS[state]),
        SIGNS.get(state, "wait"),
        line.successor,
        line.handed.on_day if line.handed else None,
        address("certificates.admin_paper", number=row.number) if line.mine else "",
    )


@routes.get("/so.pdf", STAFF)
def register_pdf() -> Response:
    """A thousand lines of a book on sheets of A4, with a place to sign."""
    units = require_anywhere(here(), May.VERIFY)
    of = registering.book(composed(request.args.get("book")) or "")
    start = max(1, min(request.args.get("start", 1, int), of.last))
    lines = registering.lines(of, start, SHEETS, units)
    from certificates.designs import book as design  # ReportLab only where something is drawn

    head = design.Head(
        settings().issuer_name or of.issuer_code,
        f"SỔ CẤP {PRINTED[of.kind]}",
        f"Năm {of.year}, số {start} đến {start + len(lines) - 1}",
        (
            f"In lúc {clock.local(clock.now()):%H:%M ngày %d/%m/%Y}. Trạng thái là của lúc in.",
            f"Trạng thái hiện nay xem tại {settings().public_url()}/verify",
        ),
        settings().issuer_is_state,
    )  # fmt: skip
    content = design.draw(head, design.REGISTER, map(_row, lines), ("NGƯỜI LẬP SỔ", "NGƯỜI PHỤ TRÁCH"), _today())
    return _file(content, f"so-{of.name}-{start}.pdf")


def _row(line: Line) -> tuple[str, ...]:
    row = line.row
    if row is None:
        return (str(line.serial), line.number, NO_PAPER, "", "", "", "", "")
    state = STATES[state_now(row, clock.today())] + (f" bởi {line.successor}" if line.successor else "")
    name, born, about = OTHERS, "", ""
    if line.mine:
        name, born, about = row.paper["full_name"], row.paper["birth_date"] or "", row.facts["programme"]["title"]
    handed = line.handed
    signed = f"{RECEIVED[handed.relation]} {handed.on_day:%d/%m/%Y}" if handed else ""
    return (str(line.serial), line.number, name, born, about, _day(row.issued_at), state, signed)


def _day(stamp: int) -> str:
    return f"{clock.local(clock.from_seconds(stamp)):%d/%m/%Y}"


def _today() -> str:
    return given_at(settings().place_name, clock.today())


def _file(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


# --- hand-over --------------------------------------------------------------------------------------------------------


@routes.get("/chua-giao", STAFF)
def to_hand() -> str:
    """The papers of my units that nobody has received yet, and the form to note that they were."""
    return _to_hand({}, {})


@routes.post("/chua-giao", STAFF)
def hand() -> Response | tuple[str, int]:
    """Notes that the ticked papers were handed over."""
    person = here()
    units = require_anywhere(person, May.REVOKE)
    numbers = [number[:80] for number in request.form.getlist("paper")[: MOST_AT_ONCE + 1]]
    form = {key: composed(request.form.get(key)) or "" for key in ("on_day", "relation", "receiver", "note")}
    rows = registering.ticked(numbers, units)
    try:
        day = day_typed(form["on_day"], "on_day")
        with unit_of_work():
            uuid = registering.hand_over(rows, day, form["relation"], form["receiver"], form["note"], person.id)
    except Invalid as error:
        return _to_hand(form, {k: [say(v)] for k, v in error.fields.items()}, {row.number for row in rows}), 422
    return redirect(address("certificates.handover", uuid=uuid), 303)


def _to_hand(form: Mapping[str, str], errors: Mapping[str, list[str]], ticked: set[str] | None = None) -> str:
    person = here()
    units = require_anywhere(person, May.VERIFY)
    may = bool(units_where(person, May.REVOKE))
    after = max(0, request.args.get("after", 0, int))
    rows = registering.not_handed(units, after, PAGE + 1)
    shown_rows = rows[:PAGE]
    records = registering.records_by(units)
    names = people_by_id({by for _uuid, _day, by, _many in records})
    begun = {"on_day": f"{clock.today():%d/%m/%Y}", "relation": SELF}
    return render(
        "certificates/admin/to_hand.html",
        papers=[shown(row) for row in shown_rows],
        ticked=ticked or set(),
        total=registering.count_not_handed(units),
        next_url=address("certificates.to_hand", after=shown_rows[-1].id) if len(rows) > PAGE else "",
        first_url=address("certificates.to_hand") if after else "",
        may=may,
        relations=[(key, say(words)) for key, words in RELATIONS.items()],
        form={key: Field(form.get(key, begun.get(key, "")), list(errors.get(key, []))) for key in FIELDS}
        | {"errors": dict(errors)},
        records=[
            (address("certificates.handover", uuid=uuid), day, many, names[by].full_name if by in names else "")
            for uuid, day, by, many in records
        ],
    )


FIELDS = ("paper", "on_day", "relation", "receiver", "note")


@routes.get("/chua-giao.pdf", STAFF)
def to_hand_pdf() -> Response:
    """The papers that are not handed over yet, on sheets of A4 with a place to sign; a thousand at most."""
    units = require_anywhere(here(), May.VERIFY)
    rows = registering.not_handed(units, max(0, request.args.get("after", 0, int)), SHEETS)
    unit = next((one for one in units if one != nation_id()), None)
    content = _list(
        "DANH SÁCH GIẤY CHƯA GIAO",
        path_name(unit) if unit is not None else settings().issuer_name,
        [(row, "") for row in rows],
        (f"{len(rows)} giấy, in lúc {clock.local(clock.now()):%H:%M ngày %d/%m/%Y}",),
    )
    return _file(content, "giay-chua-giao.pdf")


@routes.get("/giao-nhan/<uuid:uuid>", STAFF)
def handover(uuid: UUID) -> str:
    """The record of one hand-over."""
    found, by = _record(uuid)
    return render(
        "certificates/admin/handover.html",
        on_day=found.on_day,
        by=by,
        at=found.at,
        note=found.note,
        papers=[
            (shown(row), say(RELATIONS[line.relation]), line.receiver, struck) for row, line, struck in found.lines
        ],
        pdf_url=address("certificates.handover_pdf", uuid=uuid),
    )


@routes.get("/giao-nhan/<uuid:uuid>.pdf", STAFF)
def handover_pdf(uuid: UUID) -> Response:
    """The same on A4, to be signed by who received."""
    found, by = _record(uuid)
    rows = [
        (row, f"{RECEIVED[line.relation]}{f': {line.receiver}' if line.receiver else ''}")
        for row, line, struck in found.lines
        if struck is None
    ]
    struck = len(found.lines) - len(rows)
    lines = [f"Giao ngày {found.on_day:%d/%m/%Y}. Cán bộ giao: {by}. Số giấy: {len(rows)}."]
    lines += [f"{struck} dòng ghi nhầm đã được gạch bỏ."] if struck else []
    lines += [f"Ghi chú: {found.note}"] if found.note else []
    return _file(_list("BIÊN BẢN GIAO NHẬN GIẤY", settings().issuer_name, rows, lines), f"giao-nhan-{uuid}.pdf")


def _record(uuid: UUID) -> tuple[Record, str]:
    found = registering.record(uuid, require_anywhere(here(), May.VERIFY))
    person = people_by_id([found.by_id]).get(found.by_id)
    return found, person.full_name if person else ""


def _list(title: str, about: str, rows: Sequence[tuple[CredentialRow, str]], lines: Sequence[str]) -> bytes:
    from certificates.designs import book as design

    head = design.Head(settings().issuer_name, title, about or title, lines, settings().issuer_is_state)
    cells = (
        (
            str(nth), row.number, row.paper["full_name"], row.paper["birth_date"] or "",
            row.facts["programme"]["title"], receiver, "",
        )
        for nth, (row, receiver) in enumerate(rows, 1)
    )  # fmt: skip
    return design.draw(head, design.HANDED, cells, ("NGƯỜI GIAO", "NGƯỜI NHẬN"), _today())
