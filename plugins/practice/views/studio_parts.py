"""Instructors: one screen of a practice, one step of it, and the draft on a phone: looked at, and played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.datastructures import FileStorage

from lms.api.learning import KeptDraft
from lms.api.media import REFUSED, allow_upload, endings, media, most_bytes, received
from lms.api.people import here
from lms.api.studio import Field, Theirs, asked, base_of_form, is_number, said, status_of, unit_name
from lms.api.web import STAFF, Routes, render, render_fragment, say, wants_fragment
from lms.api.work import Conflict, Invalid, NotFound, Text, _, unit_of_work
from plugins.practice.access import practice_for
from plugins.practice.format.checking import Fault
from plugins.practice.format.grading import grade
from plugins.practice.format.reading import MOST_WIDGETS
from plugins.practice.format.stepping import (
    ALONE,
    ANYTHING,
    EXAM,
    GUIDED,
    MODES,
    Action,
    State,
    fits,
    is_over,
    play,
    read,
    written,
)
from plugins.practice.format.widgets import WIDGETS, Key, inputs_on
from plugins.practice.pictures import PICTURES, SOUND, SOUNDS
from plugins.practice.services import authoring
from plugins.practice.views import studio_forms as forms
from plugins.practice.views import studio_words as words
from plugins.practice.views.play import Onward, Trip, practice_row
from plugins.practice.views.shown import NAMES, SLUGS, coach, file_url, inline, law, mode_of, screens, shown
from plugins.practice.views.studio import Answer, in_words, problems_of, publish, store, theirs_of, told

routes = Routes("practice", "/studio/luyen-tap/<slug>")


class KeyView(Struct, frozen=True):
    """A field of a widget: what its form needs. `name` is the field's name in the form."""

    name: str
    kind: str
    label: str
    value: Any
    most: int
    choices: list[tuple[str, str]]
    columns: list[tuple[str, str]]  # of a table and a pair: (column, its name), without the ids


class WidgetView(Struct, frozen=True):
    """A widget in the editor."""

    key: str
    kind: str
    title: str
    icon: str
    keys: list[KeyView]
    table: str  # the name of its table, where it has one
    row_kind: str
    picture: Mapping[str, Any] | None  # of a scene: url, width, height and the spots as places on it
    errors: list[str]


def _key_view(key: str, spec: Key, widget: Mapping[str, Any], files: Mapping[str, Any]) -> KeyView:
    place = f"{widget['w']}.{spec.name}"
    choices: list[tuple[str, str]] = []
    if spec.kind == "choice":
        choices = [(name, say(words.CHOICE_WORDS[name])) for name in spec.known]
    elif spec.kind == "file":
        choices = [(name, name) for name in files if name.rpartition(".")[2] in PICTURES]
    return KeyView(
        f"{key}-{spec.name}",
        "id" if spec.kind == "id" else spec.kind,
        say(words.KEY_WORDS[place]) if place in words.KEY_WORDS else "",
        widget[spec.name],
        spec.most,
        choices,
        [(column, say(words.COLUMN_WORDS[column])) for column in spec.columns if column != "id"],
    )


def _widget_view(key: int, widget: Mapping[str, Any], body: Mapping[str, Any], errors: list[str]) -> WidgetView:
    title, icon = words.WIDGET_WORDS[widget["w"]]
    table = forms.table_of(widget)
    picture = None
    entry = body["files"].get(widget.get("src", ""))
    if entry:
        wide, high = entry.get("width") or 720, entry.get("height") or 420
        picture = {
            "url": file_url(body, widget["src"]),
            "width": forms.PINNED_WIDTH,
            "height": round(forms.PINNED_WIDTH * high / wide),
        }
    return WidgetView(
        str(key),
        widget["w"],
        say(title),
        icon,
        [_key_view(str(key), spec, widget, body["files"]) for spec in WIDGETS[widget["w"]]],
        table.name if table else "",
        {"items": "item", "options": "item", "spots": "spot"}.get(table.name if table else "", ""),
        picture,
        errors,
    )


def _at(found: Sequence[Fault], *path: str | int) -> list[str]:
    return [say(fault.text) for fault in found if fault.path[: len(path)] == path]


