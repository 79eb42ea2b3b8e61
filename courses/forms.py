"""From the studio's forms to bodies. Texts come in as they were typed: composed, never refused for being unfinished."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from courses.blocks.fields import BlockField, fields_of
from courses.blocks.ids import with_ids
from courses.blocks.standard import BLOCK_TYPES
from courses.completing import ASKS, DEFAULT
from lms.api.packages import BLOCK_READERS, Problems, Where, known_parts, read_blocks, tidy
from lms.api.reviewing import digest_of
from lms.api.web import GROUPS, composed, composed_lines
from lms.api.work import Invalid, NoRoom, Text, _

ADDRESSES = ("bạn", "bác", "em", "anh/chị", "cô/chú")
LONGEST_LESSON_TITLE, LONGEST_TITLE, LONGEST_PROMISE = 60, 200, 300
LONGEST_GUIDE = 20_000
MOST_MINUTES = 60
MOST_BLOCKS = 200
MOST_LINES = 200
_ID = re.compile(r"b[a-z2-7]{7}")
Form = MultiDict[str, str]
Body = dict[str, Any]
Keep = Callable[[FileStorage, BlockField, Mapping[str, Mapping[str, Any]]], tuple[str, dict[str, Any]]]
"""Stores an uploaded file for a field; the name that it has in the lesson, and its entry. Raises Invalid."""


@dataclass
class Read:
    """A body as it can be kept, what is wrong by the field's id, and what was typed there.

    Where something typed cannot be kept, the body holds what was there before.
    """

    body: Body
    errors: dict[str, list[Text]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    def refuse(self, name: str, text: Text, typed: str | None = None) -> None:
        """Notes what is wrong with a field."""
        self.errors.setdefault(name, []).append(text)
        if typed is not None:
            self.typed[name] = typed


def one_line(form: Form, name: str) -> str:
    return composed(form.get(name)) or ""


def many_lines(form: Form, name: str) -> str:
    return tidy(composed_lines(form.get(name)) or "")


def lines_of(form: Form, name: str) -> list[str]:
    """The lines that hold something, each once."""
    found = (composed(line) or "" for line in (form.get(name) or "").splitlines())
    return list(dict.fromkeys(line for line in found if line))


def read_lesson(form: Form, files: Mapping[str, FileStorage], held: Body, keep: Keep) -> Read:
    """The lesson that the editor's form holds. `held` is the draft: its slug and its files stay."""
    body: Body = {**held, "files": dict(held["files"])}
    read = Read(body)
    _title(read, form, LONGEST_LESSON_TITLE)
    for name, most, reading in (
        ("promise", LONGEST_PROMISE, one_line), ("guide", LONGEST_GUIDE, many_lines),
    ):  # fmt: skip
        text = reading(form, name)
        if len(text) > most:
            read.refuse(name, _("Please keep it under {most} letters.", most=most), text)
        else:
            body[name] = text
    body["groups"] = [g for g in GROUPS if g in form.getlist("groups")]
    body["skills"] = list(dict.fromkeys(c for c in (composed(s) for s in form.getlist("skills")) if c))[:50]
    minutes = one_line(form, "minutes")
    if minutes.isascii() and minutes.isdigit() and 1 <= int(minutes) <= MOST_MINUTES:
        body["minutes"] = int(minutes)
    else:
        read.refuse("minutes", _("Please enter a whole number from 1 to {most}.", most=MOST_MINUTES), minutes)
    address = one_line(form, "address")
    body["address"] = address if address in ADDRESSES else held["address"]
    _days(read, form)
    body["sources"] = lines_of(form, "sources")[:100]
    if "completion" in form:
        asked = tuple(ask for ask in ASKS if ask in form.getlist("completion"))
        body.pop("completion", None)
        if asked and asked != DEFAULT:
            body["completion"] = list(asked)
    by_id = {block["id"]: block for block in held["blocks"] if block.get("id")}
    body["blocks"] = []
    for key in form.getlist("block")[:MOST_BLOCKS]:
        block = _block(read, form, files, key, held["blocks"], by_id, keep)
        if block is not None:
            body["blocks"].append(block)
    body["blocks"] = with_ids(body["blocks"], held["blocks"])
    return read


