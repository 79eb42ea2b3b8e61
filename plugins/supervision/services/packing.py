"""Makes the file with the papers of a session, for a station without a network."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from msgspec import Struct
from sqlalchemy import func, insert, select, update

from lms.api.data import FileStore
from lms.api.learning import activity_by_id, newest_syllabus, places
from lms.api.media import keys_of
from lms.api.people import (
    LEARNING_RECORD,
    Known,
    LevelNeeded,
    Person,
    has_consent,
    known_by_id,
    needs_guardian,
    org,
    path_name,
    people_by_id,
    require_level,
)
from lms.api.work import Conflict, Invalid, NotFound, TooEarly, _, audit, clock, connection, settings
from plugins.supervision import queries
from plugins.supervision.format import bundles, sealing
from plugins.supervision.format.contents import (
    Facts,
    Fair,
    PaperTold,
    Questions,
    QuestionTold,
    Room,
    SeatTold,
    Someone,
    check_size,
)
from plugins.supervision.models import SERVER, STATION, VOID, Bundle, Paper, Seat, Session
from plugins.supervision.queries import SessionRow
from plugins.supervision.services import keeping, prepared
from quizzes.api import asked, fairness, prepare, quiz_body, told

B, P, SE, S = Bundle.__table__, Paper.__table__, Seat.__table__, Session.__table__
MOST_SPARE = 100
LASTS = 14 * 86_400  # seconds after the planned end for which papers may still be opened
MOST_PICTURES = 24 * 1024 * 1024  # bytes


class Made(Struct, frozen=True):
    """A bundle that was made, and the code that opens it."""

    uuid: UUID
    code: str


def make(session_id: int, spare: int, by_id: int, hand_over: str = "") -> Made:
    """Draws the papers that are not drawn yet, and makes the file. From then on the session is held at a station.

    `spare`: papers for whoever comes; `hand_over`: the address to which a station may send answers.
    Inside a unit of work. Conflict where it has begun; Invalid for too many, or where a question cannot travel;
    TooEarly where somebody may not take the check then, naming the seat.
    """
    database, now = connection(), clock.seconds()
    row = queries.session_by_id(session_id, hold=True)
    if row is None:
        raise NotFound
    if not row.is_planned:
        raise Conflict(_("The session has begun, so its papers can no longer be taken to a station."))
    if not 0 <= spare <= MOST_SPARE:
        raise Invalid(_("Please enter a whole number from 0 to {most}.", most=MOST_SPARE))
    check_size(row.seats + spare)
    revision_id = row.revision_id or _revision(row.course_id, row.activity_id)
    seats = database.execute(select(SE).where(SE.c.session_id == session_id).order_by(SE.c.number)).all()
    if not any(seat.account_id for seat in seats) and not spare:
        raise Invalid(_("Nobody is expected and there are no spare papers, so there is nothing to take along."))
    ids = [seat.account_id for seat in seats if seat.account_id]
    people, known = people_by_id(ids), known_by_id(ids, [row.org_id])
    if told(revision_id).knows_who:
        for seat in seats:
            if seat.account_id in people:
                _check_known(seat.number, people[seat.account_id])
    _draw(row, seats, revision_id, spare)
    questions = _questions(row, revision_id, {seat.id: seat.number for seat in seats})
    key, code, uuid = secrets.token_bytes(32), sealing.new_code(), uuid4()
    facts = Facts(
        session=row.uuid, bundle=uuid, title=row.title, unit=path_name(row.org_id), place=row.place,
        starts_at=row.starts_at, ends_at=row.ends_at, made_at=now, expires_at=max(row.ends_at, now) + LASTS,
        server=settings().place_name or "Học vụ số",
        hand_over=hand_over,
        seats=len(seats), spare=sum(paper.seat is None for paper in questions.papers),
        questions=max(len(paper.questions) for paper in questions.papers),
    )  # fmt: skip
    unit = org(row.org_id)
    if unit is None:
        raise NotFound
    room = Room(
        unit_kind=unit.kind, unit_name=unit.name, code=row.code, pin_hash=queries.pin_of(row.id), key=row.key,
        walk_ins=row.walk_ins, most=row.seats,
        seats=[_seat(seat, people.get(seat.account_id), known.get(seat.account_id)) for seat in seats],
    )  # fmt: skip
    signer = keeping.server_signer()
    content = bundles.make(facts, room, questions, _pictures(questions), key=key, code=code, signer=signer)
    papers = bundles.look(content)
    database.execute(
        insert(B).values(
            uuid=uuid,
            session_id=session_id,
            digest=papers.envelope.digest,
            server_key=signer.public,
            station_key=papers.station,
            key_sealed=keeping.closed(key, uuid.bytes),
            code_sealed=keeping.closed(code.encode(), uuid.bytes),
            facts=papers.envelope.manifest["facts"],
            content=content,
            made_at=now,
            made_by=by_id,
        )
    )
    database.execute(update(S).where(S.c.id == session_id).values(mode=STATION, revision_id=revision_id))
    audit.record(
        by_id, "supervision.packed", f"supervision:{row.uuid}", seats=facts.seats, spare=facts.spare, file=str(uuid)
    )
    return Made(uuid, code)


def _check_known(number: int, person: Person) -> None:
    """TooEarly where a check asks who somebody is, and that is not known well enough: a station cannot find out."""
    try:
        require_level(person, "final-check")
    except LevelNeeded as error:
        text = _("Seat {n}: for this check it must be better known who this person is.", n=number)
        raise TooEarly(text) from error
    if needs_guardian(person):
        raise TooEarly(_("Seat {n}: a learner under 18 needs the yes of a parent or guardian first.", n=number))


def _revision(course_id: int, activity_id: int) -> int:
    """The revision of the quiz that stands in the course now."""
    syllabus = newest_syllabus(course_id)
    for place in places(syllabus) if syllabus else ():
        if place.activity_id == activity_id:
            return place.content_id
    raise NotFound


def _draw(row: Any, seats: Sequence[Any], revision_id: int, spare: int) -> None:
    """Draws for whoever has no paper of this revision yet; what was drawn before stays, so that files agree."""
    database = connection()
    held = database.execute(select(P.c.account_id, P.c.revision_id, P.c.seat_id).where(P.c.session_id == row.id)).all()
    have = {one.account_id for one in held if one.revision_id == revision_id}
    for seat in seats:
        if seat.account_id is None or seat.account_id in have:
            continue
        try:
            _keep(row, seat.id, seat.account_id, revision_id)
        except TooEarly as error:
            raise TooEarly(_("Seat {n}: {problem}", n=seat.number, problem=error.text)) from error
    left = sum(one.account_id is None and one.revision_id == revision_id for one in held)
    for _number in range(spare - left):
        _keep(row, None, None, revision_id)


def _keep(row: Any, seat_id: int | None, account_id: int | None, revision_id: int) -> None:
    paper = prepare(account_id, row.activity_id, revision_id, row.starts_at)
    connection().execute(
        insert(P).values(
            uuid=paper.uuid, session_id=row.id, seat_id=seat_id, account_id=account_id, revision_id=paper.revision_id,
            seed=paper.seed, questions=list(paper.questions), deck_id=paper.deck_id,
            had=list(paper.had) if paper.had else None, passing=dict(paper.passing) if paper.passing else None,
            form=paper.form,
        )
    )  # fmt: skip


def _questions(row: Any, revision_id: int, numbers: dict[int, int]) -> Questions:
    """The papers with each question once, in the order of their versions, so that the order tells nothing of a seat."""
    database = connection()
    rows = database.execute(
        select(*prepared.COLUMNS, P.c.seat_id).where(P.c.session_id == row.id, P.c.revision_id == revision_id)
        .order_by(P.c.id)
    ).all()  # fmt: skip
    versions = sorted({entry[0] for one in rows for entry in one.questions})
    place = {version: n for n, version in enumerate(versions)}
    body, course = dict(quiz_body(revision_id)), activity_by_id(row.course_id)
    if course is None:
        raise NotFound
    return Questions(
        quiz=body,
        pool=str(body["pool"]),
        course_slug=course.slug,
        course_title=course.title,
        questions=[QuestionTold(one.slug, one.type, dict(one.body)) for one in asked(versions)],
        papers=[
            PaperTold(
                one.uuid,
                numbers.get(one.seat_id),
                [(place[version], list(order)) for version, order, _area in one.questions],
                one.passing,
            )
            for one in rows
        ],
    )


def _seat(seat: Any, person: Person | None, known: Known | None) -> SeatTold:
    someone = None
    if person is not None:
        fair = fairness(person.id)
        born = known.birth_date if known is not None else None
        year = born.year if born is not None else known.birth_year if known is not None else None
        someone = Someone(
            person.uuid, person.full_name, person.address_form, year, has_consent(person.id, LEARNING_RECORD),
            Fair(fair.extra, fair.no_limit, fair.read_aloud, fair.break_minutes),
        )  # fmt: skip
    return SeatTold(seat.number, seat.issue, seat.ticket_hash, seat.ticket_state == VOID, someone)


def _pictures(questions: Questions) -> dict[str, bytes]:
    """Every file that a question names, by its key. Invalid where they are more than a USB stick should carry."""
    store: FileStore = current_app.extensions["lms.files"]
    found: dict[str, bytes] = {}
    for question in questions.questions:
        for facts in question.body.get("files", {}).values():
            for key in keys_of(facts):
                found[key] = store.get(key)
    if sum(len(content) for content in found.values()) > MOST_PICTURES:
        raise Invalid(_("The pictures of these questions are more than {most} MB.", most=MOST_PICTURES >> 20))
    return dict(sorted(found.items()))


def code_of(bundle_uuid: UUID) -> str | None:
    """The code that opens a bundle; None where this installation's secret is another now."""
    kept = connection().execute(select(B.c.code_sealed).where(B.c.uuid == bundle_uuid)).scalar()
    code = keeping.opened(kept, bundle_uuid.bytes)
    return code.decode() if code else None


