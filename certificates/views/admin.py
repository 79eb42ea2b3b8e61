"""Officers: find a paper, see its whole life, and do what can be done to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request
from msgspec import Struct, field
from werkzeug.wrappers import Response

from certificates import queries
from certificates.access import credential_for_officer
from certificates.models import VALID
from certificates.queries import CredentialRow
from certificates.services import changing, registering
from certificates.services.changing import Corrected, Why
from certificates.services.lives import LABELS, NOT_YET, state_now
from certificates.services.reasons import (
    CORRECT,
    REASONS,
    REISSUE,
    RESTORE,
    REVOKE,
    SUPERSEDE,
    SUSPEND,
    reasons_for,
)
from certificates.services.registering import RELATIONS
from certificates.services.verifying import canonical
from certificates.views.verify import parse_birth_date
from certificates.wording import FORGOTTEN
from lms.api.people import (
    May,
    find_people,
    here,
    may_at,
    nation_id,
    orgs_of,
    path_name,
    people_by_id,
    person_by_id,
    require_anywhere,
    roles_that,
)
from lms.api.transparency import logged
from lms.api.web import STAFF, MenuItem, Routes, address, composed, composed_lines, render, say
from lms.api.work import Invalid, NotFound, Text, _, clock, unit_of_work

routes = Routes("certificates", "/can-bo/giay")
menu = (
    MenuItem(
        "certificates.admin_search", _("Papers issued"), "award", "staff", roles_that(May.VERIFY), 40, group="papers"
    ),
)
PAGE = 50  # papers of a page of the search
MOST_NAMED = 200  # people with a name that was looked for
STRIKE = "strike"  # the hand-over was written down by mistake
SIGNS: Mapping[str, str] = {"valid": "ok", "revoked": "bad"}  # colours of tags; the others wait


class IssuedRow(Struct, frozen=True):
    """A paper as an officer sees it in a list."""

    number: str
    name: str
    kind_title: str
    about: str
    issued: int
    state: str
    state_label: str
    sign: str
    url: str


def shown(row: CredentialRow) -> IssuedRow:
    """A paper as a line of a list."""
    state = state_now(row, clock.today())
    return IssuedRow(
        row.number,
        row.paper["full_name"],
        row.paper["title"].capitalize(),
        row.facts["programme"]["title"],
        row.issued_at,
        state,
        say(LABELS[state]),
        SIGNS.get(state, "wait"),
        address("certificates.admin_paper", number=row.number),
    )


class Field(Struct, frozen=True):
    """A field as templates read it."""

    data: str
    errors: list[str] = field(default_factory=list)


# --- search -----------------------------------------------------------------------------------------------------------


@routes.get("", STAFF)
def admin_search() -> str | Response:
    """The newest papers of my units; one by its number; or those of a name, a state, a time."""
    person = here()
    units = require_anywhere(person, May.VERIFY)
    typed = {key: composed(request.args.get(key)) or "" for key in ("number", "name", "state", "since", "until")}
    page = max(1, min(request.args.get("page", 1, int), 10_000))
    errors: dict[str, list[str]] = {}
    rows: list[CredentialRow] = []
    try:
        if typed["number"]:
            found = queries.credential_by_number(canonical(typed["number"]))
            rows = [found] if found and may_at(person, May.VERIFY, found.org_id) else []
        else:
            rows = queries.found_in(
                units,
                holders=_named(typed["name"]) if typed["name"] else None,
                state=typed["state"] if typed["state"] in LABELS and typed["state"] != NOT_YET else "",
                since=_start(typed["since"], "since"),
                until=_start(typed["until"], "until", 1),
                skip=(page - 1) * PAGE,
                most=PAGE + 1,
            )
    except Invalid as error:
        errors = {name: [say(text)] for name, text in error.fields.items()}
    form: dict[str, Any] = {key: Field(value, errors.get(key, [])) for key, value in typed.items()}
    asked = {key: value for key, value in typed.items() if value}
    return render(
        "certificates/admin/search.html",
        form={**form, "errors": errors},
        states=[(state, say(label)) for state, label in LABELS.items() if state != NOT_YET],
        papers=[shown(row) for row in rows[:PAGE]],
        searched=bool(asked),
        waiting=registering.count_not_handed(units),
        newer=_searched(asked, page - 1) if page > 1 else "",
        older=_searched(asked, page + 1) if len(rows) > PAGE else "",
    )


def _searched(asked: Mapping[str, str], page: int) -> str:
    return f"{address('certificates.admin_search')}?{urlencode({**asked, 'page': page})}"


def _named(words: str) -> list[int]:
    """Holders of papers of that name, wherever they live now. Parts of a name only: telephones are not looked for."""
    letters = " ".join(word for word in words.split() if not any(sign.isdigit() for sign in word))
    nation = nation_id()
    if not letters or nation is None:
        text = _("Please type a name, or a part of one.")
        raise Invalid(text, name=text)
    found = find_people([nation], letters, only=queries.holders, size=MOST_NAMED)
    return [person.id for person in found.rows]


def _start(typed: str, name: str, later: int = 0) -> int | None:
    """The first second of a day that was typed, or of one `later` days after it; None where none was typed."""
    if not typed:
        return None
    day = day_typed(typed, name)
    return int(datetime.combine(date.fromordinal(day.toordinal() + later), time(), clock.VIETNAM).timestamp())


def day_typed(typed: str, name: str) -> date:
    """A day as people type it, 20/11/2026. Raises Invalid for the field `name`."""
    return parse_birth_date(typed, name)


# --- one paper --------------------------------------------------------------------------------------------------------


@routes.get("/<number>", STAFF)
def admin_paper(number: str) -> str:
    """One paper: what it says, what happened to it, what can be done."""
    return _page(credential_for_officer(here(), May.VERIFY, number))


@routes.get("/<number>/<act>", STAFF)
def admin_act(number: str, act: str) -> str:
    """The form of one act: what comes of it, why it is done, and what it asks for besides."""
    row = credential_for_officer(here(), May.REVOKE, number)
    if act not in changing.STEPS:
        raise NotFound
    return _form(row, act, _begun(row), {})


@routes.post("/<number>/<act>", STAFF)
def admin_act_post(number: str, act: str) -> str | Response | tuple[str, int]:
    """Does something to a paper: suspend, restore, revoke, correct, reissue, supersede, strike."""
    person = here()
    row = credential_for_officer(person, May.REVOKE, number)
    if act not in changing.STEPS and act != STRIKE:
        raise NotFound
    form = {key: composed(request.form.get(key)) or "" for key in FIELDS}
    form["reason"] = composed_lines(request.form.get("reason")) or ""
    new: int | None = None
    try:
        with unit_of_work():
            new = _do(row, act, form, Why(form["code"], form["reason"], person.id))
    except Invalid as error:
        errors = {name: [say(text)] for name, text in error.fields.items()} or {"": [say(error.text)]}
        return _form(row, act, form, errors), 422
    successor = queries.credential(new) if new is not None else None
    return redirect(address("certificates.admin_paper", number=successor.number if successor else number), 303)


def _do(row: CredentialRow, act: str, form: Mapping[str, str], why: Why) -> int | None:
    """The act itself, in the open unit of work; the id of a paper that was issued by it."""
    match act:
        case "suspend":
            changing.suspend(row, why)
        case "restore":
            changing.restore(row, why)
        case "revoke":
            changing.revoke(row, why)
        case "supersede":
            other = queries.credential_by_number(canonical(form["number"]))
            mine = other is not None and may_at(here(), May.REVOKE, other.org_id)
            changing.supersede(row, other if mine else None, why)
        case "correct":
            return changing.correct(row, _corrected(row, form), why)
        case "reissue":
            return changing.reissue(row, why)
        case _:
            registering.strike(row, why.by_id)
    return None


def _corrected(row: CredentialRow, form: Mapping[str, str]) -> Corrected:
    name = form["full_name"] or row.paper["full_name"]
    typed = form["birth_date"]
    born = day_typed(typed, "birth_date") if typed and typed != row.paper["birth_date"] else None
    holder = person_by_id(row.account_id)
    on_record = (holder.full_name, f"{holder.birth_date:%d/%m/%Y}" if holder.birth_date else "") if holder else None
    unit = _unit_now(row)
    if form["unit_now"] and (unit is None or not may_at(here(), May.REVOKE, unit)):
        text = _("The holder's unit now is not one of yours. Leave the unit as it is, or ask an officer of that unit.")
        raise Invalid(text, unit_now=text)
    return Corrected(
        name,
        born,
        unit if form["unit_now"] else None,
        bool(form["papers_seen"]),
        on_record == (name, f"{born:%d/%m/%Y}" if born else row.paper["birth_date"] or ""),
        holder.assurance_level if holder else 0,
    )


def _unit_now(row: CredentialRow) -> int | None:
    units = orgs_of(row.account_id)
    return units[0][0] if units else None


class Happened(Struct, frozen=True):
    """Something in the life of a paper. `by`: who did it; empty where it came by rule."""

    at: int
    title: str
    by: str = ""
    words: str = ""
    url: str = ""


def _page(row: CredentialRow) -> str:
    person, paper = here(), row.paper
    handed = registering.handed_of([row.id]).get(row.id)
    own, may_change = row.account_id == person.id, may_at(person, May.REVOKE, row.org_id)
    before = queries.stands_for(row)
    after = queries.credential(row.successor_id) if row.successor_id else None
    entries = logged(row.number)
    return render(
        "certificates/admin/paper.html",
        paper=shown(row),
        facts={
            "birth_date": paper["birth_date"] or "", "unit": paper["unit_name"] or "", "until": row.expires_on,
            "notes": list(paper["notes"]),
        },
        forgotten=paper["full_name"] == FORGOTTEN,
        before=before.number if before else "",
        before_url=_paper_url(before),
        after=after.number if after else "",
        after_url=_paper_url(after),
        life=_life(row),
        entries=[(say(KINDS[entry.kind]), entry.place) for entry in entries if entry.kind in KINDS],
        in_log=any(entry.place is not None for entry in entries),
        handed=handed is not None and may_change,
        acts=_acts(row) if may_change and not own else [],
        own=own and may_change,
        verify_url=address("certificates.verify_number", number=row.number),
    )  # fmt: skip


def _paper_url(row: CredentialRow | None) -> str:
    seen = row is not None and may_at(here(), May.VERIFY, row.org_id)
    return address("certificates.admin_paper", number=row.number) if row is not None and seen else ""


def _begun(row: CredentialRow) -> dict[str, str]:
    """What the form of a correction begins with: the person's record as it stands now."""
    holder, paper = person_by_id(row.account_id), row.paper
    born = f"{holder.birth_date:%d/%m/%Y}" if holder and holder.birth_date else paper["birth_date"] or ""
    return {"full_name": holder.full_name if holder else paper["full_name"], "birth_date": born}


