"""The whole log gone through: every hash made again, every signature checked, and held against what it tells of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select

from lms.db.unit_of_work import connection
from lms.text import Text, _
from lms.transparency import queries
from lms.transparency.merkle import EMPTY_ROOT, HASH, HEIGHT, WIDTH, leaf_hash, node_hash
from lms.transparency.models import LogCheckpoint, LogCosignature, LogEntry, LogTile, LogWitness
from lms.transparency.notes import BadNote, Checkpoint, Note, Verifier, checked
from lms.transparency.points import LOGGED, Logged

E, T, C, S, W = (t.__table__ for t in (LogEntry, LogTile, LogCheckpoint, LogCosignature, LogWitness))
MOST_TOLD = 20  # problems of one kind that are spelled out
AT_ONCE = 1_000


@dataclass
class Found:
    """What a check came to: how much was looked at, and what is wrong, in words."""

    entries: int = 0
    waiting: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    claims: int = 0
    problems: list[Text] = field(default_factory=list)
    more: int = 0  # problems that were not spelled out

    @property
    def whole(self) -> bool:
        return not self.problems

    def tell(self, problem: Text) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)
        else:
            self.more += 1


def noted(text: str) -> Checkpoint:
    """A checkpoint from whatever somebody kept: the note itself, a proof that holds one, or a witness's memory.

    BadNote where none is in it. Its signature is not asked: what somebody noted is compared, not believed.
    """
    if text.lstrip().startswith("{"):
        try:
            text = str(json.loads(text)["note"])
        except (ValueError, KeyError, TypeError):
            raise BadNote("There is no checkpoint in it.") from None
    elif text.startswith("c2sp.org/tlog-proof@v1\n"):
        text = text.partition("\n\n")[2]
    return Checkpoint.read(Note.read(text).text)


class Range:
    """Roots of a tree that grows, with nothing kept but the hashes along its right edge (a compact range)."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []  # height, hash

    def add(self, leaf: bytes) -> None:
        height, found = 0, leaf
        while self._stack and self._stack[-1][0] == height:
            found = node_hash(self._stack.pop()[1], found)
            height += 1
        self._stack.append((height, found))
        self.size += 1

    def root(self) -> bytes:
        if not self._stack:
            return EMPTY_ROOT
        found = self._stack[-1][1]
        for _height, left in reversed(self._stack[:-1]):
            found = node_hash(left, found)
        return found


def check(outside: Iterable[Checkpoint] = (), progress: Callable[[int], None] = lambda _done: None) -> Found:
    """Goes through the whole log. `outside`: checkpoints that others noted; the log must have been so.

    `progress` is told now and then how many entries were looked at. Reads only.
    """
    found = Found()
    _check_tree(found, list(outside), progress)
    _check_signatures(found)
    for logged in LOGGED:
        _check_claims(found, logged)
    return found


def _entries() -> Iterator[tuple[int, bytes]]:
    after = -1
    while True:
        rows = connection().execute(
            select(E.c.place, E.c.body).where(E.c.place > after).order_by(E.c.place).limit(AT_ONCE)
        )
        page = [(int(row.place), bytes(row.body)) for row in rows]
        yield from page
        if len(page) < AT_ONCE:
            return
        after = page[-1][0]


