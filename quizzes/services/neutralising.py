"""A bad question in papers that were taken: who would pass, then an act that counts it otherwise, and undoing that.

Papers are looked at in parts, a transaction each, by the worker: killed anywhere, it goes on where the last part ended,
and a part is a number of statements that does not grow with its papers. The mark and the verdict before are kept with
each paper; nobody who passed is made to fail, and what was attained stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Select, bindparam, delete, insert, select, update

from lms.api.competency import AttainmentRow, attained_with
from lms.api.learning import Rescored, activity_by_id, record_again
from lms.api.work import Conflict, Invalid, NotFound, _, audit, clock, connection, notify, tell, unit_of_work
from quizzes import corrections, queries
from quizzes.corrections import (
    APPLIED,
    APPLYING,
    AT_WORK,
    BACK,
    DONE,
    LOOKED,
    LOOKING,
    NOT_YET,
    TODO,
    UNDOING,
    UNDONE,
    CorrectionRow,
)
from quizzes.events import AttemptGraded, PapersRemarked
from quizzes.items.contract import WAITS
from quizzes.models import OPEN, SUBMITTED, Attempt, BankState, Corrected, Correction, Response
from quizzes.remarks import KEY, WAYS, Verdict, corrected_mark, replaced, verdict
from quizzes.services import attempts, queueing

A, C, P, R, ST = (t.__table__ for t in (Attempt, Correction, Corrected, Response, BankState))
PART = 1_000  # papers in one transaction
PARTS = 20  # in one round of the worker
OVERLAP = 200  # attempts looked at again, so that one that was being begun by another at that moment is not missed
LONGEST_REASON = 500
ALONE = "single_choice"  # the type of which another answer can be made to count


class Wish(Struct, frozen=True):
    """What somebody asks for: which question, in which quizzes and papers, and what is to be done about it."""

    item_id: int
    version_id: int | None
    quizzes: Sequence[int]
    since: int | None
    until: int | None
    way: str
    also: Sequence[Sequence[int]]
    reason: str


def begin(wish: Wish, by_id: int) -> UUID:
    """Keeps what is wished for, to be counted; nothing is changed by it yet. The same wish twice is one.

    Invalid where a reason, a quiz or, for `key`, an answer is missing.
    """
    if not wish.reason.strip():
        raise Invalid(_("Please say why, in a sentence that learners can read."))
    if not wish.quizzes:
        raise Invalid(_("Please choose at least one quiz."))
    if wish.way not in WAYS:
        raise Invalid(_("Please choose what is to be done."))
    if (wish.way == KEY) != bool(wish.also):
        raise Invalid(_("Please choose which answer counts as right too."))
    if wish.since is not None and wish.until is not None and wish.since >= wish.until:
        raise Invalid(_("The first day lies behind the last one."))
    versions = corrections.versions_of(wish.item_id)
    if wish.version_id is not None and wish.version_id not in [v.id for v in versions]:
        raise NotFound
    if wish.way == KEY and wish.version_id is None:
        raise Invalid(_("Answers differ from wording to wording: please choose one wording."))
    values = {
        "item_id": wish.item_id, "version_id": wish.version_id,
        "newest_id": wish.version_id or max(v.id for v in versions), "quizzes": sorted(set(wish.quizzes)),
        "since": wish.since, "until": wish.until, "way": wish.way, "also": [list(one) for one in wish.also],
        "reason": wish.reason.strip()[:LONGEST_REASON],
    }  # fmt: skip
    for held in corrections.of_items([wish.item_id]):
        if held.state in (LOOKING, LOOKED) and all(getattr(held, name) == value for name, value in values.items()):
            return held.uuid
    uuid = uuid4()
    connection().execute(insert(C).values(uuid=uuid, state=LOOKING, made_by=by_id, made_at=clock.seconds(), **values))
    return uuid


def throw_away(row: CorrectionRow) -> None:
    """Forgets a correction that was only counted. Conflict where it was applied."""
    if row.state not in (LOOKING, LOOKED):
        raise Conflict(_("This was applied meanwhile; it can be undone, not thrown away."))
    database = connection()
    database.execute(delete(P).where(P.c.correction_id == row.id))
    database.execute(delete(C).where(C.c.id == row.id))


def apply(row: CorrectionRow, by_id: int) -> None:
    """Applies what was counted: the question is drawn no more, and the worker marks the papers anew. Twice is once.

    Conflict while papers are being counted still. `row` is held.
    """
    if row.state in (APPLYING, APPLIED):
        return
    if row.state != LOOKED:
        raise Conflict(_("The papers are being counted still. Please wait until the numbers are whole."))
    _to(row, APPLYING, applied_by=by_id, applied_at=clock.seconds())
    _decks_anew()
    audit.record(
        by_id, "item.corrected", f"item:{row.slug}", way=row.way, reason=row.reason, correction=str(row.uuid),
        quizzes=list(row.quizzes), papers=corrections.counts_of([row.id])[row.id].papers,
    )  # fmt: skip


def undo(row: CorrectionRow, by_id: int, reason: str) -> None:
    """Puts the marks and verdicts back as they were; the worker does it. Twice is once.

    Invalid without a reason; Conflict where it was not applied, or is being applied still. `row` is held.
    """
    if row.state in (UNDOING, UNDONE):
        return
    if row.state != APPLIED:
        raise Conflict(_("The papers are being marked anew still. Please wait until that is done."))
    if not reason.strip():
        raise Invalid(_("Please say why, in a sentence that learners can read."))
    said = reason.strip()[:LONGEST_REASON]
    _to(row, UNDOING, undone_by=by_id, undone_at=clock.seconds(), undo_reason=said)
    _decks_anew()
    audit.record(by_id, "item.correction_undone", f"item:{row.slug}", reason=said, correction=str(row.uuid))


def _to(row: CorrectionRow, state: int, **values: Any) -> None:
    connection().execute(update(C).where(C.c.id == row.id).values(state=state, **values))


def _decks_anew() -> None:
    """Says that what is drawn from has changed, as a change of a question does."""
    connection().execute(update(ST).where(ST.c.id == 1).values(changes=ST.c.changes + 1))


# What the worker does.


def go_on() -> None:
    """Some parts of whatever is to be done: papers counted, marked anew, put back. Idle, it holds nothing."""
    for _part in range(PARTS):
        if not corrections.is_any(AT_WORK):
            return
        with unit_of_work():
            do_part()


def go_after() -> None:
    """What came in since a correction was applied, and has the question: `follow`, a transaction for each part."""
    for _part in range(PARTS):
        if not corrections.is_any((APPLIED,)):
            return
        with unit_of_work():
            if not follow():
                return


def do_part(uuid: UUID | None = None, most: int = PART) -> bool:
    """One part of the oldest correction with something to do (of this one, where named); False where there is none.

    Inside a unit of work.
    """
    wanted = select(C.c.uuid).where(C.c.state.in_(AT_WORK)).order_by(C.c.id).limit(1)
    if uuid is not None:
        wanted = wanted.where(C.c.uuid == uuid)
    found = connection().execute(wanted).scalar()
    row = corrections.correction(found, hold=True) if found else None
    if row is None or not row.is_at_work:
        return False
    if row.state == LOOKING:
        if not _look(row, most):
            _to(row, LOOKED)
    elif row.state == APPLYING:
        if not _look(row, most) and not _mark(row, most):
            _to(row, APPLIED)
    elif not _put_back(row, most):
        connection().execute(delete(P).where(P.c.correction_id == row.id, P.c.state.in_((NOT_YET, TODO))))
        _to(row, UNDONE)
    return True


def follow() -> bool:
    """Papers that had the question and came in after it was corrected: begun before, or on a station without a line.

    Inside a unit of work; whether there may be more than were looked at.
    """
    applied = corrections.corrections([APPLIED], hold=True)
    if not applied:
        return False
    _hand_on([row.id for row in applied])
    papers = _papers(max(0, min(row.cursor for row in applied) - OVERLAP), PART)
    if papers:
        last = papers[-1].id
        for row in applied:
            _note(row, [p for p in papers if p.id > row.cursor - OVERLAP and p.activity_id in row.quizzes], anew=True)
        connection().execute(
            update(C).where(C.c.id.in_([row.id for row in applied]), C.c.cursor < last).values(cursor=last)
        )
    for row in applied:
        while _mark(row, PART):
            pass
    return len(papers) == PART


def _hand_on(ids: Sequence[int]) -> None:
    """Papers that were open and are handed in by now are to be marked anew."""
    handed_in = select(A.c.id).where(A.c.state == SUBMITTED)
    connection().execute(
        update(P)
        .where(P.c.correction_id.in_(ids), P.c.state == NOT_YET, P.c.attempt_id.in_(handed_in))
        .values(state=TODO)
    )


class Paper(Struct, frozen=True):
    """An attempt, as far as marking it anew goes by it."""

    id: int
    uuid: UUID
    account_id: int
    activity_id: int
    revision_id: int
    paper: Sequence[Any]
    state: int
    submitted_at: int | None
    marks: Sequence[int | None] | None
    passed: bool | None
    waits: int
    passing: Mapping[str, Any] | None
    started_at: int
    acts: int
    form: str | None

    def codes(self) -> list[Sequence[str]]:
        return [v.body["skills"] for v in queries.versions([entry[0] for entry in self.paper])]

    def passing_of(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.passing or queries.revision(self.revision_id)["pass"]
        return found


_PAPER: Select[*tuple[Any, ...]] = select(
    A.c.id, A.c.uuid, A.c.account_id, A.c.activity_id, A.c.revision_id, A.c.paper, A.c.state, A.c.submitted_at,
    A.c.marks, A.c.passed, A.c.waits, A.c.passing, A.c.started_at, A.c.acts, A.c.form,
)  # fmt: skip


def _papers(after: int, most: int, quizzes: Sequence[int] | None = None) -> list[Paper]:
    wanted = _PAPER.where(A.c.id > after).order_by(A.c.id).limit(most)
    if quizzes is not None:
        wanted = wanted.where(A.c.activity_id.in_(quizzes))
    return [Paper(*row) for row in connection().execute(wanted)]


def _held(ids: Sequence[int]) -> dict[int, Paper]:
    """Papers to be changed, held in the order of their numbers."""
    wanted = _PAPER.where(A.c.id.in_(ids)).order_by(A.c.id).with_for_update()
    return {row.id: Paper(*row) for row in connection().execute(wanted)}


def _look(row: CorrectionRow, most: int) -> bool:
    """The next papers of these quizzes: whether the question stands in them and what it would come to; False: none."""
    papers = _papers(row.cursor, most, row.quizzes)
    if not papers:
        return False
    _note(row, papers)
    connection().execute(
        update(C).where(C.c.id == row.id).values(cursor=papers[-1].id, looked=C.c.looked + len(papers))
    )
    return True


def _known(row: CorrectionRow, attempt_ids: Iterable[int]) -> frozenset[int]:
    held = connection().execute(
        select(P.c.attempt_id).where(P.c.correction_id == row.id, P.c.attempt_id.in_(list(attempt_ids)))
    )
    return frozenset(held.scalars())


def _note(row: CorrectionRow, papers: Sequence[Paper], anew: bool = False) -> None:
    """Keeps what the correction would do to each paper that has the question; `anew`: some may be known already."""
    queries.versions(list({entry[0] for p in papers for entry in p.paper}))  # read at once, and remembered
    places = {p.id: n for p in papers if (n := _place(row, p)) is not None}
    if places and anew:
        known = _known(row, places)
        places = {i: n for i, n in places.items() if i not in known}
    if not places:
        return
    mine = [p for p in papers if p.id in places]
    answers = _answers(row, places)
    held = _others(list(places))
    rows = []
    for p in mine:
        if p.state == OPEN:
            rows.append(_kept(row, p, places[p.id], NOT_YET))
            continue
        change = _changed(row, p, places[p.id], answers.get(p.id), held.get(p.id, []))
        rows.append(
            _kept(row, p, places[p.id], TODO)
            | {
                "was": change.was, "now": change.now, "passed_was": p.passed,
                "passed_now": change.verdict.passed, "lost": bool(p.passed) and change.verdict.kept,
            }
        )  # fmt: skip
    connection().execute(insert(P), rows)


def _kept(row: CorrectionRow, p: Paper, position: int, state: int) -> dict[str, Any]:
    return {
        "correction_id": row.id, "attempt_id": p.id, "position": position, "state": state, "was": None, "now": None,
        "passed_was": None, "passed_now": None, "lost": False,
    }  # fmt: skip


def _place(row: CorrectionRow, p: Paper) -> int | None:
    """Where the question stands in a paper that the correction is about; None where it does not."""
    if (row.since is not None and p.started_at < row.since) or (row.until is not None and p.started_at >= row.until):
        return None
    found = queries.versions([entry[0] for entry in p.paper])
    return next((n for n, version in enumerate(found) if row.covers(version.id, version.item_id)), None)


def _answers(row: CorrectionRow, places: Mapping[int, int]) -> dict[int, list[Any]]:
    """The answers to the question by paper, where the way asks for them."""
    if row.way != KEY:
        return {}
    rows = connection().execute(
        select(R.c.attempt_id, R.c.position, R.c.answer).where(R.c.attempt_id.in_(list(places)))
    )
    return {r.attempt_id: r.answer for r in rows if places[r.attempt_id] == r.position}


class Other(Struct, frozen=True):
    """What another correction in force did to a paper."""

    correction_id: int
    position: int
    was: int | None
    now: int | None


def _others(attempt_ids: Sequence[int], without: int = 0) -> dict[int, list[Other]]:
    """What corrections did to papers, the oldest first; but for one of them."""
    rows = connection().execute(
        select(P.c.attempt_id, P.c.correction_id, P.c.position, P.c.was, P.c.now)
        .where(P.c.attempt_id.in_(attempt_ids), P.c.state == DONE, P.c.correction_id != without)
        .order_by(P.c.correction_id)
    )
    found: dict[int, list[Other]] = {}
    for row in rows:
        found.setdefault(row.attempt_id, []).append(Other(*row[1:]))
    return found


class Change(Struct, frozen=True):
    """One mark of a paper and what follows."""

    was: int | None  # without any correction
    now: int | None
    marks: list[int | None]
    verdict: Verdict


def without_corrections(marks: Sequence[int | None], others: Sequence[Other]) -> list[int | None]:
    """A paper's marks as they would be without any correction."""
    base = list(marks)
    for other in others:
        base[other.position] = other.was
    return base


