"""From the studio's forms to bodies. Texts come in as they were typed: composed, never refused for being unfinished."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from courses.services.authoring import PICTURES, SOUNDS, checked_file, keep_file
from courses.services.publishing import digest_of
from lms.api.data import FileStore
from lms.api.packages import BLOCK_READERS, Problems, Where, known_parts, read_blocks, tidy
from lms.api.web import GROUPS, composed, composed_lines
from lms.api.work import Invalid, NotFound, Text, _

PROSE = ("text", "remember", "warning", "do")
ADDRESSES = ("bạn", "bác", "em", "anh/chị", "cô/chú")
LONGEST_LESSON_TITLE, LONGEST_TITLE, LONGEST_PROMISE = 60, 200, 300
MOST_MINUTES = 60
MOST_BLOCKS = 200
Form = MultiDict[str, str]
Body = dict[str, Any]


@dataclass
class Read:
    """A body as it was sent, what is wrong with it by field, and texts that could not be understood, by block."""

    body: Body
    errors: dict[str, list[Text]] = field(default_factory=dict)
    raw: dict[int, str] = field(default_factory=dict)

    def refuse(self, name: str, text: Text) -> None:
        """Notes what is wrong with a field."""
        self.errors.setdefault(name, []).append(text)


def one_line(form: Form, name: str) -> str:
    return composed(form.get(name)) or ""


def many_lines(form: Form, name: str) -> str:
    return tidy(composed_lines(form.get(name)) or "")


def lines_of(form: Form, name: str) -> list[str]:
    """The lines that hold something, each once."""
    found = (composed(line) or "" for line in (form.get(name) or "").splitlines())
    return list(dict.fromkeys(line for line in found if line))


def read_lesson(form: Form, files: Mapping[str, FileStorage], held: Body, store: FileStore) -> Read:
    """The lesson that the editor's form holds. `held` is the draft: its slug and its files stay."""
    body: Body = {**held, "files": dict(held["files"])}
    read = Read(body)
    _title(read, form, LONGEST_LESSON_TITLE)
    body["promise"] = one_line(form, "promise")
    if len(body["promise"]) > LONGEST_PROMISE:
        read.refuse("promise", _("Please keep it under {most} letters.", most=LONGEST_PROMISE))
    body["groups"] = [g for g in GROUPS if g in form.getlist("groups")]
    body["skills"] = list(dict.fromkeys(c for c in (composed(s) for s in form.getlist("skills")) if c))[:50]
    minutes = one_line(form, "minutes")
    if minutes.isascii() and minutes.isdigit() and 1 <= int(minutes) <= MOST_MINUTES:
        body["minutes"] = int(minutes)
    else:
        read.refuse("minutes", _("Please enter a whole number from 1 to {most}.", most=MOST_MINUTES))
    address = one_line(form, "address")
    body["address"] = address if address in ADDRESSES else held["address"]
    for name in ("checked", "review"):
        typed = one_line(form, name)
        day = _day(typed)
        if typed and day is None:
            read.refuse(name, _("Please enter the date as day/month/year, e.g. 20/11/2026."))
        else:
            body[name] = day.isoformat() if day else None
    if body["checked"] and body["review"] and body["review"] <= body["checked"]:
        read.refuse("review", _("Please choose a day after the day of the last check."))
    body["sources"] = lines_of(form, "sources")[:100]
    body["guide"] = many_lines(form, "guide")
    body["blocks"] = []
    for key in form.getlist("block")[:MOST_BLOCKS]:
        kind = form.get(f"{key}-kind", "")
        if kind in BLOCKS:
            body["blocks"].append({"kind": kind, "data": BLOCKS[kind](read, form, files, key, store)})
        elif kind in {reader.directive for reader in BLOCK_READERS}:
            body["blocks"].append({"kind": kind, "data": _directive(read, form, key, kind)})
        else:  # its plugin is not in use now: it stays as it is
            mark = form.get(f"{key}-held", "")
            body["blocks"] += [b for b in held["blocks"] if b["kind"] == kind and digest_of(b["data"]) == mark][:1]
    return read


def _title(read: Read, form: Form, most: int) -> None:
    read.body["title"] = one_line(form, "title")
    if not read.body["title"]:
        read.refuse("title", _("Please give it a title."))
    elif len(read.body["title"]) > most:
        read.refuse("title", _("Please keep it under {most} letters.", most=most))


