"""From the studio's forms to a practice's body, part by part: its facts, one screen, one step.

Texts come in as they were typed: composed, cut to their length, never refused for being unfinished. What the author
never sees, the ids by which steps name what stands on a screen, is made here from the words on it and then kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from lms.api.data import FileStore
from lms.api.learning import first_free, slug_of
from lms.api.packages import is_slug
from lms.api.studio import is_number
from lms.api.web import GROUPS, composed, composed_lines
from lms.api.work import Invalid, NoRoom, NotFound, Text, _
from plugins.practice.format.checking import ADDRESS, PROMISE, TITLE
from plugins.practice.format.reading import LONGEST, MOST_ID, MOST_WIDGETS
from plugins.practice.format.stepping import ANYTHING
from plugins.practice.format.widgets import WIDGETS, Key, inputs_on, taps_on
from plugins.practice.pictures import PICTURES
from plugins.practice.services.authoring import keep_file

ADDRESSES = ("bạn", "bác", "em", "anh/chị", "cô/chú")
MOST_MINUTES, MOST_ROWS, MOST_WANTS, MOST_CAN = 30, 40, 10, 6
PINNED_WIDTH = 300  # the width in CSS pixels at which the studio shows a picture on which places are chosen
NEW_SPOT = 20  # percent: as large as a thumb
NO_WHY = _("Say in a few words why this is dangerous: the learner reads it.")

Form = MultiDict[str, str]
Files = Mapping[str, FileStorage]
Body = dict[str, Any]
Keeper = Callable[[FileStorage, Mapping[str, Any]], tuple[str, Body]]
View = list[dict[str, Any]]


@dataclass
class Read:
    """A body as it was sent, and what is wrong with it by the form's fields."""

    body: Body
    errors: dict[str, list[Text]] = field(default_factory=dict)

    def refuse(self, name: str, text: Text) -> None:
        """Notes what is wrong with a field."""
        self.errors.setdefault(name, []).append(text)


def line(form: Form, name: str, most: int = LONGEST) -> str:
    """One line of text."""
    return (composed(form.get(name)) or "")[:most].strip()


def box(form: Form, name: str, most: int) -> str:
    """Text of several lines."""
    return (composed_lines(form.get(name)) or "").strip()[:most].strip()


def read_facts(form: Form, held: Mapping[str, Any]) -> Read:
    """The facts and the end of a practice; its screens, steps and files stay as they are."""
    body: Body = {**held}
    read = Read(body)
    title = composed(form.get("title")) or ""
    body["title"] = title[:200]
    if not title:
        read.refuse("title", _("Please give it a title."))
    elif len(title) > TITLE:
        read.refuse("title", _("Please keep it under {most} letters.", most=TITLE))
    for name in ("promise", "task"):
        body[name] = line(form, name, PROMISE)
    typed = line(form, "address", ADDRESS)
    body["address"] = typed if typed in ADDRESSES else held["address"]
    minutes = line(form, "minutes")
    if is_number(minutes) and 1 <= int(minutes) <= MOST_MINUTES:
        body["minutes"] = int(minutes)
    else:
        read.refuse("minutes", _("Please enter a whole number from 1 to {most}.", most=MOST_MINUTES))
    body["groups"] = [g for g in GROUPS if g in form.getlist("groups")]
    body["skills"] = list(dict.fromkeys(c for c in (composed(s) for s in form.getlist("skills")) if c))[:50]
    for name in ("checked", "review"):
        typed = line(form, name)
        day = _day(typed)
        if typed and day is None:
            read.refuse(name, _("Please enter the date as day/month/year, e.g. 20/11/2026."))
        else:
            body[name] = day.isoformat() if day else None
    if body["checked"] and body["review"] and body["review"] <= body["checked"]:
        read.refuse("review", _("Please choose a day after the day of the last check."))
    body["sources"] = _lines(form, "sources")[:100]
    body["done"] = {
        "say": line(form, "done-say"),
        "can": [text[:200] for text in _lines(form, "done-can")][:MOST_CAN],
    }
    return read


def _lines(form: Form, name: str) -> list[str]:
    found = (composed(each) or "" for each in (form.get(name) or "").splitlines())
    return list(dict.fromkeys(each for each in found if each))