def _screen_editor(
    row: KeptDraft,
    body: Mapping[str, Any],
    number: int,
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
) -> str:
    mistakes = said(errors or {})
    found = problems_of(body)
    screen = body["screens"][number]
    mine = [fault for fault in found if fault.path[:2] == ("screens", number)]
    order = [each["id"] for each in body["screens"]]
    return render(
        "practice/studio/screen.html",
        slug=row.slug,
        title=body["title"],
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=mistakes,
        screen=screen,
        number=number + 1,
        name=Field(screen["name"], _at(found, "screens", number, "name")),
        general=[say(fault.text) for fault in mine if len(fault.path) == 2],
        widgets=[
            _widget_view(n, widget, body, _at(found, "screens", number, "view", n) + _own(mistakes, n))
            for n, widget in enumerate(screen["view"])
        ],
        kinds=words.kinds(),
        icons=words.icons,
        full=len(screen["view"]) >= MOST_WIDGETS,
        problems=told(row.slug, body, mine),
        steps=[
            (n + 1, in_words(step["say"])) for n, step in enumerate(body["steps"]) if step["screen"] == screen["id"]
        ],
        previous=_screen_url(row.slug, order, number - 1),
        following=_screen_url(row.slug, order, number + 1),
        other=other,
        preview_url=url_for("practice.studio_look", slug=row.slug, screen=screen["id"], v=row.base),
    )


def _own(mistakes: Mapping[str, list[str]], key: int) -> list[str]:
    return [text for name, texts in mistakes.items() if name.startswith(f"{key}-") for text in texts]


def _screen_url(slug: str, order: Sequence[str], number: int) -> str:
    if not 0 <= number < len(order):
        return ""
    return url_for("practice.studio_screen", slug=slug, screen=order[number])


@routes.get("/man-hinh/<screen>", STAFF, endpoint="studio_screen")
def screen_form(slug: str, screen: str) -> str:
    """What stands on one screen."""
    row = practice_for(here(), slug)
    return _screen_editor(row, row.draft, forms.screen_at(row.draft, screen))


@routes.post("/man-hinh/<screen>", STAFF, endpoint="studio_screen_save")
def save_screen(slug: str, screen: str) -> Answer:
    """Saves a screen, and does what the pressed button says."""
    person = here()
    row = practice_for(person, slug)
    number = forms.screen_at(row.draft, screen)
    read_ = forms.read_screen(request.form, request.files, row.draft, number, store())
    if read_.errors:
        return _screen_editor(row, read_.body, number, read_.errors), status_of(read_.errors)
    view = [{**widget} for widget in read_.body["screens"][number]["view"]]
    anchor = _pinned(view, read_.body) or _changed(view)
    body = _with_view(read_.body, number, view)
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        now = practice_for(person, slug)
        if screen not in [each["id"] for each in now.draft["screens"]]:
            raise
        at = forms.screen_at(now.draft, screen)
        mine = {**now.draft, "files": {**now.draft["files"], **body["files"]}}
        mine["screens"] = [body["screens"][number] if n == at else s for n, s in enumerate(now.draft["screens"])]
        return _screen_editor(now, mine, at, other=theirs_of(now)), 409
    what, where, _more = asked()
    if what == "publish":
        return publish(slug)
    if what == "go" and where == "practice":
        return redirect(url_for("practice.studio_practice", slug=slug), 303)
    return redirect(url_for("practice.studio_screen", slug=slug, screen=screen) + anchor, 303)


def _with_view(body: Mapping[str, Any], number: int, view: list[dict[str, Any]]) -> dict[str, Any]:
    forms.named(view)
    screens_ = [{**s, "view": view} if n == number else s for n, s in enumerate(body["screens"])]
    return {**body, "screens": screens_}


def _pinned(view: list[dict[str, Any]], body: Mapping[str, Any]) -> str:
    """A place chosen by pressing the picture: its button says where it was pressed."""
    for name, typed in request.form.items():
        if not name.startswith("pin:") or not name.endswith(".x"):
            continue
        _pin, key, *_rest = name[:-2].split(":")
        across, down = typed, request.form.get(f"{name[:-2]}.y", "")
        chosen = request.form.get(f"{key}-pin", "")
        if not all(map(is_number, (key, across, down))) or int(key) >= len(view):
            continue
        widget = view[int(key)]
        entry = body["files"].get(widget.get("src", ""))
        if not entry or widget["w"] != "scene":
            continue
        spots = widget["spots"] = [list(spot) for spot in widget["spots"]]
        if not is_number(chosen) or int(chosen) >= len(spots):
            spec = forms.table_of(widget)
            if spec is None or len(spots) >= forms.MOST_ROWS:
                continue
            spots.append(forms.empty_row(spec))
            chosen = str(len(spots) - 1)
        forms.pin(widget, int(chosen), int(across), int(down), entry)
        return f"#w-{key}"
    return ""