def _day(typed: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", typed)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(typed)
    except ValueError:
        return None


def _prose(read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore) -> Body:
    return {"md": many_lines(form, f"{key}-md")}


def _steps(read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore) -> Body:
    """One line a step; a line that begins with two spaces belongs to the step above."""
    items: list[str] = []
    for line in (composed_lines(form.get(f"{key}-items")) or "").split("\n"):
        if line.startswith("  ") and items and line.strip():
            items[-1] += "\n" + line.strip()
        elif line.strip():
            items.append(re.sub(r"^(?:[-*•]|\d{1,2}[.)])\s+", "", line.strip()))
    return {"items": items}


def steps_text(items: list[str]) -> str:
    """Steps as they stand in their box."""
    return "\n".join(item.replace("\n", "\n  ") for item in items)


def _message(read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore) -> Body:
    return {"sender": one_line(form, f"{key}-sender")[:100], "text": many_lines(form, f"{key}-text")}


def _check(read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore) -> Body:
    return {"item": one_line(form, f"{key}-item").split(" ")[0]}


def _image(read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore) -> Body:
    name = _file(read, form, files, key, store, PICTURES)
    return {"file": name, "alt": one_line(form, f"{key}-alt")[:500], "caption": one_line(form, f"{key}-caption")[:500]}


def _audio(read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore) -> Body:
    return {"file": _file(read, form, files, key, store, SOUNDS), "label": one_line(form, f"{key}-label")[:500]}


def _file(
    read: Read, form: Form, files: Mapping[str, FileStorage], key: str, store: FileStore, endings: tuple[str, ...]
) -> str:
    """The block's file: the one uploaded now, else the one it had."""
    held: dict[str, Any] = read.body["files"]
    upload = files.get(f"{key}-upload")
    if upload is not None and upload.filename:
        try:
            name, about = keep_file(store, held, upload.filename, upload.read(), endings)
        except Invalid as error:
            read.refuse(f"{key}-upload", error.text)
        else:
            held[name] = about
            return name
    name = one_line(form, f"{key}-file")
    if name and name not in held:
        # Uploaded in a form that could not be saved: the store has it under its key.
        try:
            held[name] = checked_file(name, store.get(form.get(f"{key}-key", "")), endings)
        except (NotFound, Invalid):
            return ""
    return name


def _directive(read: Read, form: Form, key: str, kind: str) -> Body:
    """A block of a plugin that has no form here: its text as a package writes it."""
    text = tidy(composed_lines(form.get(f"{key}-text")) or "")
    problems = Problems()
    blocks = read_blocks(text.split("\n"), known_parts(), Where("lesson.md", 1, problems, []))
    found = next(iter(problems), None)
    if found is not None:
        read.refuse(f"{key}-text", Text(found.template, dict(found.values)))
    elif len(blocks) != 1 or blocks[0].kind != kind:
        read.refuse(f"{key}-text", _("Please write exactly one :::{kind} here.", kind=kind))
    else:
        return dict(blocks[0].data)
    place = len(read.body["blocks"])
    read.raw[place] = text
    return {}


BLOCKS = {
    **dict.fromkeys(PROSE, _prose),
    "steps": _steps,
    "message": _message,
    "check": _check,
    "image": _image,
    "audio": _audio,
}
EMPTY: dict[str, Body] = {
    **{kind: {"md": ""} for kind in PROSE},
    "steps": {"items": []},
    "message": {"sender": "", "text": ""},
    "check": {"item": ""},
    "image": {"file": "", "alt": "", "caption": ""},
    "audio": {"file": "", "label": ""},
}


def read_task(form: Form, held: Body) -> Read:
    """The task that its form holds."""
    choices = [choice[:200] for choice in lines_of(form, "choices")][:30]
    read = Read({**held, "text": many_lines(form, "text"), "choices": choices})
    _title(read, form, LONGEST_TITLE)
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
    seen: set[tuple[str, str]] = set()
    for key in form.getlist("module")[:200]:
        activities = []
        for place in form.getlist(f"{key}-activity")[:500]:
            kind, _slash, slug = place.partition("/")
            if not slug or (kind, slug) in seen:
                continue
            seen.add((kind, slug))
            activities.append({"kind": kind, "slug": slug, "weight": _weight(form.get(f"{key}-{place}-weight"))})
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