def _changed(row: CorrectionRow, p: Paper, position: int, answer: list[Any] | None, others: Sequence[Other]) -> Change:
    base = without_corrections(p.marks or (), others)
    now = corrected_mark(row.way, base[position], answer, row.also)
    marks = replaced(p.marks or (), position, now)
    return Change(base[position], now, marks, verdict(marks, base, p.codes(), p.passing_of(), p.passed))


def _restored(row: Any, p: Paper, others: Sequence[Other]) -> Change:
    """A paper without one correction: what others did to it stays."""
    place = row.position
    now = next((o.now for o in reversed(others) if o.position == place), row.was)
    marks = replaced(p.marks or (), place, now)
    base = without_corrections(marks, others)
    return Change(row.was, now, marks, verdict(marks, base, p.codes(), p.passing_of()))


def _mark(row: CorrectionRow, most: int) -> bool:
    """Marks the next papers anew; False where none is left."""
    rows = _rows(row, TODO, most)
    if not rows:
        return False
    papers = _held([r.attempt_id for r in rows])
    queries.versions(list({entry[0] for p in papers.values() for entry in p.paper}))
    answers = _answers(row, {r.attempt_id: r.position for r in rows})
    others = _others(list(papers), row.id)
    changes = {
        r.attempt_id: _changed(
            row, papers[r.attempt_id], r.position, answers.get(r.attempt_id), others.get(r.attempt_id, [])
        )
        for r in rows
    }
    said = _write(papers, changes, {r.attempt_id: r.position for r in rows}, 1)
    connection().execute(
        update(P)
        .where(P.c.correction_id == bindparam("which"), P.c.attempt_id == bindparam("which_paper"))
        .values({name: bindparam(f"new_{name}") for name in ("was", "now", "passed_was", "passed_now", "lost")})
        .values(state=DONE, evidence_id=bindparam("new_evidence")),
        [
            {
                "which": row.id, "which_paper": i, "new_was": c.was, "new_now": c.now,
                "new_passed_was": papers[i].passed,
                "new_passed_now": c.verdict.passed, "new_lost": bool(papers[i].passed) and c.verdict.kept,
                "new_evidence": said.get(i),
            }
            for i, c in changes.items()
        ],
    )  # fmt: skip
    for i, change in changes.items():
        if change.verdict.passed and papers[i].passed is False:
            _tell_passed(row, papers[i])
    return True