def _changed(view: list[dict[str, Any]]) -> str:
    """A widget or a row of one moved, removed or added, as the button says; returns the place to come back to."""
    what, where, more = asked()
    if what == "insert":
        what, more = "add", request.form.get(f"{where}-insert", "")
    place = int(where) if is_number(where) else -1
    if what == "add" and more in WIDGETS and len(view) < MOST_WIDGETS:
        at = place + 1 if 0 <= place < len(view) else len(view)
        view.insert(at, forms.empty_widget(more))
        return f"#w-{at}"
    if not 0 <= place < len(view):
        return ""
    if what.startswith("row-"):
        _rows(view[place], what, more)
        return f"#w-{place}"
    to = place + {"up": -1, "down": 1}.get(what, 0)
    if what in ("up", "down") and 0 <= to < len(view):
        view[place], view[to] = view[to], view[place]
    elif what == "remove":
        del view[place]
        to = min(place, len(view) - 1)
    return f"#w-{to}" if to >= 0 else "#widgets"


def _rows(widget: dict[str, Any], what: str, more: str) -> None:
    spec = forms.table_of(widget)
    if spec is None:
        return
    rows = widget[spec.name] = list(widget[spec.name])
    place = int(more) if is_number(more) else -1
    if what == "row-add" and len(rows) < forms.MOST_ROWS:
        rows.append(forms.empty_row(spec))
    elif 0 <= place < len(rows):
        to = place + {"row-up": -1, "row-down": 1}.get(what, 0)
        if what == "row-remove":
            del rows[place]
        elif 0 <= to < len(rows):
            rows[place], rows[to] = rows[to], rows[place]


class WantView(Struct, frozen=True):
    """One right answer of a step."""

    key: str
    tap: str
    values: Mapping[str, str]
    exact: bool
    errors: list[str]


class TapView(Struct, frozen=True):
    """Another thing that can be tapped in a step, and what happens then."""

    id: str
    name: str
    kind: str  # other, right (where something is filled in too), all, gone
    say: str
    trap: bool
    screen: str
    told: str
    back: str
    errors: list[str]


class InputView(Struct, frozen=True):
    """Something to be filled in on a step's screen."""

    id: str
    label: str
    kind: str
    choices: list[tuple[str, str]]


def _inputs(view: Sequence[Mapping[str, Any]]) -> list[InputView]:
    return [
        InputView(one, widget["label"] or one, widget["w"],
                  [(row[0], row[1] or row[0]) for row in widget["options"]] if widget["w"] == "choice" else [])
        for one, widget in inputs_on(view).items()
    ]  # fmt: skip


def _taps(step: Mapping[str, Any], names: Mapping[str, str], found: Sequence[Fault], number: int) -> list[TapView]:
    right = {want["tap"] for want in step["want"]}
    filled = {want["tap"] for want in step["want"] if want["values"]}
    noted = [name for key in ("miss", "traps", "branch") for name in step[key]]
    order = [*names, ANYTHING, *(name for name in dict.fromkeys(noted) if name not in names and name != ANYTHING)]
    rows = []
    for name in order:
        if name in right and name not in filled and name not in noted:
            continue
        kind = "all" if name == ANYTHING else "gone" if name not in names else "right" if name in right else "other"
        away = step["branch"].get(name, {"screen": "", "say": "", "back": ""})
        said_ = step["traps"].get(name) or step["miss"].get(name, "")
        errors = [t for key in ("miss", "traps", "branch") for t in _at(found, "steps", number, key, name)]
        rows.append(
            TapView(name, names.get(name, name), kind, said_, name in step["traps"], away["screen"], away["say"],
                    away["back"], errors)
        )  # fmt: skip
    return rows


class Coming(Struct, frozen=True):
    """A sound that is being prepared, or was refused: waiting, working, refused."""

    state: str
    percent: int
    problem: str
    progress_url: str


def _coming(entry: Mapping[str, Any] | None) -> Coming | None:
    if not entry or "key" in entry:
        return None
    held = media([entry["media"]]).get(entry["media"])
    if held is None:
        return Coming(REFUSED, 0, "", "")
    page = url_for("media.progress", media_id=held.id) if held.state != REFUSED else ""
    return Coming(held.state, held.percent, say(held.problem) if held.problem else "", page)


