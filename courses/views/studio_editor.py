"""The page in which a lesson is written: its blocks as forms, the list beside it, the phone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request, url_for
from msgspec import Struct

from courses import checking, drafts, forms
from courses.blocks.fields import BlockField, empty_data, fields_of, icon_of, lacking
from courses.blocks.ids import with_ids
from courses.blocks.siding import marks_text
from courses.blocks.standard import BLOCK_TYPES
from courses.completing import rule_of
from courses.services import setting_aside, uploading
from courses.views.handing_over import chain_of
from courses.views.studio import history
from lms.api.competency import skill_areas, skills
from lms.api.learning import ACTIVITY_KINDS, KeptDraft, findable
from lms.api.packages import BLOCK_READERS, known_parts
from lms.api.people import Person
from lms.api.reviewing import digest_of
from lms.api.studio import Field, is_number, said, unit_name
from lms.api.web import GROUPS, render, render_fragment, say, short_date
from lms.api.work import Text, _

MOST_ROWS, LETTERS_A_LINE = 14, 55  # of a box for text
_OF_BLOCK = re.compile(r"(\d+)-|block-(\d+)$")


class FileView(Struct, frozen=True):
    """The file of a field as it is now."""

    name: str
    kind: str  # picture, sound, …
    url: str  # empty while it is being worked on
    bytes: int
    width: int
    height: int
    state: str  # ready, waiting, working, refused
    percent: int
    problem: str
    progress_url: str  # where it says how far it is


class FieldView(Struct, frozen=True):
    """One field of a block's form. `id` is also its name."""

    id: str
    kind: str
    label: str
    hint: str
    value: str
    required: bool
    most: int
    rows: int
    choices: list[tuple[str, str]]
    accept: str
    file: FileView | None
    find: str  # what the button that searches posts; empty where nothing can be searched
    note: str
    errors: list[str]


class BlockView(Struct, frozen=True):
    """A block in the editor. One without fields is `text`, or `held` where its plugin is not in use."""

    key: str
    id: str
    kind: str
    title: str
    icon: str
    fields: list[FieldView]
    text: str
    held: str
    alt: str  # what a picture in it shows
    errors: list[str]
    bad: bool


def _file_view(name: str, entry: Mapping[str, Any]) -> FileView:
    key = entry.get("key", "")
    percent, problem = uploading.how_far(entry)
    return FileView(
        name,
        uploading.kind_of(entry),
        url_for("courses.file", key=key, ending=entry["ending"]) if key else "",
        entry.get("bytes", 0),
        entry.get("width", 0),
        entry.get("height", 0),
        entry.get("state", "ready") if not key else "ready",
        percent,
        say(problem) if problem else "",
        url_for("media.progress", media_id=entry["media"]) if "media" in entry else "",
    )


def _field_view(
    key: str,
    field: BlockField,
    block: Mapping[str, Any],
    files: Mapping[str, Mapping[str, Any]],
    told: Mapping[str, list[str]],
    typed: Mapping[str, str],
) -> FieldView:
    name = f"{key}-{field.name}"
    held = block["data"].get(field.name, "")
    value = forms.entries_text(held) if field.kind == "lines" else str(held)
    value = typed.get(name, value)
    measured = checking.measure(value) if field.kind in ("markdown", "lines") else None
    kind = ACTIVITY_KINDS.find(field.activity or block["data"].get("kind", "")) if field.kind == "activity" else None
    hint = field.hint or (uploading.hint(field.takes) if field.kind == "upload" else None)
    return FieldView(
        name,
        field.kind,
        say(field.label),
        say(hint) if hint else "",
        value,
        field.required,
        field.most,
        rows_for(value, field.rows),
        [(choice, say(words)) for choice, words in field.choices],
        uploading.accepted(field.takes) if field.kind == "upload" else "",
        _file_view(value, files[value]) if field.kind == "upload" and value in files else None,
        f"find:{key}:{field.name}" if findable(kind) is not None else "",
        say(measured) if measured is not None else "",
        told.get(name, []),
    )


