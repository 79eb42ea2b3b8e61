"""The answers that come back from a station: checked, graded here, each paper taken in exactly once.

Each paper is taken in by a transaction of its own, so that a file that was only half taken in is sent again and the
rest follows. What is not clear waits for a person: nothing is overwritten, and nothing is thrown away in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Select, func, insert, select, update

from lms.api.people import CONSENT_TEXT, LEARNING_RECORD, give_consent, has_consent, people_by_id
from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection, unit_of_work
from plugins.supervision import queries
from plugins.supervision.format import bundles, contents
from plugins.supervision.format.bundles import Refused, Returned
from plugins.supervision.format.contents import Answers, Handed
from plugins.supervision.format.drift import Drift, Jump, drift
from plugins.supervision.format.lines import canonical
from plugins.supervision.models import DONE, ENDED, USED, Bundle, HandedIn, Paper, Receipt, Seat, Session
from plugins.supervision.queries import SessionRow
from plugins.supervision.services import keeping, noting, prepared
from plugins.supervision.wording import KINDS
from quizzes.api import Answered, check_answered, open_paper, papers, take_in
from quizzes.api import Paper as Drawn

B, H, P, R, SE, S = (t.__table__ for t in (Bundle, HandedIn, Paper, Receipt, Seat, Session))
TAKEN, WAITING, REFUSED, DROPPED = "taken", "waiting", "refused", "dropped"
# Why a paper is not taken in yet, or at all.
NOBODY = "nobody"  # a spare paper: whose it is has to be said
TWICE = "twice"  # the person has another paper of this session here
CHANGED = "changed"  # this paper came before, with other answers
GONE = "gone"  # the account is closed
UNKNOWN = "unknown"  # no such paper was drawn for this session
WRONG = "wrong"  # answers that the paper does not allow
LONGEST = 48 * 3600  # seconds that one paper may have lasted before a person looks at it
LONG = "long"
FILE, ONLINE = "file", "online"


class Read(Struct, frozen=True):
    """A file that is to be taken in: whole, signed by the station that opened these papers, and opened."""

    session: SessionRow
    bundle_id: int
    made_at: int
    returned: Returned
    answers: Answers


def read(content: bytes, session_uuid: UUID | None = None, code: str = "") -> Read:
    """Reads a file. `code`: the opening code, asked for only where this installation's secret is another now.

    Refused for a file that is damaged, of another session or server, or signed by somebody else.
    """
    found = bundles.look_back(content)
    row = connection().execute(
        select(B.c.id, B.c.session_id, B.c.server_key, B.c.key_sealed, B.c.made_at, B.c.content)
        .where(B.c.uuid == found.bundle)
    ).first()  # fmt: skip
    session = queries.session_by_id(row.session_id) if row is not None else None
    if row is None or session is None or session.uuid != found.session:
        raise Refused(_("These answers belong to papers that this server did not make."))
    if session_uuid is not None and session.uuid != session_uuid:
        raise Refused(_("These answers belong to another session: {title}.", title=session.title))
    key = keeping.opened(row.key_sealed, found.bundle.bytes)
    if key is None:
        if not code:
            text = _("The secret of this server has changed since. Please type the opening code of the papers too.")
            raise Refused(text, code=text)
        key = bundles.key_by(bundles.look(row.content), code, 0)
    return Read(session, row.id, row.made_at, found, bundles.answers_in(found, row.server_key, key))


def take(found: Read, way: str, by_id: int | None, after_each: Callable[[], None] = lambda: None) -> UUID:
    """Takes everything in that is clear; returns the receipt. Opens units of work; what was done stays done.

    The same file again gives the same receipt. `after_each` is for tests.
    """
    receipt_id, receipt, told = _receipt(found, way, by_id)
    for handed in found.answers.papers:
        with unit_of_work():
            _one(found, receipt_id, handed, told.ahead)
        after_each()
    with unit_of_work():
        _session_after(found, receipt, told)
    return receipt


def _receipt(found: Read, way: str, by_id: int | None) -> tuple[int, UUID, Drift]:
    answers, digest, now = found.answers, found.returned.envelope.digest, clock.seconds()
    told = drift(
        answers.steps,
        made_at=found.made_at,
        said_at=answers.made_at,
        got_at=now,
        watch=answers.watch.offset if answers.watch else None,
        online=way == ONLINE,
    )
    with unit_of_work():
        queries.session_by_id(found.session.id, hold=True)
        held = connection().execute(
            select(R.c.id, R.c.uuid, R.c.clock).where(R.c.session_id == found.session.id, R.c.digest == digest)
        ).first()  # fmt: skip
        if held is not None:  # what was said of the clock the first time holds
            return held.id, held.uuid, drift_of(held.clock)
        uuid = uuid4()
        clock_told = {
            "ahead": told.ahead, "known": told.known, "restarts": told.restarts,
            "jumps": [[jump.at, jump.by] for jump in told.jumps],
        }  # fmt: skip
        receipt_id: int = connection().execute(
            insert(R)
            .values(
                uuid=uuid, session_id=found.session.id, bundle_id=found.bundle_id, digest=digest, way=way,
                clock=clock_told, papers=len(answers.papers), still_open=answers.open, got_at=now, got_by=by_id,
            )
            .returning(R.c.id)
        ).scalar_one()  # fmt: skip
        audit.record(
            by_id, "supervision.received", f"supervision:{found.session.uuid}", file=digest,
            papers=len(answers.papers), way=way,
        )  # fmt: skip
    return receipt_id, uuid, told


def drift_of(told: Mapping[str, Any]) -> Drift:
    """What is known of the station's clock, as a receipt keeps it."""
    return Drift(told["ahead"], told["known"], tuple(Jump(*one) for one in told["jumps"]), told["restarts"])


