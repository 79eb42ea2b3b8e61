"""Keeps the sums of every version true to the papers: by what is told, and by walking slowly through all of them.

A paper that is marked, or marked again, is due (`when_graded`, `when_remarked`) and counted within minutes. Whatever
changes without being told is found by the walk: it compares every paper with the marks that were counted, a page at a
time, so that all are seen within a day where there are a million. What was counted
is taken out with the old marks and put in with the new ones; nothing is ever counted twice.
"""

from __future__ import annotations

import statistics
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.data import Statement
from lms.api.work import clock, connection, unit_of_work
from plugins.measuring import advising
from plugins.measuring.advising import Scaled
from plugins.measuring.analysis import (
    ALL,
    LEAST_QUESTIONS,
    LONGEST,
    NOTHING,
    PART,
    WHOLE,
    Seen,
    Sums,
    figures,
    shared,
)
from plugins.measuring.models import AnalysisState, CountedPaper, Difficulty, DuePaper, ItemSums
from quizzes.api import (
    ITEM_TYPES,
    AttemptGraded,
    Given,
    Graded,
    PapersRemarked,
    Picking,
    Worded,
    answers,
    papers,
    worded,
)

I, P, DUE, S, D = (t.__table__ for t in (ItemSums, CountedPaper, DuePaper, AnalysisState, Difficulty))
A_ROUND = 500  # papers counted in one transaction
A_PAGE = 5_000  # papers that the walk looks at in one go
_NOTE: Statement[Any] = Statement(
    {
        "sqlite": sqlite.insert(DUE).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(DUE).on_conflict_do_nothing(),
    },
    columns=("attempt_id",),
)
_UNCOUNTED = -1  # stands for a question that does not count, in packed marks


def when_graded(event: AttemptGraded) -> None:
    """Notes a paper to be counted."""
    _NOTE.run(attempt_id=event.attempt_id)


def when_remarked(event: PapersRemarked) -> None:
    """Notes papers to be counted anew."""
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    rows = [{"attempt_id": attempt_id} for attempt_id in event.attempt_ids]
    if rows:
        connection().execute(make(DUE).on_conflict_do_nothing(), rows)


def count() -> None:
    """Counts what is due, then walks on: to the end the first time, later a page."""
    while _due_round():
        pass
    while _walk() and not _was_through():
        pass


def _due_round() -> int:
    """Counts as many due papers as one transaction may; how many there were."""
    with unit_of_work() as database:
        _hold()
        ids = database.execute(select(DUE.c.attempt_id).order_by(DUE.c.attempt_id).limit(A_ROUND)).scalars().all()
        if ids:
            _count(papers(ids=ids, most=len(ids)))
            database.execute(delete(DUE).where(DUE.c.attempt_id.in_(ids)))
    return len(ids)


def _walk() -> int:
    """Looks at the next page of all papers; how many it held. Behind the last one the walk begins anew.

    The page is read before the transaction, so that nobody waits for it; what changed is read again inside.
    """
    after = connection().execute(select(S.c.walked_to).where(S.c.id == 1)).scalar_one()
    page = papers(after=after, most=A_PAGE)
    changed = _to_count(page)[:A_ROUND]
    # More to count than one transaction may: the walk stays before the rest.
    last = changed[-1] if len(changed) == A_ROUND else page[-1].id if page else 0
    with unit_of_work() as database:
        _hold()
        _count(papers(ids=changed, most=A_ROUND) if changed else ())
        values = {"walked_to": last} if page else {"walked_to": 0, "filled": True}
        database.execute(update(S).where(S.c.id == 1).values(**values))
    return len(page)


def _hold() -> None:
    """Nobody else counts until the end of the transaction."""
    connection().execute(select(S.c.id).where(S.c.id == 1).with_for_update())


def _was_through() -> bool:
    with unit_of_work() as database:
        return bool(database.execute(select(S.c.filled).where(S.c.id == 1)).scalar_one())


def packed(marks: Sequence[int | None]) -> bytes:
    """Marks as they are kept: two bytes each."""
    return array("h", [_UNCOUNTED if mark is None else mark for mark in marks]).tobytes()


