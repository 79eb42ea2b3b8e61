"""What is different between two bodies, and how a change upstream is laid into an adapted version. Pure.

Blocks are the same by their id, wherever they stand; bodies published before blocks had ids are named here as those
beside them are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

from msgspec import Struct

from courses.blocks.ids import with_ids
from lms.api.texts import words

Body = Mapping[str, Any]
Block = Mapping[str, Any]
K = TypeVar("K", bound=Hashable)
Change = Literal["minor", "major"]
FEW = 0.75  # how much of a text must have stayed for the change to be one of wording

# What a learner does or is asked: a change there is one of meaning.
ASKING = frozenset({"steps", "check", "practice", "do", "task", "embed", "message", "warning"})
MEANING = ("promise", "skills", "completion")
# What an adapted lesson may take over besides its blocks; slug, groups and skills have rules of their own.
FACTS = ("title", "promise", "minutes", "address", "checked", "review", "sources", "guide")


# --- words ------------------------------------------------------------------------------------------------------------


def likeness(before: str, after: str) -> float:
    """How much of two texts is the same, from 0 to 1, by words."""
    left, right = words(before, after)
    total = sum(len(p.text) for p in (*left, *right))
    return sum(len(p.text) for p in (*left, *right) if not p.other) / total if total else 1.0


# --- blocks -----------------------------------------------------------------------------------------------------------


class Pair(Struct, frozen=True):
    """A block before and after; one of them is None where it was added or removed."""

    id: str
    before: Block | None
    after: Block | None
    moved: bool = False

    @property
    def state(self) -> str:
        """added, removed, changed or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if equal(self.before, self.after) else "changed"


def equal(one: Block | None, other: Block | None) -> bool:
    """Whether two blocks say the same, or both are not there."""
    if one is None or other is None:
        return one is other
    return bool(one["kind"] == other["kind"] and one["data"] == other["data"])


def paired(before: Sequence[Block], after: Sequence[Block]) -> list[Pair]:
    """The blocks side by side, in the order that they have now; a removed one stands where it stood."""
    right = with_ids(after, before)
    left = with_ids(before, right)
    old, new = {b["id"]: b for b in left}, {b["id"]: b for b in right}
    stay = [b["id"] for b in left if b["id"] in new]
    now = [b["id"] for b in right if b["id"] in old]
    kept: set[str] = set()
    for i, _j, size in SequenceMatcher(None, stay, now, autojunk=False).get_matching_blocks():
        kept.update(stay[i : i + size])
    pairs = [Pair(b["id"], old.get(b["id"]), b, b["id"] in old and b["id"] not in kept) for b in right]
    for place, block in enumerate(left):
        if block["id"] in new:
            continue
        behind = next((b["id"] for b in reversed(left[:place])), None)
        at = next((i + 1 for i, pair in enumerate(pairs) if pair.id == behind), 0)
        pairs.insert(at, Pair(block["id"], block, None))
    return pairs


def proposed(kind: str, before: Body, after: Body) -> Change:
    """Whether a change touches the meaning (major) or only the wording (minor): what the author is proposed.

    Major: another skill, promise or way to complete; a question, step or task that is another; a text that came, went
    or was mostly rewritten; in a course, other activities. All else is minor.
    """
    if kind == "course":
        return "minor" if _held(before) == _held(after) else "major"
    if kind == "task":
        same = before["choices"] == after["choices"] and likeness(before["text"], after["text"]) >= FEW
        return "minor" if same else "major"
    if any(before.get(name) != after.get(name) for name in MEANING):
        return "major"
    return "major" if any(_means_more(p) for p in paired(before["blocks"], after["blocks"])) else "minor"


def _means_more(pair: Pair) -> bool:
    if pair.state == "same":
        return False
    if pair.before is None or pair.after is None:
        return bool((pair.before or pair.after or {}).get("kind") not in ("image", "audio"))
    if pair.after["kind"] in ASKING:
        return True
    return likeness(_plain(pair.before), _plain(pair.after)) < FEW


def _plain(block: Block) -> str:
    values = block["data"].values()
    return "\n".join(v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values)


def _held(course: Body) -> set[tuple[str, str]]:
    return {(a["kind"], a["slug"]) for m in course["modules"] for a in m["activities"]}


# --- a newer course, for a learner who began an older one -------------------------------------------------------------


class Place(Struct, frozen=True):
    """An activity's place in a published course, as far as it is compared."""

    activity_id: int
    title: str
    content_id: int
    mask: int