def _one(found: Read, receipt_id: int, handed: Handed, ahead: int) -> None:
    """One paper. Twice is once, however it comes."""
    session, database = found.session, connection()
    body = contents.plain(handed)
    digest = hashlib.sha256(canonical(body)).hexdigest()
    # Held, so that the same paper from a stick and over the line at once is taken in by one of them.
    database.execute(select(P.c.id).where(P.c.uuid == handed.paper).with_for_update()).first()
    before = database.execute(
        select(H.c.digest, H.c.state).where(H.c.session_id == session.id, H.c.paper_uuid == handed.paper)
    ).all()
    if any(row.digest == digest for row in before):
        return
    drawn, owner = _drawn(session.id, handed.paper)
    why, state = "", TAKEN
    account_id = owner
    if drawn is None:
        why, state = UNKNOWN, REFUSED
    else:
        try:
            check_answered(drawn, _answered(handed, ahead))
        except Invalid:
            why, state = WRONG, REFUSED
    if state == TAKEN:
        why = CHANGED if before else _question(session, handed, account_id)
        state = WAITING if why else TAKEN
    row: dict[str, Any] = {
        "uuid": uuid4(), "session_id": session.id, "receipt_id": receipt_id, "paper_uuid": handed.paper,
        "digest": digest, "seat": handed.seat, "account_id": account_id, "name": handed.name[:120],
        "birth_year": handed.birth_year if handed.birth_year and 1900 <= handed.birth_year <= 2100 else None,
        "state": state, "why": why, "answered": body if state == WAITING else None,
        "began_at": handed.began - ahead, "ended_at": handed.ended - ahead, "lasted": handed.lasted,
        "station_got": _sum(handed.marks), "got": None,
    }  # fmt: skip
    if state == TAKEN and drawn is not None and account_id is not None:
        row["got"] = _take_in(session, drawn, account_id, handed, ahead)
    database.execute(insert(H).values(**row))


def _sum(marks: list[int | None]) -> int | None:
    return sum(mark for mark in marks if mark is not None and mark >= 0) if marks else None


def _drawn(session_id: int, uuid: UUID) -> tuple[Drawn | None, int | None]:
    """A paper of the session, and for whom it was drawn."""
    row = connection().execute(
        select(*prepared.COLUMNS, P.c.account_id).where(P.c.session_id == session_id, P.c.uuid == uuid)
    ).first()  # fmt: skip
    return (prepared.drawn(row), row.account_id) if row is not None else (None, None)