def _day(typed: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", typed)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(typed)
    except ValueError:
        return None


def read_screen(form: Form, files: Files, held: Mapping[str, Any], number: int, store: FileStore) -> Read:
    """The practice with its screen `number` (from 0) as the form holds it; uploaded pictures are stored."""
    read = Read({**held, "files": dict(held["files"])})
    screen: Body = {"id": held["screens"][number]["id"], "name": line(form, "name", 60), "view": []}
    for key in form.getlist("widget")[:MOST_WIDGETS]:
        kind = form.get(f"{key}-w", "")
        if kind in WIDGETS:
            values = {k.name: _read_key(read, form, files, key, k, store) for k in WIDGETS[kind]}
            screen["view"].append({"w": kind, **values})
    named(screen["view"])
    read.body["screens"] = [screen if n == number else s for n, s in enumerate(held["screens"])]
    return read


def _read_key(read: Read, form: Form, files: Files, key: str, spec: Key, store: FileStore) -> Any:
    name = f"{key}-{spec.name}"
    if spec.kind == "table":
        return [_row(form, f"{name}-{row}", spec) for row in form.getlist(f"{name}-row")[:MOST_ROWS]]
    if spec.kind == "pair":
        row = _row(form, name, spec)
        return row if any(cell for column, cell in zip(spec.columns, row, strict=True) if column != "id") else []
    if spec.kind == "flag":
        return form.get(name) == "1"
    if spec.kind == "choice":
        typed = form.get(name, "")
        return typed if typed in spec.known else spec.known[0]
    if spec.kind == "file":
        return _read_file(read, form, files, name, lambda upload, held: _picture(upload, held, store))
    if spec.kind == "id":
        return _id(form.get(name, ""))
    return box(form, name, spec.most) if spec.kind == "box" else line(form, name, spec.most)


def _row(form: Form, name: str, spec: Key) -> list[Any]:
    cells: list[Any] = []
    for column in spec.columns:
        typed = line(form, f"{name}-{column}", 200)
        if column == "id":
            cells.append(_id(typed))
        elif column in ("x", "y", "w", "h"):
            cells.append(min(100, int(typed)) if is_number(typed) else 0)
        else:
            cells.append(typed)
    return cells


def _id(typed: str) -> str:
    return typed if is_slug(typed) and len(typed) <= MOST_ID else ""


def _picture(upload: FileStorage, held: Mapping[str, Any], store: FileStore) -> tuple[str, Body]:
    name = upload.filename or ""
    if name.rpartition(".")[2].lower() not in PICTURES:
        raise Invalid(_("Please choose a file that ends in {endings}.", endings=", ".join(PICTURES)))
    return keep_file(store, held, name, upload.read())


def _read_file(read: Read, form: Form, files: Files, name: str, keep: Keeper) -> str:
    """The name of the file uploaded now, else of the one chosen among those that the practice has."""
    upload = files.get(f"{name}-upload")
    if upload is not None and upload.filename:
        try:
            kept, about = keep(upload, read.body["files"])
        except (Invalid, NoRoom) as error:
            read.refuse(f"{name}-upload", error.text)
        else:
            read.body["files"][kept] = about
            return kept
    chosen = form.get(name, "")
    return chosen if chosen in read.body["files"] else ""


def named(view: View) -> None:
    """Gives what can be tapped or filled in an id, made from the words on it, where it has words but no id yet."""
    used = {one for widget in view for one in [*taps_on([widget]), *inputs_on([widget])] if one}

    def fresh(words: str, fallback: str) -> str:
        one = first_free(slug_of(words)[: MOST_ID - 4].strip("-") or fallback, used)
        used.add(one)
        return one

    for widget in view:
        words = widget.get("text") or widget.get("label") or ""
        for spec in WIDGETS[widget["w"]]:
            value = widget[spec.name]
            if spec.kind == "id" and spec.required and not value and words:
                widget[spec.name] = fresh(words, widget["w"])
            elif spec.kind in ("table", "pair") and "id" in spec.columns and value:
                place, at = spec.columns.index("id"), _words_at(spec)
                for row in value if spec.kind == "table" else [value]:
                    if not row[place] and row[at]:
                        row[place] = fresh(row[at], spec.name)


def _words_at(spec: Key) -> int:
    """The column that says in words what a row is."""
    return next(spec.columns.index(c) for c in ("label", "title", "name", "text") if c in spec.columns)


def empty_widget(kind: str) -> Body:
    """A widget as it is when it has just been put on a screen: with one row to fill in, where it has rows."""
    widget: Body = {"w": kind, **{spec.name: spec.empty for spec in WIDGETS[kind]}}
    for spec in WIDGETS[kind]:
        if spec.kind == "table" and spec.required:
            widget[spec.name] = [empty_row(spec), empty_row(spec)]
    return widget


def empty_row(spec: Key) -> list[Any]:
    """A new row: an app with a drawing, a spot as large as a thumb in the middle."""
    blank = {"icon": "smartphone", "x": 40, "y": 40, "w": NEW_SPOT, "h": NEW_SPOT}
    return [blank.get(column, "") for column in spec.columns]


def table_of(widget: Mapping[str, Any]) -> Key | None:
    """The key of a widget that is a table, where it has one."""
    return next((spec for spec in WIDGETS[widget["w"]] if spec.kind == "table"), None)


def pin(widget: Mapping[str, Any], row: int, x: int, y: int, file: Mapping[str, Any]) -> None:
    """Moves a spot so that its middle lies where the author pressed the picture, in CSS pixels of the shown one."""
    high = PINNED_WIDTH * (file["height"] or 1) / (file["width"] or 1)
    spot = widget["spots"][row]
    wide, tall = spot[3:5]
    wide, tall = wide or NEW_SPOT, tall or NEW_SPOT
    left, top = round(100 * x / PINNED_WIDTH - wide / 2), round(100 * y / high - tall / 2)
    spot[1:5] = [max(0, min(100 - wide, left)), max(0, min(100 - tall, top)), wide, tall]


def read_step(form: Form, files: Files, held: Mapping[str, Any], number: int, keep: Keeper) -> Read:
    """The practice with its step `number` (from 0) as the form holds it; `keep` takes in a sound that came with it."""
    read = Read({**held, "files": dict(held["files"])})
    step: Body = {
        "screen": line(form, "screen", MOST_ID),
        "say": line(form, "say"),
        "want": [_want(form, key) for key in form.getlist("want")[:MOST_WANTS]],
        "hint": line(form, "hint"),
        "miss": {},
        "traps": {},
        "branch": {},
        "audio": _read_file(read, form, files, "audio", keep),
    }
    step["want"] = [want for want in step["want"] if want["tap"] or want["values"]]
    right = {want["tap"] for want in step["want"]}
    filled = {want["tap"] for want in step["want"] if want["values"]}
    for tap in form.getlist("on")[:MOST_ROWS]:
        name = f"on-{tap}"
        said, trap = line(form, f"{name}-say"), form.get(f"{name}-trap") == "1"
        if tap in right and tap not in filled and not said:
            continue
        if trap:
            step["traps"][tap] = said
            if not said:
                read.refuse(f"{name}-say", NO_WHY)
        elif said:
            step["miss"][tap] = said
        away = {
            "screen": line(form, f"{name}-screen", MOST_ID),
            "say": line(form, f"{name}-told"),
            "back": line(form, f"{name}-back", 80),
        }
        if tap != ANYTHING and (away["screen"] or away["say"]):
            step["branch"][tap] = away
    read.body["steps"] = [step if n == number else s for n, s in enumerate(held["steps"])]
    return read


def _want(form: Form, key: str) -> Body:
    names = form.getlist(f"{key}-input")
    values = {name: line(form, f"{key}-value-{name}", 200) for name in names}
    return {
        "tap": line(form, f"{key}-tap", MOST_ID),
        "values": {name: value for name, value in values.items() if value},
        "exact": form.get(f"{key}-exact") == "1",
    }


def empty_step(screens: Iterable[Mapping[str, Any]], after: Mapping[str, Any] | None) -> Body:
    """A new step: on the screen behind the one of the step before it."""
    ids = [screen["id"] for screen in screens]
    at = ids.index(after["screen"]) + 1 if after is not None and after["screen"] in ids else 0
    screen = ids[min(at, len(ids) - 1)] if ids else ""
    return {
        "screen": screen,
        "say": "",
        "want": [],
        "hint": "",
        "miss": {},
        "traps": {},
        "branch": {},
        "audio": "",
    }


def screen_at(body: Mapping[str, Any], name: str) -> int:
    """The place of a screen. Raises NotFound where there is none of this id."""
    for number, screen in enumerate(body["screens"]):
        if screen["id"] == name:
            return number
    raise NotFound
