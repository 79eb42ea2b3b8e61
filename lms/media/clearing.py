"""Files that nothing names any more are removed, some days after they were last stored or renewed.

What is needed is never declared, it is looked for: every column of the database that may name a file (JSON, and strings
as long as a key) is read, of tables of plugins that are not in use too. A number that only looks like a key keeps a
file longer than it must; nothing that is named is ever removed. A column that never names files and is large says so:
`mapped_column(info=NO_FILES)`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import structlog
from msgspec import Struct
from sqlalchemy import JSON, ColumnElement, String, delete, inspect, select, text
from sqlalchemy.types import TypeEngine

from lms import clock
from lms.db.base import Base
from lms.db.unit_of_work import after_commit, connection, let_go, unit_of_work
from lms.media.kinds import SPEECH
from lms.media.making import keys_of
from lms.media.models import WAITING, WORKING, Media, MediaFile
from lms.media.taking import store

M, F = Media.__table__, MediaFile.__table__
GRACE = 7 * 86_400  # seconds that a file stays though nothing names it: an editor open since Monday may name it yet
TORN = 86_400  # seconds after which what a killed process left is nobody's
AT_ONCE = 500
FEW = 50  # files that are removed without asking whether that is most of all
KEY = 64  # characters of a key
PREFIXES = tuple(f"{n:02x}" for n in range(256))
_OWN = frozenset((M.name, F.name))  # they say what was made, not what is needed
_KEYS = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_UPLOADS = re.compile(r'"media(?:_id)?":\s?(\d{1,18})(?!\d)')
log = structlog.get_logger("lms.media")


@dataclass
class Named:
    """What the JSON of the database names: keys of files, numbers of uploads."""

    keys: set[str] = field(default_factory=set)
    uploads: set[int] = field(default_factory=set)


class Column(Struct, frozen=True):
    """A column of the database as it is."""

    table: str
    name: str


def columns() -> tuple[list[Column], list[Column], list[Column]]:
    """The columns that may name files: (JSON, strings as long as a key, numbers of uploads)."""
    there = inspect(connection())
    inside: list[Column] = []
    whole: list[Column] = []
    numbers: list[Column] = []
    for (_schema, table), held in sorted(there.get_multi_columns().items(), key=lambda one: one[0][1]):
        if table in _OWN:
            continue
        model = Base.metadata.tables.get(table)
        for found in held:
            name = found["name"]
            if model is not None and name in model.c and model.c[name].info.get("files") is False:
                continue
            if isinstance(found["type"], JSON):
                inside.append(Column(table, name))
            elif _holds_a_key(found["type"]):
                whole.append(Column(table, name))
            elif name == "media_id":
                numbers.append(Column(table, name))
    return inside, whole, numbers


def _holds_a_key(kind: TypeEngine[object]) -> bool:
    return isinstance(kind, String) and kind.length == KEY


def _quoted(name: str) -> str:
    return connection().dialect.identifier_preparer.quote(name)


def named(inside: Iterable[Column], numbers: Iterable[Column]) -> Named:
    """All that is named by JSON anywhere, and by columns that hold the numbers of uploads."""
    found = Named()
    for column in inside:
        name, table = _quoted(column.name), _quoted(column.table)
        words_of = text(f"SELECT CAST({name} AS TEXT) FROM {table} WHERE {name} IS NOT NULL")  # noqa: S608  no input
        for words in connection().execute(words_of.execution_options(yield_per=200)).scalars():
            found.keys.update(_KEYS.findall(words))
            found.uploads.update(map(int, _UPLOADS.findall(words)))
    for column in numbers:
        name, table = _quoted(column.name), _quoted(column.table)
        rows = connection().execute(text(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL"))  # noqa: S608
        found.uploads.update(rows.scalars())
    return found


def _in_strings(whole: Iterable[Column], prefix: str) -> set[str]:
    """The keys with a prefix that strings hold. By prefix: of a nation's certificates not all fit into memory."""
    names = [(_quoted(column.name), _quoted(column.table)) for column in whole]
    asked = [f"SELECT {name} FROM {table} WHERE {name} >= :first AND {name} < :last" for name, table in names]  # noqa: S608
    rows = connection().execute(text(" UNION ALL ".join(asked)), {"first": prefix, "last": prefix + "g"})
    return set(rows.scalars())


def _held_by_strings(whole: Iterable[Column], keys: Collection[str]) -> set[str]:
    """Of a few keys, those that strings hold."""
    found: set[str] = set()
    marks = ", ".join(f":k{n}" for n in range(len(keys)))
    values = {f"k{n}": key for n, key in enumerate(keys)}
    for column in whole if keys else ():
        name, table = _quoted(column.name), _quoted(column.table)
        those = text(f"SELECT {name} FROM {table} WHERE {name} IN ({marks})")  # noqa: S608
        found.update(connection().execute(those, values).scalars())
    return found