def _answered(handed: Handed, ahead: int) -> Answered:
    """The answers with their moments by this server's clock."""
    saves = {
        position: [(answer, at - ahead) for answer, at in own] for position, own in handed.saves.items()
    }  # fmt: skip
    return Answered(handed.began - ahead, handed.ended - ahead, saves)


def _question(session: SessionRow, handed: Handed, account_id: int | None) -> str:
    """What a person has to decide first; empty where everything is clear."""
    if account_id is None:
        return NOBODY
    if account_id not in people_by_id([account_id]):
        return GONE
    if not 0 <= handed.lasted <= LONGEST:
        return LONG
    others = papers(account_id=account_id, session=session.name)
    still = open_paper(account_id, session.activity_id)
    if any(one.uuid != handed.paper for one in others) or (still is not None and still.session == session.name):
        return TWICE
    return ""


def _take_in(session: SessionRow, drawn: Drawn, account_id: int, handed: Handed, ahead: int) -> int | None:
    """Takes a paper in; the points that it came to, in parts, as far as they are counted."""
    if not has_consent(account_id, LEARNING_RECORD):  # they said yes at the station, or could not have begun
        give_consent(account_id, LEARNING_RECORD, CONSENT_TEXT, "self", None)
    answered = _answered(handed, ahead)
    take_in(drawn, account_id, session.course_id, session.activity_id, session.name, answered)
    connection().execute(
        update(SE)
        .where(SE.c.session_id == session.id, SE.c.account_id == account_id)
        .values(
            attempt_uuid=drawn.uuid, state=DONE, ticket_state=USED, present_at=answered.started_at,
            confirmed_at=answered.started_at, handed_in_at=answered.submitted_at,
        )
    )  # fmt: skip
    (graded,) = [one for one in papers(account_id=account_id, session=session.name) if one.uuid == drawn.uuid]
    return _sum(list(graded.marks))


def _session_after(found: Read, receipt: UUID, told: Drift) -> None:
    """What the session knows afterwards: what happened there, when it was opened and ended. Notes come once."""
    session, answers, database = found.session, found.answers, connection()
    held = queries.session_by_id(session.id, hold=True)
    if held is None:
        return
    there = {(note.at, note.kind, note.words, note.by_name) for note in queries.incidents(session.id)}
    seats = {seat.number: seat.id for seat in queries.seats(session.id)}
    for note in answers.notes:
        kind = note.kind if note.kind in KINDS else "other"
        mine = (note.at - told.ahead, kind, note.words[:500], note.by[:120])
        if mine not in there:
            there.add(mine)
            noting.note(
                session.id, mine[1], None, mine[3], seat_id=seats.get(note.seat or 0), amount=note.amount,
                words=mine[2], at=mine[0],
            )  # fmt: skip
    for jump in told.jumps:
        mine = (jump.at - told.ahead, "clock", str(jump.by), "")
        if mine not in there:
            noting.note(session.id, "clock", amount=round(jump.by / 60), words=str(jump.by), at=mine[0])
    if held.is_planned and answers.opened_at:
        database.execute(
            update(S).where(S.c.id == session.id).values(state="closed", opened_at=answers.opened_at - told.ahead)
        )
    if answers.ended_at is not None and not held.is_ended:
        database.execute(
            update(S).where(S.c.id == session.id).values(state=ENDED, ended_at=answers.ended_at - told.ahead)
        )


# --- what a person decides --------------------------------------------------------------------------------------------


class HandedRow(Struct, frozen=True):
    """A paper that came back, as the receipt shows it."""

    id: int
    uuid: UUID
    session_id: int
    receipt_id: int
    paper_uuid: UUID
    seat: int
    account_id: int | None
    name: str
    birth_year: int | None
    state: str
    why: str
    began_at: int
    ended_at: int
    lasted: int
    station_got: int | None
    got: int | None
    decided_by: int | None
    decided_at: int | None