def _put_back(row: CorrectionRow, most: int) -> bool:
    """Puts the next papers back as they were; False where none is left."""
    rows = _rows(row, DONE, most)
    if not rows:
        return False
    papers = _held([r.attempt_id for r in rows])
    queries.versions(list({entry[0] for p in papers.values() for entry in p.paper}))
    others = _others(list(papers), row.id)
    changes = {r.attempt_id: _restored(r, papers[r.attempt_id], others.get(r.attempt_id, [])) for r in rows}
    _write(papers, changes, {r.attempt_id: r.position for r in rows}, -1)
    connection().execute(
        update(P).where(P.c.correction_id == row.id, P.c.attempt_id.in_(list(changes))).values(state=BACK)
    )
    return True


def _rows(row: CorrectionRow, state: int, most: int) -> Sequence[Any]:
    found = connection().execute(
        select(P.c.attempt_id, P.c.position, P.c.was)
        .where(P.c.correction_id == row.id, P.c.state == state)
        .order_by(P.c.attempt_id)
        .limit(most)
    )
    return found.all()


_REMARK = (
    update(A)
    .where(A.c.id == bindparam("which_paper"))
    .values(
        marks=bindparam("new_marks"), passed=bindparam("new_passed"), waits=bindparam("new_waits"),
        acts=bindparam("new_acts"),
    )
)  # fmt: skip