def _step_editor(
    row: KeptDraft,
    body: Mapping[str, Any],
    number: int,
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
    wants: int = 0,
) -> str:
    mistakes = said(errors or {})
    found = problems_of(body)
    step = body["steps"][number]
    mine = [fault for fault in found if fault.path[:2] == ("steps", number)]
    view: Sequence[Mapping[str, Any]] = next((s["view"] for s in body["screens"] if s["id"] == step["screen"]), [])
    names = words.tap_names(view)
    rights = [*step["want"], *[{"tap": "", "values": {}, "exact": False}] * wants]
    screen_choices = [(s["id"], s["name"] or s["id"]) for s in body["screens"]]
    total = len(body["steps"])
    return render(
        "practice/studio/step.html",
        slug=row.slug,
        title=body["title"],
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=mistakes,
        number=number + 1,
        total=total,
        f={
            "screen": Field(step["screen"], _at(found, "steps", number, "screen")),
            "say": Field(step["say"], _at(found, "steps", number, "say")),
            "hint": Field(step["hint"], []),
        },
        audio={
            "name": step["audio"],
            "url": file_url(body, step["audio"]) if step["audio"] else "",
            "choices": [name for name in body["files"] if name.rpartition(".")[2] in SOUNDS],
            "errors": mistakes.get("audio-upload", []) + _at(found, "steps", number, "audio"),
            "coming": _coming(body["files"].get(step["audio"])),
            "accept": ",".join(f".{ending}" for ending in endings((SOUND,))),
            "most": most_bytes((SOUND,)) >> 20,
            "endings": ", ".join(ending.upper() for ending in endings((SOUND,))),
        },
        screen_choices=screen_choices if step["screen"] in dict(screen_choices) else [("", ""), *screen_choices],
        wants=[
            WantView(f"want-{n}", w["tap"], w["values"], w["exact"], _at(found, "steps", number, "want", n))
            for n, w in enumerate(rights or [{"tap": "", "values": {}, "exact": False}])
        ],
        want_errors=[say(fault.text) for fault in mine if fault.path[2:] == ("want",)],
        tap_choices=list(names.items()),
        inputs=_inputs(view),
        taps=_taps(step, names, found, number),
        branch_screens=[("", ""), *screen_choices],
        problems=told(row.slug, body, mine),
        screen_url=url_for("practice.studio_screen", slug=row.slug, screen=step["screen"]) if view or names else "",
        previous=url_for("practice.studio_step", slug=row.slug, number=number) if number else "",
        following=url_for("practice.studio_step", slug=row.slug, number=number + 2) if number + 1 < total else "",
        other=other,
        preview_url=url_for("practice.studio_look", slug=row.slug, screen=step["screen"], v=row.base) if view else "",
    )


def _place(row: KeptDraft, number: int) -> int:
    if not 1 <= number <= len(row.draft["steps"]):
        raise NotFound
    return number - 1


@routes.get("/buoc/<int:number>", STAFF, endpoint="studio_step")
def step_form(slug: str, number: int) -> str:
    """One step: what is said, what is right, what happens otherwise."""
    row = practice_for(here(), slug)
    return _step_editor(row, row.draft, _place(row, number), wants=1 if request.args.get("them") else 0)


@routes.post("/buoc/<int:number>", STAFF, endpoint="studio_step_save")
def save_step(slug: str, number: int) -> Answer:
    """Saves a step, and does what the pressed button says."""
    allow_upload((SOUND,))
    person = here()
    row = practice_for(person, slug)
    place = _place(row, number)

    def keep(upload: FileStorage, held: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        came = received(upload.stream, upload.filename or "", (SOUND,))
        with unit_of_work():
            return authoring.keep_sound(held, came, row.org_id, person.id)

    read_ = forms.read_step(request.form, request.files, row.draft, place, keep)
    if read_.errors:
        return _step_editor(row, read_.body, place, read_.errors), status_of(read_.errors)
    what, where, _more = asked()
    if what == "unwant" and is_number(where):
        steps = [dict(step) for step in read_.body["steps"]]
        steps[place]["want"] = [w for n, w in enumerate(steps[place]["want"]) if n != int(where)]
        read_.body["steps"] = steps
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), read_.body, person.id)
    except Conflict:
        now = practice_for(person, slug)
        if place >= len(now.draft["steps"]):
            raise
        mine = {**now.draft, "files": {**now.draft["files"], **read_.body["files"]}}
        mine["steps"] = [read_.body["steps"][place] if n == place else s for n, s in enumerate(now.draft["steps"])]
        return _step_editor(now, mine, place, other=theirs_of(now)), 409
    if what == "publish":
        return publish(slug)
    if what == "go" and where == "practice":
        return redirect(url_for("practice.studio_practice", slug=slug), 303)
    if what == "go" and where == "next" and number < len(read_.body["steps"]):
        return redirect(url_for("practice.studio_step", slug=slug, number=number + 1), 303)
    page = url_for("practice.studio_step", slug=slug, number=number)
    return redirect(page + {"want": "?them=1#wants", "unwant": "#wants"}.get(what, ""), 303)


