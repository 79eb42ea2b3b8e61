"""Each block of a lesson keeps one name through all its revisions, tracks and adaptations. Pure.

Notes, recorded voices, translations and offered changes hang on it. A package does not carry these names: what comes
in again is laid beside what was here, and the same content gets the same name in every installation.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

LENGTH = 8  # of 32 signs each: two different blocks of one lesson never share a name by chance
Block = Mapping[str, Any]


def with_ids(blocks: Sequence[Block], before: Sequence[Block] = ()) -> list[dict[str, Any]]:
    """The blocks, each with an `id` of its own. A block that says one keeps it; of two that say the same, the first.

    The others take those of `before`: of an equal block, else of one of the same kind that stood at the same place.
    """
    named: list[dict[str, Any]] = [{"id": "", "kind": b["kind"], "data": b["data"]} for b in blocks]
    used: set[str] = set()
    for block, new in zip(blocks, named, strict=True):
        said = block.get("id", "")
        if said and said not in used:
            new["id"] = said
            used.add(said)
    bare = [block for block in named if not block["id"]]
    free = [block for block in before if block.get("id") and block["id"] not in used]
    matcher = SequenceMatcher(None, [print_of(b) for b in free], [print_of(b) for b in bare], autojunk=False)
    for how, i, to_i, j, to_j in matcher.get_opcodes():
        if how == "equal":
            for old, new in zip(free[i:to_i], bare[j:to_j], strict=True):
                new["id"] = old["id"]
        elif how == "replace":
            gone = list(free[i:to_i])
            for new in bare[j:to_j]:
                same = next((b for b in gone if b["kind"] == new["kind"]), None)
                if same is not None:
                    new["id"] = same["id"]
                    gone = gone[gone.index(same) + 1 :]
    taken = used | {b["id"] for b in before if b.get("id")} | {b["id"] for b in named}
    for block in bare:
        number = 0
        while not block["id"] or (number and block["id"] in taken):
            block["id"] = _made(block, number)
            number += 1
            if block["id"] not in taken:
                break
        taken.add(block["id"])
    return named


def print_of(block: Block) -> str:
    """A block's kind and content as one text: equal texts are equal blocks."""
    return json.dumps([block["kind"], block["data"]], ensure_ascii=False, sort_keys=True)


def _made(block: Block, number: int) -> str:
    digest = hashlib.sha256(f"{number}\n{print_of(block)}".encode()).digest()
    return "b" + base64.b32encode(digest).decode().lower()[: LENGTH - 1]
