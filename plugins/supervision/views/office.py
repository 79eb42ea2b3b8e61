"""Officers: planning sessions, their lists and papers, and signing the minutes off."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import Optional

from lms.api.people import (
    find_people,
    here,
    may_at,
    name_sort_key,
    orgs_of_people,
    path_name,
    path_names,
    people_for,
    pick_unit,
    roles_that,
    units_where,
)
from lms.api.studio import Field, is_number
from lms.api.web import STAFF, MenuItem, Needed, PageForm, Routes, composed, panels, render, say, time_and_date
from lms.api.work import Conflict, DomainError, Invalid, NotFound, Text, _, audit, clock, unit_of_work
from plugins.supervision import queries
from plugins.supervision.access import PLANS, SUPERVISES, session_for, session_seen_by, units_of
from plugins.supervision.numbering import grouped
from plugins.supervision.queries import PAGE, SessionRow
from plugins.supervision.services import planning, reporting, supervising
from plugins.supervision.services.planning import Plan
from plugins.supervision.views.board import board_rows, happened, keep_proctor
from plugins.supervision.views.papers import list_pdf, minutes_pdf, ticket_pdf, to_type
from plugins.supervision.wording import STATES
from quizzes.api import told

routes = Routes("supervision", "/can-bo/phong-thi")
menu = (
    MenuItem(
        "supervision.office", _("Check rooms"), "list-checks", "staff", roles_that(SUPERVISES), 27, group="assess"
    ),
)
Answer = str | Response | tuple[str, int]
PIN = "ma-pin"  # in the signed session: a PIN to be shown once


class PlanForm(PageForm):
    """What is planned."""

    title = StringField(filters=[composed], validators=[Needed(_("Please give the session a name."))])
    place = StringField(filters=[composed], validators=[Needed(_("Please write where it is held."))])
    quiz = SelectField(validators=[Needed(_("Please choose the check."))])
    day = StringField(filters=[composed])
    month = StringField(filters=[composed])
    year = StringField(filters=[composed])
    time = StringField(filters=[composed], validators=[Needed(_("Please write when it begins."))])
    minutes = IntegerField(validators=[Needed(_("Please write how long it lasts."))])
    seats = IntegerField(validators=[Needed(_("Please write how many seats there are."))])
    walk_ins = BooleanField(validators=[Optional()])

    def starts_at(self) -> int | None:
        """The moment that was typed, on the Vietnamese clock; None where it is none, and said at the fields."""
        try:
            day = datetime(
                int(self.year.data or 0), int(self.month.data or 0), int(self.day.data or 0), tzinfo=clock.VIETNAM
            )
        except (ValueError, OverflowError):
            self.refuse("day", _("Please enter the date as day/month/year, e.g. 20/11/1960."))
            return None
        clean = (self.time.data or "").lower().replace("h", ":").replace(".", ":").replace(" ", "").rstrip(":")
        hour, _colon, minute = clean.partition(":")
        if not (is_number(hour) and is_number(minute or "0") and int(hour) < 24 and int(minute or 0) < 60):
            self.refuse("time", _("Please write the hour like this: 8:00 or 14:30."))
            return None
        local = day.replace(hour=int(hour), minute=int(minute or 0))
        return int(local.timestamp())

    def plan(self, org_id: int) -> Plan | None:
        """What was typed as a plan; None where something is missing."""
        starts_at = self.starts_at()
        if starts_at is None:
            return None
        activity_id = int(self.quiz.data) if is_number(self.quiz.data or "") else 0
        return Plan(
            (self.title.data or "")[:200], org_id, (self.place.data or "")[:200], activity_id, starts_at,
            self.minutes.data or 0, self.seats.data or 0, bool(self.walk_ins.data),
        )  # fmt: skip

    def refuse_at(self, error: Invalid) -> None:
        """Puts what the plan was refused for at its fields."""
        for name, text in error.fields.items():
            self.refuse("day" if name == "date" else name, text)


# --- the list, and planning -------------------------------------------------------------------------------------------


@routes.get("", STAFF)
def office() -> str:
    """The sessions of my units: those to come and under way first."""
    me = here()
    units = sorted({*units_where(me, SUPERVISES), *units_where(me, PLANS)})
    if not units:
        raise NotFound
    typed = request.args.get("trang", "1")
    page = max(1, int(typed)) if is_number(typed) and len(typed) < 6 else 1
    rows, total = queries.sessions_of(units, page)
    counts, names = queries.counts([row.id for row in rows]), path_names(sorted({row.org_id for row in rows}))
    last = max(1, -(-total // PAGE))

    def at(n: int) -> str | None:
        return url_for("supervision.office", trang=n) if 1 <= n <= last else None

    return render(
        "supervision/office/list.html",
        rows=[
            (row, say(STATES[row.state]), names.get(row.org_id, ""), counts.get(row.id, (0, 0, 0)),
             url_for("supervision.session_page", session_id=row.uuid))
            for row in rows
        ],
        may_plan=bool(units_where(me, PLANS)),
        pages={"number": page, "total": last, "previous_url": at(page - 1), "next_url": at(page + 1)},
    )  # fmt: skip


def _choices() -> list[tuple[str, str]]:
    return [(str(o.activity_id), f"{o.title} ({o.course_title})") for o in planning.offers()]


def _form(**values: Any) -> PlanForm:
    form = PlanForm(**values)
    form.quiz.choices = _choices()
    return form


@routes.get("/moi", STAFF)
def plan() -> str:
    """Planning a session."""
    mine = units_of(here())
    tomorrow = clock.local(clock.from_seconds(clock.seconds() + 86_400))
    form = _form(
        data={
            "day": str(tomorrow.day), "month": str(tomorrow.month), "year": str(tomorrow.year), "time": "8:00",
            "minutes": 120, "seats": 30,
        }
    )  # fmt: skip
    return _plan_page(form, pick_unit("unit", within=mine, default=mine[0] if len(mine) == 1 else None))


def _plan_page(form: PlanForm, pick: Any, found: SessionRow | None = None) -> str:
    wrong = dict(form.wrong)
    if pick.errors:
        wrong[pick.name] = pick.errors
    return render(
        "supervision/office/plan.html",
        form=form,
        pick=pick,
        choices=form.quiz.choices,
        session=found,
        errors=wrong,
        most=planning.MOST_SEATS,
    )


@routes.post("/moi", STAFF)
def plan_post() -> Answer:
    """Plans it; the PIN is shown once, on the next page."""
    me = here()
    mine = units_of(me)
    form, pick = _form(), pick_unit("unit", within=mine, default=mine[0] if len(mine) == 1 else None)
    if pick.searching:
        return _plan_page(form, pick), 422
    wanted = _wanted(form, pick)
    if wanted is None:
        return _plan_page(form, pick), 422
    pin = planning.drawn_pin()
    hashed = planning.pin_hash(pin)
    try:
        with unit_of_work():
            made = planning.make(wanted, hashed, me.id)
    except Invalid as error:
        form.refuse_at(error)
        return _plan_page(form, pick), 422
    session[PIN] = [str(made), pin]
    return redirect(url_for("supervision.session_page", session_id=made), 303)


def _wanted(form: PlanForm, pick: Any) -> Plan | None:
    valid, chosen = form.validate(), pick.demand()
    wanted = form.plan(pick.chosen or 0)
    return wanted if valid and chosen else None


@routes.get("/<uuid:session_id>/sua", STAFF)
def plan_change(session_id: UUID) -> str:
    """Changing what is planned."""
    found = session_for(here(), session_id)
    at = clock.local(clock.from_seconds(found.starts_at))
    form = _form(
        data={
            "title": found.title, "place": found.place, "quiz": str(found.activity_id), "day": str(at.day),
            "month": str(at.month), "year": str(at.year), "time": f"{at.hour}:{at.minute:02d}",
            "minutes": (found.ends_at - found.starts_at) // 60, "seats": found.seats, "walk_ins": found.walk_ins,
        }
    )  # fmt: skip
    return _plan_page(form, pick_unit("unit", within=units_of(here()), default=found.org_id), found)


@routes.post("/<uuid:session_id>/sua", STAFF)
def plan_change_post(session_id: UUID) -> Answer:
    """Changes it."""
    me = here()
    found = session_for(me, session_id)
    form, pick = _form(), pick_unit("unit", within=units_of(me), default=found.org_id)
    if pick.searching:
        return _plan_page(form, pick, found), 422
    wanted = _wanted(form, pick)
    if wanted is None:
        return _plan_page(form, pick, found), 422
    try:
        with unit_of_work():
            planning.change(session_for(me, session_id, hold=True), wanted, me.id)
    except Invalid as error:
        form.refuse_at(error)
        return _plan_page(form, pick, found), 422
    return _back(session_id)


def _back(session_id: UUID) -> Response:
    return redirect(url_for("supervision.session_page", session_id=session_id), 303)


# --- one session ------------------------------------------------------------------------------------------------------


@routes.get("/<uuid:session_id>", STAFF)
def session_page(session_id: UUID) -> str:
    """A session: its plan, its list, its papers, what happened."""
    found = session_seen_by(here(), session_id)
    kept = session.pop(PIN, None)
    pin = str(kept[1]) if isinstance(kept, list) and len(kept) == 2 and kept[0] == str(session_id) else ""
    return _session_page(found, pin=pin)


def _session_page(found: SessionRow, error: DomainError | None = None, pin: str = "", names: str = "") -> str:
    rows, offer = queries.seats(found.id), planning.offer_of(found.activity_id)
    revision = found.revision_id if found.revision_id is not None else offer.revision_id if offer else None
    fields = error.fields if isinstance(error, Invalid) else {}
    errors = {name: [say(text)] for name, text in fields.items()}
    if error is not None and not errors:
        errors = {"": [say(error.text)]}
    return render(
        "supervision/office/session.html",
        session=found,
        state=say(STATES[found.state]),
        supervise_at=to_type("supervision.supervise"),
        unit=path_name(found.org_id),
        quiz=told(revision) if revision is not None else None,
        code=grouped(found.code),
        pin=grouped(pin),
        when=time_and_date(found.starts_at),
        until=time_and_date(found.ends_at),
        rows=board_rows(found, [row for row in rows if row.account_id is not None]),
        begun={row.number for row in rows if row.attempt_uuid is not None},
        free=sum(row.account_id is None for row in rows),
        happened=happened(queries.incidents(found.id), rows),
        may_plan=may_at(here(), PLANS, found.org_id),
        may_supervise=may_at(here(), SUPERVISES, found.org_id),
        names=Field(names, errors.get("names", [])),
        errors=errors,
        panels=panels("supervised-session", session=found),
    )  # fmt: skip


@routes.get("/<uuid:session_id>/nguoi", STAFF)
def list_add(session_id: UUID) -> str:
    """Choosing people for the list."""
    return _add_page(session_for(here(), session_id), [])


def _add_page(found: SessionRow, errors: list[str]) -> str:
    words = (request.values.get("q") or "")[:100]
    typed = request.args.get("trang", "1")
    number = max(1, int(typed)) if is_number(typed) and len(typed) < 6 else 1
    people = find_people([found.org_id], words, number)
    seated = {row.account_id for row in queries.seats(found.id)}
    belong = orgs_of_people([row.id for row in people.rows])
    names = path_names(sorted(set(belong.values())))

    def at(n: int) -> str | None:
        return (
            url_for("supervision.list_add", session_id=found.uuid, q=words, trang=n) if 1 <= n <= people.pages else None
        )

    return render(
        "supervision/office/add.html",
        session=found,
        rows=[
            (row.uuid, row.full_name, row.birth_year or "", names.get(belong.get(row.id, 0), ""), row.id in seated)
            for row in people.rows
        ],
        q=Field(words, []),
        free=sum(row.account_id is None for row in queries.seats(found.id)),
        pages={"number": number, "total": people.pages, "previous_url": at(number - 1), "next_url": at(number + 1)},
        errors={"person": errors} if errors else {},
    )


@routes.post("/<uuid:session_id>/nguoi", STAFF)
def list_add_post(session_id: UUID) -> Answer:
    """Puts those who were ticked on the list."""
    me = here()
    found = session_for(me, session_id)
    wanted = []
    for typed in request.form.getlist("person")[:1000]:
        try:
            wanted.append(UUID(typed))
        except ValueError:
            continue
    people = sorted(people_for(me, PLANS, wanted), key=lambda person: name_sort_key(person.full_name))
    try:
        with unit_of_work():
            planning.expect(session_for(me, session_id, hold=True), people, me.id)
    except (Conflict, Invalid) as error:
        return _add_page(found, [say(error.text)]), error.status
    return _back(session_id)


@routes.post("/<uuid:session_id>/ten", STAFF)
def list_names(session_id: UUID) -> Answer:
    """Puts pasted names on the list; whoever the unit does not know is entered there."""
    me = here()
    found = session_for(me, session_id)
    typed = request.form.get("names", "")[:20_000]
    try:
        lines = planning.lines_of(typed)
        if not lines:
            text: Text = _("Please write at least one name.")
            raise Invalid(text, names=text)
        with unit_of_work():
            held = session_for(me, session_id, hold=True)
            planning.require_not_ended(held)
            planning.expect(held, planning.enter_named(held, lines, me.id), me.id)
    except (Conflict, Invalid) as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        shown = Invalid(error.text, names=next(iter(fields.values()))) if fields else error
        return _session_page(found, shown, names=typed), error.status
    return _back(session_id)


@routes.post("/<uuid:session_id>/bo", STAFF)
def list_remove(session_id: UUID) -> Answer:
    """Takes somebody off the list."""
    me = here()
    found = session_for(me, session_id)
    typed = request.form.get("seat", "")
    try:
        with unit_of_work():
            held = session_for(me, session_id, hold=True)
            if is_number(typed) and len(typed) < 4:
                planning.take_off(held, int(typed), me.id)
    except Conflict as error:
        return _session_page(found, error), error.status
    return _back(session_id)


@routes.post("/<uuid:session_id>/pin", STAFF)
def new_pin(session_id: UUID) -> Answer:
    """Another PIN, shown once."""
    me = here()
    found = session_for(me, session_id)
    pin = planning.drawn_pin()
    hashed = planning.pin_hash(pin)
    try:
        with unit_of_work():
            planning.renew_pin(session_for(me, session_id, hold=True), hashed, me.id)
    except Conflict as error:
        return _session_page(found, error), error.status
    session[PIN] = [str(session_id), pin]
    return _back(session_id)


@routes.post("/<uuid:session_id>/coi-thi", STAFF)
def supervise_here(session_id: UUID) -> Answer:
    """An officer who is signed in supervises, in this browser."""
    me = here()
    found = session_seen_by(me, session_id)
    if not may_at(me, SUPERVISES, found.org_id):
        raise NotFound
    try:
        with unit_of_work():
            token = supervising.by_right(found, me)
    except Conflict as error:
        return _session_page(found, error), error.status
    return keep_proctor(redirect(url_for("supervision.board"), 303), token)


@routes.post("/<uuid:session_id>/huy", STAFF)
def cancel(session_id: UUID) -> Answer:
    """Cancels a session that has not begun."""
    me = here()
    found = session_for(me, session_id)
    try:
        with unit_of_work():
            planning.cancel(session_for(me, session_id, hold=True), me.id)
    except Conflict as error:
        return _session_page(found, error), error.status
    return _back(session_id)


# --- papers -----------------------------------------------------------------------------------------------------------


@routes.post("/<uuid:session_id>/phieu.pdf", STAFF)
def tickets(session_id: UUID) -> Response:
    """The tickets; that they were printed stands in the journal. With `spare`: those of the free seats too."""
    me = here()
    found = session_for(me, session_id)
    rows = [row for row in queries.seats(found.id) if row.account_id is not None or found.walk_ins]
    with unit_of_work():
        audit.record(me.id, "supervision.printed", f"supervision:{found.uuid}", tickets=len(rows))
    return _kept_by_nobody(ticket_pdf(found, rows))


@routes.get("/<uuid:session_id>/danh-sach.pdf", STAFF)
def seat_list(session_id: UUID) -> Response:
    """The list of seats, to sign in."""
    found = session_seen_by(here(), session_id)
    rows = [row for row in queries.seats(found.id) if row.account_id is not None or found.walk_ins]
    return _kept_by_nobody(list_pdf(found, rows))


@routes.get("/<uuid:session_id>/bien-ban.pdf", STAFF)
def minutes(session_id: UUID) -> Response:
    """The minutes: a draft, or as they were signed off."""
    return _kept_by_nobody(minutes_pdf(session_seen_by(here(), session_id)))


def _kept_by_nobody(answer: Response) -> Response:
    made = make_response(answer)
    made.headers["Cache-Control"] = "no-store"
    return made


@routes.post("/<uuid:session_id>/chot", STAFF)
def sign(session_id: UUID) -> Answer:
    """Signs the minutes off: from then on they never change."""
    me = here()
    found = session_for(me, session_id)
    try:
        with unit_of_work():
            reporting.sign_off(session_for(me, session_id, hold=True), me.id)
    except Conflict as error:
        return _session_page(found, error), error.status
    return _back(session_id)