def _form(row: CredentialRow, act: str, given: Mapping[str, str], errors: Mapping[str, list[str]]) -> str:
    found = next((one for one in _acts(row) if one.key == act), None)
    unit = _unit_now(row)
    return render(
        "certificates/admin/act.html",
        paper=shown(row),
        act=found,
        own=row.account_id == here().id,
        form={key: Field(given.get(key, ""), errors.get(key, [])) for key in FIELDS} | {"errors": errors},
        unit_now=path_name(unit) if unit is not None and unit != row.org_id else "",
    )


KINDS: Mapping[str, Text] = {
    "issued": _("issued"), "adopted": _("found when the log began"), "status": _("state changed"),
}  # fmt: skip
FIELDS = ("code", "reason", "full_name", "birth_date", "number", "papers_seen", "unit_now")


class ActForm(Struct, frozen=True):
    """An act that can be done: its words, what comes of it, its reasons, and whether it takes something away."""

    key: str
    title: str
    about: str
    codes: Sequence[tuple[str, str]]
    button: str
    grave: bool
    url: str


ACTS: Mapping[str, tuple[Text, Text, Text]] = {
    SUSPEND: (
        _("Suspend the paper for a time"),
        _("Whoever checks it sees that it does not count at the moment, and why. It can be made valid again."),
        _("Suspend"),
    ),
    RESTORE: (
        _("Make the paper valid again"),
        _("Whoever checks it sees that it is valid. What happened in between stays in its history."),
        _("Make valid again"),
    ),
    CORRECT: (
        _("Correct name, day of birth or unit"),
        _("A new paper with a new number is issued; the old number says that it was replaced. The person's own record"
          " stays as it is: correct it there, too."),
        _("Issue the corrected paper"),
    ),
    REISSUE: (
        _("Issue the paper again"),
        _("A new paper says the same under a new number, from today; the old number says that it was replaced."),
        _("Issue again"),
    ),
    SUPERSEDE: (
        _("Another paper stands in its place"),
        _("Where the holder has two papers for the same: this number then says that the other one replaced it."),
        _("Mark as replaced"),
    ),
    REVOKE: (
        _("Withdraw the paper"),
        _("From then on, whoever checks the paper sees that it was withdrawn, and why. It cannot be undone; a new paper"
          " can be given."),
        _("Withdraw the paper"),
    ),
}  # fmt: skip


