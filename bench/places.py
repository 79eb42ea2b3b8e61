"""Units at size: two communes with 50,000 members merged and parted again; 10,000 people at depth 4 as a scoped list.

The tree has 10,000 units: the country's own, and a province of ours with villages and schools. Statements are those of
the act or page itself; "a tenth" is the same with a tenth of the people, whose statements must be as many.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from bench import databases
from bench.counting import counter
from bench.inside import application
from bench.words import full_name
from lms import clock, starting
from lms.db.unit_of_work import close_kept, connection, let_go, unit_of_work
from lms.granting import queries as people
from lms.identity.making import NewPerson, make_people
from lms.orgs import acts, units
from lms.orgs.finding import find_units
from lms.orgs.models import Membership, OrgVersion
from lms.orgs.queries import nation_id, org_by_code
from lms.orgs.scope import below
from lms.places import reorganizing

MEMBERS, LISTED, UNITS = 50_000, 10_000, 10_000
AT_ONCE, VILLAGES = 5_000, 60
SINCE = date(2026, 1, 1)
M, V = Membership.__table__, OrgVersion.__table__


@dataclass(frozen=True)
class Row:
    """One figure: what, wall and CPU milliseconds of this process, statements, and those with a tenth of the people."""

    what: str
    wall: float
    cpu: float
    statements: int
    of_a_tenth: int


def measure(which: str, share: int = 1) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both"); sizes divided by `share`."""
    found = {}
    for kind in ("sqlite", "postgresql"):
        if which not in (kind, "both") or (kind == "postgresql" and not databases.has_postgresql()):
            continue
        tenth, whole = (_run(kind, MEMBERS // n, LISTED // n) for n in (10 * share, share))
        found[kind] = [
            Row(what, wall, cpu, sent, less)
            for (what, wall, cpu, sent), (*_rest, less) in zip(whole, tenth, strict=True)
        ]
    return found


def _run(kind: str, members: int, listed: int) -> list[tuple[str, float, float, int]]:
    with tempfile.TemporaryDirectory(prefix="bench-places-") as name:
        place: AbstractContextManager[databases.Database] = (
            databases.sqlite(Path(name)) if kind == "sqlite" else databases.postgresql()
        )
        with place as database:
            app = application(Path(name), database.url)
            with app.app_context():
                counter.install(connection().engine)
                try:
                    return list(_figures(app, members, listed))
                finally:
                    let_go()
                    close_kept()
                    connection().engine.dispose()


def _figures(app: Flask, members: int, listed: int) -> Iterator[tuple[str, float, float, int]]:
    starting.load_units()
    province, one, two = _furnish(members, listed)
    merger = acts.Merge((one, two), acts.NewUnit("phường", "Sau sáp nhập", province, "B9"))
    yield _timed(
        f"merger of two communes with {members:,} members: looked at", lambda: acts.preview(merger, clock.today())
    )
    done: list[int] = []

    def merge() -> None:
        with unit_of_work():
            done.append(reorganizing.do(merger, clock.today(), "NQ", None))

    def undo() -> None:
        with unit_of_work():
            reorganizing.undo(done[0], None)

    yield _timed("… done", merge)
    held = select(func.count(M.c.account_id.distinct())).where(M.c.valid_to.is_(None))
    everybody = connection().execute(held).scalar_one()
    yield _timed("… undone", undo)
    assert connection().execute(held).scalar_one() == everybody, "somebody was lost"
    let_go()
    for page in (1, 100 * listed // LISTED or 1):
        yield _timed(
            f"page {page} of {listed:,} people at depth 4, as their province sees them",
            lambda page=page: people.people([province], "", page),  # type: ignore[misc]
        )
    nation = nation_id() or 0
    yield _timed("the ids of all 10,000 units below the nation, by the closed tree", lambda: _ids(below([nation])))
    yield _timed("… by a recursive query over the versions", lambda: _ids(_recursive(nation)))
    yield _timed("search for “xa bac ha lao cai”", lambda: find_units("xa bac ha lao cai"))


def _ids(query: Any) -> int:
    return len(connection().execute(query).all())


def _recursive(top: int) -> Any:
    """The subtree without `OrgReach`: what `below` was before."""
    valid = (V.c.valid_from <= clock.today()) & (V.c.valid_to.is_(None) | (V.c.valid_to > clock.today()))
    tree = select(V.c.org_id).where(V.c.org_id == top, valid).cte("below", recursive=True)
    tree = tree.union(select(V.c.org_id).join(tree, V.c.parent_id == tree.c.org_id).where(valid))
    return select(tree.c.org_id)


def _timed(what: str, run: Callable[[], Any]) -> tuple[str, float, float, int]:
    gc.collect()  # what was left behind before is not this one's work
    before, wall, cpu = counter.sent, time.perf_counter(), time.process_time()
    run()
    return what, (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000, counter.sent - before


def _furnish(members: int, listed: int) -> tuple[int, int, int]:
    """A province with two large communes, and people in schools of villages: at depth 4 below the nation."""
    rows = ["code,kind,name,parent,source", "B,tỉnh,Đo Tốc Độ,,đo", "B1,xã,Một,B,đo", "B2,xã,Hai,B,đo", "B3,xã,Ba,B,đo"]
    wanted = UNITS - 3_356 - 4
    villages = wanted * 9 // 10
    rows += [f"B{_commune(n)}-{n},thôn,{n},B{_commune(n)},đo" for n in range(villages)]
    schools = [f"S{n}" for n in range(wanted - villages)]
    rows += [f"{code},trường tiểu học,Trường {n},B3-{VILLAGES + n},đo" for n, code in enumerate(schools)]
    with unit_of_work():
        units.load(units.read("\n".join(rows)), SINCE)
    at = {code: _unit(code) for code in ("B", "B1", "B2", *schools)}
    dice = Random(757)
    places = [at["B1"], at["B2"]] * (members // 2) + [at[dice.choice(schools)] for _ in range(listed)]
    with unit_of_work():
        for start in range(0, len(places), AT_ONCE):
            part = places[start : start + AT_ONCE]
            ids = make_people([NewPerson(full_name(dice)) for _ in part], None, None)
            _join(ids, part)
    if connection().engine.dialect.name == "postgresql":
        _analyze()
    return at["B"], at["B1"], at["B2"]


def _commune(n: int) -> int:
    """The first two have 30 villages each, as communes have; the third all the others."""
    return 1 + n % 2 if n < VILLAGES else 3


def _join(ids: Sequence[int], places: Sequence[int]) -> None:
    at = clock.seconds() - 86_400
    connection().execute(
        insert(Membership),
        [
            {"account_id": who, "org_id": org, "target_group": "citizens", "valid_from": at}
            for who, org in zip(ids, places, strict=True)
        ],
    )


def _analyze() -> None:
    with connection().engine.connect() as line:
        line.connection.dbapi_connection.execute("VACUUM ANALYZE")  # type: ignore[union-attr]


def _unit(code: str) -> int:
    found = org_by_code(code)
    assert found is not None
    return found.id


def markdown(found: dict[str, list[Row]]) -> str:
    """The tables."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    parts = []
    for kind, rows in found.items():
        lines = [
            f"| {names[kind]} | ms | CPU ms here | statements | with a tenth |",
            "| --- | ---: | ---: | ---: | ---: |",
        ]
        lines += [f"| {r.what} | {r.wall:,.1f} | {r.cpu:,.1f} | {r.statements} | {r.of_a_tenth} |" for r in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