def _loose_uploads(before: int, what: Named, whole: list[Column]) -> Iterator[list[int]]:
    """Uploads that nothing names, neither by number nor by what was made of them, in batches."""
    last = 0
    while True:
        rows = connection().execute(
            select(M.c.id, M.c.facts).where(_done(before), M.c.id > last).order_by(M.c.id).limit(AT_ONCE)
        ).all()  # fmt: skip
        if not rows:
            return
        last = rows[-1].id
        made = {row.id: keys_of(row.facts) for row in rows if row.id not in what.uploads}
        loose = {media_id: keys for media_id, keys in made.items() if not keys & what.keys}
        held = set()
        for batch in _batches(sorted({key for keys in loose.values() for key in keys})):
            held |= _held_by_strings(whole, batch)
        yield [media_id for media_id, keys in loose.items() if not keys & held]


def _done(before: int) -> ColumnElement[bool]:
    return M.c.state.not_in((WAITING, WORKING)) & (M.c.done_at < before)


def _forget_uploads(before: int, what: Named, whole: list[Column]) -> int:
    """Forgets such uploads; returns how many."""
    count = 0
    for gone in list(_loose_uploads(before, what, whole)):
        if gone:
            with unit_of_work() as database:  # `_done` once more: brought again meanwhile, it is wanted
                count += database.execute(delete(M).where(M.c.id.in_(gone), _done(before))).rowcount
    return count


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _of_uploads(before: int, what: Named, whole: list[Column]) -> set[str]:
    """The keys that uploads need which something names, or which are young: what was made of them, and the bytes as
    they came until their term."""
    loose = {media_id for batch in _loose_uploads(before, what, whole) for media_id in batch}
    found: set[str] = set()
    for media_id, digest, original, facts in connection().execute(select(M.c.id, M.c.digest, M.c.original, M.c.facts)):
        if media_id not in loose:
            found |= keys_of(facts) | ({digest} if original else set())
    return found


class Usage(Struct, frozen=True):
    """How many files and bytes: all that lie there, those that nothing names, those of them that may be removed now."""

    files: int = 0
    bytes: int = 0
    unnamed_files: int = 0
    unnamed_bytes: int = 0
    removable_files: int = 0
    removable_bytes: int = 0


def usage() -> Usage:
    """What the store holds and what of it is needed. Reads only."""
    before = clock.seconds() - GRACE
    inside, whole, numbers = columns()
    what = named(inside, numbers)
    needed = what.keys | _of_uploads(before, what, whole)
    sums = [0] * 6
    for prefix in PREFIXES:
        there = list(store().listed(prefix))
        strings = _in_strings(whole, prefix) if there else set()
        for one in there:
            counts = [True, one.key not in needed and one.key not in strings]
            counts.append(counts[1] and one.at < before)
            for place, counted in enumerate(counts):
                sums[2 * place] += counted
                sums[2 * place + 1] += counted * one.size
    return Usage(*sums)


class TooMuchError(Exception):
    """More than half of all files would go: that looks like the wrong database beside the right files."""


def clear(even_most: bool = False) -> None:
    """Forgets uploads that nothing names, then removes files that nothing needs; periodic.

    Raises TooMuchError, with nothing removed, where that is more than half of all and not `even_most` is said.
    """
    before = clock.seconds() - GRACE
    inside, whole, numbers = columns()
    what = named(inside, numbers)
    needed, count, old = what.keys | _of_uploads(before, what, whole), 0, []
    let_go()
    for prefix in PREFIXES:
        strings: set[str] | None = None
        for one in store().listed(prefix):
            count += 1
            if one.at < before and one.key not in needed:
                strings = _in_strings(whole, prefix) if strings is None else strings
                old += [one] if one.key not in strings else []
        let_go()
    if len(old) > max(FEW, count // 2) and not even_most:
        raise TooMuchError(f"{len(old)} of {count} files are named by nothing in this database. Is it the right one?")
    uploads = _forget_uploads(before, what, whole)
    gone = [one for one in old if store().remove_older(one.key, before)]
    for batch in _batches([one.key for one in gone]):
        with unit_of_work() as database:
            database.execute(delete(F).where(F.c.key.in_(batch)))
    store().forget_torn(clock.seconds() - TORN)
    if uploads or gone:
        log.info("files cleared", uploads=uploads, files=len(gone), bytes=sum(one.size for one in gone))


def forget(media_ids: Iterable[int]) -> None:
    """Forgets spoken sentences at once, with the bytes as they came and what was made of them, unless something else
    needs it: whoever spoke may want to be heard no more. Inside a unit of work."""
    rows = connection().execute(
        select(M.c.id, M.c.digest, M.c.facts).where(M.c.id.in_(sorted(set(media_ids))), M.c.kind == SPEECH)
    ).all()  # fmt: skip
    if not rows:
        return
    connection().execute(delete(M).where(M.c.id.in_([row.id for row in rows])))
    loose = {row.digest for row in rows}.union(*(keys_of(row.facts) for row in rows))
    after_commit(lambda: _remove_spoken(sorted(loose)))


def _remove_spoken(keys: list[str]) -> None:
    """What JSON names is made of uploads, and what was made of them is noted in lms_media_file: no need to read it."""
    needed = set(connection().execute(select(M.c.digest).where(M.c.digest.in_(keys), M.c.original.is_(True))).scalars())
    needed.update(connection().execute(select(F.c.key).where(F.c.key.in_(keys))).scalars())
    _inside, whole, _numbers = columns()
    needed |= _held_by_strings(whole, keys)
    for key in set(keys) - needed:
        store().remove(key)
