"""Officials: many numbers at once, and the record of what they checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, redirect, request
from msgspec import Struct
from werkzeug.wrappers import Response as Redirect

from certificates.numbering import BadNumber, parse_number
from certificates.queries import credential_by_number
from certificates.services import checking_many, recording
from certificates.services.checking_many import Answer, Listed
from certificates.services.lives import LABELS
from certificates.services.recording import CheckRow, Wanted
from certificates.services.verifying import ALTERED, NOT_OURS, UNKNOWN, UNPROVEN, Asker, asker_of, judge
from certificates.views.verify import Field, parse_birth_date
from lms.api.people import May, Person, here, path_name, people_by_id, require_anywhere, roles_that, units_where
from lms.api.sheets import XLSX, as_csv, as_same, as_xlsx
from lms.api.transparency import logged
from lms.api.web import STAFF, MenuItem, Routes, address, composed_lines, render, say, time_and_date
from lms.api.work import Invalid, NotFound, Text, _, clock, settings, unit_of_work

routes = Routes("certificates", "/can-bo/kiem-tra-giay")
menu = (
    MenuItem(
        "certificates.checks", _("Checks of papers"), "shield-check", "staff",
        roles_that(May.VERIFY) | roles_that(May.GIVE_GRANTS), 41, group="papers",
    ),
)  # fmt: skip
A_PAGE: Final = 50
MOST_GIVEN: Final = 20_000  # rows of one file
CSV: Final = "text/csv; charset=utf-8"
OUTCOMES: Final[dict[str, tuple[Text, str]]] = {
    "valid": (LABELS["valid"], "ok"),
    "revoked": (LABELS["revoked"], "bad"),
    "suspended": (LABELS["suspended"], "wait"),
    "replaced": (LABELS["replaced"], "wait"),
    "expired": (LABELS["expired"], "wait"),
    ALTERED: (_("Does not match"), "bad"),
    NOT_OURS: (_("Not issued here"), "bad"),
    UNPROVEN: (_("Proves nothing"), "wait"),
    UNKNOWN: (_("No such paper"), "bad"),
    checking_many.MALFORMED: (_("Not a whole number, or one sign is wrong"), "bad"),
    checking_many.LOOK_ALIKE: (_("Letters that only look Latin"), "bad"),
}
CHANNELS: Final[dict[str, Text]] = {
    "page": _("On the page"), "json": _("By machine, from the page"), "api": _("By machine"), "bulk": _("In a list"),
}  # fmt: skip
FORMS: Final[dict[str, Text]] = {
    "number": _("The number of the paper"), "address": _("The address in the code"), "qr": _("The square code"),
    "code": _("The square code"), "pdf": _("A PDF file"), "badge": _("A digital badge"),
}  # fmt: skip


def _asker(person: Person) -> Asker:
    require_anywhere(person, May.VERIFY)
    return asker_of(person, request.remote_addr or "nowhere")


# --- many at once -----------------------------------------------------------------------------------------------------


@routes.get("/nhieu", STAFF, endpoint="check_many")
def many() -> str:
    """The form for a list of numbers."""
    require_anywhere(here(), May.VERIFY)
    return _many_form({})


@routes.post("/nhieu", STAFF, endpoint="check_many_post")
def many_checked() -> Response | tuple[str, int]:
    """The list as it came, with what is known of each number behind it: as an Excel or a CSV file."""
    asker = _asker(here())
    purpose = (composed_lines(request.form.get("purpose")) or "")[: recording.LONGEST_PURPOSE]
    upload = request.files.get("file")
    try:
        if upload is not None and upload.filename:
            listed = checking_many.read_list(upload.read())
        else:
            listed = checking_many.read_pasted(request.form.get("pasted", ""))
        with unit_of_work():
            answers = checking_many.check_many(list(listed.numbers.values()), asker, "bulk", purpose)
    except Invalid as error:
        return _many_form({"file": [say(error.text)]}), 422
    return _given(listed, answers, as_text=request.form.get("as") == "csv")


def _many_form(errors: dict[str, list[str]]) -> str:
    return render(
        "certificates/verify/many.html",
        pasted=Field(request.form.get("pasted", ""), errors.get("file", [])),
        purpose=Field(request.form.get("purpose", "")),
        errors=errors,
        most=f"{checking_many.MOST:,}".replace(",", "."),
        again=bool(errors) and bool(request.files.get("file")),
    )


def _given(listed: Listed, answers: Sequence[Answer], as_text: bool) -> Response:
    at = time_and_date(clock.seconds())
    heads = [
        say(words)
        for words in (
            _("State"), _("Why"), _("Number"), _("Paper"), _("What the paper is about"), _("Given by"), _("Given on"),
            _("Full name"), _("Newer paper"), _("Checked at"),
        )
    ]  # fmt: skip

    def told(answer: Answer) -> list[str]:
        kind, about, issuer, day = checking_many.facts_of(answer)
        given = f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""
        why = answer.reason or (say(_WHY[answer.state]) if answer.state in _WHY else "")
        return [
            say(OUTCOMES[answer.state][0]), why, answer.number, kind.capitalize(), about, issuer, given,
            answer.name, answer.successor, at,
        ]  # fmt: skip

    table = checking_many.answered(listed, answers, heads, told)
    moment = clock.local(clock.now())
    name = f"kiem-tra-giay-{moment:%Y%m%d-%H%M}"
    if as_text:
        return _file(as_csv([["" if c is None else str(c) for c in row] for row in table]), CSV, f"{name}.csv")
    counted = [[say(_("State")), say(_("How many papers"))]]
    for state, (words, _kind) in OUTCOMES.items():
        count = sum(answer.state == state for answer in answers)
        if count:
            counted.append([say(words), count])  # type: ignore[list-item]
    sheets = [(say(_("Results of the check")), table), (say(_("In all")), counted)]
    return _file(as_same(sheets), XLSX, f"{name}.xlsx")


_WHY: Final[dict[str, Text]] = {
    UNKNOWN: _("No paper has this number. Please compare it with the paper, sign by sign."),
    ALTERED: _("Our record of this paper was changed after it was issued. Do not rely on it; please tell its issuer."),
    checking_many.MALFORMED: _("Please compare it with the paper, sign by sign. A number looks like this:"
                               " HVS-XN-2026-000123-36."),
    checking_many.LOOK_ALIKE: _(
        "A real number has no such letters. Please type it yourself, as it stands on the paper."
    ),
}  # fmt: skip


def _file(content: bytes, mime: str, name: str) -> Response:
    answer = Response(content, content_type=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# --- the record -------------------------------------------------------------------------------------------------------


class CheckLine(Struct, frozen=True):
    """A check in a list."""

    at: int
    number: str
    outcome: str
    kind: str
    channel: str
    form: str
    by: str
    unit: str
    purpose: str
    url: str


def _lines(rows: Sequence[CheckRow]) -> list[CheckLine]:
    people = people_by_id({r.by_id for r in rows})
    units = {org: path_name(org) for org in {r.org_id for r in rows} if org is not None}
    return [
        CheckLine(
            r.at,
            r.number or "",
            say(OUTCOMES[r.outcome][0]) if r.outcome in OUTCOMES else r.outcome,
            OUTCOMES[r.outcome][1] if r.outcome in OUTCOMES else "",
            say(CHANNELS[r.channel]) if r.channel in CHANNELS else r.channel,
            _form_words(r.form),
            people[r.by_id].full_name if r.by_id in people else "",
            units.get(r.org_id, "") if r.org_id is not None else "",
            r.purpose,
            address("certificates.one_check", uuid=r.uuid),
        )
        for r in rows
    ]


def _form_words(form: str) -> str:
    return say(FORMS[form]) if form in FORMS else form


def _wanted() -> tuple[Wanted, dict[str, str], dict[str, list[str]]]:
    """What was asked for, as it was typed, and what is wrong with it."""
    typed = {key: request.args.get(key, "").strip()[:100] for key in ("xem", "kq", "qua", "so", "tu", "den")}
    errors: dict[str, list[str]] = {}
    moments: dict[str, int | None] = {}
    for key, later in (("tu", 0), ("den", 1)):
        try:
            moments[key] = _midnight(parse_birth_date(typed[key], key) + timedelta(days=later)) if typed[key] else None
        except (Invalid, OverflowError):
            moments[key], errors[key] = None, [say(_("Please enter the date as day/month/year, e.g. 20/11/1960."))]
    number = typed["so"]
    if number:
        try:
            number = str(parse_number(number))
        except BadNumber:
            errors["so"] = [say(_("This is not a whole number of a paper. It looks like this: HVS-XN-2026-000123-36."))]
    return (
        Wanted(
            typed["kq"] if typed["kq"] in OUTCOMES else "",
            typed["qua"] if typed["qua"] in CHANNELS else "",
            number,
            moments["tu"],
            moments["den"],
            typed["xem"] == "don-vi",
        ),
        typed,
        errors,
    )


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=clock.local(clock.now()).tzinfo).timestamp())


@routes.get("", STAFF, endpoint="checks")
def listed() -> str | tuple[str, int]:
    """My checks; those of the units for which I answer (?xem=don-vi)."""
    person = here()
    if not recording.may_have_record(person):
        raise NotFound
    wanted, typed, errors = _wanted()
    total = 0 if errors else recording.how_many(person, wanted)
    pages = max(1, -(-total // A_PAGE))
    asked = request.args.get("trang", "1")
    number = min(max(1, int(asked)), pages) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    rows = [] if errors else recording.checks(person, wanted, A_PAGE, (number - 1) * A_PAGE)
    kept = {k: v for k, v in typed.items() if v}

    def at(page: int) -> str:
        return f"{address('certificates.checks')}?{urlencode(kept | {'trang': str(page)})}"

    page = render(
        "certificates/verify/checks.html",
        rows=_lines(rows),
        total=total,
        typed=typed,
        errors=errors,
        fields={key: Field(typed[key], errors.get(key, [])) for key in typed},
        outcomes=[(code, say(words)) for code, (words, _kind) in OUTCOMES.items()],
        channels=[(code, say(words)) for code, words in CHANNELS.items()],
        may_units=bool(units_where(person, May.GIVE_GRANTS)),
        may_check=bool(units_where(person, May.VERIFY)),
        of_units=wanted.units,
        query=f"?{urlencode(kept)}" if kept else "",
        pages={
            "number": number, "total": pages, "previous_url": at(number - 1) if number > 1 else None,
            "next_url": at(number + 1) if number < pages else None,
        },
    )  # fmt: skip
    return (page, 422) if errors else page


def _table() -> list[list[str]]:
    person = here()
    if not recording.may_have_record(person):
        raise NotFound
    wanted, _typed, errors = _wanted()
    if errors:
        raise Invalid
    heads = [
        say(words)
        for words in (
            _("Checked at"), _("Number"), _("Outcome"), _("What was shown"), _("By which way"), _("Official"),
            _("Unit"), _("For what"),
        )
    ]  # fmt: skip
    rows = _lines(recording.checks(person, wanted, MOST_GIVEN))
    return [
        heads,
        *([time_and_date(r.at), r.number, r.outcome, r.form, r.channel, r.by, r.unit, r.purpose] for r in rows),
    ]


@routes.get("/xuat.xlsx", STAFF)
def checks_xlsx() -> Response:
    """The checks that are chosen, the newest 20,000, for Excel."""
    return _file(as_xlsx(_table()), XLSX, "so-kiem-tra-giay.xlsx")


@routes.get("/xuat.csv", STAFF)
def checks_csv() -> Response:
    """The same as text."""
    return _file(as_csv(_table()), CSV, "so-kiem-tra-giay.csv")


@routes.get("/<uuid:uuid>", STAFF)
def one_check(uuid: UUID) -> str:
    """One check: what was asked, what came of it, what for."""
    return _one(recording.check_for(here(), uuid), None, [])


@routes.post("/<uuid:uuid>", STAFF, endpoint="check_purpose")
def purpose(uuid: UUID) -> Redirect | tuple[str, int]:
    """Notes what the check was for."""
    person = here()
    typed = composed_lines(request.form.get("purpose")) or ""
    try:
        with unit_of_work():
            recording.say_purpose(person, uuid, typed)
    except Invalid as error:
        return _one(recording.check_for(person, uuid), typed, [say(error.text)]), 422
    return redirect(address("certificates.one_check", uuid=uuid), 303)


def _one(row: CheckRow, typed: str | None, errors: list[str]) -> str:
    [line] = _lines([row])
    return render(
        "certificates/verify/check.html",
        check=line,
        purpose=Field(row.purpose if typed is None else typed, errors),
        errors={"purpose": errors} if errors else {},
        mine=row.by_id == here().id,
        uuid=row.uuid,
        most=recording.LONGEST_PURPOSE,
    )


@routes.get("/<uuid:uuid>.pdf", STAFF)
def check_slip(uuid: UUID) -> Response:
    """The slip to print: number, state, time, who, and a code that leads to the check. It is not the paper."""
    row = recording.check_for(here(), uuid)
    from certificates.designs.slip import Slip, draw  # ReportLab only when it is printed

    [line] = _lines([row])
    facts, state = _of_paper(row)
    content = draw(
        Slip(
            line.number,
            say(OUTCOMES[row.outcome][0]) if row.outcome in OUTCOMES else row.outcome,
            time_and_date(row.at),
            line.by,
            line.unit,
            line.form,
            row.purpose,
            facts,
            say(OUTCOMES[state][0]) if state and state != row.outcome else "",
            f"{settings().public_url()}/verify/{row.number}" if row.number else "",
            time_and_date(clock.seconds()),
        )
    )
    answer = _file(content, "application/pdf", f"phieu-kiem-tra-{row.number or row.id}.pdf")
    answer.headers["Content-Disposition"] = answer.headers["Content-Disposition"].replace("attachment", "inline")
    return answer


def _of_paper(row: CheckRow) -> tuple[list[tuple[str, str]], str]:
    """What may be told on a slip of the paper that was checked, and in what state it is now. No name: it may be left
    lying about.
    """
    paper = credential_by_number(row.number) if row.number else None
    if paper is None:
        return [], ""
    judged = judge(paper, logged(paper.number))
    if judged.ours_changed:
        return [], judged.state
    kind, programme, issuer, day = checking_many.facts_of(Answer("", judged.state, paper.number, paper))
    shown = f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""
    facts = [("Loại giấy", kind.capitalize()), ("Nội dung", programme), ("Nơi cấp", issuer), ("Ngày cấp", shown)]
    return [(label, value) for label, value in facts if value], judged.state
