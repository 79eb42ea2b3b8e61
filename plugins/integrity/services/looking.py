"""The worker looks at papers whose day is over, each once by each version of the rules. It finds; people decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, true
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.data import Statement
from lms.api.learning import enrollment
from lms.api.people import org_at, orgs_of_people
from lms.api.work import clock, connection, unit_of_work
from plugins.integrity import rules
from plugins.integrity.models import Due, Looking
from plugins.integrity.rules import Sheet, Sign
from plugins.integrity.services import finding, tallies
from plugins.integrity.services.reading import sheets_of
from quizzes.api import AttemptGraded, Graded, newest_papers, papers

D, L = Due.__table__, Looking.__table__
A_ROUND = 1_000  # papers looked at in one transaction
A_LIST = 2_000  # papers of before put on the list in one transaction
EPOCH = date(1970, 1, 1)
LEARNED = 2  # things done in the course: the check itself and one besides
NOWHERE = 0  # the unit of whoever belongs to none
_PUT: Statement[Any] = Statement(
    {
        kind: make(D)
        .from_select(
            ["attempt_id", "day", "activity_id", "org_id"],
            select(
                bindparam("attempt", type_=D.c.attempt_id.type),
                bindparam("day", type_=D.c.day.type),
                bindparam("activity", type_=D.c.activity_id.type),
                func.coalesce(org_at(bindparam("who", type_=BigInteger), bindparam("at", type_=BigInteger)), NOWHERE),
            ).where(true()),
        )
        .on_conflict_do_nothing(index_elements=[D.c.attempt_id])
        for kind, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)


def day_of(moment: int) -> int:
    """The day of a moment on the Vietnamese calendar, in days since 1970."""
    return (clock.local(clock.from_seconds(moment)).date() - EPOCH).days


def when_attempt_graded(event: AttemptGraded) -> None:
    """A paper has its verdict: it is looked at with the others of its day."""
    now = clock.seconds()
    _PUT.run(attempt=event.attempt_id, day=day_of(now), activity=event.activity_id, who=event.account_id, at=now)


def _put(rows: Sequence[tuple[int, int, int, int]]) -> None:
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    names = ("attempt_id", "day", "activity_id", "org_id")
    if rows:
        adding: Any = make(D).on_conflict_do_nothing(index_elements=[D.c.attempt_id])
        connection().execute(adding, [dict(zip(names, row, strict=True)) for row in rows])


def look() -> None:
    """Puts papers of before on the list, a round at a time, then looks at all whose day is over; periodic, aside."""
    while True:
        with unit_of_work():
            if not list_older():
                break
    while True:
        with unit_of_work():
            if not look_round():
                break


def list_older() -> int:
    """Puts papers on the list that were handed in before these rules began; how many. In a unit of work."""
    row = connection().execute(select(L).where(L.c.rules == rules.VERSION)).first()
    if row is None:
        newest = papers(after=newest_papers(1), most=1)
        until = newest[0].id if newest else 0
        tallies.forget_all()
        connection().execute(insert(L).values(rules=rules.VERSION, listed_to=0, until=until))
        row = connection().execute(select(L).where(L.c.rules == rules.VERSION)).one()
    if row.listed_to >= row.until:
        return 0
    found = [p for p in papers(after=row.listed_to, most=A_LIST) if p.id <= row.until]
    orgs = orgs_of_people(sorted({p.account_id for p in found}))
    _put([(p.id, day_of(p.submitted_at), p.activity_id, orgs.get(p.account_id, NOWHERE)) for p in found if not p.waits])
    to = found[-1].id if found else row.until
    connection().execute(L.update().where(L.c.rules == rules.VERSION).values(listed_to=to))
    return len(found)


def look_round() -> int:
    """Looks at as many whole groups as one transaction may; how many papers those were. In a unit of work.

    A group: the papers of one quiz and one unit that were graded on one day.
    """
    database, today = connection(), day_of(clock.seconds())
    order = (D.c.day, D.c.activity_id, D.c.org_id)
    rows = database.execute(
        select(*order, D.c.attempt_id).where(D.c.day < today).order_by(*order, D.c.attempt_id).limit(A_ROUND + 1)
    ).all()
    if len(rows) > A_ROUND:
        last = tuple(rows[-1][:3])
        whole = [row for row in rows if tuple(row[:3]) != last]
        rows = whole or rows[:A_ROUND]
    if not rows:
        return 0
    group_of = {row.attempt_id: (row.day, row.activity_id, row.org_id) for row in rows}
    found = papers(ids=list(group_of), most=len(group_of))
    _look_at(found, group_of)
    database.execute(delete(D).where(D.c.attempt_id.in_(list(group_of))))
    return len(rows)


def _look_at(found: Sequence[Graded], group_of: dict[int, tuple[int, int, int]]) -> None:
    by_id = {paper.id: paper for paper in found}
    sheets = sheets_of(found)
    tallies.count(sheets, {p.id: p.activity_id for p in found})
    known = tallies.questions({version for s in sheets for version in s.versions})
    usual = tallies.usual({p.activity_id for p in found})
    groups: dict[tuple[Any, ...], list[Sheet]] = {}
    for sheet in sheets:
        groups.setdefault(group_of[sheet.id], []).append(sheet)
        if (session := by_id[sheet.id].session) is not None:
            groups.setdefault((by_id[sheet.id].activity_id, session), []).append(sheet)
    signs: dict[int, list[Sign]] = {}  # by quiz
    for name, group in groups.items():
        activity_id = by_id[group[0].id].activity_id
        held = signs.setdefault(activity_id, [])
        for part in _parts(group):
            compared = rules.Group(part, known)
            held += rules.alike(compared)
            held += rules.on_one_device(compared)
        if name[-1] != NOWHERE and (sign := _class(group, by_id, tallies.without(usual[activity_id], group))):
            held.append(sign)
    for sheet in sheets:
        if sign := _fast(sheet, by_id[sheet.id]):
            signs[by_id[sheet.id].activity_id].append(sign)
    for activity_id, seen in signs.items():
        for together in rules.cases_of(_once(seen)):
            finding.open_case(activity_id, together, by_id)


def _parts(group: Sequence[Sheet]) -> Iterator[Sequence[Sheet]]:
    for begin in range(0, len(group), rules.MOST_COMPARED):
        if len(part := group[begin : begin + rules.MOST_COMPARED]) > 1:
            yield part


def _once(signs: Sequence[Sign]) -> list[Sign]:
    """The same papers seen as those of a unit and as those of a session are one sign."""
    return list({(sign.kind, sign.papers): sign for sign in signs}.values())


def _fast(sheet: Sheet, paper: Graded) -> Sign | None:
    """The sign of speed, without the questions that this person had had before; read only where it would be given."""
    if rules.fast(sheet) is None:
        return None
    before = papers(account_id=paper.account_id, activity_id=paper.activity_id, until=paper.started_at + 1)
    return rules.fast(sheet, frozenset(version for p in before if p.id != paper.id for version in p.versions))


def _class(group: Sequence[Sheet], by_id: dict[int, Graded], usual: rules.Usual) -> Sign | None:
    """The sign of a whole class; whether they had learned is read only where it would be given."""
    if by_id[group[0].id].form is not None:
        return None  # nothing is gained by passing a form that measures change
    if rules.whole_class(group, usual, None) is None:
        return None
    learned = 0
    for account_id in {s.person for s in group}:
        paper = next(by_id[s.id] for s in group if s.person == account_id)
        row = enrollment(account_id, paper.course_id)
        learned += row is not None and row.done.bit_count() >= LEARNED
    return rules.whole_class(group, usual, learned)


def due_now() -> int:
    """How many papers wait to be looked at."""
    return int(connection().execute(select(func.count()).select_from(D)).scalar_one())