class BundleRow(Struct, frozen=True):
    """A file with papers that was made here. `facts` as it says them openly; `size` in bytes."""

    uuid: UUID
    server_key: bytes
    facts: Mapping[str, Any]
    made_at: int
    size: int


_BUNDLE = (B.c.uuid, B.c.server_key, B.c.facts, B.c.made_at, func.length(B.c.content))


def bundles_of(session_id: int) -> list[BundleRow]:
    """The files that were made for a session, the newest first."""
    rows = connection().execute(select(*_BUNDLE).where(B.c.session_id == session_id).order_by(B.c.id.desc()))
    return [BundleRow(*row) for row in rows]


def bundle_of(session_id: int, uuid: UUID) -> BundleRow:
    """One of them, or NotFound."""
    row = connection().execute(select(*_BUNDLE).where(B.c.session_id == session_id, B.c.uuid == uuid)).first()
    if row is None:
        raise NotFound
    return BundleRow(*row)


def content_of(session_id: int, uuid: UUID) -> bytes:
    """The file itself, or NotFound."""
    found = connection().execute(select(B.c.content).where(B.c.session_id == session_id, B.c.uuid == uuid)).scalar()
    if found is None:
        raise NotFound
    return bytes(found)


def hold_on_server(session: SessionRow, by_id: int) -> None:
    """The session is held on the server after all. Twice is once. Conflict where it has begun, or answers came."""
    if session.mode == SERVER:
        return
    if not session.is_planned:
        raise Conflict(_("The session has begun, so where it is held can no longer be changed."))
    connection().execute(update(S).where(S.c.id == session.id).values(mode=SERVER))
    audit.record(by_id, "supervision.unpacked", f"supervision:{session.uuid}")