_ROW: Select[*tuple[Any, ...]] = select(
    H.c.id, H.c.uuid, H.c.session_id, H.c.receipt_id, H.c.paper_uuid, H.c.seat, H.c.account_id, H.c.name,
    H.c.birth_year, H.c.state, H.c.why, H.c.began_at, H.c.ended_at, H.c.lasted, H.c.station_got, H.c.got,
    H.c.decided_by, H.c.decided_at,
)  # fmt: skip


class ReceiptRow(Struct, frozen=True):
    """A file that came."""

    id: int
    uuid: UUID
    digest: str
    way: str
    clock: Mapping[str, Any]
    papers: int
    still_open: int
    got_at: int
    got_by: int | None


_RECEIPT = (R.c.id, R.c.uuid, R.c.digest, R.c.way, R.c.clock, R.c.papers, R.c.still_open, R.c.got_at, R.c.got_by)


def receipts(session_id: int) -> list[ReceiptRow]:
    """The files that came, the newest first."""
    rows = connection().execute(select(*_RECEIPT).where(R.c.session_id == session_id).order_by(R.c.id.desc()))
    return [ReceiptRow(*row) for row in rows]


def receipt_of(session_id: int, uuid: UUID) -> ReceiptRow:
    """One of them, or NotFound."""
    row = connection().execute(select(*_RECEIPT).where(R.c.session_id == session_id, R.c.uuid == uuid)).first()
    if row is None:
        raise NotFound
    return ReceiptRow(*row)


def handed_in(session_id: int) -> list[HandedRow]:
    """Every paper of a session that came back, by seat."""
    rows = connection().execute(_ROW.where(H.c.session_id == session_id).order_by(H.c.seat, H.c.id))
    return [HandedRow(*row) for row in rows]


def waiting(session_id: int) -> int:
    """How many papers wait for a decision."""
    found = select(func.count()).where(H.c.session_id == session_id, H.c.state == WAITING)
    return int(connection().execute(found).scalar_one())


def handed_one(session_id: int, uuid: UUID) -> HandedRow:
    """One paper that came back, or NotFound."""
    row = connection().execute(_ROW.where(H.c.session_id == session_id, H.c.uuid == uuid)).first()
    if row is None:
        raise NotFound
    return HandedRow(*row)


def decide(session: SessionRow, uuid: UUID, keep: bool, account_id: int | None, by_id: int) -> None:
    """Takes a paper in that waited (`keep`), or leaves it aside. Deciding twice is once. Inside a unit of work.

    `account_id`: whose it is, where it was a spare paper. Conflict where its answers cannot be taken in beside what is
    here: a paper that came twice with different answers.
    """
    database = connection()
    row = database.execute(
        select(H.c.id, H.c.paper_uuid, H.c.account_id, H.c.state, H.c.why, H.c.answered, R.c.clock)
        .join(R, R.c.id == H.c.receipt_id)
        .where(H.c.session_id == session.id, H.c.uuid == uuid)
        .with_for_update(of=H)
    ).first()
    if row is None:
        raise NotFound
    if row.state != WAITING:
        return
    got: int | None = None
    whose = row.account_id if row.account_id is not None else account_id
    if keep:
        if row.why == CHANGED:
            text = _("This paper is here already with other answers. What is here stays; leave this one aside.")
            raise Conflict(text)
        if whose is None or whose not in people_by_id([whose]):
            text = _("Please say whose paper it is.")
            raise Invalid(text, person=text)
        drawn, _owner = _drawn(session.id, row.paper_uuid)
        if drawn is None:
            raise NotFound
        handed = contents.told(row.answered, Handed)
        got = _take_in(session, drawn, whose, handed, drift_of(row.clock).ahead)
        database.execute(update(P).where(P.c.uuid == row.paper_uuid).values(account_id=whose))
    database.execute(
        update(H)
        .where(H.c.id == row.id)
        .values(
            state=TAKEN if keep else DROPPED, account_id=whose, got=got, decided_by=by_id, decided_at=clock.seconds(),
            answered=None if keep else row.answered,
        )
    )  # fmt: skip
    audit.record(
        by_id, "supervision.decided", f"supervision:{session.uuid}", paper=str(row.paper_uuid), taken=keep, why=row.why
    )