class News(Struct, frozen=True):
    """What a newer revision of a course brings to one learner: titles. `again`: done, but not as it is now."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    again: tuple[str, ...]
    stays: int


def news(old: Sequence[Place], new: Sequence[Place], done: int, done_then: int) -> News:
    """What is new in the newest course for who is in an older one; `done` there now, `done_then` after moving on."""
    before, after = {p.activity_id: p for p in old}, {p.activity_id: p for p in new}
    return News(
        tuple(p.title for p in new if p.activity_id not in before),
        tuple(
            p.title for p in new if p.activity_id in before and before[p.activity_id].content_id != p.content_id
        ),
        tuple(p.title for p in old if p.activity_id not in after),
        tuple(
            p.title
            for p in new
            if p.activity_id in before and done & before[p.activity_id].mask and not done_then & p.mask
        ),
        sum(1 for p in new if done_then & p.mask),
    )  # fmt: skip


# --- a change upstream, laid into an adapted version ------------------------------------------------------------------


class Offer(Struct, frozen=True):
    """One thing that changed upstream: a block, by its id, or a fact, by its name.

    `collides`: it was changed here as well, in another way, so that somebody must choose.
    """

    key: str
    base: Any
    theirs: Any
    mine: Any
    collides: bool

    @property
    def is_fact(self) -> bool:
        return self.key.startswith("fact:")


def offers(base: Body, theirs: Body, mine: Body) -> list[Offer]:
    """What upstream changed since `base` and does not stand here already: facts first, then blocks in their order."""
    found = []
    for name in FACTS:
        was, now, here = base.get(name), theirs.get(name), mine.get(name)
        if now not in (was, here):
            found.append(Offer(f"fact:{name}", was, now, here, here != was))
    old, new, own = _by_id(base), _by_id(theirs), _by_id(mine)
    for key in [*new, *(k for k in old if k not in new)]:
        was, now, here = old.get(key), new.get(key), own.get(key)
        if equal(was, now) and _shown(base, was) == _shown(theirs, now):
            continue
        if equal(now, here) and _shown(theirs, now) == _shown(mine, here):
            continue
        same = equal(was, here) and _shown(base, was) == _shown(mine, here)
        found.append(Offer(key, was, now, here, not same))
    return found


def taken(base: Body, theirs: Body, mine: Body, keys: Collection[str]) -> dict[str, Any]:
    """This version with the chosen offers laid in. Everything else stays as it is here; skills are the original's."""
    chosen = [offer for offer in offers(base, theirs, mine) if offer.key in keys]
    body: dict[str, Any] = {**mine, "skills": list(theirs["skills"]), "files": dict(mine.get("files", {}))}
    for offer in chosen:
        if offer.is_fact:
            body[offer.key.removeprefix("fact:")] = offer.theirs
    blocks = {b["id"]: b for b in mine["blocks"]}
    for offer in chosen:
        if offer.is_fact:
            continue
        if offer.theirs is None:
            blocks.pop(offer.key, None)
        else:
            blocks[offer.key] = _with_files(offer.theirs, theirs.get("files", {}), body["files"])
    order = ordered(_ids(base), _ids(theirs), _ids(mine), set(blocks))
    body["blocks"] = [dict(blocks[key]) for key in order]
    return body


def ordered(base: list[K], theirs: list[K], mine: list[K], there: Collection[K]) -> list[K]:
    """What is there, in upstream's order where it was not changed here, else in that of this version."""
    known = set(base)
    untouched = [k for k in mine if k in known] == [k for k in base if k in set(mine)]
    first, second = (theirs, mine) if untouched else (mine, theirs)
    order = [key for key in first if key in there]
    for place, key in enumerate(second):
        if key not in there or key in order:
            continue
        behind = next((k for k in reversed(second[:place]) if k in order), None)
        order.insert(order.index(behind) + 1 if behind is not None else 0, key)
    return order


def _by_id(body: Body) -> dict[str, Block]:
    return {b["id"]: b for b in body["blocks"]}


def _ids(body: Body) -> list[str]:
    return [b["id"] for b in body["blocks"]]


def named_files(block: Block, files: Mapping[str, Any]) -> list[str]:
    """The files of a lesson that a block shows."""
    return [v for v in block["data"].values() if isinstance(v, str) and v in files]


def _shown(body: Body, block: Block | None) -> list[Any]:
    """What the files of a block hold: another picture under the same name is a change."""
    files: Mapping[str, Any] = body.get("files", {})
    return [files[name].get("key") for name in named_files(block, files)] if block is not None else []


def _with_files(block: Block, files: Mapping[str, Any], held: dict[str, Any]) -> Block:
    """A block of another body with its files put among those held here; a name that is taken gets a number."""
    data = dict(block["data"])
    for field, name in block["data"].items():
        if not isinstance(name, str) or name not in files:
            continue
        free, number = name, 2
        stem, dot, ending = name.rpartition(".")
        while free in held and held[free].get("key") != files[name].get("key"):
            free, number = f"{stem}-{number}{dot}{ending}", number + 1
        held[free] = files[name]
        data[field] = free
    return {**block, "data": data}


def all_that_fit(found: Sequence[Offer], choose: Callable[[Offer], bool] = lambda _offer: False) -> list[str]:
    """The keys of the offers that collide with nothing, and of those that `choose` says to take."""
    return [offer.key for offer in found if not offer.collides or choose(offer)]
