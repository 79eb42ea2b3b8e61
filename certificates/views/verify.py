"""Anybody: is this paper genuine? One box for a number, a code or a file."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

import msgspec
from flask import Response, make_response, redirect, request, url_for
from msgspec import Struct, field
from msgspec.structs import asdict, replace
from werkzeug.wrappers import Response as WerkzeugResponse

from certificates.points import Looked
from certificates.services import reading
from certificates.services.lives import LABELS
from certificates.services.verifying import (
    ALTERED,
    NOT_OURS,
    UNKNOWN,
    UNPROVEN,
    Asker,
    Verdict,
    after_label,
    asker_of,
    canonical,
    check,
    issuer_of,
    programme_of,
    title_of,
    verify,
)
from certificates.views.preview import preview_of
from lms.api.people import here_or_none
from lms.api.transparency import ENDING, logged, proof_of
from lms.api.web import (
    ANYONE,
    MenuItem,
    Routes,
    address,
    at_address,
    current_locale,
    hole,
    render,
    render_alike,
    say,
    short_date,
    time_and_date,
    wants_json,
)
from lms.api.work import Invalid, NotFound, _, take, unit_of_work

routes = Routes("certificates", "/verify")
menu = (MenuItem("certificates.verify", _("Check a paper"), "badge-check", "tabs", order=80),)
Answer = str | WerkzeugResponse | tuple[str, int] | tuple[str | WerkzeugResponse, int, dict[str, str]]
FILES = 120  # of one address in ten minutes: each takes a tenth of a second to read
CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=(), browsing-topics=()"}
# Heading, kind and icon of each state.
HEADINGS: Final = {
    "valid": (_("The paper is valid"), "", "badge-check"),
    "revoked": (_("The paper was withdrawn"), "bad", "ban"),
    "suspended": (_("The paper is suspended for now"), "unsure", "clock"),
    "replaced": (_("A newer paper has replaced this one"), "unsure", "info"),
    "expired": (_("The paper is out of date"), "unsure", "clock"),
    ALTERED: (_("The paper does not match our record"), "bad", "circle-x"),
    NOT_OURS: (_("This was not issued here"), "bad", "circle-x"),
    UNPROVEN: (_("This proves nothing"), "unsure", "triangle-alert"),
    UNKNOWN: (_("No such paper found"), "unsure", "search"),
}


class Field(Struct, frozen=True):
    """A field as templates read it."""

    data: str
    errors: list[str] = field(default_factory=list)


class VerifyForm(Struct, frozen=True):
    """Number or file and, if the asker has it, the birth date."""

    number: Field
    file: Field
    birth_date: Field
    errors: dict[str, list[str]]


def asker() -> Asker:
    """Who asks: an official who is signed in, else the network address, whose tries are counted."""
    return asker_of(here_or_none(), request.remote_addr or "nowhere")


@routes.get("", ANYONE, endpoint="verify")
def form() -> Answer:
    """The form, or on to the number that was typed."""
    typed = request.args.get("number", "").strip()
    if not typed:
        return make_response(_form("", ""), CAMERA)
    try:
        return redirect(url_for("certificates.verify_number", number=canonical(typed)), 303)
    except Invalid as error:
        return _form(typed, "", number=[say(error.text)]), 422


@routes.post("", ANYONE, endpoint="verify_post")
def handed_in() -> Answer:
    """A number or code that was typed, or a file. With a birth date that fits, the whole name is shown.

    A form, so that neither a birth date nor a file stands in an address.
    """
    request.max_content_length = reading.MOST_BYTES + reading.MB
    typed, said = request.form.get("number", ""), request.form.get("birth_date", "")
    upload = request.files.get("file")
    who = asker()
    try:
        birth_date = parse_birth_date(said) if said.strip() else None
        if upload is not None and upload.filename:
            with unit_of_work():
                take("verify-file", who.who, most=FILES, seconds=600)
            shown = reading.read_file(upload.read(reading.MOST_BYTES + 1))
        else:
            shown = reading.read_typed(typed)
    except Invalid as error:
        fields = {k: [say(v)] for k, v in error.fields.items()} or {"number": [say(error.text)]}
        return _form(typed, said, **fields), 422
    if birth_date is None and shown.form in ("number", "address") and not shown.elsewhere:
        return redirect(url_for("certificates.verify_number", number=shown.presented.number), 303)
    with unit_of_work():
        verdict = check(shown, who, "page", birth_date)
    return _result(verdict, refused=birth_date is not None and not (verdict.unmasked or verdict.protected))


def _form(typed: str, said: str, /, **errors: list[str]) -> str:
    form = VerifyForm(
        Field(typed, errors.get("number", [])),
        Field("", errors.get("file", [])),
        Field(said, errors.get("birth_date", [])),
        errors,
    )
    return render("certificates/verify/form.html", form=form, most=reading.MOST_BYTES // reading.MB)


def parse_birth_date(text: str, name: str = "birth_date") -> date:
    """20/11/1968, 20-11-1968 or 20.11.1968. Raises Invalid for the field `name`."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\s*", text, re.ASCII)
    words = _("Please enter the date as day/month/year, e.g. 20/11/1960.")
    refused = Invalid(words)
    refused.fields = {name: words}
    if match is None:
        raise refused
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        raise refused from None


