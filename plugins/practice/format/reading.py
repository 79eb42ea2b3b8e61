"""practices/<slug>.yaml: from YAML with lines to a body, or to problems by line.

`Places` says on which line each part of the body stands, so that what the checks find later has its line too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.api.packages import GROUPS, Fields, Problem, Problems, Where, is_slug
from lms.api.work import _
from plugins.practice.format.checking import ADDRESS, PROMISE, TITLE, Path, faults
from plugins.practice.format.stepping import ANYTHING, MOST_STEPS
from plugins.practice.format.widgets import WIDGETS, Key

Places = dict[Path, int]
MOST_SCREENS, MOST_WIDGETS, MOST_ID = 30, 20, 32
LONGEST = 400  # signs of one thing that is said
DEVICES = ("phone",)


def read_text(
    text: str, slug: str, icons: frozenset[str], files: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """A practice written as YAML: its body, or None with what is wrong, by line. `files` are those beside it."""
    problems = Problems()
    where = Where(f"practices/{slug}.yaml", 0, problems, [])
    fields = Fields.load(text, where)
    body = read(fields, slug, icons, files or {}) if fields is not None else None
    return (None if problems else body), list(problems)


def read(fields: Fields, slug: str, icons: frozenset[str], files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The body that the fields hold; problems are said at their lines."""
    before = len(fields.where.problems)
    places: Places = {}
    body: dict[str, Any] = {
        "slug": fields.slug("slug", required=False) or slug,
        "title": fields.text("title", most=TITLE, one_line=True),
        "promise": fields.text("promise", most=PROMISE, one_line=True),
        "task": fields.text("task", required=False, most=PROMISE, one_line=True),
        "address": fields.text("address", required=False, most=ADDRESS, one_line=True, default="bạn"),
        "device": fields.choice("device", DEVICES, default="phone"),
        "minutes": fields.whole("minutes", 1, 30) or 1,
        "groups": list(fields.choices("groups", GROUPS)),
        "skills": list(fields.references("skills", "skill")),
        "checked": _day(fields, "checked"),
        "review": _day(fields, "review"),
        "sources": list(fields.texts("sources", one_line=True)),
    }
    for key in ("screens", "steps", "done"):
        places[(key,)] = fields.at(key).line
    if body["slug"] != slug:
        fields.at("slug").problem("slug-place", NAMED.msgid, slug=body["slug"], place=f"{slug}.yaml")
    body["screens"] = _screens(fields, places)
    body["steps"] = _steps(fields, places)
    body["done"] = _done(fields, places)
    body["files"] = {name: dict(entry) for name, entry in sorted(files.items())}
    fields.finish()
    if len(fields.where.problems) == before:
        for fault in faults(body, icons):
            there = fields.where.at(line_of(places, fault.path) or fields.where.line)
            there.problem(fault.code, fault.text.msgid, **fault.text.values)
    return body


