"""Anybody: is this paper genuine?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from certificates.services.verifying import UNKNOWN, Verdict, canonical, verify
from lms.api.web import ANYONE, MenuItem, Routes, render, say, time_and_date, wants_json
from lms.api.work import Invalid, _, unit_of_work

routes = Routes("certificates", "/verify")
menu = (MenuItem("certificates.verify", _("Check a paper"), "badge-check", "tabs", order=80),)
Answer = str | WerkzeugResponse | tuple[str, int] | tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class Field:
    """A field as templates read it."""

    data: str
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class VerifyForm:
    """Number and, if the asker has it, the birth date."""

    number: Field
    birth_date: Field
    errors: dict[str, list[str]]


def asker() -> str:
    """Whose tries are counted: the network address."""
    return request.remote_addr or "nowhere"


@routes.get("", ANYONE, endpoint="verify")
def form() -> Answer:
    """The form, or on to the number that was typed."""
    typed = request.args.get("number", "").strip()
    if not typed:
        return _form("", "")
    try:
        return redirect(url_for("certificates.verify_number", number=canonical(typed)), 303)
    except Invalid as error:
        return _form(typed, "", number=[say(error.text)]), 422


@routes.post("", ANYONE, endpoint="verify_post")
def with_birth_date() -> Answer:
    """The same with a birth date: where it fits, the whole name is shown. A form, so that it stands in no address."""
    typed, said = request.form.get("number", ""), request.form.get("birth_date", "")
    try:
        number = canonical(typed)
        birth_date = parse_birth_date(said) if said.strip() else None
    except Invalid as error:
        return _form(typed, said, **{k: [say(v)] for k, v in error.fields.items()}), 422
    with unit_of_work():
        verdict = verify(number, asker(), "page", birth_date)
    return _result(verdict, refused=birth_date is not None and not (verdict.unmasked or verdict.protected))


def _form(typed: str, said: str, /, **errors: list[str]) -> str:
    form = VerifyForm(Field(typed, errors.get("number", [])), Field(said, errors.get("birth_date", [])), errors)
    return render("certificates/verify/form.html", form=form)


def parse_birth_date(text: str) -> date:
    """20/11/1968, 20-11-1968 or 20.11.1968. Raises Invalid."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\s*", text)
    words = _("Please enter the date as day/month/year, e.g. 20/11/1960.")
    if match is None:
        raise Invalid(words, birth_date=words)
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        raise Invalid(words, birth_date=words) from None


@routes.get("/<number>", ANYONE)
def verify_number(number: str) -> Answer:
    """What anybody may know of a number: as a page, or as JSON to whoever asks for it. The check is recorded."""
    try:
        exact = canonical(number)
    except Invalid as error:
        if wants_json():
            raise
        return _form(number, "", number=[say(error.text)]), 404, {"Vary": "Accept"}
    with unit_of_work():
        verdict = verify(exact, asker(), "json" if wants_json() else "page")
    status = 404 if verdict.state == UNKNOWN else 200
    if wants_json():
        answer = Response(msgspec.json.encode(verdict.as_json()), status, mimetype="application/json")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Vary"] = "Accept"
        return answer
    return _result(verdict), status, {"Vary": "Accept"}


def _result(verdict: Verdict, refused: bool = False) -> str:
    row = verdict.credential
    facts: list[tuple[str, Any]] = []
    notes: list[str] = []
    if row is not None:
        paper = row.paper
        facts = [
            (say(_("Paper")), f"{paper['title'].capitalize()}: {row.facts['programme']['title']}"),
            (say(_("Given to")), verdict.full_name),
            (say(_("Number")), row.number),
            (say(_("Given by")), row.facts["issuer"]),
            (say(_("Given on")), paper["place_and_date"]),
            (say(_("Framework")), paper["framework_line"].partition(": ")[2]),
            (say(_("Rules")), paper["rules_line"].partition(": ")[2]),
            (say(_("Who the name comes from")), paper["identity_line"]),
        ]
        if verdict.unmasked and paper["birth_date"]:
            facts.insert(2, (say(_("Born on")), paper["birth_date"]))
        notes = [*paper["notes"], *([paper["unsigned_notice"]] if paper["unsigned_notice"] else [])]
    return render(
        "certificates/verify/result.html",
        verdict={
            "state": verdict.state,
            "checked_at": time_and_date(verdict.checked_at),
            "number": verdict.number,
            "facts": facts,
            "reason": verdict.reason,
            "successor": verdict.successor,
            "unmasked": verdict.unmasked,
            "protected": verdict.protected,
            "refused": refused,
        },
        checks=[],
        standing_note=" · ".join(notes),
    )
