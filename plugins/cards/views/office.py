"""Helpers and managers: cards for the people of their units, and signing somebody in who sits beside them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import redirect, request, session, url_for
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, exists
from werkzeug.wrappers import Response

from lms.api.people import (
    May,
    Person,
    end_current,
    enter,
    find_people,
    here,
    may_at,
    orgs_of_people,
    path_names,
    people_by_id,
    pick_unit,
    require_anywhere,
    roles_that,
    units_where,
    with_role,
    without_role,
)
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Panel, Routes, composed, render, render_fragment, say, say_to, share
from lms.api.work import Invalid, Text, _, settings, unit_of_work
from plugins.cards import queries
from plugins.cards.access import all_helped_by, helped_by
from plugins.cards.models import Card
from plugins.cards.numbering import spoken
from plugins.cards.services import helping, issuing, proving, teaching
from plugins.cards.views.room import HELPED

routes = Routes("cards", "/can-bo/the")
menu = (MenuItem("cards.office", _("Cards"), "id-card", "staff", roles_that(May.HELP), 24, group="people"),)
REASONS: dict[str, Text] = {
    issuing.LOST: _("It is lost"),
    issuing.FOUND: _("Somebody else has it, or a photo of it"),
    issuing.WRONG: _("It was made for the wrong person"),
}
STATES: dict[str, Text] = {
    "none": _("No card"),
    "new": _("Card; no pictures yet"),
    "ready": _("Card and pictures"),
    "waiting": _("Waiting after wrong pictures"),
    "locked": _("Locked: too many wrong pictures"),
}


class Listed(Struct, frozen=True):
    """Somebody in the list."""

    uuid: UUID
    name: str
    born: str
    unit: str
    state: str
    state_label: str
    url: str


def state_of(account_id: int, has_card: bool, row: queries.HolderRow | None) -> str:
    """How far somebody is with card and pictures."""
    if row is not None and row.has_secret and proving.is_locked(row):
        return "locked"
    if row is not None and row.has_secret and proving.is_waiting(row):
        return "waiting"
    if not has_card:
        return "none"
    return "ready" if row is not None and row.has_secret else "new"


def _without_card(account: ColumnElement[int]) -> ColumnElement[bool]:
    has_one = exists().where(Card.__table__.c.account_id == account, Card.__table__.c.revoked_at.is_(None))
    return and_(without_role(account), ~has_one)


def listed(units: list[int], words: str, page: int) -> tuple[list[Listed], Any]:
    """One page of the people of these units, with what cards they have; and how many there are."""
    found = find_people(units, words, page, only=without_role)
    ids = [row.id for row in found.rows]
    held, rows, belong = queries.with_card(ids), queries.holders(ids), orgs_of_people(ids)
    names = path_names(sorted(set(belong.values())))
    people = []
    for row in found.rows:
        state = state_of(row.id, row.id in held, rows.get(row.id))
        people.append(
            Listed(
                row.uuid,
                row.full_name,
                str(row.birth_year or ""),
                names.get(belong[row.id], "") if row.id in belong else "",
                state,
                say(STATES[state]),
                url_for("cards.holder", person=row.uuid),
            )
        )
    return people, found


class Paging(Struct, frozen=True):
    """Where one is in a longer list."""

    number: int
    total: int
    previous_url: str | None
    next_url: str | None


def page_number() -> int:
    """The page that the address asks for."""
    typed = request.args.get("trang", "1")
    return max(1, int(typed)) if is_number(typed) else 1


def paging(found: Any, number: int, endpoint: str, **query: Any) -> Paging:
    """The links to the pages before and after."""

    def at(n: int) -> str:
        asked: dict[str, Any] = {k: v for k, v in query.items() if v} | ({"trang": n} if n > 1 else {})
        return url_for(endpoint, **asked)

    last = found.pages
    return Paging(number, last, at(number - 1) if number > 1 else None, at(number + 1) if number < last else None)


@routes.get("", STAFF)
def office() -> str:
    """The people of my units, with their cards."""
    return _office_page([])


def _office_page(errors: list[str]) -> str:
    mine = require_anywhere(here(), May.HELP)
    pick = pick_unit("unit", within=mine)
    words, number = (request.values.get("q") or "")[:100], page_number()
    units = [pick.chosen] if pick.chosen is not None else mine
    rows, found = listed(units, words, number)
    return render(
        "cards/office/list.html",
        rows=rows,
        q=Field(words, []),
        pick=pick,
        total=found.total,
        without=find_people(units, words, only=_without_card, size=1).total,
        most=issuing.MOST_AT_ONCE,
        pages=paging(found, number, "cards.office", q=words, unit=pick.data),
        errors={"person": errors} if errors else {},
    )


def uuids(name: str) -> list[UUID]:
    """The people that a form names; what is no name of anybody is left out."""
    found = []
    for typed in request.form.getlist(name)[:1000]:
        try:
            found.append(UUID(typed))
        except ValueError:
            continue
    return found


@routes.post("/in", STAFF, endpoint="print")
def print_cards() -> Response | tuple[str, int]:
    """New cards for those who were ticked, or for all who have none, as one PDF. Cards from before hold no more."""
    me = here()
    try:
        if request.form.get("all"):
            mine = require_anywhere(me, May.HELP)
            pick = pick_unit("unit", within=mine)
            units = [pick.chosen] if pick.chosen is not None else mine
            words = (request.form.get("q") or "")[:100]
            rows = find_people(units, words, only=_without_card, size=issuing.MOST_AT_ONCE).rows
            chosen = people_by_id([row.id for row in rows])
            people = [chosen[row.id] for row in rows if row.id in chosen]
        else:
            people = all_helped_by(me, uuids("person"))
        _check_letters(people)  # before the cards from then hold no more
        with unit_of_work():
            made = issuing.issue(people, me.id)
        content = _drawn(people, made)
    except Invalid as error:
        return _office_page([say(error.text)]), 422
    answer = Response(content, mimetype="application/pdf")
    name = f"the-{people[0].username or people[0].uuid}" if len(people) == 1 else f"the-{len(people)}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _check_letters(people: list[Person]) -> None:
    from plugins.cards.designs.sheet import missing_in

    missing = missing_in([person.full_name for person in people])
    if missing:
        raise Invalid(_("The font for cards lacks these letters: {letters}", letters=" ".join(sorted(missing))))


def site_address() -> str:
    """How others reach this installation: LMS_BASE_URL, else as the helper reached it (a station in a village)."""
    return settings().base_url or request.url_root.rstrip("/")


def _in_vietnamese(text: Text) -> str:
    """What stands on a card is for its holder, whatever language the helper reads."""
    return say_to(text, "vi", "bạn")


def _drawn(people: list[Person], made: list[issuing.Issued]) -> bytes:
    from plugins.cards.designs.sheet import PrintedCard, Words, draw  # ReportLab only when asked for

    here_url = site_address()
    belong = orgs_of_people([person.id for person in people])
    names = path_names(sorted(set(belong.values())))
    by_id = {person.id: person for person in people}
    place, line = settings().place_name, settings().help_line
    words = Words(
        _in_vietnamese(_("LEARNING CARD")),
        " · ".join(part for part in ("Học vụ số", place) if part),
        _in_vietnamese(_("Scan this square")),
        _in_vietnamese(_("Without a camera: type the number at {address}", address=f"{urlsplit(here_url).netloc}/the")),
        _in_vietnamese(_("Help: call {number}", number=line)) if line else "",
    )
    cards = [
        PrintedCard(
            by_id[card.account_id].full_name,
            names.get(belong[card.account_id], "") if card.account_id in belong else "",
            spoken(card.number),
            f"{here_url}/the/{card.secret}",
        )
        for card in made
    ]
    return draw(cards, words)


@routes.get("/<uuid:person>", STAFF)
def holder(person: UUID) -> str:
    """One person: card, pictures, help."""
    return _holder_page(helped_by(here(), person))


def _holder_page(found: Person, errors: dict[str, list[str]] | None = None, present: str = "") -> str:
    errors = errors or {}
    row, cards = queries.holder(found.id), queries.cards_of(found.id)
    valid = next((card for card in cards if card.revoked_at is None), None)
    state = state_of(found.id, valid is not None, row)
    return render(
        "cards/office/holder.html",
        person=found,
        is_me=found.id == here().id,
        has_role=bool(with_role([found.id])),
        card=valid,
        old=len(cards) - (1 if valid else 0),
        state=state,
        state_label=STATES[state],
        row=row,
        suspicious=row is not None and row.wrong_since >= proving.MOST_IN_A_ROW,
        reasons=[(key, say(text)) for key, text in REASONS.items()],
        reason=Field("", errors.get("reason", [])),
        agreed=Field("", errors.get("agreed", [])),
        present=Field(present, errors.get("present", [])),
        errors=errors,
        consent=helping.CONSENT,
        helps=queries.helps_of(found.id),
        done=request.args.get("xong", ""),
    )


def _back(found: Person, done: str) -> Response:
    return redirect(url_for("cards.holder", person=found.uuid, xong=done), 303)


@routes.post("/<uuid:person>/thu-hoi", STAFF)
def revoke(person: UUID) -> Response | tuple[str, int]:
    """Takes a card back."""
    me = here()
    found = helped_by(me, person)
    try:
        with unit_of_work():
            issuing.revoke(found.id, me.id, request.form.get("reason", ""))
    except Invalid as error:
        return _holder_page(found, _said(error)), 422
    return _back(found, "revoked")


@routes.post("/<uuid:person>/mo-khoa", STAFF)
def unlock(person: UUID) -> Response:
    """Lets somebody try their pictures again who sits beside the helper."""
    me = here()
    found = helped_by(me, person)
    with unit_of_work():
        proving.unlock(found.id, me.id)
    return _back(found, "unlocked")


@routes.post("/<uuid:person>/quen-hinh", STAFF)
def forget_pictures(person: UUID) -> Response:
    """Lets somebody choose new pictures who has forgotten theirs and sits beside the helper."""
    me = here()
    found = helped_by(me, person)
    with unit_of_work():
        proving.forget_pictures(found.id, me.id)
    return _back(found, "reset")


@routes.post("/<uuid:person>/vao", STAFF)
def beside(person: UUID) -> Response | tuple[str, int]:
    """Signs somebody in who sits beside the helper. The helper's own session on this device ends first."""
    me = here()
    found = helped_by(me, person)
    present = composed(request.form.get("present")) or ""
    try:
        helping.agreed(found, bool(request.form.get("agreed")), present)
    except Invalid as error:
        return _holder_page(found, _said(error), present), 422
    with unit_of_work():
        helped_by(me, person)  # still, in the moment of writing
        kept = helping.record(found, me.id, present)
        end_current()
    session.clear()
    share(session, teaching.IDLE, url_for("cards.lock"))
    session[HELPED] = kept
    enter(found, "helper", me.id, return_to=url_for("home.mine"))
    row = queries.holder(found.id)
    to = url_for("home.mine") if row is None or row.has_secret else url_for("cards.choose")
    answer = redirect(to, 303)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _said(error: Invalid) -> dict[str, list[str]]:
    fields = {name: [say(text)] for name, text in error.fields.items()}
    return fields or {"": [say(error.text)]}


# --- on other plugins' pages ------------------------------------------------------------------------------------------


def _draw_person(person: Person | None = None, **_what: Any) -> Markup | None:
    """On an officer's page of a person: how it stands with their card."""
    if person is None or not units_where(here(), May.HELP):
        return None
    row, has_card = queries.holder(person.id), bool(queries.with_card([person.id]))
    state = state_of(person.id, has_card, row)
    return Markup(  # noqa: S704  a template's own output
        render_fragment("cards/office/panel.html", person=person, state=state, state_label=STATES[state])
    )


def _draw_roster(org_id: int | None = None, **_what: Any) -> Markup | None:
    """On the page of a list of people that was taken in: cards for those of its unit who have none."""
    if org_id is None or not may_at(here(), May.HELP, org_id):
        return None
    without = find_people([org_id], only=_without_card, size=1).total
    if not without:
        return None
    return Markup(  # noqa: S704  a template's own output
        render_fragment("cards/office/roster.html", org_id=org_id, without=without)
    )


panels = (Panel("cards.person", "person", _draw_person), Panel("cards.roster", "roster", _draw_roster))
