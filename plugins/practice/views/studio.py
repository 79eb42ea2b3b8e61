"""Instructors: practices. The list, the facts and the order of screens and steps, the text form, publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app, redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.competency import skill_areas, skills
from lms.api.data import FileStore
from lms.api.learning import AUTHORS, KeptDraft, author_orgs
from lms.api.packages import Fields, Problem, Problems, Where
from lms.api.people import here
from lms.api.reviewing import digest_of, rule_at, standing_of, submit
from lms.api.studio import (
    Field,
    Theirs,
    asked,
    base_of_form,
    chosen_unit,
    is_number,
    published,
    said,
    theirs,
    typed_title,
    unit_choices,
    unit_name,
)
from lms.api.web import GROUPS, STAFF, MenuItem, Routes, composed_lines, icon_names, render, say, short_date
from lms.api.work import Conflict, Invalid, NotFound, Text, _, unit_of_work
from plugins.practice import drafts, queries
from plugins.practice.access import practice_for
from plugins.practice.format.checking import TITLE, Fault, Path, advice, faults
from plugins.practice.format.reading import MOST_SCREENS, read
from plugins.practice.format.stepping import MOST_STEPS
from plugins.practice.format.widgets import WIDGETS
from plugins.practice.format.writing import written
from plugins.practice.services import authoring
from plugins.practice.views import studio_forms as forms
from plugins.practice.views.studio_words import KEY_WORDS

routes = Routes("practice", "/studio/luyen-tap")
menu = (MenuItem("practice.studio_practices", _("Practices"), "smartphone", "staff", AUTHORS, 14, group="content"),)
Answer = str | Response | tuple[str, int]
PLAIN = ("title", "promise", "task", "groups", "address")
MOST_TEXT = 200_000  # signs of a practice written as text


def store() -> FileStore:
    """Where files are kept."""
    found: FileStore = current_app.extensions["lms.files"]
    return found


@routes.get("", STAFF)
def studio_practices() -> str:
    """The practices of my units, and the form for a new one."""
    return _list(author_orgs(here()), "", {})


def _list(granted: frozenset[int], title: str, errors: dict[str, list[str]]) -> str:
    words = request.args.get("q", "")[:100]
    return render(
        "practice/studio/practices.html",
        rows=[{"row": row, "unit": unit_name(row.org_id)} for row in drafts.documents(granted, words)],
        q=Field(words, []),
        form={"title": Field(title, errors.get("title", [])), "org": Field("", []), "errors": errors},
        units=unit_choices(granted),
        examples=[(row.slug, say(_("Copy of “{title}”", title=row.title))) for row in drafts.published("", 100)],
        chosen=request.form.get("kind", ""),
    )


@routes.post("", STAFF, endpoint="studio_practice_begin")
def begin() -> Answer:
    """Begins a practice: empty, or as a copy of a published one."""
    person = here()
    granted = author_orgs(person)
    org_id = chosen_unit(granted)
    try:
        title = typed_title(TITLE)
    except Invalid as error:
        return _list(granted, request.form.get("title", ""), said({k: [v] for k, v in error.fields.items()})), 422
    slug = request.form.get("kind", "")
    example = queries.newest(slug) if slug else None
    if slug and example is None:
        raise NotFound
    with unit_of_work():
        made = authoring.begin(title, org_id, person.id, example.body if example else None)
    return redirect(url_for("practice.studio_practice", slug=made), 303)


class Told(Struct, frozen=True):
    """Something to be mended or made better, with where that is done."""

    text: str
    url: str


def problems_of(body: Mapping[str, Any]) -> list[Fault]:
    """What must be mended before this practice can be published."""
    known = {s.code for s in skills()}
    found = [*_unwritten(body), *(f for f in faults(body, icon_names()) if f.text.values.get("id") != "")]
    for code in body["skills"]:
        if code not in known:
            found.append(Fault(("skills",), "skill", _("There is no skill {code} here. Correct the code.", code=code)))
    for number, step in enumerate(body["steps"]):
        for name, text in step["traps"].items():
            if not text:
                found.append(Fault(("steps", number, "traps", name), "no-say", forms.NO_WHY))
    return found


def _unwritten(body: Mapping[str, Any]) -> Iterator[Fault]:
    """What a form may leave empty in a draft, and a package must hold."""
    if not body["groups"]:
        yield Fault(("groups",), "no-groups", _("Say for whom it is."))
    for number, screen in enumerate(body["screens"]):
        for place, widget in enumerate(screen["view"]):
            for spec in WIDGETS[widget["w"]]:
                value = widget[spec.name]
                if spec.kind == "table" and spec.required:
                    needed = [n for n, column in enumerate(spec.columns[: spec.least_columns]) if column != "id"]
                    empty = not value or any(not str(row[n]).strip() for row in value for n in needed)
                else:
                    empty = spec.required and spec.kind in ("line", "box") and spec.name != "alt" and not value
                if empty:
                    label = say(KEY_WORDS[f"{widget['w']}.{spec.name}"])
                    text = _("Something is still empty here: {label}.", label=label)
                    yield Fault(("screens", number, "view", place, spec.name), "empty", text)


def told(slug: str, body: Mapping[str, Any], found: Sequence[Fault]) -> list[Told]:
    """Faults with the links to where they are mended."""
    return [Told(say(fault.text), place_url(slug, body, fault.path)) for fault in found]


def place_url(slug: str, body: Mapping[str, Any], path: Path) -> str:
    """The page and the place on it where this part of a practice is written."""
    match path:
        case ("screens", int(number), *rest):
            url = url_for("practice.studio_screen", slug=slug, screen=body["screens"][number]["id"])
            return url + (f"#w-{rest[1]}" if len(rest) > 1 else "#name")
        case ("steps", int(number), *rest):
            url = url_for("practice.studio_step", slug=slug, number=number + 1)
            match rest:
                case [("miss" | "traps" | "branch"), str(name), *_more]:
                    return f"{url}#on-{name}"
                case ["want", int(place), *_more]:
                    return f"{url}#want-{place}"
                case [str(name), *_more]:
                    return f"{url}#{name}"
                case _:
                    return f"{url}#say"
        case ("done", str(name), *_more):
            return url_for("practice.studio_practice", slug=slug) + f"#done-{name}"
        case (str(name), *_more):
            return url_for("practice.studio_practice", slug=slug) + f"#{name}"
    return url_for("practice.studio_practice", slug=slug)


def count_at(found: Sequence[Fault], *path: str | int) -> int:
    """How much is to be mended in this part."""
    return sum(fault.path[: len(path)] == path for fault in found)


def in_words(text: str, most: int = 110) -> str:
    """The beginning of what is said, without the marks of bold."""
    plain = text.replace("**", "").replace("*", "")
    return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0] + " …"


def _editor(
    row: KeptDraft,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
    unfinished: bool = False,
) -> str:
    mistakes = said(errors or {})
    all_skills = skills()
    codes = {s.code for s in all_skills}
    found, better = problems_of(body), advice(body)
    typed = request.form if request.method == "POST" else {}
    days = {name: short_date(date.fromisoformat(body[name])) if body[name] else "" for name in ("checked", "review")}
    names = {screen["id"]: screen["name"] or screen["id"] for screen in body["screens"]}
    return render(
        "practice/studio/practice.html",
        slug=row.slug,
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=mistakes,
        f={
            **{name: Field(body[name], mistakes.get(name, [])) for name in PLAIN},
            "sources": Field("\n".join(body["sources"]), []),
            "done-say": Field(body["done"]["say"], []),
            "done-can": Field("\n".join(body["done"]["can"]), []),
            **{
                name: Field(typed.get(name) if name in mistakes else held, mistakes.get(name, []))
                for name, held in {**days, "minutes": str(body["minutes"])}.items()
            },
        },
        group_choices=[(key, say(text[0])) for key, text in GROUPS.items()],
        addresses=[(a, a) for a in dict.fromkeys((*forms.ADDRESSES, body["address"]))],
        areas=skill_areas(all_skills, body["groups"], body["skills"]),
        skills=body["skills"],
        unknown=[c for c in body["skills"] if c not in codes],
        screens=[
            {"id": screen["id"], "name": names[screen["id"]], "problems": count_at(found, "screens", n),
             "steps": [m + 1 for m, step in enumerate(body["steps"]) if step["screen"] == screen["id"]],
             "after": [m + 1 for m, step in enumerate(body["steps"])
                       if any(branch["screen"] == screen["id"] for branch in step["branch"].values())]}
            for n, screen in enumerate(body["screens"])
        ],
        steps=[
            {"number": n + 1, "say": in_words(step["say"]), "screen": names.get(step["screen"], ""),
             "traps": len(step["traps"]), "branches": len(step["branch"]), "problems": count_at(found, "steps", n)}
            for n, step in enumerate(body["steps"])
        ],
        full=(len(body["screens"]) >= MOST_SCREENS, len(body["steps"]) >= MOST_STEPS),
        problems=told(row.slug, body, found),
        unfinished=unfinished,
        better=told(row.slug, body, better),
        history=published(drafts.revisions(row.activity_id)),
        is_published=bool(drafts.revisions(row.activity_id, 1)),
        other=other,
        standing=standing_of("practice", row.slug, row.org_id),
        preview_url=url_for("practice.studio_try", slug=row.slug, v=row.base) if body["steps"] and not found else "",
    )  # fmt: skip


@routes.get("/<slug>", STAFF, endpoint="studio_practice")
def practice(slug: str) -> str:
    """The facts of a practice, its screens and its steps in order."""
    row = practice_for(here(), slug)
    return _editor(row, row.draft)


@routes.post("/<slug>", STAFF, endpoint="studio_practice_save")
def save(slug: str) -> Answer:
    """Saves the facts, and does what the pressed button says."""
    person = here()
    row = practice_for(person, slug)
    read_ = forms.read_facts(request.form, row.draft)
    if read_.errors:
        return _editor(row, read_.body, read_.errors), 422
    what, where, more = asked()
    body, then = _changed(slug, read_.body, what, where, more)
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        now = practice_for(person, slug)
        return _editor(now, {**now.draft, **_facts_of(body)}, other=theirs_of(now)), 409
    if what == "publish":
        return publish(slug)
    return redirect(then, 303)


def _facts_of(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("screens", "steps", "files")}


def theirs_of(row: KeptDraft) -> Theirs:
    """What somebody else saved meanwhile, as text to be compared by eye."""
    return theirs(row.changed_by, row.changed_at, written(row.draft))


def _changed(slug: str, body: dict[str, Any], what: str, where: str, more: str) -> tuple[dict[str, Any], str]:
    """The body after a button: a screen or step moved, removed or added; and where to go then."""
    page = url_for("practice.studio_practice", slug=slug)
    part, number = ("screens", more) if where == "screen" else ("steps", more)
    rows = [dict(each) for each in body[part]]
    place = int(number) if is_number(number) else -1
    if what == "add" and where == "screen" and len(rows) < MOST_SCREENS:
        rows.append({"id": _free_screen(rows), "name": "", "view": []})
        return {**body, part: rows}, url_for("practice.studio_screen", slug=slug, screen=rows[-1]["id"])
    if what == "add" and where == "step" and len(rows) < MOST_STEPS:
        rows.append(forms.empty_step(body["screens"], rows[-1] if rows else None))
        return {**body, part: rows}, url_for("practice.studio_step", slug=slug, number=len(rows))
    if what == "copy" and where == "screen" and 0 <= place < len(rows) < MOST_SCREENS:
        rows.insert(place + 1, {**rows[place], "id": _free_screen(rows)})
        return {**body, part: rows}, url_for("practice.studio_screen", slug=slug, screen=rows[place + 1]["id"])
    to = place + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= place < len(rows) and 0 <= to < len(rows):
        if what in ("up", "down"):
            rows[place], rows[to] = rows[to], rows[place]
        elif what == "remove":
            del rows[place]
    anchor = f"#{where}s" if where in ("screen", "step") else ""
    return {**body, part: rows}, page + anchor


def _free_screen(screens: Sequence[Mapping[str, Any]]) -> str:
    taken = {screen["id"] for screen in screens}
    return next(name for number in range(1, len(taken) + 2) if (name := f"man-hinh-{number}") not in taken)


def publish(slug: str) -> Answer:
    """Publishes the draft as it was just saved: an immutable revision; runs begun on an older one stay there.

    Where the unit asks for a review, it is handed in instead.
    """
    person = here()
    row = practice_for(person, slug)
    if problems_of(row.draft):
        return _editor(row, row.draft, unfinished=True), 422
    newest = queries.newest(slug)
    is_new = newest is None or digest_of(newest.body) != digest_of(row.draft)
    after = url_for("practice.studio_practice", slug=slug) + "#published"
    with unit_of_work():
        if not rule_at(row.org_id).needs_review:
            authoring.publish(row.activity_id, person.id, icon_names())
        elif is_new:
            number = submit("practice", slug, row.draft["title"], row.draft, person.id)
            after = url_for("reviewing.submission", submission=number)
    return redirect(after, 303)


def _text_page(
    row: KeptDraft, text: str, found: Sequence[Problem] = (), saved: bool = True, other: Theirs | None = None
) -> str:
    lines = text.split("\n")
    return render(
        "practice/studio/text.html",
        slug=row.slug,
        title=row.draft["title"],
        base=row.base,
        unit=unit_name(row.org_id),
        text=text,
        problems=[
            {"line": p.line, "text": say(Text(p.template, dict(p.values))),
             "words": lines[p.line - 1].strip()[:120] if 0 < p.line <= len(lines) else ""}
            for p in found
        ],
        saved=saved,
        other=other,
        files=sorted(row.draft["files"]),
        standing=standing_of("practice", row.slug, row.org_id),
    )  # fmt: skip


@routes.get("/<slug>/van-ban", STAFF, endpoint="studio_practice_text")
def text_form(slug: str) -> str:
    """The whole practice as its package writes it."""
    row = practice_for(here(), slug)
    text = written(row.draft)
    return _text_page(row, text, understood(text, row)[1])


@routes.post("/<slug>/van-ban", STAFF, endpoint="studio_practice_text_save")
def save_text(slug: str) -> Answer:
    """Saves the practice as text, where it can be read; what is missing in it is said by line."""
    person = here()
    row = practice_for(person, slug)
    text = (composed_lines(request.form.get("text")) or "").replace("\r\n", "\n")[:MOST_TEXT]
    body, found = understood(text, row)
    if body is None:
        return _text_page(row, text, found, saved=False), 422
    try:
        with unit_of_work():
            authoring.save(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        now = practice_for(person, slug)
        return _text_page(now, text, found, saved=False, other=theirs_of(now)), 409
    if request.form.get("do") == "publish":
        if found:
            return _text_page(practice_for(person, slug), text, found), 422
        return publish(slug)
    return redirect(url_for("practice.studio_practice_text", slug=slug), 303)


def understood(text: str, row: KeptDraft) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The body that a text holds, and what is wrong by line.

    A text that is readable though unfinished gives both; what cannot be read gives no body.
    """
    problems = Problems()
    fields = Fields.load(text, Where(f"practices/{row.slug}.yaml", 0, problems, []))
    if fields is None:
        return None, list(problems)
    body = read(fields, row.slug, icon_names(), row.draft["files"])
    found = list(problems)
    unfinished = [(fault.code, fault.text.msgid) for fault in faults(body, icon_names())] if found else []
    readable = [(problem.code, problem.template) for problem in found] == unfinished
    return (body if readable else None), found
