"""Search for units that forgives: marks, đ, hoà/hòa, i/y, spaces, kind words, and what lies above narrowing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, select

from lms import clock
from lms.db.unit_of_work import connection
from lms.orgs import kinds
from lms.orgs.models import Org, OrgKey, OrgReach, OrgVersion
from lms.orgs.queries import OrgRow, natural_order, on_day, path_names
from lms.orgs.scope import below
from lms.vietnamese import compact, fold, nfc, toned

K, O, R, V = OrgKey.__table__, Org.__table__, OrgReach.__table__, OrgVersion.__table__
LONGEST = 120  # letters of what is typed that are looked at
MOST_SEEN = 600  # candidates of one statement: a single letter begins a thousand names
MOST_PLACES = 60
AFTER = "~"  # later than every letter of a key
_ORDER = {level: n for n, level in enumerate(kinds.LEVELS)}


class Found(OrgRow, frozen=True):
    """A unit that was found, and where it lies: "tỉnh Lào Cai", so that units of one name are told apart."""

    place: str = ""

    @property
    def label(self) -> str:
        """The unit with the units above it."""
        return f"{self.full_name}, {self.place}" if self.place else self.full_name


def find_units(
    words: str,
    most: int = 20,
    day: date | None = None,
    within: Iterable[int] | None = None,
    levels: Collection[str] | None = None,
) -> list[Found]:
    """The units that somebody may mean by what they typed, likeliest first. At most six statements, all by index.

    "bac ha", "Bắc Hà Lào Cai", "xa bac ha", "bacha", "p. ben thanh", "TP HCM" all find what they should. `within`: only
    these units and what lies below them; `levels`: only units of these levels.
    """
    day = day or clock.today()
    typed = nfc(words)[:LONGEST]
    kind, asked = _asked(typed)
    if not asked:
        return []
    limits = [on_day(day), V.c.ended.is_(False)]
    if levels is not None:
        limits.append(O.c.level.in_(sorted(levels)))
    if within is not None:
        limits.append(V.c.org_id.in_(below(within, day)))
    ranked: dict[int, tuple[int, OrgRow]] = {}
    hits = [*_by_beginning(asked, limits), *_by_place(asked, limits, day)]
    for rank, row in hits or _by_place_first(asked, limits, day):
        if row.id not in ranked or rank < ranked[row.id][0]:
            ranked[row.id] = (rank, row)
    marked = toned(typed) if typed.lower() != fold(typed) else []

    def order(one: tuple[int, OrgRow]) -> tuple[object, ...]:
        rank, row = one
        likeness = -sum(word in marked for word in toned(row.full_name)) if marked else 0
        return (rank, likeness, kind is not None and row.kind != kind, _ORDER[row.level], *natural_order(row))

    rows = [row for _rank, row in sorted(ranked.values(), key=order)[:most]]
    places = path_names((row.id for row in rows), day, itself=False)
    return [
        Found(r.id, r.code, r.level, r.kind, r.name, r.parent_id, r.managed_by_id, places.get(r.id, "")) for r in rows
    ]


def _asked(typed: str) -> tuple[str | None, list[str]]:
    """The kind named at the beginning, and what to look for: without kind words, without the first, and as typed.

    A kind word may belong to a name (xã Bản Phố), so every reading is tried.
    """
    words = fold(typed).split()
    left: list[str] = []
    first: list[str] = words
    kind: str | None = None
    at = 0
    while at < len(words):
        for length in (4, 3, 2, 1):
            named = kinds.WORDS.get(tuple(words[at : at + length]))
            if named is not None and at + length < len(words):  # at the end it is a name: xóm Bản
                at += length
                if not left and kind is None:
                    kind, first = named, words[at:]
                break
        else:
            left.append(words[at])
            at += 1
    asked = ["".join(left), "".join(first), "".join(words)]
    if asked[0].startswith("tp") and len(asked[0]) > 3:  # tphcm
        asked.append(asked[0][2:])
    return kind, [each for each in dict.fromkeys(asked) if each]


_COLUMNS = (O.c.id, O.c.code, O.c.level, V.c.kind, V.c.name, V.c.parent_id, V.c.managed_by_id)


def _by_beginning(asked: list[str], limits: list[ColumnElement[bool]]) -> list[tuple[int, OrgRow]]:
    """Units of whose name the words are the beginning, or the beginning of one of its words."""
    found = []
    for preference, key in enumerate(asked):
        rows = connection().execute(
            select(K.c.key, K.c.whole, *_COLUMNS)
            .join(V, V.c.id == K.c.version_id)
            .join(O, O.c.id == V.c.org_id)
            .where(K.c.key >= key, K.c.key < key + AFTER, *limits)
            .order_by(K.c.key)
            .limit(MOST_SEEN)
        )
        for held, whole, *row in rows:
            one = OrgRow(*row)
            if held == key:
                rank = 0 if whole else 6
            elif _ends_with_a_word(one.name, held, key):
                rank = 2 if whole else 8
            else:
                rank = 5 if whole else 9
            found.append((rank * 4 + preference, one))
    return found


def _ends_with_a_word(name: str, held: str, key: str) -> bool:
    """Whether what was typed is whole words of the name, from where its key begins: "Mỹ" of Mỹ An, not of Minh An."""
    words, left = fold(name).split(), len(held)
    while words and len("".join(words)) > left:
        words.pop(0)
    return any("".join(words[:n]) == key for n in range(1, len(words)))


def _by_place(asked: list[str], limits: list[ColumnElement[bool]], day: date) -> list[tuple[int, OrgRow]]:
    """Units whose name the words begin with, the rest naming a unit above: "bac ha lao cai"."""
    beginnings = sorted({key[:n] for key in asked for n in range(1, len(key))})
    if not beginnings:
        return []
    rows = connection().execute(
        select(K.c.key, *_COLUMNS)
        .join(V, V.c.id == K.c.version_id)
        .join(O, O.c.id == V.c.org_id)
        .where(K.c.key.in_(beginnings), K.c.whole.is_(True), *limits)
        .limit(MOST_SEEN)
    )
    candidates = [(key, OrgRow(*row)) for key, *row in rows]
    if not candidates:
        return []
    above: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
    named = connection().execute(
        select(R.c.org_id, V.c.kind, V.c.name, O.c.level)
        .join(V, and_(V.c.org_id == R.c.ancestor_id, on_day(day)))
        .join(O, O.c.id == R.c.ancestor_id)
        .where(
            R.c.org_id.in_(sorted({row.id for _key, row in candidates})),
            R.c.depth > 0,
            R.c.valid_from <= day,
            R.c.valid_to > day,
        )
        .order_by(R.c.org_id, R.c.depth)
    )
    for org_id, kind, name, level in named:
        said = [compact(name), compact(kind + name)]
        if level == kinds.PROVINCE:
            said.append("".join(word[0] for word in fold(name).split()))
        if kind == "thành phố":
            said += ["tp" + each for each in (said[0], said[2])]
        above[org_id].append(tuple(said))
    return [
        (6 + preference, row)
        for preference, key in enumerate(asked)
        for beginning, row in candidates
        if len(beginning) < len(key) and key.startswith(beginning) and _names(key[len(beginning) :], above[row.id])
    ]


def _by_place_first(asked: list[str], limits: list[ColumnElement[bool]], day: date) -> list[tuple[int, OrgRow]]:
    """Units whose name comes after that of a province or commune: "ha noi ba dinh". Asked where nothing else helps."""
    key = asked[0]
    beginnings = [key[:n] for n in range(2, len(key))]
    if not beginnings:
        return []
    rows = connection().execute(
        select(K.c.key, V.c.org_id)
        .join(V, V.c.id == K.c.version_id)
        .join(O, O.c.id == V.c.org_id)
        .where(
            K.c.key.in_(beginnings), K.c.whole.is_(True), O.c.level.in_([kinds.PROVINCE, kinds.COMMUNE]), on_day(day)
        )
        .limit(MOST_PLACES)
    )
    by_rest: defaultdict[str, list[int]] = defaultdict(list)
    for beginning, org_id in rows:
        by_rest[key[len(beginning) :]].append(org_id)
    return [
        hit
        for rest, places in sorted(by_rest.items(), key=lambda one: len(one[0]))[:2]
        for hit in _by_beginning([rest], [*limits, V.c.org_id.in_(below(places, day))])
    ]


def _names(rest: str, above: list[tuple[str, ...]]) -> bool:
    """Whether the rest of what was typed names units above, nearest first, the last one perhaps not to its end."""
    for n, names in enumerate(above):
        for name in names:
            if name.startswith(rest):
                return True
            if rest.startswith(name) and _names(rest[len(name) :], above[n + 1 :]):
                return True
    return False
