"""From a body back to practices/<slug>.yaml: reading it gives the same body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.api.packages import Flow, Quoted, item_text
from plugins.practice.format.stepping import ANYTHING, Practice
from plugins.practice.format.widgets import WIDGETS, Widget


def written(body: Practice) -> str:
    """The YAML text of a practice."""
    return item_text(keys_of(body))


def keys_of(body: Practice) -> dict[str, Any]:
    """The keys of its file, in the order of the documentation; what is empty is left out when it is written."""
    return {
        "slug": body["slug"],
        "title": body["title"],
        "promise": body["promise"],
        "task": body["task"],
        "address": body["address"],
        "device": body["device"],
        "minutes": body["minutes"],
        "groups": body["groups"],
        "skills": body["skills"],
        "checked": body["checked"],
        "review": body["review"],
        "sources": body["sources"],
        "screens": {
            screen["id"]: {"name": screen["name"], "view": [_widget(widget) for widget in screen["view"]]}
            for screen in body["screens"]
        },
        "steps": [_step(step) for step in body["steps"]],
        "done": {"say": body["done"]["say"], "can": body["done"]["can"]},
    }


def _widget(widget: Widget) -> Flow:
    keys: dict[str, Any] = {"w": widget["w"]}
    for key in WIDGETS[widget["w"]]:
        value = widget[key.name]
        if value == key.empty and not key.required:
            continue
        if key.kind == "table":
            value = [_row(row) for row in value]
        elif key.kind == "pair":
            value = _row(value)
        keys[key.name] = value
    return Flow(keys)


def _row(row: list[Any]) -> list[Any]:
    cells = list(row)
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    wants = [_want(want) for want in step["want"]]
    return {
        "screen": step["screen"],
        "say": step["say"],
        "want": wants[0] if len(wants) == 1 else {"any": wants},
        "hint": step["hint"],
        "miss": _in_order(step["miss"]),
        "traps": _in_order(step["traps"]),
        "branch": {name: Flow(_full(branch)) for name, branch in _in_order(step["branch"]).items()},
        "audio": step["audio"],
    }


def _want(want: Mapping[str, Any]) -> Flow:
    keys: dict[str, Any] = {"tap": want["tap"]}
    if want["values"]:
        keys["values"] = {name: Quoted(value) for name, value in sorted(want["values"].items())}
    if want["exact"]:
        keys["exact"] = True
    return Flow(keys)


def _full(branch: Mapping[str, str]) -> dict[str, str]:
    return {key: branch[key] for key in ("screen", "say", "back") if branch[key]}


def _in_order(named: Mapping[str, Any]) -> dict[str, Any]:
    """By name, what is said for all others last: databases keep no order of keys."""
    return {name: named[name] for name in sorted(named, key=lambda name: (name == ANYTHING, name))}