def unpacked(kept: bytes) -> list[int | None]:
    """What `packed` made."""
    return [None if mark == _UNCOUNTED else mark for mark in array("h", kept)]


def _kept(ids: Collection[int]) -> dict[int, bytes]:
    """Papers that were counted, with the marks they had; nothing for those of which nothing was to be counted."""
    rows = connection().execute(select(P.c.attempt_id, P.c.marks).where(P.c.attempt_id.in_(ids)))
    return {row.attempt_id: row.marks for row in rows}


def _wanted(paper: Graded) -> bytes:
    """The marks under which a paper is counted; none while a person has yet to mark some."""
    return b"" if paper.waits or sum(m is not None for m in paper.marks) < LEAST_QUESTIONS else packed(paper.marks)


def _to_count(page: Sequence[Graded]) -> list[int]:
    """The papers that are not counted as they stand, in order. One without an answer stays kept as nothing."""
    kept = _kept([paper.id for paper in page])
    found = []
    for paper in page:
        was, now = kept.get(paper.id), _wanted(paper)
        if was != now and (now or was) and not (was == b"" and not any(paper.marks)):
            found.append(paper.id)
    return found


def _count(page: Sequence[Graded]) -> None:
    """Takes papers out as they were counted, and puts them in as they stand. In a unit of work."""
    if not page:
        return
    ids = [paper.id for paper in page]
    kept, given = _kept(ids), answers(ids)
    found = worded({version for paper in page for version in paper.versions})
    changes: dict[int, Sums] = defaultdict(Sums)
    rows = []
    for paper in page:
        was, now = kept.get(paper.id, b""), _wanted(paper) if given[paper.id] else b""
        if was != now:
            if was:
                _add(changes, paper, unpacked(was), given[paper.id], found, -1)
            if now:
                _add(changes, paper, unpacked(now), given[paper.id], found, 1)
        if paper.id not in kept or was != now:
            rows.append({"attempt_id": paper.id, "marks": now})
    if rows:
        make: Any = (postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert)(P)
        connection().execute(
            make.on_conflict_do_update(index_elements=[P.c.attempt_id], set_={"marks": make.excluded.marks}), rows
        )
    _store(changes, found)


def _add(
    changes: dict[int, Sums],
    paper: Graded,
    marks: Sequence[int | None],
    given: Mapping[int, Given],
    found: Mapping[int, Worded],
    sign: int,
) -> None:
    counted = [mark for mark in marks if mark is not None]
    total, rest = sum(counted), WHOLE * (len(counted) - 1)
    times = seconds(paper.started_at, given)
    for position, (version, mark) in enumerate(zip(paper.versions, marks, strict=True)):
        if mark is None:
            continue
        own = given.get(position)
        seen = Seen(
            mark, shared(total - mark, rest), keys_of(found[version], own, mark), own is not None, times.get(position),
            own.changes if own else 0,
        )  # fmt: skip
        changes[version].add(seen, sign)


def keys_of(version: Worded, given: Given | None, mark: int) -> list[str]:
    """What an answer chose, by the author's numbers; where there is nothing to choose from, what it was worth."""
    if given is None:
        return []
    kind: object = ITEM_TYPES.find(version.type)
    if isinstance(kind, Picking):
        return [str(number) for number in kind.picked(list(given.answer))]
    return [ALL if mark == WHOLE else PART if mark else NOTHING]


def seconds(started_at: int, given: Mapping[int, Given]) -> dict[int, int]:
    """By position: from the answer that was first saved before, or from the start, to the first answer here.

    It holds what else was done meanwhile; where several were saved in one second (sent together), nothing is known.
    """
    found, before = {}, started_at
    for position, own in sorted(given.items(), key=lambda pair: (pair[1].first_at, pair[0])):
        if 0 < own.first_at - before <= LONGEST:
            found[position] = own.first_at - before
        before = own.first_at
    return found


