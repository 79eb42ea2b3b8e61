"""Practices on their way from author to reviewer to publisher: told in words, screen by screen and step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from flask import url_for
from msgspec import Struct

from lms.api.learning import activity
from lms.api.reviewing import Difference, Naming, Row, Subject, Told, fact_row, told_row
from lms.api.web import GROUPS, icon_names, say
from lms.api.work import NotFound, Text, _
from plugins.practice import drafts, queries
from plugins.practice.format.widgets import WIDGETS
from plugins.practice.services import authoring
from plugins.practice.views.studio_words import CHOICE_WORDS, ICON_WORDS, KEY_WORDS, WIDGET_WORDS, tap_names

Body = Mapping[str, Any]
PARTS = Naming(
    _("Screens and steps"), _("Screens and steps, in order"), _("new screens and steps: {n}"),
    _("changed screens and steps: {n}"), _("removed screens and steps: {n}"),
)  # fmt: skip
FACTS: Mapping[str, Text] = {
    "title": _("Title"), "promise": _("What the learner will be able to do"),
    "task": _("The aim, in one or two sentences"), "groups": _("For whom"), "skills": _("Skills it is about"),
    "minutes": _("Minutes it takes"), "address": _("How it speaks to its reader"),
    "checked": _("Facts checked by a person on"), "review": _("To be checked again on"), "sources": _("Sources"),
}  # fmt: skip
ANYTHING = "*"


class PracticeReview(Struct, frozen=True):
    """A practice; its key is its slug."""

    name: str = "practice"
    title: Text = _("Practice")

    def subjects(self, keys: Collection[str]) -> Mapping[str, Subject]:
        return {slug: Subject(title, org) for slug, title, org in drafts.titles(keys)}

    def published(self, key: str) -> Body | None:
        newest = queries.newest(key)
        return newest.body if newest is not None else None

    def difference(self, before: Body | None, after: Body) -> Difference:
        old: Body = before if before is not None else {"screens": [], "steps": [], "done": {"say": "", "can": []}}
        facts = []
        for name, title in FACTS.items():
            was, now = _fact(name, old.get(name)), _fact(name, after.get(name))
            if was != now:
                facts.append(fact_row(name, say(title), was, now))
        for name, title in (("say", _("A kind word")), ("can", _("What the learner can do now, one a line"))):
            was, now = _fact(name, old["done"][name]), _fact(name, after["done"][name])
            if was != now:
                facts.append(fact_row(f"done-{name}", say(title), was, now))
        return Difference(facts, [*_screens(old, after), *_steps(old, after)], PARTS)

    def places(self, body: Body) -> Sequence[tuple[str, str]]:
        return [
            *((f"screen-{screen['id']}", _screen_title(screen)) for screen in body["screens"]),
            *((f"step-{number}", _step_title(number)) for number in range(1, len(body["steps"]) + 1)),
        ]

    def studio_url(self, key: str) -> str:
        return url_for("practice.studio_practice", slug=key)

    def revisions_url(self, key: str) -> str:
        return ""

    def publish(self, key: str, body: Body, by_id: int, change: str, note: str) -> None:
        row = activity(self.name, key)
        if row is None:
            raise NotFound
        authoring.publish_checked(row.id, body, by_id, icon_names())


def _fact(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "groups":
        value = [say(GROUPS[group][0]) for group in value if group in GROUPS]
    return "\n".join(str(one) for one in value) if isinstance(value, list) else str(value)


# --- screens ----------------------------------------------------------------------------------------------------------


def _screen_title(screen: Mapping[str, Any]) -> str:
    return say(_("Screen “{name}”", name=screen["name"] or screen["id"]))


def _screens(old: Body, new: Body) -> list[Row]:
    """Screens are the same by their id; those that are gone stand last."""
    held = {screen["id"]: screen for screen in old["screens"]}
    now = {screen["id"]: screen for screen in new["screens"]}
    rows = []
    for key in [*now, *(gone for gone in held if gone not in now)]:
        before = _told_screen(held[key], old) if key in held else None
        after = _told_screen(now[key], new) if key in now else None
        rows.append(told_row(f"screen-{key}", _screen_title(now.get(key) or held[key]), "smartphone", before, after))
    return rows


def _told_screen(screen: Mapping[str, Any], body: Body) -> Told:
    told = {"name": (say(_("Name")), str(screen["name"]))}
    for place, widget in enumerate(screen["view"]):
        kind = say(WIDGET_WORDS[widget["w"]][0])
        for key in WIDGETS[widget["w"]]:
            if key.kind == "id" or (widget[key.name] == key.empty and not key.required):
                continue
            name = f"{widget['w']}.{key.name}"
            told[f"{place}.{name}"] = (f"{kind}: {say(KEY_WORDS[name])}", _value(key.kind, widget[key.name], body))
    return told


def _value(kind: str, value: Any, body: Body) -> str:
    """A field of a widget in words. A picture is told with the beginning of its hash, so that another one differs."""
    if kind == "table":
        return "\n".join(_cells(row) for row in value)
    if kind == "pair":
        return _cells(value)
    if kind == "flag":
        return say(_("Yes")) if value else ""
    if kind == "choice":
        return say(CHOICE_WORDS[value]) if value in CHOICE_WORDS else str(value)
    if kind == "file" and value:
        return f"{value} ({body.get('files', {}).get(value, {}).get('key', '')[:8]})"
    return str(value)


def _cells(row: Sequence[Any]) -> str:
    """A row without its id, which is nobody's to read."""
    return " · ".join(say(ICON_WORDS[cell]) if cell in ICON_WORDS else str(cell) for cell in row[1:] if cell != "")


