"""Planning a session: what, when, where, who; its tickets and its PIN. Each function in the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import delete, insert, update

from lms.api.learning import Joining, activity, course_with, newest_syllabus, places
from lms.api.learning import join_newcomers as enter_unit
from lms.api.people import NewPerson, Person, check_name, find_people, fold, hash_password, make_people, org
from lms.api.work import Conflict, Invalid, Text, _, audit, clock, connection
from plugins.supervision import queries
from plugins.supervision.models import ENDED, EXPECTED, FREE, PLANNED, PRINTED, Seat, Session
from plugins.supervision.numbering import PIN_FIGURES, ROOM_FIGURES, drawn_figures, ticket, ticket_hash
from plugins.supervision.queries import SeatRow, SessionRow
from plugins.supervision.services import noting
from quizzes.api import exams

S, T = Session.__table__, Seat.__table__
MOST_SEATS = 120
LONGEST = 12 * 3600  # seconds that a session may be planned to last
FAR = 366 * 86_400  # seconds ahead that one may be planned
MOST_LINES = 200
HOUR, MINUTE = 3600, 60
BEGUN = _("The session has begun, so this can no longer be changed.")


class Plan(Struct, frozen=True):
    """What is planned. Moments in seconds since 1970."""

    title: str
    org_id: int
    place: str
    activity_id: int
    starts_at: int
    minutes: int
    seats: int
    walk_ins: bool


class Offer(Struct, frozen=True):
    """A quiz for which a session can be planned, in the course where it stands now."""

    activity_id: int
    course_id: int
    revision_id: int
    title: str
    course_title: str


def offers() -> list[Offer]:
    """The quizzes with exam questions, or that ask for somebody to be there, that stand in a published course."""
    found = [offer for activity_id in exams() if (offer := offer_of(activity_id)) is not None]
    return sorted(found, key=lambda offer: (offer.course_title, offer.title))


def offer_of(activity_id: int) -> Offer | None:
    """One of them as it stands now; None where it stands in no published course."""
    slug = course_with(activity_id)
    course = activity("course", slug) if slug else None
    syllabus = newest_syllabus(course.id) if course else None
    if course is None or syllabus is None:
        return None
    for place in places(syllabus):
        if place.activity_id == activity_id:
            return Offer(activity_id, course.id, place.content_id, place.title, course.title)
    return None


def pin_hash(figures: str) -> str:
    """What is kept of a PIN. Made before the unit of work: it costs 20 ms."""
    return hash_password(figures)


def drawn_pin() -> str:
    """A new PIN."""
    return drawn_figures(PIN_FIGURES)


def make(plan: Plan, pin: str, by_id: int) -> UUID:
    """Plans a session with its seats. `pin` is a `pin_hash`. Raises Invalid."""
    offer = _checked(plan)
    name, code = uuid4(), _free_code()
    session_id: int = (
        connection()
        .execute(
            insert(S)
            .values(
                uuid=name, code=code, title=plan.title, org_id=plan.org_id, place=plan.place,
                activity_id=offer.activity_id, course_id=offer.course_id, starts_at=plan.starts_at,
                ends_at=plan.starts_at + plan.minutes * MINUTE, seats=plan.seats, walk_ins=plan.walk_ins,
                pin_hash=pin, pin_wrong=0, state=PLANNED, extended=0, made_at=clock.seconds(), made_by=by_id,
            )
            .returning(S.c.id)
        )
        .scalar_one()
    )  # fmt: skip
    found = queries.session_by_id(session_id)
    assert found is not None
    _add_seats(found, 1, plan.seats)
    audit.record(by_id, "supervision.planned", f"supervision:{name}", seats=plan.seats)
    return name


def change(session: SessionRow, plan: Plan, by_id: int) -> None:
    """Changes what is planned, as long as it has not begun. Raises Invalid, Conflict."""
    require_planned(session)
    offer = _checked(plan)
    rows = queries.seats(session.id)
    taken = max((row.number for row in rows if row.account_id is not None), default=0)
    if plan.seats < taken:
        text = _("Seat {n} is given to somebody already. Take them off the list first.", n=taken)
        raise Invalid(text, seats=text)
    connection().execute(
        update(S)
        .where(S.c.id == session.id)
        .values(
            title=plan.title, org_id=plan.org_id, place=plan.place, activity_id=offer.activity_id,
            course_id=offer.course_id, starts_at=plan.starts_at, ends_at=plan.starts_at + plan.minutes * MINUTE,
            seats=plan.seats, walk_ins=plan.walk_ins,
        )
    )  # fmt: skip
    connection().execute(delete(T).where(T.c.session_id == session.id, T.c.number > plan.seats))
    _add_seats(session, len(rows) + 1, plan.seats)
    audit.record(by_id, "supervision.changed", f"supervision:{session.uuid}")


def _checked(plan: Plan) -> Offer:
    wrong: dict[str, Text] = {}
    if not plan.title:
        wrong["title"] = _("Please give the session a name.")
    if not plan.place:
        wrong["place"] = _("Please write where it is held.")
    if not 1 <= plan.seats <= MOST_SEATS:
        wrong["seats"] = _("Between 1 and {most} seats, please.", most=MOST_SEATS)
    if not 5 <= plan.minutes <= LONGEST // MINUTE:
        wrong["minutes"] = _("Between 5 minutes and {most} hours, please.", most=LONGEST // HOUR)
    if not clock.seconds() - 12 * HOUR <= plan.starts_at <= clock.seconds() + FAR:
        wrong["date"] = _("Please choose a day from today on, at most a year ahead.")
    offer = offer_of(plan.activity_id) if plan.activity_id in exams() else None
    if offer is None:
        wrong["quiz"] = _("Please choose the check.")
    if wrong or offer is None:
        raise Invalid(None, **wrong)
    return offer


def _free_code() -> str:
    while True:
        code = drawn_figures(ROOM_FIGURES)
        if queries.session_by_code(code) is None:
            return code


def _add_seats(session: SessionRow, first: int, last: int) -> None:
    if last < first:
        return
    rows = [
        {
            "session_id": session.id, "number": n, "issue": 0, "ticket_state": PRINTED, "state": FREE, "wrong": 0,
            "ticket_hash": ticket_hash(session.key, ticket(session.key, n, 0)), "extra_minutes": 0, "note": "",
        }
        for n in range(first, last + 1)
    ]  # fmt: skip
    connection().execute(insert(T), rows)


def renew_pin(session: SessionRow, pin: str, by_id: int) -> None:
    """Another PIN; the one before lets nobody in any more. Who is in stays in."""
    if session.is_ended:
        raise Conflict(_("The session has ended."))
    connection().execute(update(S).where(S.c.id == session.id).values(pin_hash=pin, pin_wrong=0))
    audit.record(by_id, "supervision.pin", f"supervision:{session.uuid}")


def require_planned(session: SessionRow) -> None:
    """Conflict where the session has begun."""
    if not session.is_planned:
        raise Conflict(BEGUN)


def require_not_ended(session: SessionRow) -> None:
    """Conflict where the session has ended."""
    if session.is_ended:
        raise Conflict(_("The session has ended."))


def expect(session: SessionRow, people: Sequence[Person | int], by_id: int | None) -> list[SeatRow]:
    """Gives people the lowest free seats, in this order; who has one keeps it. Raises Invalid where there are too few.

    Returns the seats that were given.
    """
    require_not_ended(session)
    rows = queries.seats(session.id)
    held = {row.account_id for row in rows}
    ids = [p if isinstance(p, int) else p.id for p in people]
    new = [account_id for account_id in dict.fromkeys(ids) if account_id not in held]
    free = [row for row in rows if row.account_id is None]
    if len(new) > len(free):
        text = _("There are {free} free seats for {n} people. Make more seats first.", free=len(free), n=len(new))
        raise Invalid(text, person=text)
    for account_id, row in zip(new, free, strict=False):
        connection().execute(update(T).where(T.c.id == row.id).values(account_id=account_id, state=EXPECTED))
    if new:
        audit.record(by_id, "supervision.listed", f"supervision:{session.uuid}", people=len(new))
    return free[: len(new)]


def take_off(session: SessionRow, number: int, by_id: int) -> None:
    """Takes somebody off the list who has not begun; their ticket is made anew, for whoever gets the seat next."""
    require_not_ended(session)
    row = queries.seat(session.id, number, hold=True)
    if row is None or row.account_id is None:
        return
    if row.attempt_uuid is not None:
        raise Conflict(_("This person has begun already."))
    connection().execute(
        update(T)
        .where(T.c.id == row.id)
        .values(
            account_id=None, state=FREE, present_at=None, confirmed_at=None, device=None, login_id=None, wrong=0,
            note="", **anew(session, row),
        )
    )  # fmt: skip
    audit.record(by_id, "supervision.unlisted", f"supervision:{session.uuid}", seat=number)


def anew(session: SessionRow, row: SeatRow) -> dict[str, object]:
    """The columns of a seat whose ticket is made anew: the one before is worth nothing."""
    code = ticket(session.key, row.number, row.issue + 1)
    return {"issue": row.issue + 1, "ticket_hash": ticket_hash(session.key, code), "ticket_state": PRINTED}


class Line(Struct, frozen=True):
    """Somebody on a pasted list."""

    text: str
    name: str
    year: int | None


def lines_of(typed: str) -> list[Line]:
    """Names from lines like "Nguyễn Văn An; 1958": behind a sign or a blank, a year from 1900 on. Raises Invalid."""
    rows = [" ".join(row.replace("\t", ";").split()) for row in typed.splitlines()]
    rows = [row for row in rows if row.strip(";, ")]
    if len(rows) > MOST_LINES:
        text = _("At most {most} lines at once, please.", most=MOST_LINES)
        raise Invalid(text, names=text)
    found = []
    for row in rows:
        parts = row.replace(",", ";").replace(";", " ").split()
        while parts and parts[0].rstrip(".)").isdigit():
            parts = parts[1:]  # its number on the list
        last = parts[-1].rsplit("/", 1)[-1] if parts else ""
        year = int(last) if len(last) == 4 and last.isdigit() and 1900 <= int(last) <= clock.today().year else None
        name = " ".join(parts[:-1] if year is not None else parts)
        try:
            found.append(Line(row, check_name(name), year))
        except Invalid as error:
            text = _("“{line}” is no name. One person a line, for example: Nguyễn Văn An; 1958", line=row[:60])
            raise Invalid(text, names=text) from error
    return found


def people_named(session: SessionRow, lines: Sequence[Line]) -> list[int | Line]:
    """Whom the lines mean among the people of the session's unit: an account; the line itself where there is nobody.

    Raises Invalid where a name is several people's: a wrong guess would be somebody else's paper.
    """
    found: list[int | Line] = []
    several = []
    for line in lines:
        wanted = fold(line.name)
        rows = [
            row
            for row in find_people([session.org_id], line.name, size=200).rows
            if fold(row.full_name) == wanted and (line.year is None or row.birth_year in (line.year, None))
        ]
        exact = [row for row in rows if row.birth_year == line.year] if line.year is not None else []
        rows = exact or rows
        if len(rows) > 1:
            several.append(line.text)
        found.append(rows[0].id if len(rows) == 1 else line)
    if several:
        text = _("More than one person of the unit is called: {names}. Write the year of birth behind the name, or"
                 " choose them from the list of people.", names="; ".join(several[:10]))  # fmt: skip
        raise Invalid(text, names=text)
    return found


def enter_named(session: SessionRow, lines: Sequence[Line], by_id: int) -> list[int]:
    """Accounts for these lines, in their order: those of the unit who are meant, and new people for the others."""
    found = people_named(session, lines)
    new = [line for line in found if isinstance(line, Line)]
    row = org(session.org_id)
    if row is None:
        raise Conflict(_("The unit of this session is no more."))
    people = [NewPerson(line.name, GROUP, birth_year=line.year) for line in new]
    made = make_people(people, by_id, session.org_id) if people else []
    if made:
        enter_unit([Joining(account_id, session.org_id, GROUP) for account_id in made])
    ids = iter(made)
    return [entry if isinstance(entry, int) else next(ids) for entry in found]


GROUP = "citizens"  # of people who are entered by name alone, until their unit says otherwise


def cancel(session: SessionRow, by_id: int) -> None:
    """Cancels a session that has not begun: its tickets are worth nothing. Cancelling twice is once."""
    require_planned(session)
    at = clock.seconds()
    connection().execute(update(S).where(S.c.id == session.id).values(state=ENDED, ended_at=at))
    noting.note(session.id, "cancelled", by_id)
    audit.record(by_id, "supervision.cancelled", f"supervision:{session.uuid}")
