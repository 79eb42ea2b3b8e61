"""Two bodies of one lesson side by side: what is the same, who changed what, and the body that is chosen. Pure.

`seen` is what the first author began from: a short mark for each fact and block. With it a change of one alone can be
told from a change of both, although the body itself is gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from courses.blocks.ids import with_ids

FACTS = ("title", "promise", "groups", "skills", "minutes", "address", "checked", "review", "sources", "guide")
ABOUT = frozenset({"slug", "blocks", "files", "removed"})  # what is no fact of a lesson by itself
Body = Mapping[str, Any]
Choice = Literal["mine", "theirs", "both"]


class Side(Struct, frozen=True):
    """One place where two bodies differ. `mine` or `theirs` is None where that one has no such block.

    `changed` says who changed it since they began: "mine", "theirs" or "both". `suggested` is what stands preselected.
    """

    name: str
    is_block: bool
    mine: Any
    theirs: Any
    changed: Choice
    suggested: Choice


def mark_of(value: Any) -> str:
    """A short mark of a fact's value or of a block: other content, another mark."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def marks_of(body: Body) -> dict[str, str]:
    """The marks of a body's facts, and of its blocks by their ids, in order."""
    facts = {name: _mark_of_fact(name, body) for name in _facts(body)}
    return facts | {b["id"]: mark_of([b["kind"], b["data"]]) for b in body["blocks"] if b.get("id")}


def marks_text(body: Body) -> str:
    """The marks as a form carries them."""
    return " ".join(f"{name}:{mark}" for name, mark in marks_of(body).items())


def read_marks(text: str, most: int = 1000) -> dict[str, str]:
    """The marks that a form carried; what is none is left out."""
    pairs = (word.partition(":") for word in text.split()[:most])
    return {name[:32]: mark[:12] for name, _colon, mark in pairs if name and mark}


def _facts(*bodies: Body) -> list[str]:
    names = dict.fromkeys(FACTS)
    for body in bodies:
        names |= dict.fromkeys(sorted(set(body) - ABOUT - set(names)))
    return [name for name in names if any(name in body for body in bodies)]


def _mark_of_fact(name: str, body: Body) -> str:
    return mark_of(body[name]) if name in body else ""  # what a lesson need not say


def sides(mine: Body, theirs: Body, seen: Mapping[str, str]) -> list[Side]:
    """Where two bodies differ: facts first, then blocks in the order in which they will stand."""
    found = []
    for name in _facts(mine, theirs):
        a, b = mine.get(name), theirs.get(name)
        if a != b:
            found.append(_side(name, False, a, b, _mark_of_fact(name, mine), _mark_of_fact(name, theirs), seen))
    own, other = _by_id(mine), _by_id(theirs)
    for name in _order(mine, theirs, seen):
        a, b = own.get(name), other.get(name)
        marks = ["" if block is None else mark_of([block["kind"], block["data"]]) for block in (a, b)]
        if marks[0] != marks[1]:
            found.append(_side(name, True, a, b, marks[0], marks[1], seen))
    return found


def _side(name: str, is_block: bool, a: Any, b: Any, mark_a: str, mark_b: str, seen: Mapping[str, str]) -> Side:
    before = seen.get(name, "")
    changed: Choice = "theirs" if mark_a == before else "mine" if mark_b == before else "both"
    suggested: Choice = changed
    if changed == "both":
        both = is_block and a is not None and b is not None
        suggested = "both" if both else "mine" if a is not None else "theirs"
    return Side(name, is_block, a, b, changed, suggested)


def _by_id(body: Body) -> dict[str, Mapping[str, Any]]:
    return {b["id"]: b for b in body["blocks"] if b.get("id")}


def _order(mine: Body, theirs: Body, seen: Mapping[str, str]) -> list[str]:
    """The ids of both: in my order where I moved something, else in theirs; what one alone has, after its neighbour."""
    own, other = list(_by_id(mine)), list(_by_id(theirs))
    before = [name for name in seen if name in own]
    moved = [name for name in own if name in seen] != before
    first, second = (own, other) if moved else (other, own)
    result = list(first)
    for place, name in enumerate(second):
        if name not in result:
            above = next((n for n in reversed(second[:place]) if n in result), None)
            result.insert(result.index(above) + 1 if above is not None else 0, name)
    return result


def chosen(mine: Body, theirs: Body, seen: Mapping[str, str], choices: Mapping[str, str]) -> dict[str, Any]:
    """The body of which each differing place is taken as `choices` says; where it says nothing, as is suggested.

    A file that both have under one name with another content is renamed on my side.
    """
    mine = _with_own_files(mine, theirs)
    result: dict[str, Any] = {**theirs, "files": {**theirs["files"], **mine["files"]}}
    result.pop("removed", None)
    taken = {side.name: _choice(side, choices.get(side.name, "")) for side in sides(mine, theirs, seen)}
    for name in _facts(mine, theirs):
        if taken.get(name) == "mine" and name in mine:
            result[name] = mine[name]
        elif taken.get(name) == "mine":
            result.pop(name, None)
    own, other = _by_id(mine), _by_id(theirs)
    blocks: list[Mapping[str, Any]] = [b for b in theirs["blocks"] if not b.get("id")]
    for name in _order(mine, theirs, seen):
        choice = taken.get(name, "theirs")
        if choice in ("theirs", "both") and name in other:
            blocks.append(other[name])
        if choice in ("mine", "both") and name in own:
            blocks.append({**own[name], "id": name if choice == "mine" else ""})
    result["blocks"] = with_ids(blocks, theirs["blocks"])
    return result


def _choice(side: Side, asked: str) -> str:
    allowed = ("mine", "theirs", "both") if side.is_block else ("mine", "theirs")
    return asked if asked in allowed else side.suggested


def _with_own_files(mine: Body, theirs: Body) -> dict[str, Any]:
    """Mine, with each file that is another one under the same name in theirs given a name of its own."""
    files: dict[str, Any] = {}
    renamed: dict[str, str] = {}
    for name, entry in mine["files"].items():
        if theirs["files"].get(name, entry) == entry:
            files[name] = entry
            continue
        stem, _dot, ending = name.rpartition(".")
        number = 2
        while (free := f"{stem}-{number}.{ending}") in theirs["files"] or free in mine["files"] or free in files:
            number += 1
        files[free], renamed[name] = entry, free
    blocks = [
        {**b, "data": {k: renamed.get(v, v) if isinstance(v, str) else v for k, v in b["data"].items()}}
        for b in mine["blocks"]
    ]
    return {**mine, "blocks": blocks, "files": files}