def _write(
    papers: Mapping[int, Paper], changes: Mapping[int, Change], places: Mapping[int, int], acts: int
) -> dict[int, int | None]:
    """Writes the new marks and verdicts, and what the ledger is told of them; the ids of that by paper."""
    connection().execute(
        _REMARK,
        [
            {
                "which_paper": i, "new_marks": c.marks, "new_passed": c.verdict.passed,
                "new_waits": c.marks.count(WAITS),
                "new_acts": papers[i].acts + acts,
            }
            for i, c in changes.items()
        ],
    )  # fmt: skip
    for i, c in changes.items():
        held, place = list(papers[i].marks or ())[places[i]], places[i]
        if held == WAITS and c.marks[place] != WAITS:
            queueing.leave(i, place)
        elif held != WAITS and c.marks[place] == WAITS:
            queueing.come_back(i, place, papers[i].submitted_at or papers[i].started_at)
    told = [i for i, c in changes.items() if c.verdict.passed is not None and c.marks != list(papers[i].marks or ())]
    made = record_again([_rescored(papers[i], changes[i]) for i in told])
    for i in told:
        if papers[i].waits:  # its first verdict
            s = changes[i].verdict.score
            tell(
                AttemptGraded(
                    i, papers[i].account_id, papers[i].activity_id, s.halves, s.most_halves,
                    bool(changes[i].verdict.passed), papers[i].form,
                )
            )  # fmt: skip
    tell(PapersRemarked(tuple(changes)))
    return dict(zip(told, made, strict=True))


def _rescored(p: Paper, change: Change) -> Rescored:
    passed = bool(change.verdict.passed)
    result = attempts.as_evidence(p.paper, p.revision_id, change.marks, change.verdict.score, passed)
    return Rescored(p.account_id, p.activity_id, result, passed and not p.passed, p.submitted_at or p.started_at)


def _tell_passed(row: CorrectionRow, p: Paper) -> None:
    quiz = activity_by_id(p.activity_id)
    notify(
        p.account_id,
        "quizzes.remarked",
        _("{Ban} passed: a question was put right"),
        _(
            "In “{quiz}” a question was not good: {why}. Your paper was marked anew, and {ban} passed. The page of the"
            " result says what has changed.",
            quiz=quiz.title if quiz else "",
            why=row.reason.rstrip(". "),
        ),
        attempts.result_page(p.uuid),
    )


def attainments_of(quizzes: Sequence[int], account_ids: Sequence[int]) -> list[AttainmentRow]:
    """What these people attained by one of these quizzes, the newest first."""
    slugs = {found.slug for i in quizzes if (found := activity_by_id(i)) is not None}
    return attained_with(account_ids, slugs)