# --- steps ------------------------------------------------------------------------------------------------------------


def _step_title(number: int) -> str:
    return say(_("Step {n}", n=number))


def _steps(old: Body, new: Body) -> list[Row]:
    """Steps have no names: they are laid side by side as they follow one another; those that are gone stand last."""
    before, after = ([_told_step(step, body) for step in body["steps"]] for body in (old, new))
    beside: dict[int, int] = {}
    matcher = SequenceMatcher(None, [_key(told) for told in before], [_key(told) for told in after], autojunk=False)
    for how, i, to_i, j, to_j in matcher.get_opcodes():
        if how in ("equal", "replace"):
            beside.update(zip(range(j, to_j), range(i, to_i), strict=False))
    rows = [
        told_row(f"step-{n + 1}", _step_title(n + 1), "list-ordered", before[beside[n]] if n in beside else None, told)
        for n, told in enumerate(after)
    ]
    gone = sorted(set(range(len(before))) - set(beside.values()))
    return rows + [told_row(f"gone-{n + 1}", _step_title(n + 1), "list-ordered", before[n], None) for n in gone]


def _key(told: Told) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, (_label, text) in told.items())


def _told_step(step: Mapping[str, Any], body: Body) -> Told:
    screens = {screen["id"]: screen for screen in body["screens"]}
    shown = screens.get(step["screen"])
    names = tap_names(shown["view"]) if shown is not None else {}

    def tapped(one: str) -> str:
        return say(_("Anything else is pressed")) if one == ANYTHING else names.get(one, one)

    def screen_of(one: str) -> str:
        return str(screens[one]["name"] or one) if one in screens else one

    told = {
        "say": (say(_("What is said to the learner")), str(step["say"])),
        "screen": (say(_("Screen of this step")), screen_of(step["screen"])),
        "want": (say(_("What is right")), "\n".join(_want(want, tapped, names) for want in step["want"])),
        "hint": (say(_("Hint: where to look")), str(step["hint"])),
        "audio": (say(_("The step, spoken")), _value("file", step["audio"], body)),
    }
    for one, why in sorted(step["miss"].items()):
        told[f"miss.{one}"] = (f"{tapped(one)}: {say(_('A kind word: why not this'))}", str(why))
    for one, why in sorted(step["traps"].items()):
        told[f"trap.{one}"] = (f"{tapped(one)}: {say(_('This is a trap: money or papers would be lost'))}", str(why))
    for one, branch in sorted(step["branch"].items()):
        text = "\n".join(filter(None, (screen_of(branch["screen"]), branch["say"], branch["back"])))
        told[f"branch.{one}"] = (f"{tapped(one)}: {say(_('Consequence'))}", text)
    return told


def _want(want: Mapping[str, Any], tapped: Any, names: Mapping[str, str]) -> str:
    values = [f"{names.get(name, name)}: {value}" for name, value in sorted(want["values"].items())]
    exact = [say(_("It must be exactly so, with marks and capitals"))] if want["exact"] else []
    return " · ".join([tapped(want["tap"]), *values, *exact])
