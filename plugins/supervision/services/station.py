"""The station: takes papers in, opens them, and gives the answers back. The same program, on a laptop with SQLite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app
from msgspec import Struct
from sqlalchemy import func, insert, select, update

from lms.api.data import FileStore
from lms.api.learning import Entry, Joining, anchor, join_newcomers, newest_syllabus, publish_syllabus
from lms.api.people import NewPerson, NewUnit, find_units, known_by_id, load_units, make_people, people_by_id
from lms.api.work import Conflict, NotFound, _, audit, clock, connection
from plugins.supervision import queries
from plugins.supervision.format import bundles
from plugins.supervision.format.bundles import Opened, Papers
from plugins.supervision.format.contents import Answers, Handed, Noted, Watch
from plugins.supervision.models import (
    EXPECTED,
    FREE,
    PLANNED,
    PRINTED,
    STATION,
    VOID,
    Bundle,
    Paper,
    Seat,
    Session,
)
from plugins.supervision.services import keeping, planning, ticking
from quizzes.api import Asked, Fairness, arrange, papers, saves, set_up

B, P, SE, S = Bundle.__table__, Paper.__table__, Seat.__table__, Session.__table__
HOLDER = "Máy trạm"  # stands as whoever planned a session that came in a file


class Brought(Struct, frozen=True):
    """A file with papers that was brought here. `session_id` None: it was not opened yet."""

    id: int
    uuid: UUID
    session_id: int | None
    server_key: bytes
    key_sealed: bytes | None
    facts: Mapping[str, Any]
    opened_at: int | None
    watch_offset: int | None
    watch_at: int | None


_BROUGHT = (
    B.c.id, B.c.uuid, B.c.session_id, B.c.server_key, B.c.key_sealed, B.c.facts, B.c.opened_at, B.c.watch_offset,
    B.c.watch_at,
)  # fmt: skip


def brought() -> list[Brought]:
    """What was brought here, the newest first."""
    return [Brought(*row) for row in connection().execute(select(*_BROUGHT).order_by(B.c.id.desc()))]


def brought_one(uuid: UUID, hold: bool = False) -> Brought:
    """One of them, or NotFound."""
    wanted = select(*_BROUGHT).where(B.c.uuid == uuid)
    row = connection().execute(wanted.with_for_update() if hold else wanted).first()
    if row is None:
        raise NotFound
    return Brought(*row)


def bring(content: bytes, trusted: str = "") -> UUID:
    """Keeps a file with papers, which stays sealed. Twice is once. `trusted`: the short name of the only key that may
    have signed it; empty: whichever did. Refused for one that is damaged. Inside a unit of work.
    """
    found = bundles.look(content)
    if trusted and found.envelope.key_id != trusted:
        raise bundles.Refused(_("These papers were signed by another server ({key}).", key=found.envelope.key_id))
    database = connection()
    if database.execute(select(B.c.id).where(B.c.uuid == found.facts.bundle)).first() is None:
        database.execute(
            insert(B).values(
                uuid=found.facts.bundle,
                session_id=None,
                digest=found.envelope.digest,
                server_key=found.envelope.public,
                station_key=found.station,
                facts=found.envelope.manifest["facts"],
                content=content,
                made_at=clock.seconds(),
            )
        )
    return found.facts.bundle


def unsealed(uuid: UUID, code: str) -> tuple[Papers, bytes, Opened]:
    """What is in a file, with its key. It takes half a second or more, and so stands before the unit of work."""
    content = connection().execute(select(B.c.content).where(B.c.uuid == uuid)).scalar()
    if content is None:
        raise NotFound
    found = bundles.look(content)
    key = bundles.key_by(found, code, clock.seconds())
    return found, key, bundles.opened(found, key)


def keep_pictures(opened: Opened) -> None:
    """Puts the pictures of questions where pages find them: under the same names, because those are their digests."""
    store: FileStore = current_app.extensions["lms.files"]
    for name, content in opened.pictures.items():
        if store.put(content) != name:
            raise bundles.Refused(bundles.DAMAGED)


def open_papers(found: Papers, key: bytes, opened: Opened, watch_offset: int | None) -> None:
    """Sets the session up: people, seats, tickets, questions, papers. Twice is once. Inside a unit of work.

    Conflict where the same session was opened here from another file.
    """
    row = brought_one(found.facts.bundle, hold=True)
    if row.session_id is not None:
        return
    database, now, facts, room = connection(), clock.seconds(), found.facts, opened.room
    if database.execute(select(S.c.id).where(S.c.uuid == facts.session)).first() is not None:
        raise Conflict(_("This session was opened here already, from an earlier file. Go on with that one."))
    org_id = _unit(room.unit_kind, room.unit_name)
    quiz, course_id = opened.questions, anchor("course", opened.questions.course_slug, opened.questions.course_title)
    activity_id = anchor("quiz", str(quiz.quiz["slug"]), str(quiz.quiz["title"]), int(quiz.quiz["minutes"] or 10))
    asked = [Asked(one.slug, one.type, one.body) for one in quiz.questions]
    revision_id, versions = set_up(activity_id, org_id, quiz.quiz, quiz.pool, asked)
    if newest_syllabus(course_id) is None:
        publish_syllabus(course_id, [Entry(activity_id, 0, opened.questions.course_title, revision_id)])
    (holder,) = make_people([NewPerson(HOLDER)], None, None)
    session_id = database.execute(
        insert(S)
        .values(
            uuid=facts.session, code=room.code, title=facts.title, org_id=org_id, place=facts.place,
            activity_id=activity_id, course_id=course_id, revision_id=revision_id, starts_at=facts.starts_at,
            ends_at=facts.ends_at, seats=room.most, walk_ins=room.walk_ins, mode=STATION, state=PLANNED,
            pin_hash=room.pin_hash, pin_wrong=0, key=room.key, extended=0, made_at=now, made_by=holder,
        )
        .returning(S.c.id)
    ).scalar_one()  # fmt: skip
    seats = _seats(session_id, org_id, opened, holder)
    for paper in quiz.papers:
        seat_id, account_id = seats[paper.seat] if paper.seat is not None else (None, None)
        database.execute(
            insert(P).values(
                uuid=paper.uuid, session_id=session_id, seat_id=seat_id, account_id=account_id,
                revision_id=revision_id, seed=0, questions=[[versions[n], order, None] for n, order in paper.questions],
                deck_id=None, had=None, passing=paper.passing, form=None,
            )
        )  # fmt: skip
    database.execute(
        update(B)
        .where(B.c.id == row.id)
        .values(
            session_id=session_id,
            key_sealed=keeping.closed(key, row.uuid.bytes),
            opened_at=now,
            watch_offset=watch_offset,
            watch_at=now if watch_offset is not None else None,
        )
    )
    ticking.note(session_id, "opened")
    audit.record(None, "supervision.unsealed", f"supervision:{facts.session}")


def _unit(kind: str, name: str) -> int:
    """The unit that holds the session, made where it is not here."""
    kind = kind or "cơ quan"  # a unit without a word before its name is a body of some kind
    same = f"{kind} {name}"
    for found in find_units(same, 5):
        if found.full_name == same:
            return found.id
    load_units([NewUnit("", kind, name, "", "phien")], clock.today())
    for found in find_units(same, 5):
        if found.full_name == same:
            return found.id
    raise NotFound


def _seats(session_id: int, org_id: int, opened: Opened, holder: int) -> dict[int, tuple[int, int | None]]:
    """Makes the seats with their people: [row of the seat, account] by number."""
    found: dict[int, tuple[int, int | None]] = {}
    told = opened.room.seats
    someone = [seat.person for seat in told if seat.person is not None]
    people = [
        NewPerson(
            one.name,
            planning.GROUP,
            birth_year=one.birth_year,
            address_form=one.address_form,
            consent="self" if one.agreed else None,
        )
        for one in someone
    ]
    ids = make_people(people, holder, org_id) if people else []
    if ids:
        join_newcomers([Joining(account_id, org_id, planning.GROUP) for account_id in ids])
    for expected, one in zip(ids, someone, strict=True):
        fair = one.fair
        arrange(expected, Fairness(fair.extra, fair.no_limit, fair.read_aloud, fair.break_minutes))
    left = iter(ids)
    for seat in told:
        account_id = next(left) if seat.person is not None else None
        seat_id = connection().execute(
            insert(SE)
            .values(
                session_id=session_id, number=seat.number, account_id=account_id, issue=seat.issue,
                ticket_hash=seat.ticket, ticket_state=VOID if seat.void else PRINTED,
                state=FREE if account_id is None else EXPECTED, wrong=0, extra_minutes=0, note="",
            )
            .returning(SE.c.id)
        ).scalar_one()  # fmt: skip
        found[seat.number] = (seat_id, account_id)
    return found


def answers_of(row: Brought) -> Answers:
    """Everything that was handed in so far, with what is known of the clock."""
    if row.session_id is None:
        raise Conflict(_("The papers were not opened yet, so there are no answers."))
    session = queries.session_by_id(row.session_id)
    if session is None:
        raise NotFound
    done = papers(session=session.name)
    rows = {
        one.uuid: one
        for one in connection().execute(
            select(P.c.uuid, P.c.account_id, SE.c.number)
            .join(SE, (SE.c.session_id == P.c.session_id) & (SE.c.account_id == P.c.account_id), isouter=True)
            .where(P.c.session_id == session.id)
        )
    }
    spare = {paper.uuid for paper in _told(row).questions.papers if paper.seat is None}
    ids = [one.account_id for one in done if one.uuid in spare]
    people, known = people_by_id(ids), known_by_id(ids, [session.org_id])
    saved = saves([one.id for one in done])
    handed = []
    for one in done:
        if one.uuid not in rows:
            continue
        walked = people.get(one.account_id) if one.uuid in spare else None
        born = known.get(one.account_id) if walked else None
        handed.append(
            Handed(
                paper=one.uuid, seat=rows[one.uuid].number or 0, name=walked.full_name if walked else "",
                birth_year=born.birth_year if born else None, began=one.started_at, ended=one.submitted_at,
                lasted=one.submitted_at - one.started_at, saves=saved[one.id], marks=list(one.marks),
            )
        )  # fmt: skip
    begun = connection().execute(
        select(func.count()).where(SE.c.session_id == session.id, SE.c.attempt_uuid.is_not(None))
    ).scalar_one()  # fmt: skip
    numbers = {seat.id: seat.number for seat in queries.seats(session.id)}
    return Answers(
        papers=handed,
        open=max(0, begun - len(done)),
        notes=[
            Noted(note.at, numbers.get(note.seat_id or 0), note.kind, note.amount, note.words, note.by_name)
            for note in queries.incidents(session.id)
        ],
        steps=ticking.steps(session.id),
        watch=Watch(row.watch_at, row.watch_offset) if row.watch_at and row.watch_offset is not None else None,
        proctors=list(dict.fromkeys(one.name for one in queries.proctors(session.id))),
        opened_at=session.opened_at or row.opened_at or 0,
        ended_at=session.ended_at,
        made_at=clock.seconds(),
    )


def _told(row: Brought) -> Opened:
    content = connection().execute(select(B.c.content).where(B.c.id == row.id)).scalar_one()
    return bundles.opened(bundles.look(content), key_of(row))


def key_of(row: Brought) -> bytes:
    """The key of papers that were opened here. Conflict where this folder's own secret is gone."""
    key = keeping.opened(row.key_sealed, row.uuid.bytes)
    if key is None:
        raise Conflict(_("The secret of this station is not the one with which the papers were opened."))
    return key


def hand_over(row: Brought) -> bytes:
    """The file with the answers."""
    session = UUID(str(row.facts["session"]))
    return bundles.hand_over(session, row.uuid, row.server_key, answers_of(row), key_of(row))
