"""Two bodies side by side, as pages show them: what changed word by word, with pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from courses.blocks.fields import fields_of, icon_of
from courses.blocks.standard import BLOCK_TYPES
from courses.comparing import paired
from lms.api.packages import BLOCK_READERS
from lms.api.reviewing import STATES, Difference, Row, Shown, fact_row, told_parts
from lms.api.web import GROUPS, say
from lms.api.work import Text, _

Body = Mapping[str, Any]
PICTURES = ("svg", "png", "jpg", "jpeg", "webp", "avif")
FACTS: dict[str, Text] = {
    "title": _("Title"), "promise": _("What the learner will be able to do"), "summary": _("What it is about"),
    "text": _("What to do"), "choices": _("What the learner may say they did"), "groups": _("For whom"),
    "skills": _("Skills it is about"), "completion": _("What is asked before it is complete"),
    "framework": _("Competence framework"), "modules": _("Modules, in order"), "minutes": _("Minutes it takes"),
    "address": _("How it speaks to its reader"), "checked": _("Facts checked by a person on"),
    "review": _("To be checked again on"), "sources": _("Sources"), "guide": _("Guide for whoever teaches it"),
}  # fmt: skip


def difference(before: Body, after: Body) -> Difference:
    """What is different from one body to another of the same kind."""
    facts = []
    for name, title in FACTS.items():
        one, other = fact_text(name, before.get(name)), fact_text(name, after.get(name))
        if one != other:
            facts.append(fact_row(name, say(title), one, other))
    blocks = [
        _block(pair.id, pair.before, pair.after, pair.moved, before, after)
        for pair in paired(before.get("blocks", ()), after.get("blocks", ()))
    ]
    return Difference(facts, blocks)


def fact_text(name: str, value: Any) -> str:
    """A fact as text."""
    if not value:
        return ""
    if name == "groups":
        value = [say(GROUPS[group][0]) for group in value if group in GROUPS]
    if name == "modules":
        return "\n".join(
            line for module in value
            for line in (module["title"], *(f"– {ref['slug']}" for ref in module["activities"]))
        )  # fmt: skip
    return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value)


def block_row(key: str, before: Any, after: Any, one: Body, other: Body) -> Row:
    """One block of two bodies; None where it is not there."""
    return _block(key, before, after, False, one, other)


def _block(key: str, before: Any, after: Any, moved: bool, one: Body, other: Body) -> Row:
    block = after if after is not None else before
    kind = BLOCK_TYPES.find(block["kind"])
    old, new = _texts(before), _texts(after)
    parts = told_parts(old, new)
    files_before, files_after = _files(before, one), _files(after, other)
    state = (
        "added" if before is None
        else "removed" if after is None
        else "same" if before["data"] == after["data"] and files_before == files_after
        else "changed"
    )  # fmt: skip
    return Row(
        key,
        say(kind.title) if kind else f":::{block['kind']}",
        icon_of(kind),
        state,
        say(STATES[state]),
        moved,
        parts,
        files_before,
        files_after,
    )


def _texts(block: Any) -> dict[str, tuple[str, str]]:
    """The fields of a block: name → (label, text). A block without a form is told as its package's text."""
    if block is None:
        return {}
    fields = [f for f in fields_of(BLOCK_TYPES.find(block["kind"])) if f.kind != "upload"]
    if fields or not block["data"]:
        return {f.name: (say(f.label), _value(block["data"].get(f.name))) for f in fields}
    reader = BLOCK_READERS.find(block["kind"])
    return {"": ("", reader.write(block["data"]) if reader is not None else _value(block["data"]))}


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return str(value) if value is not None else ""


def _files(block: Any, body: Body) -> list[Shown]:
    if block is None:
        return []
    files = body.get("files", {})
    named = [v for v in block["data"].values() if isinstance(v, str) and v in files]
    return [_file(name, files[name]) for name in named]


def _file(name: str, entry: Mapping[str, Any]) -> Shown:
    key, ending = entry.get("key", ""), entry.get("ending", "")
    seen = url_for("courses.file", key=key, ending=ending) if key and ending in PICTURES else ""
    return Shown(name, seen, entry.get("width") or 0, entry.get("height") or 0)