def _title(read: Read, form: Form, most: int) -> None:
    title = one_line(form, "title")
    if not title:
        read.refuse("title", _("Please give it a title."), title)
    elif len(title) > most:
        read.refuse("title", _("Please keep it under {most} letters.", most=most), title)
    else:
        read.body["title"] = title


def _days(read: Read, form: Form) -> None:
    """The day of the last check, and that of the next, which comes after it."""
    held = {name: read.body[name] for name in ("checked", "review")}
    for name in held:
        typed = one_line(form, name)
        day = _day(typed)
        if typed and day is None:
            read.refuse(name, _("Please enter the date as day/month/year, e.g. 20/11/2026."), typed)
        else:
            read.body[name] = day.isoformat() if day else None
    if read.body["checked"] and read.body["review"] and read.body["review"] <= read.body["checked"]:
        read.refuse("review", _("Please choose a day after the day of the last check."), one_line(form, "review"))
        read.body["review"] = None


def _day(typed: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", typed)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(typed)
    except ValueError:
        return None


def _block(
    read: Read,
    form: Form,
    files: Mapping[str, FileStorage],
    key: str,
    held: Sequence[Mapping[str, Any]],
    by_id: Mapping[str, Mapping[str, Any]],
    keep: Keep,
) -> Body | None:
    """The block that the form holds under `key`; None for one that is nowhere any more.

    What is about the block has a colon in its name, so that no field of a plugin can be called the same.
    """
    kind, said = form.get(f"{key}:kind", ""), form.get(f"{key}:id", "")
    name = said if _ID.fullmatch(said) else ""
    before = by_id.get(name, {})
    data = dict(before["data"]) if before.get("kind") == kind else {}
    block = {"id": name, "kind": kind, "data": data}
    place = str(len(read.body["blocks"]))
    fields = fields_of(BLOCK_TYPES.find(kind))
    if fields:
        for each in fields:
            _field(read, form, files, key, place, each, data, keep)
        return block
    if kind in {reader.directive for reader in BLOCK_READERS}:
        block["data"] = _directive(read, form, key, place, kind, data)
        return block
    mark = form.get(f"{key}:held", "")  # its plugin is not in use now: it stays as it is
    found = [b for b in held if b["kind"] == kind and digest_of(b["data"]) == mark]
    return dict(found[0]) if found else None


def _field(
    read: Read,
    form: Form,
    files: Mapping[str, FileStorage],
    key: str,
    place: str,
    asked: BlockField,
    data: Body,
    keep: Keep,
) -> None:
    """Reads one field into a block's data. `data` holds what was there before."""
    sent, here = f"{key}-{asked.name}", f"{place}-{asked.name}"
    if asked.kind == "upload":
        data[asked.name] = _file(read, form, files, sent, here, asked, keep)
        return
    if asked.kind == "choice":
        value = one_line(form, sent)
        known = [choice for choice, _words in asked.choices]
        data[asked.name] = value if value in known else data.get(asked.name) or (known[0] if known else "")
        return
    entries = entries_of(form.get(sent)) if asked.kind == "lines" else []
    text = one_line(form, sent) if asked.kind in ("line", "address", "activity") else many_lines(form, sent)
    if asked.kind == "activity":
        text = text.split(" ")[0]
    if len(entries) > MOST_LINES:
        read.refuse(here, _("Please write at most {most} lines.", most=MOST_LINES), form.get(sent, ""))
    elif len(text) > asked.most:
        read.refuse(here, _("Please keep it under {most} letters.", most=asked.most), form.get(sent, ""))
    else:
        data[asked.name] = entries if asked.kind == "lines" else text
    data.setdefault(asked.name, [] if asked.kind == "lines" else "")


def entries_of(typed: str | None) -> list[str]:
    """One entry a line; a line that begins with two spaces belongs to the entry above. Marks of lists are taken off."""
    items: list[str] = []
    for line in (composed_lines(typed) or "").split("\n"):
        if line.startswith("  ") and items and line.strip():
            items[-1] += "\n" + line.strip()
        elif line.strip():
            items.append(re.sub(r"^(?:[-*•]|\d{1,2}[.)])\s+", "", line.strip()))
    return items


def entries_text(items: Sequence[str]) -> str:
    """Entries as they stand in their box."""
    return "\n".join(item.replace("\n", "\n  ") for item in items)


def _file(
    read: Read, form: Form, files: Mapping[str, FileStorage], sent: str, here: str, asked: BlockField, keep: Keep
) -> str:
    """The name of the field's file: the one uploaded now, else the one it had."""
    held: dict[str, Any] = read.body["files"]
    upload = files.get(f"{sent}-upload")
    if upload is not None and upload.filename:
        try:
            name, about = keep(upload, asked, held)
        except (Invalid, NoRoom) as error:
            read.refuse(here, error.text)
        else:
            held[name] = about
            return name
    name = one_line(form, sent)
    return name if name in held and not form.get(f"{sent}-none") else ""


def _directive(read: Read, form: Form, key: str, place: str, kind: str, before: Body) -> Body:
    """A block of a plugin that has no form: its text as a package writes it."""
    text = tidy(composed_lines(form.get(f"{key}-text")) or "")
    problems = Problems()
    blocks = read_blocks(text.split("\n"), known_parts(), Where("lesson.md", 1, problems, []))
    found = next(iter(problems), None)
    if found is not None:
        read.refuse(f"{place}-text", Text(found.template, dict(found.values)), text)
    elif len(blocks) != 1 or blocks[0].kind != kind:
        read.refuse(f"{place}-text", _("Please write exactly one :::{kind} here.", kind=kind), text)
    else:
        return dict(blocks[0].data)
    return before


def read_task(form: Form, held: Body) -> Read:
    """The task that its form holds."""
    choices = [choice[:200] for choice in lines_of(form, "choices")][:30]
    read = Read({**held, "text": many_lines(form, "text"), "choices": choices})
    _title(read, form, LONGEST_TITLE)
    read.body["title"] = one_line(form, "title")
    return read


def read_course(form: Form, held: Body, frameworks: list[str]) -> Read:
    """The course that the editor's form holds: modules and activities in the order in which they stand."""
    framework = form.get("framework", "")
    read = Read(
        {
            **held,
            "summary": one_line(form, "summary")[:1000],
            "groups": [g for g in GROUPS if g in form.getlist("groups")],
            "framework": framework if framework in frameworks else held["framework"] if framework else "",
            "modules": [],
        }
    )
    _title(read, form, LONGEST_TITLE)
    read.body["title"] = one_line(form, "title")
    seen: set[tuple[str, str]] = set()
    after = {a["slug"]: a["after"] for m in held["modules"] for a in m["activities"] if a.get("after")}
    required = {
        (a["kind"], a["slug"]): a["required"] for m in held["modules"] for a in m["activities"] if "required" in a
    }
    for key in form.getlist("module")[:200]:
        activities = []
        for place in form.getlist(f"{key}-activity")[:500]:
            kind, _slash, slug = place.partition("/")
            if not slug or (kind, slug) in seen:
                continue
            seen.add((kind, slug))
            ref: Body = {"kind": kind, "slug": slug, "weight": _weight(form.get(f"{key}-{place}-weight"))}
            if (kind, slug) in required:
                ref["required"] = required[kind, slug]
            activities.append({**ref, "after": after[slug]} if after.get(slug) else ref)
        title = one_line(form, f"{key}-title")[:LONGEST_TITLE]
        if not title:
            read.refuse(f"{key}-title", _("Please give it a title."))
        read.body["modules"].append(
            {"title": title, "skill_area": one_line(form, f"{key}-area")[:64], "activities": activities}
        )
    return read


def _weight(typed: str | None) -> int | float:
    try:
        weight = float((typed or "1").replace(",", "."))
    except ValueError:
        return 1
    if not 0.1 <= weight <= 100:
        return 1
    return int(weight) if weight == int(weight) else weight