def _acts(row: CredentialRow) -> list[ActForm]:
    offered = changing.offered(row, clock.today())
    return [
        ActForm(
            act, say(title), say(about), [(code, say(words)) for code, words in reasons_for(act)], say(button),
            act == REVOKE, address("certificates.admin_act", number=row.number, act=act),
        )
        for act, (title, about, button) in ACTS.items()
        if act in offered
    ]  # fmt: skip


def _life(row: CredentialRow) -> list[Happened]:
    """Everything that happened to a paper, the oldest first."""
    changes = queries.changes_of(row.id)
    lines = registering.lines_of(row.id)
    names = _names([c.by_id for c in changes] + [line.by_id for line, _struck in lines])
    cause = row.cause.partition(":")[0]
    said = [Happened(row.issued_at, say(CAUSES.get(cause, CAUSES["attainment"])))]
    if row.signed_at:
        said.append(Happened(row.signed_at, say(_("Signed digitally"))))
    for change in changes:
        why = REASONS.get(change.code)
        words = ": ".join(part for part in (say(why.words) if why else "", change.reason) if part)
        label = _("Valid again") if change.state == VALID else LABELS[change.state]
        said.append(Happened(change.at, say(label), names.get(change.by_id, ""), words))
    for line, struck in lines:
        words = ". ".join(part for part in (say(RELATIONS[line.relation]), line.receiver) if part)
        title = say(_("Handed over"))
        if struck is not None:
            title = say(_("Handed over (struck: written by mistake)"))
        url = address("certificates.handover", uuid=line.uuid)
        said.append(Happened(line.at, title, names.get(line.by_id, ""), words, url))
    return sorted(said, key=lambda happened: happened.at)


CAUSES: Mapping[str, Text] = {
    "attainment": _("Issued by rule"),
    "instead": _("Issued in place of another paper"),
    "list": _("Issued from a list of its issuer"),
}


def _names(ids: Collection[int]) -> dict[int, str]:
    return {account: person.full_name for account, person in people_by_id(set(ids)).items()}