def line_of(places: Places, path: Path) -> int:
    """The line of the innermost part that is known; 0 where none is."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return 0


NAMED = _("`slug` is {slug} but the file is named {place}. Make them the same.")
BAD_ID = _("“{id}” cannot be a name here: it needs lower-case letters a–z, digits and hyphens, at most {most}.")
UNKNOWN_WIDGET = _("Unknown widget `{widget}`. The widgets are: {known}.")


def _day(fields: Fields, key: str) -> str | None:
    day = fields.day(key)
    return day.isoformat() if day else None


def _id(text: str, where: Where) -> str:
    if text and (not is_slug(text) or len(text) > MOST_ID):
        where.problem("id", BAD_ID.msgid, id=text[:60], most=MOST_ID)
        return ""
    return text


def _screens(fields: Fields, places: Places) -> list[dict[str, Any]]:
    inner = fields.inner("screens")
    if inner is None:
        return []
    screens = []
    for number, name in enumerate(inner.names()[:MOST_SCREENS]):
        places["screens", number] = inner.at(name).line
        one = inner.inner(name)
        if one is None:
            continue
        view = []
        for place, row in enumerate(one.rows("view", most=MOST_WIDGETS)):
            places["screens", number, "view", place] = row.where.line
            widget = _widget(row)
            if widget is not None:
                view.append(widget)
        screens.append(
            {"id": _id(name, inner.at(name)), "name": one.text("name", most=60, one_line=True), "view": view}
        )
        one.finish()
    inner.finish()
    return screens


def _widget(row: Fields) -> dict[str, Any] | None:
    name = row.choice("w", sorted(WIDGETS))
    if not name:
        return None
    widget: dict[str, Any] = {"w": name, **{key.name: _key(row, key) for key in WIDGETS[name]}}
    row.finish()
    return widget


def _key(row: Fields, key: Key) -> Any:
    if key.kind == "table":
        return [
            _cells(key, cells, there)
            for there, cells in row.table(
                key.name, least=key.least_columns, most=len(key.columns), required=key.required
            )
        ]
    if key.kind == "pair":
        cells = row.row(key.name, least=key.least_columns, most=len(key.columns), required=key.required)
        return _cells(key, cells, row.at(key.name)) if cells else []
    if key.kind == "flag":
        return row.flag(key.name, default=False)
    if key.kind == "choice":
        return row.choice(key.name, key.known, default=key.known[0])
    text = row.text(key.name, required=key.required, most=key.most, one_line=key.kind != "box")
    return _id(text, row.at(key.name)) if key.kind == "id" else text


def _cells(key: Key, cells: tuple[str, ...], where: Where) -> list[Any]:
    padded = [*cells, *[""] * (len(key.columns) - len(cells))]
    found: list[Any] = []
    for column, cell in zip(key.columns, padded, strict=True):
        if column == "id":
            found.append(_id(cell, where))
        elif column in ("x", "y", "w", "h"):
            found.append(_percent(cell, where))
        else:
            found.append(cell)
    return found


def _percent(cell: str, where: Where) -> int:
    if cell.isascii() and cell.isdigit() and int(cell) <= 100:
        return int(cell)
    where.problem("number", _("Places on a picture are whole numbers from 0 to 100, in percent.").msgid)
    return 0


def _steps(fields: Fields, places: Places) -> list[dict[str, Any]]:
    steps = []
    for number, row in enumerate(fields.rows("steps", most=MOST_STEPS)):
        here = ("steps", number)
        places[here] = row.where.line
        for key in ("screen", "say", "want", "hint", "miss", "traps", "branch", "audio"):
            places[*here, key] = row.at(key).line
        steps.append(
            {
                "screen": row.text("screen", most=MOST_ID, one_line=True),
                "say": row.text("say", most=LONGEST, one_line=True),
                "want": _wants(row, places, here),
                "hint": row.text("hint", required=False, most=LONGEST, one_line=True),
                "miss": _sayings(row, "miss", places, here),
                "traps": _sayings(row, "traps", places, here),
                "branch": _branches(row, places, here),
                "audio": row.text("audio", required=False, most=100, one_line=True),
            }
        )
        row.finish()
    return steps


def _wants(row: Fields, places: Places, here: Path) -> list[dict[str, Any]]:
    inner = row.inner("want")
    if inner is None:
        return []
    rows = inner.rows("any", most=10) if inner.has("any") else [inner]
    wants = []
    for number, one in enumerate(rows):
        places[*here, "want", number] = one.where.line
        values = one.inner("values", required=False)
        wants.append(
            {
                "tap": one.text("tap", most=MOST_ID, one_line=True),
                "values": {name: values.text(name, most=200, one_line=True) for name in values.names()}
                if values is not None
                else {},
                "exact": one.flag("exact", default=False),
            }
        )
        if one is not inner:
            one.finish()
    inner.finish()
    return wants


def _sayings(row: Fields, key: str, places: Places, here: Path) -> dict[str, str]:
    inner = row.inner(key, required=False)
    if inner is None:
        return {}
    for name in inner.names():
        places[*here, key, name] = inner.at(name).line
    return {name: inner.text(name, most=LONGEST, one_line=True) for name in inner.names()}


def _branches(row: Fields, places: Places, here: Path) -> dict[str, dict[str, str]]:
    inner = row.inner("branch", required=False)
    found: dict[str, dict[str, str]] = {}
    for name in inner.names() if inner is not None else ():
        assert inner is not None
        places[*here, "branch", name] = inner.at(name).line
        one = inner.inner(name)
        if one is None:
            continue
        found[name] = {
            "screen": one.text("screen", most=MOST_ID, one_line=True),
            "say": one.text("say", most=LONGEST, one_line=True),
            "back": one.text("back", required=False, most=80, one_line=True),
        }
        one.finish()
    return found


def _done(fields: Fields, places: Places) -> dict[str, Any]:
    inner = fields.inner("done")
    if inner is None:
        return {"say": "", "can": []}
    places["done", "say"], places["done", "can"] = inner.at("say").line, inner.at("can").line
    done = {
        "say": inner.text("say", most=LONGEST, one_line=True),
        "can": list(inner.texts("can", least=1, most=6, longest=200, one_line=True)),
    }
    inner.finish()
    return done


__all__ = ["ANYTHING", "Places", "line_of", "read", "read_text"]