@routes.get("/<number>", ANYONE)
def verify_number(number: str) -> Answer:
    """What anybody may know of a number: as a page, or as JSON to whoever asks for it. The check is recorded.

    `?ngay=20/11/2026`: in what state it was on that day.
    """
    said = request.args.get("ngay", "")
    day, wrong = None, ""
    try:
        exact = canonical(number)
    except Invalid as error:
        if wants_json():
            raise
        return _form(number, "", number=[say(error.text)]), 404, {"Vary": "Accept"}
    try:
        day = parse_birth_date(said, "ngay") if said.strip() else None
    except Invalid as error:
        if wants_json():
            raise
        wrong = say(error.text)
    who = asker()
    with unit_of_work():
        verdict = verify(exact, who, "json" if wants_json() else "page", day=day)
    status = 404 if verdict.state == UNKNOWN else 200
    if wants_json():
        answer = Response(msgspec.json.encode(verdict.as_json()), status, mimetype="application/json")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Vary"] = "Accept"
        return answer
    headers = {"Vary": "Accept, Accept-Encoding"} | ({"Cache-Control": "no-store"} if who.official else {})
    return _result(verdict, day=Field(said, [wrong] if wrong else [])), 422 if wrong else status, headers


@routes.get("/<number>/bang-chung", ANYONE, endpoint="proof")
def proof(number: str) -> WerkzeugResponse:
    """The proof that a paper stands in the transparency log: a text that can be checked for ever without us."""
    for entry in logged(canonical(number)):
        answer = Response(str(proof_of(entry)), content_type="text/plain; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{entry.subject}{ENDING}"'
        return answer
    raise NotFound


class Line(Struct, frozen=True):
    """One thing that was looked at, in words."""

    label: str
    ok: bool | None
    note: str


def lines_of(looked: tuple[Looked, ...]) -> list[Line]:
    """What was looked at, in the reader's language."""
    return [Line(say(one.label), one.ok, say(one.note) if one.note else "") for one in looked]


def facts_of(verdict: Verdict) -> list[tuple[str, Any]]:
    """What may be told of a paper: label and value. Only what stands on it, or what the log says."""
    row = verdict.credential
    if row is None:
        return []
    paper = row.paper
    if verdict.forgotten:
        issued = short_date(row.issued_at, current_locale())
        return [
            (say(_("Paper")), title_of(row).capitalize()), (say(_("Number")), row.number), (say(_("Given on")), issued),
        ]  # fmt: skip
    facts = [
        (say(_("Paper")), f"{title_of(row).capitalize()}: {programme_of(row)}"),
        (say(_("Given to")), verdict.full_name),
        (say(_("Number")), row.number),
        (say(_("Given by")), issuer_of(row)),
        (say(_("Given on")), paper["place_and_date"]),
        (say(_("Who signs it")), ", ".join(paper.get("signatory_lines") or ())),
        (say(_("Valid until")), f"{row.expires_on:%d/%m/%Y}" if row.expires_on else ""),
        (say(_("Framework")), after_label(paper.get("framework_line"))),
        (say(_("Rules")), after_label(paper.get("rules_line"))),
        (say(_("Who the name comes from")), paper.get("identity_line")),
    ]
    if verdict.unmasked:
        facts.insert(2, (say(_("Born on")), paper["birth_date"]))
    if verdict.official:
        facts.insert(3, (say(_("Lives or works in")), paper.get("unit_name")))
    return [(label, value) for label, value in facts if value]


# Stand for a number where a page is drawn for all that show the same: of the year 0, so they are nobody's.
NO_NUMBER, NO_SUCCESSOR = "HVS-XN-0000-000000-00", "HVS-XN-0000-000000-01"


def _result(verdict: Verdict, refused: bool = False, day: Field | None = None) -> WerkzeugResponse:
    """What came of a check, drawn once for all papers of which the same is to be said."""
    row = verdict.credential
    notes: list[str] = []
    if row is not None and not verdict.forgotten:
        paper = row.paper
        unsigned = paper["unsigned_notice"] if row.signed_key is None else ""
        notes = [*paper["notes"], *([unsigned] if unsigned else [])]
    heading, kind, icon = HEADINGS[verdict.state]
    own = {NO_NUMBER: verdict.number, NO_SUCCESSOR: verdict.successor}

    def its(name: str, value: str) -> str:
        """The place of what is this paper's own; empty where there is nothing to say."""
        if value:
            own[hole(name)] = value
        return hole(name) if value else ""

    preview = preview_of(verdict)
    path = request.full_path.rstrip("?")
    with at_address(path.replace(verdict.number, NO_NUMBER) if verdict.number else path):
        return render_alike(
            "certificates/verify/result.html",
            own,
            verdict={
                "state": verdict.state,
                "heading": say(heading),
                "kind": kind,
                "icon": icon,
                "checked_at": its("checked_at", time_and_date(verdict.checked_at)),
                "number": NO_NUMBER if verdict.number else "",
                "facts": [
                    (label, its(f"fact{nth}", str(value))) for nth, (label, value) in enumerate(facts_of(verdict))
                ],
                "why": say(verdict.why) if verdict.why else "",
                "exact": verdict.exact,
                "reason": its("reason", verdict.reason),
                "successor": NO_SUCCESSOR if verdict.successor else "",
                "unmasked": verdict.unmasked,
                "protected": verdict.protected,
                "refused": refused,
                "forgotten": verdict.forgotten,
                "official": verdict.official,
                "proof": verdict.in_log,
                "record_url": its(
                    "record_url",
                    address("certificates.one_check", uuid=verdict.record) if verdict.record else "",
                ),
                "on_day": say(LABELS[verdict.on_day]) if verdict.on_day else "",
                "day": its("day", f"{verdict.day:%d/%m/%Y}" if verdict.day else ""),
            },
            preview={name: its(f"preview.{name}", value) for name, value in asdict(preview).items()}
            if preview
            else None,
            day=day or Field(""),
            checks=[
                replace(line, note=its(f"note{nth}", line.note)) for nth, line in enumerate(lines_of(verdict.looked))
            ],
            standing_note=" · ".join(notes),
        )