def _check_tree(found: Found, outside: list[Checkpoint], progress: Callable[[int], None]) -> None:
    database = connection()
    held = {int(row.size): bytes(row.root) for row in database.execute(select(C.c.size, C.c.root))}
    noted = {c.size: c for c in outside}
    expected = sorted(held.keys() | noted.keys())
    tree, rows, stored = Range(), [b""], _tiles()

    def put(level: int, leaf: bytes) -> None:
        """Adds a hash to the tile that is being made; a full one is compared and hashed into the level above."""
        while len(rows) <= level:
            rows.append(b"")
        rows[level] += leaf
        if len(rows[level]) == WIDTH * HASH:
            number = (tree.size >> (HEIGHT * (level + 1))) - 1
            _compare_tile(found, stored, level, number, rows[level])
            hashes = [rows[level][i : i + HASH] for i in range(0, WIDTH * HASH, HASH)]
            while len(hashes) > 1:
                hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
            rows[level] = b""
            put(level + 1, hashes[0])

    def arrive() -> None:
        """Compares the root with what was signed, and with what others noted, when the log had so many entries."""
        while expected and expected[0] == tree.size:
            size = expected.pop(0)
            root = tree.root()
            if size in held and held[size] != root:
                found.tell(_("The log signed another root for its first {n} entries than they have now.", n=size))
            if size in noted and noted[size].root != root:
                found.tell(
                    _("Somebody outside noted another root for the first {n} entries than they have now.", n=size)
                )

    for place, body in _entries():
        arrive()
        if place != tree.size:
            found.tell(_("Entry {n} is missing from the log.", n=tree.size))
            break
        leaf = leaf_hash(body)
        tree.add(leaf)
        put(0, leaf)
        if tree.size % 10_000 == 0:
            progress(tree.size)
    arrive()
    for level, row in enumerate(rows):
        if row:
            _compare_tile(found, stored, level, (tree.size >> (HEIGHT * level)) // WIDTH, row)
    for size in expected:
        found.tell(_("The log was once {n} entries long, and has only {now} now.", n=size, now=tree.size))
    found.entries = tree.size
    found.checkpoints = len(held)
    found.waiting = len(database.execute(select(E.c.id).where(E.c.place.is_(None)).limit(100_000)).all())


def _tiles() -> Callable[[int, int], bytes]:
    def read(level: int, number: int) -> bytes:
        row = connection().execute(select(T.c.hashes).where(T.c.level == level, T.c.number == number)).scalar()
        return bytes(row or b"")

    return read


def _compare_tile(found: Found, stored: Callable[[int, int], bytes], level: int, number: int, made: bytes) -> None:
    if stored(level, number) != made:
        found.tell(_("Tile {n} at level {level} does not fit the entries.", n=number, level=level))


def _check_signatures(found: Found) -> None:
    database, keys = connection(), queries.log_keys()
    if not keys:
        return
    after = -1
    while True:
        rows = database.execute(select(C).where(C.c.size > after).order_by(C.c.size).limit(AT_ONCE)).all()
        for row in rows:
            if not any(_signed(row.note, key, row.size, bytes(row.root)) for key in keys):
                found.tell(_("What the log signed when it had {n} entries was changed.", n=row.size))
        if len(rows) < AT_ONCE:
            break
        after = rows[-1].size
    cosigned = (
        select(S.c.size, S.c.line, C.c.note, W.c.key).join(C, C.c.size == S.c.size).join(W, W.c.id == S.c.witness_id)
    )
    for row in database.execute(cosigned):
        found.cosignatures += 1
        try:
            key = Verifier.read(row.key)
            fits = key.name in Note.read(row.note + row.line).signed_by([key])
        except BadNote:
            fits = False
        if not fits:
            found.tell(_("What a witness signed when the log had {n} entries was changed.", n=row.size))


def _signed(note: str, key: Verifier, size: int, root: bytes) -> bool:
    try:
        checkpoint, _note = checked(note, key)
    except BadNote:
        return False
    return (checkpoint.size, checkpoint.root) == (size, root)


def _check_claims(found: Found, logged: Logged) -> None:
    database, claims = connection(), logged.claims()
    while page := list(islice(claims, AT_ONCE)):
        found.claims += len(page)
        there: dict[str, list[bytes]] = {}
        entries = select(E.c.subject, E.c.body).where(
            E.c.subject.in_({c.subject for c in page}), E.c.kind.in_(logged.kinds)
        )
        for row in database.execute(entries.order_by(E.c.id)):
            there.setdefault(row.subject, []).append(bytes(row.body))
        for claim in page:
            if there.get(claim.subject, []) != list(claim.bodies):
                found.tell(_("What is kept of {subject} is not what was logged of it.", subject=claim.subject))
    after = 0
    while True:
        wanted = select(E.c.id, E.c.subject).where(E.c.id > after, E.c.kind.in_(logged.kinds))
        rows = database.execute(wanted.order_by(E.c.id).limit(AT_ONCE)).all()
        known = set(logged.known({row.subject for row in rows})) if rows else set()
        for row in rows:
            if row.subject not in known:
                found.tell(_("{subject} stands in the log, but is no longer in the book.", subject=row.subject))
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id