def rows_for(text: str, least: int) -> int:
    """The lines that a box shows: all of its text, up to a screen of a phone."""
    return max(least, min(MOST_ROWS, sum(1 + len(line) // LETTERS_A_LINE for line in text.split("\n")[:MOST_ROWS])))


def block_view(
    place: int,
    block: Mapping[str, Any],
    files: Mapping[str, Mapping[str, Any]],
    told: Mapping[str, list[str]],
    typed: Mapping[str, str],
) -> BlockView:
    """A block as its form shows it; `told` are the errors of the whole form."""
    key, kind, data = str(place), block["kind"], block["data"]
    shown, reader = BLOCK_TYPES.find(kind), BLOCK_READERS.find(kind)
    fields = [_field_view(key, field, block, files, told, typed) for field in fields_of(shown)]
    text = held = ""
    if not fields and reader is not None:
        text = typed.get(f"{key}-text") or (reader.write(data) if data else f":::{kind} \n")
    elif not fields:
        held = digest_of(data)
    return BlockView(
        key,
        block.get("id", ""),
        kind,
        say(shown.title) if shown else f":::{kind}",
        icon_of(shown),
        fields,
        text,
        held,
        str(data.get("alt", "")),
        [*told.get(f"block-{key}", []), *([] if fields else told.get(f"{key}-text", []))],
        any(name == f"block-{key}" or name.startswith(f"{key}-") for name in told),
    )


def problems_in(body: Mapping[str, Any]) -> dict[str, list[Text]]:
    """What keeps a settled lesson from being published, by the id of the field; empty where nothing does."""
    found: dict[str, list[Text]] = {}
    for name, text in checking.problems_of(body, known_parts(), {s.code for s in skills()}, _lacks):
        found.setdefault(name, []).append(text)
    return found


def _lacks(block: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Text]]:
    """What its type says is missing; besides that, each field that must hold something."""
    shown = BLOCK_TYPES.find(block["kind"])
    data = {**empty_of(block["kind"]), **block["data"]}
    found = lacking(shown, data, files)
    named = {name for name, _text in found}
    for field in fields_of(shown):
        if field.required and not data.get(field.name) and field.name not in named:
            text = (
                _("Please choose a file here.")
                if field.kind == "upload"
                else _("Please fill in “{label}”, or remove the block.", label=field.label)
            )
            found.append((field.name, text))
    return found


def empty_of(kind: str) -> dict[str, Any]:
    """What a new block of a kind holds."""
    return empty_data(BLOCK_TYPES.find(kind))


def block_kinds() -> list[tuple[str, str, str]]:
    """The kinds that can be added: (name, title, icon)."""
    found = ((reader.directive, BLOCK_TYPES.find(reader.directive)) for reader in BLOCK_READERS)
    return [(name, say(shown.title), icon_of(shown)) for name, shown in found if shown is not None]


def look(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the list beside the editor shows."""
    body = uploading.refreshed(body)
    rows = checking.checks(body, {s.code for s in skills()}, _lacks)
    return {
        "checks": [
            {"good": c.good, "text": say(c.text if c.good else with_place(c.field, c.text, body)), "field": c.field}
            for c in rows
        ]
    }


def with_place(name: str, text: Text, body: Mapping[str, Any]) -> Text:
    """What is wrong, with the block in which it is; `name` is the id of the field."""
    found = _OF_BLOCK.match(name)
    place = int(found[1] or found[2]) if found else -1
    if not 0 <= place < len(body["blocks"]):
        return text
    shown = BLOCK_TYPES.find(body["blocks"][place]["kind"])
    kind = shown.title if shown else body["blocks"][place]["kind"]
    return _("Block {n}, {kind}: {text}", n=place + 1, kind=kind, text=text)


def look_html(body: Mapping[str, Any]) -> str:
    """The same as a piece of page, after a save without a new page."""
    return render_fragment("courses/studio/_look.html", **look(body))


def notes_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What is said below the text boxes, by the field's id."""
    notes = {}
    for place, block in enumerate(body["blocks"]):
        for field in fields_of(BLOCK_TYPES.find(block["kind"])):
            if field.kind in ("markdown", "lines"):
                held = block["data"].get(field.name, "")
                measured = checking.measure(forms.entries_text(held) if field.kind == "lines" else held)
                notes[f"{place}-{field.name}"] = say(measured) if measured is not None else ""
    return notes


def editor(
    row: KeptDraft,
    person: Person,
    body: Mapping[str, Any] | None = None,
    errors: Mapping[str, list[Text]] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    """The page. `body` is what its forms hold, where that is not the draft; `typed` what could not be kept of it."""
    body = uploading.refreshed(row.draft if body is None else body)
    told, typed = said(errors or {}), typed or {}
    all_skills = skills()
    codes = {s.code for s in all_skills}
    days = {name: short_date(date.fromisoformat(body[name])) if body[name] else "" for name in ("checked", "review")}
    facts = {
        **{name: body[name] for name in ("title", "promise", "groups", "address", "guide")},
        "sources": "\n".join(body["sources"]),
        "minutes": str(body["minutes"]),
        **days,
    }
    removed = body.get("removed")
    gone = BLOCK_TYPES.find(removed["block"]["kind"]) if removed else None
    return render(
        "courses/studio/lesson.html",
        slug=row.slug,
        base=row.base,
        was=marks_text(row.draft),
        aside=request.form.get("aside", "") if is_number(request.form.get("aside", "")) else "",
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        who=person.id,
        errors=told,
        wrong=said({n: [with_place(n, text, body) for text in texts] for n, texts in (errors or {}).items()}),
        f={name: Field(typed.get(name, value), told.get(name, [])) for name, value in facts.items()},
        group_choices=[(key, say(text[0])) for key, text in GROUPS.items()],
        addresses=[(a, a) for a in dict.fromkeys((*forms.ADDRESSES, body["address"]))],
        areas=skill_areas(all_skills, body["groups"], body["skills"]),
        skills=body["skills"],
        completion=rule_of(body),
        unknown=[c for c in body["skills"] if c not in codes],
        blocks=[block_view(i, b, body["files"], told, typed) for i, b in enumerate(body["blocks"])],
        kinds=block_kinds(),
        is_full=len(body["blocks"]) >= forms.MOST_BLOCKS,
        removed=(say(gone.title) if gone else removed["block"]["kind"]) if removed else "",
        set_aside=setting_aside.of(row.activity_id, person.id),
        history=history(row.activity_id),
        is_published=drafts.newest_body(row.activity_id) is not None,
        preview_url=url_for("courses.studio_preview", slug=row.slug),
        chain=chain_of(row),
        **look(body),
    )


def changed(body: dict[str, Any], what: str, where: str, more: str) -> tuple[dict[str, Any], str]:
    """The body after a button: a block moved, copied, removed, brought back or added; and the place to come back to.

    A removed block is offered back until the lesson is saved by its own button.
    """
    blocks: list[Mapping[str, Any]] = list(body["blocks"])
    place = int(where) if is_number(where) else -1
    if what in ("save", "publish"):
        return {name: value for name, value in body.items() if name != "removed"}, ""
    if what == "insert":  # the kind is chosen from a list beside the button
        what, more = "add", request.form.get(f"{where}:insert", "")
    if what == "add":
        known = {reader.directive for reader in BLOCK_READERS}
        if more not in known or len(blocks) >= forms.MOST_BLOCKS:
            return body, ""
        at = 0 if where == "top" else place + 1 if 0 <= place < len(blocks) else len(blocks)
        blocks.insert(at, {"kind": more, "data": empty_of(more)})
        return {**body, "blocks": with_ids(blocks)}, f"#block-{at}"
    if what == "undo" and body.get("removed"):
        removed = body["removed"]
        at = min(removed["at"], len(blocks))
        blocks.insert(at, removed["block"])
        return {**_without_removed(body), "blocks": with_ids(blocks)}, f"#block-{at}"
    if not 0 <= place < len(blocks):
        return body, ""
    return _moved(body, blocks, what, place)


def _moved(body: dict[str, Any], blocks: list[Mapping[str, Any]], what: str, place: int) -> tuple[dict[str, Any], str]:
    to = place + {"up": -1, "down": 1}.get(what, 0)
    if what in ("up", "down") and 0 <= to < len(blocks):
        blocks[place], blocks[to] = blocks[to], blocks[place]
        return {**body, "blocks": blocks}, f"#block-{to}"
    if what == "copy" and len(blocks) < forms.MOST_BLOCKS:
        blocks.insert(place + 1, {"kind": blocks[place]["kind"], "data": dict(blocks[place]["data"])})
        return {**body, "blocks": with_ids(blocks)}, f"#block-{place + 1}"
    if what == "remove":
        body = {**body, "removed": {"at": place, "block": blocks.pop(place)}}
        return {**body, "blocks": blocks}, "#removed"
    return {**body, "blocks": blocks}, f"#block-{place}"


def _without_removed(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "removed"}


def shown_blocks(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The blocks of a draft that can be drawn: those that are not begun yet hold nothing."""
    return [{**b, "data": {**empty_of(b["kind"]), **b["data"]}} for b in blocks if b["data"]]