def _store(changes: Mapping[int, Sums], found: Mapping[int, Worded]) -> None:
    """Adds changes to what is kept of each version."""
    rows = connection().execute(select(I.c.version_id, I.c.sums).where(I.c.version_id.in_(changes)))
    kept = {row.version_id: Sums.unpacked(row.sums) for row in rows}
    for version, change in changes.items():
        if version in kept:
            change.merge(kept[version])
    keep_sums(changes, found)


def keep_sums(sums: Mapping[int, Sums], found: Mapping[int, Worded]) -> None:
    """Keeps the sums of versions with what follows from them. In a unit of work."""
    if not sums:
        return
    database = connection()
    scaled, now = difficulties(sums), clock.seconds()
    told = {version: figures(own, things_of(found[version])[0]) for version, own in sorted(sums.items())}
    times = _times({found[v].bank_id for v in sums})
    for version, counted in told.items():
        times[found[version].bank_id][version] = round(counted.times.median) if counted.times else None
    usual = {bank: _usual(own.values()) for bank, own in times.items()}
    rows = []
    for version, counted in told.items():
        word = found[version]
        _keys, right, options = things_of(word)
        said = advising.flags(counted, right, options, usual[word.bank_id], scaled.get(version))
        rows.append(
            {
                "version_id": version, "item_id": word.item_id, "bank_id": word.bank_id, "n": counted.n,
                "sums": sums[version].packed(), "flags": f",{','.join(said)}," if said else "",
                "attention": advising.weight(said), "computed_at": now, "seconds": times[word.bank_id][version],
            }
        )  # fmt: skip
    make: Any = (postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert)(I)
    changing = {name: make.excluded[name] for name in rows[0] if name not in ("version_id", "item_id", "bank_id")}
    database.execute(make.on_conflict_do_update(index_elements=[I.c.version_id], set_=changing), rows)


def things_of(version: Worded) -> tuple[list[str], list[str], int]:
    """What can be chosen, by keys; which of it is right; and how many things there are to guess from."""
    kind: object = ITEM_TYPES.find(version.type)
    if not isinstance(kind, Picking):
        return [ALL, PART, NOTHING], [], 0
    data = version.body["data"]
    things = kind.things_to_pick(data)
    return [str(n) for n in range(len(things))], [str(n) for n in kind.right_ones(data)], len(things)


def difficulties(versions: Collection[int]) -> dict[int, Scaled]:
    """What calibration found for versions, a few hundred at most; one statement."""
    rows = connection().execute(
        select(
            D.c.version_id, D.c.difficulty, D.c.error, D.c.n, D.c.infit, D.c.outfit, D.c.base, D.c.base_error,
            D.c.drifted,
        ).where(D.c.version_id.in_(versions))
    )  # fmt: skip
    return {row[0]: Scaled(*row[1:]) for row in rows}


def usual_time(bank_id: int) -> float | None:
    """The median over a bank's versions of the median time; one statement."""
    return _usual(_times([bank_id])[bank_id].values())


def _times(banks: Collection[int]) -> dict[int, dict[int, int | None]]:
    """The median times of versions, by bank; one statement."""
    wanted = select(I.c.bank_id, I.c.version_id, I.c.seconds)
    times: dict[int, dict[int, int | None]] = {bank: {} for bank in banks}
    for row in connection().execute(wanted.where(I.c.bank_id.in_(banks), I.c.seconds.is_not(None))):
        times[row.bank_id][row.version_id] = row.seconds
    return times


def _usual(times: Iterable[int | None]) -> float | None:
    known = [seconds for seconds in times if seconds is not None]
    return statistics.median(known) if known else None


def judge_again(versions: Sequence[int]) -> None:
    """Sets the flags of versions anew, after their difficulties were found. In a unit of work."""
    for start in range(0, len(versions), A_ROUND):
        some = versions[start : start + A_ROUND]
        rows = connection().execute(select(I.c.version_id, I.c.sums).where(I.c.version_id.in_(some)))
        kept = {row.version_id: Sums.unpacked(row.sums) for row in rows}
        keep_sums(kept, worded(kept))


def counted_papers() -> int:
    """How many papers are in the sums."""
    found: int = connection().execute(
        select(func.count()).select_from(P).where(func.length(P.c.marks) > 0)
    ).scalar_one()  # fmt: skip
    return found
