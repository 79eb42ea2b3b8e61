"""What is wrong with a practice, and what would make it better: each by the place in its body. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from lms.api.packages import longest_sentence
from lms.api.work import Text, _
from plugins.practice.format.stepping import ANYTHING, Practice, digits, folded, wanted
from plugins.practice.format.widgets import Widget, inputs_on, taps_on

Path = tuple[str | int, ...]
TITLE, PROMISE, ADDRESS = 60, 300, 12
MOST_SYLLABLES = 20
SMALLEST_SPOT = 12  # percent of the picture's width or height: 40 px on a phone

# Names of real firms and products that a practice must not borrow: it would look like their page, or like our advice.
BRANDS = (
    "Agribank", "BIDV", "Vietcombank", "VietinBank", "Techcombank", "MB Bank", "MBBank", "VPBank", "ACB", "Sacombank",
    "TPBank", "HDBank", "SHB", "MoMo", "ZaloPay", "VNPay", "VNPAY", "Viettel Money", "Zalo", "Facebook", "Messenger",
    "TikTok", "YouTube", "Shopee", "Lazada", "Tiki", "Grab", "Google", "Apple", "Samsung", "Viber", "WhatsApp",
    "Telegram",
)  # fmt: skip
_BRAND = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, BRANDS)) + r")(?!\w)")


class Fault(Struct, frozen=True):
    """Something wrong: where in the body, a code for tests, and what to do."""

    path: Path
    code: str
    text: Text


def faults(body: Practice, icons: Collection[str]) -> list[Fault]:
    """What must be mended before a practice can be published. `icons`: the drawings that there are."""
    return [*_facts(body), *_screens(body, icons), *_steps(body), *_reached(body), *_done(body)]


def advice(body: Practice) -> list[Fault]:
    """What would make it better; never a reason to refuse it."""
    found = []
    for path, text in texts(body):
        count, start = longest_sentence(text, markdown=True)
        if count > MOST_SYLLABLES:
            found.append(
                Fault(
                    path,
                    "long-sentence",
                    _(
                        "A sentence here has {count} syllables; at most {most} are good: “{start} …”. Divide it.",
                        count=count,
                        most=MOST_SYLLABLES,
                        start=start,
                    ),
                )
            )
        brand = _BRAND.search(text)
        if brand is not None:
            found.append(Fault(path, "brand", _("“{name}” is a real brand. Invent a name instead.", name=brand[1])))
    for path, widget in _widgets(body):
        for row, (_id, _x, _y, wide, high, name) in enumerate(widget.get("spots", ())):
            if min(wide, high) < SMALLEST_SPOT:
                found.append(
                    Fault(
                        (*path, "spots", row),
                        "small-spot",
                        _("The spot “{name}” is too small for a finger. Make it {least} percent or more.",
                          name=name, least=SMALLEST_SPOT),
                    )
                )  # fmt: skip
    for number, step in enumerate(body["steps"]):
        if not step["hint"]:
            found.append(Fault(("steps", number), "no-hint", _("This step has no hint. Say where to look.")))
    if not body["task"]:
        found.append(Fault(("task",), "no-task", _("Say in `task` what is to be achieved: the test shows only that.")))
    if not body["skills"]:
        found.append(Fault(("skills",), "no-skills", _("The practice names no skill. Add `skills`.")))
    if body["sources"] and not body["checked"]:
        found.append(Fault(("checked",), "not-checked", _("Add `checked`: the day when somebody checked the facts.")))
    return found


def texts(body: Practice) -> Iterator[tuple[Path, str]]:
    """Every text that a learner reads, with its place."""
    for key in ("title", "promise", "task"):
        yield (key,), body[key]
    for path, widget in _widgets(body):
        for key in ("text", "label", "value", "from", "title", "name", "hint"):
            if isinstance(widget.get(key), str):
                yield path, widget[key]
        for table, column in (("items", 1 if widget["w"] == "list" else 2), ("options", 1)):
            for row in widget.get(table, ()):
                yield path, row[column]
    for number, step in enumerate(body["steps"]):
        yield ("steps", number, "say"), step["say"]
        yield ("steps", number, "hint"), step["hint"]
        for key in ("miss", "traps"):
            for name, text in step[key].items():
                yield ("steps", number, key, name), text
        for name, branch in step["branch"].items():
            yield ("steps", number, "branch", name), branch["say"]
    yield ("done", "say"), body["done"]["say"]
    for number, text in enumerate(body["done"]["can"]):
        yield ("done", "can", number), text


def _widgets(body: Practice) -> Iterator[tuple[Path, Widget]]:
    for number, screen in enumerate(body["screens"]):
        for place, widget in enumerate(screen["view"]):
            yield ("screens", number, "view", place), widget


def _facts(body: Practice) -> Iterator[Fault]:
    if not body["title"].strip():
        yield Fault(("title",), "no-title", _("Give the practice a title."))
    if not body["promise"].strip():
        yield Fault(("promise",), "no-promise", _("Say in `promise` what the learner can do afterwards."))
    if not body["screens"]:
        yield Fault(("screens",), "no-screens", _("There is no screen yet. Add one."))
    if not body["steps"]:
        yield Fault(("steps",), "no-steps", _("There is no step yet. Add one."))


def _screens(body: Practice, icons: Collection[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, screen in enumerate(body["screens"]):
        path: Path = ("screens", number)
        if screen["id"] in seen:
            yield Fault(path, "twice", _("Two screens are called {id}. Rename one.", id=screen["id"]))
        seen.add(screen["id"])
        if not screen["name"].strip():
            yield Fault((*path, "name"), "no-name", _("Give this screen a name: it is read aloud when it opens."))
        if not screen["view"]:
            yield Fault(path, "empty-screen", _("This screen is empty. Add what stands on it."))
        ids = [*taps_on(screen["view"]), *inputs_on(screen["view"])]
        for one in sorted({i for i in ids if ids.count(i) > 1}):
            yield Fault(path, "twice", _("Two things on this screen are called {id}. Rename one.", id=one))
        for place, widget in enumerate(screen["view"]):
            yield from _widget(body, (*path, "view", place), widget, icons)


def _widget(body: Practice, path: Path, widget: Widget, icons: Collection[str]) -> Iterator[Fault]:
    if widget["w"] == "apps":
        for row, (_id, icon, _label) in enumerate(widget["items"]):
            if icon not in icons:
                yield Fault(
                    (*path, "items", row), "icon", _("There is no drawing called {icon}. Choose another.", icon=icon)
                )
    if widget["w"] == "scene":
        if widget["src"] not in body["files"]:
            yield Fault(
                (*path, "src"), "missing-file", _("There is no picture {name} here. Add it, or correct the name.",
                                                  name=widget["src"] or "…"),
            )  # fmt: skip
        if not widget["alt"].strip():
            yield Fault((*path, "alt"), "alt", _("Say in `alt` what the picture shows, for those who do not see it."))
        for row, (_id, x, y, wide, high, name) in enumerate(widget["spots"]):
            if not (0 <= x < x + wide <= 100 and 0 <= y < y + high <= 100):
                yield Fault(
                    (*path, "spots", row),
                    "spot",
                    _("This spot leaves the picture: left plus width, and top plus height, are at most 100."),
                )
            if not name.strip():
                yield Fault((*path, "spots", row), "name", _("Give this spot a name: it is read aloud."))
    if widget["w"] == "choice" and len({row[0] for row in widget["options"]}) < max(2, len(widget["options"])):
        yield Fault(path, "options", _("A choice needs two or more options, each with a name of its own."))


def _steps(body: Practice) -> Iterator[Fault]:
    views = {screen["id"]: screen["view"] for screen in body["screens"]}
    for number, step in enumerate(body["steps"]):
        path: Path = ("steps", number)
        if not step["say"].strip():
            yield Fault((*path, "say"), "no-say", _("Say in this step what is to be done."))
        if step["audio"] and step["audio"] not in body["files"]:
            yield Fault(
                (*path, "audio"), "missing-file", _("There is no sound {name} here. Add it, or correct the name.",
                                                    name=step["audio"]),
            )  # fmt: skip
        if step["screen"] not in views:
            yield Fault(
                (*path, "screen"), "screen", _("There is no screen {id}. Correct the name, or add the screen.",
                                               id=step["screen"] or "…"),
            )  # fmt: skip
            continue
        view = views[step["screen"]]
        can = taps_on(view)
        yield from _wants(path, step, can, inputs_on(view))
        filled = {want["tap"] for want in step["want"] if want["values"]}
        for key in ("miss", "traps", "branch"):
            for name in step[key]:
                if key == "miss" and (name == ANYTHING or name in filled):
                    continue
                if name in wanted(step):
                    yield Fault(
                        (*path, key, name),
                        "wanted",
                        _("{id} is what this step wants, so it cannot be a mistake too.", id=name),
                    )
                elif name not in can:
                    yield _not_there((*path, key, name), name, step["screen"])
        for name, branch in step["branch"].items():
            if branch["screen"] not in views:
                yield Fault(
                    (*path, "branch", name),
                    "screen",
                    _("There is no screen {id}. Correct the name, or add the screen.", id=branch["screen"] or "…"),
                )
            if not branch["say"].strip():
                yield Fault((*path, "branch", name), "no-say", _("Say here what has happened, and why."))


def _wants(path: Path, step: Mapping[str, Any], can: list[str], fill: Mapping[str, Widget]) -> Iterator[Fault]:
    if not step["want"]:
        yield Fault((*path, "want"), "no-want", _("Say what is to be tapped in this step."))
    for place, want in enumerate(step["want"]):
        here = (*path, "want", place)
        if want["tap"] not in can:
            yield _not_there(here, want["tap"], step["screen"])
        for name, value in want["values"].items():
            widget = fill.get(name)
            if widget is None:
                yield Fault(
                    here,
                    "no-input",
                    _("Nothing to be filled in is called {id} on the screen {screen}.", id=name, screen=step["screen"]),
                )
            elif widget["w"] == "choice" and value not in [row[0] for row in widget["options"]]:
                yield Fault(here, "option", _("{value} is none of the options of {id}.", value=value, id=name))
            elif widget["w"] == "amount" and (value != digits(value) or not value):
                yield Fault(here, "amount", _("An amount is written in plain digits, such as 30000."))
            elif not folded(value):
                yield Fault(here, "value", _("Say what is to be filled in for {id}; * means anything.", id=name))


def _not_there(path: Path, name: str, screen: str) -> Fault:
    return Fault(
        path,
        "no-tap",
        _("Nothing that can be tapped is called {id} on the screen {screen}.", id=name or "…", screen=screen),
    )


def _reached(body: Practice) -> Iterator[Fault]:
    used = {step["screen"] for step in body["steps"]}
    used |= {branch["screen"] for step in body["steps"] for branch in step["branch"].values()}
    for number, screen in enumerate(body["screens"]):
        if body["steps"] and screen["id"] not in used:
            yield Fault(
                ("screens", number),
                "unreached",
                _("No step and no branch leads to the screen {id}. Use it, or remove it.", id=screen["id"]),
            )


def _done(body: Practice) -> Iterator[Fault]:
    if not body["done"]["say"].strip():
        yield Fault(("done", "say"), "no-say", _("Say a kind word for the end."))
    if not [text for text in body["done"]["can"] if text.strip()]:
        yield Fault(("done", "can"), "no-can", _("Say at least one thing that the learner can do now."))