@routes.get("/xem/<screen>", STAFF, endpoint="studio_look")
def look(slug: str, screen: str) -> str:
    """One screen of the draft as a learner sees it; nothing on it can be pressed."""
    row = practice_for(here(), slug)
    number = forms.screen_at(row.draft, screen)
    return render("practice/studio/look.html", title=row.draft["title"], screen=screens(row.draft)[number])


def _try_url(slug: str, mode: str, log: str = "") -> str:
    return url_for("practice.studio_play", slug=slug, mode=SLUGS[mode], l=log or None)


def _playable(slug: str) -> KeptDraft:
    """A draft that can be played: where something is still to be mended, its screens may not be there."""
    row = practice_for(here(), slug)
    for fault in problems_of(row.draft):
        raise Invalid(_("The draft cannot be played yet: {problem}", problem=say(fault.text)))
    return row


@routes.get("/choi-thu", STAFF, endpoint="studio_try")
def choose_how(slug: str) -> str:
    """The ways to play the draft."""
    row = _playable(slug)
    return render(
        "practice/studio/try.html",
        title=row.draft["title"],
        modes=[(say(NAMES[mode]), _try_url(slug, mode)) for mode in MODES],
        now=(say(NAMES[GUIDED]), _try_url(slug, GUIDED)),
        back_url=url_for("practice.studio_practice", slug=slug),
    )


@routes.get("/choi-thu/<mode>", STAFF, endpoint="studio_play")
def play_draft(slug: str, mode: str) -> str:
    """The draft, played as a learner would play it. Nothing is kept."""
    row = _playable(slug)
    way = mode_of(mode)
    if way is None:
        raise NotFound
    return _play_page(row, read(row.draft, way, request.args.get("l", "")))


@routes.post("/choi-thu/<mode>", STAFF, endpoint="studio_play_step")
def play_step(slug: str, mode: str) -> Answer:
    """One tap of it, without a script."""
    row = _playable(slug)
    way = mode_of(mode)
    if way is None:
        raise NotFound
    before = read(row.draft, way, request.form.get("l", ""))
    typed = {name[2:]: value for name, value in request.form.items() if name.startswith("v-")}
    action = Action(request.form.get("tap", ""), typed)
    after, said_ = play(row.draft, before, action)
    if said_.kind == "values" and not fits(row.draft, before, action):
        return _play_page(row, after, typed), 422
    return redirect(_try_url(slug, way, written(after.log)), 303)


@routes.post("/choi-thu/<mode>/xong", STAFF, endpoint="studio_play_finish")
def play_finish(slug: str, mode: str) -> Answer:
    """The end of it, as the script plays it: there is nothing to keep."""
    _playable(slug)
    way = mode_of(mode)
    if way is None:
        raise NotFound
    if wants_fragment():
        return render_fragment("practice/studio/tried.html")
    return redirect(_try_url(slug, way, request.form.get("l", "")[:4000]), 303)


def _play_page(row: KeptDraft, state: State, typed: Mapping[str, str] | None = None) -> str:
    body, way = row.draft, state.mode
    over = is_over(body, state)
    again = Onward(say(_("Play it again")), _try_url(row.slug, way))
    editor = Onward(say(_("Back to the editor")), url_for("practice.studio_practice", slug=row.slug))
    others = [Onward(say(NAMES[mode]), _try_url(row.slug, mode)) for mode in (ALONE, EXAM) if mode != way]
    lamps = ["on" if n < state.step else "now" if n == state.step else "" for n in range(len(body["steps"]))]
    common = {
        "practice": practice_row(row.slug, body),
        "mode": way,
        "mode_name": say(_("Draft · {mode}", mode=say(NAMES[way]))),
        "lamp_states": lamps,
        "back_url": url_for("practice.studio_try", slug=row.slug),
        "done_say": inline(body["done"]["say"]),
        "can": body["done"]["can"],
        "onward": editor,
        "others": [again, *others],
    }
    if over:
        return render("practice/play/done.html", signed_in=False, result=grade(body, state.log), **common)
    return render(
        "practice/play/play.html",
        state=state,
        coach=coach(body, state),
        shown=shown(body, state, typed),
        screens=screens(body),
        law=law(body, way),
        log=written(state.log),
        began=bool(state.log),
        revision=0,
        token="",
        trip=Trip(),
        step_url=url_for("practice.studio_play_step", slug=row.slug, mode=SLUGS[way]),
        finish_url=url_for("practice.studio_play_finish", slug=row.slug, mode=SLUGS[way]),
        result=None,
        **common,
    )
