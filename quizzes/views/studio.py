"""Instructors: banks and questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.api.competency import skill_areas, skills
from lms.api.learning import ACTIVITY_KINDS, AUTHORS, author_orgs
from lms.api.packages import ITEM_READERS, Bank, Package, item_text, known_parts, package_files
from lms.api.packages import render as markdown
from lms.api.people import here
from lms.api.studio import (
    Field,
    Theirs,
    chosen_unit,
    is_number,
    published,
    said,
    theirs,
    typed_title,
    unit_choices,
    unit_name,
)
from lms.api.web import STAFF, MenuItem, Routes, render, say
from lms.api.work import Conflict, Invalid, NotFound, Text, _, unit_of_work
from quizzes import drafts, forms
from quizzes.access import bank_for, item_for
from quizzes.drafts import BankRow, ItemRow
from quizzes.items.contract import ITEM_TYPES
from quizzes.queries import VersionRow
from quizzes.services import authoring
from quizzes.services.exporting import item_of
from quizzes.views.shown import question

routes = Routes("quizzes", "/studio/ngan-hang")
items = Routes("quizzes", "/studio/cau-hoi")
menu = (
    MenuItem("quizzes.studio_banks", _("Question banks"), "circle-help", "staff", AUTHORS, 12, group="content"),
    MenuItem("quizzes.studio_quizzes", _("Quizzes"), "list-checks", "staff", AUTHORS, 13, group="content"),
)
Answer = str | Response | tuple[str, int]
POOLS = {"practice": _("Practice"), "exam": _("Exam")}


@routes.get("", STAFF)
def studio_banks() -> str:
    """The banks of my units, and the form for a new one."""
    return _list(author_orgs(here()), "", {})


def _list(granted: frozenset[int], title: str, errors: dict[str, list[str]]) -> str:
    return render(
        "quizzes/studio/banks.html",
        rows=[{"row": row, "unit": unit_name(row.org_id)} for row in drafts.banks(granted)],
        form={"title": Field(title, errors.get("title", [])), "org": Field("", []), "errors": errors},
        units=unit_choices(granted),
    )


@routes.post("", STAFF, endpoint="studio_bank_begin")
def begin_bank() -> Answer:
    """Begins a bank."""
    person = here()
    granted = author_orgs(person)
    org_id = chosen_unit(granted)
    try:
        title = typed_title(200)
    except Invalid as error:
        return _list(granted, request.form.get("title", ""), said({k: [v] for k, v in error.fields.items()})), 422
    with unit_of_work():
        slug = authoring.begin_bank(title, org_id, person.id)
    return redirect(url_for("quizzes.studio_bank", bank=slug), 303)


@routes.get("/<bank>", STAFF)
def studio_bank(bank: str) -> str:
    """A bank's questions, by pool and skill."""
    row = bank_for(here(), bank)
    pool = request.args.get("pool", "")
    pool = pool if pool in POOLS else ""
    skill, words = request.args.get("skill", "").strip()[:24], request.args.get("q", "")[:100]
    typed = request.args.get("trang", "1")
    number = int(typed) if is_number(typed) else 1
    found, pages = drafts.items(row.id, pool, skill, words, number)
    number = min(max(1, number), pages)

    def page_url(n: int) -> str:
        shown = {"pool": pool, "skill": skill, "q": words}
        values: dict[str, Any] = {k: v for k, v in shown.items() if v}
        return url_for("quizzes.studio_bank", bank=bank, trang=n, **values)

    return render(
        "quizzes/studio/bank.html",
        bank=row,
        unit=unit_name(row.org_id),
        rows=[
            {"row": r, "words": r.words[:140], "pool": say(POOLS[r.pool]), "type": type_title(r.type),
             "skills": r.body["skills"]}
            for r in found
        ],
        pools=[(key, say(text)) for key, text in POOLS.items()],
        pool=Field(pool, []),
        skill=Field(skill, []),
        q=Field(words, []),
        types=[(t.name, say(t.title)) for t in ITEM_TYPES],
        pages={
            "number": number,
            "total": pages,
            "previous_url": page_url(number - 1) if number > 1 else None,
            "next_url": page_url(number + 1) if number < pages else None,
        },
    )  # fmt: skip


def type_title(name: str) -> str:
    """A question type's name in the reader's language."""
    kind = ITEM_TYPES.find(name)
    return say(kind.title) if kind else name


def _editor(
    bank: BankRow,
    kind: str,
    pool: str,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    row: ItemRow | None = None,
    other: Theirs | None = None,
    raw: str = "",
) -> str:
    told = said(errors or {})
    all_skills = skills()
    reader = ITEM_READERS.get(kind)
    data: Mapping[str, Any] = body["data"]
    most = forms.CHOICES.get(kind, 0)
    blank = {"text": "", "correct": False, "why": ""}
    message = body["message"] or {"sender": "", "text": ""}
    standard = kind in (*forms.CHOICES, "true_false", "ordering")
    return render(
        "quizzes/studio/item.html",
        bank=bank,
        item=row,
        kind=kind,
        kind_title=type_title(kind),
        pool=pool,
        pool_title=say(POOLS[pool]),
        errors=told,
        stem=Field(body["stem"], told.get("stem", [])),
        sender=Field(message["sender"], told.get("message", [])),
        message=Field(message["text"], []),
        lesson=Field(body["lesson"], told.get("lesson", [])),
        options=[{**blank, **o} for o in [*data.get("options", []), *[blank] * most][:most]],
        data={"why_true": "", "why_false": "", "why": "", "why_wrong": "", "answer": None, "steps": [], **data},
        standard=standard,
        own="" if standard else raw or (item_text(reader.write(data)) if data else ""),
        own_errors=told.get("own", []),
        areas=skill_areas(all_skills, (), body["skills"]),
        skills=body["skills"],
        unknown=[c for c in body["skills"] if c not in {s.code for s in all_skills}],
        history=published(drafts.versions_of(row.id)) if row else [],
        other=other,
    )


def _read(kind: str) -> forms.Read:
    lesson = request.form.get("lesson", "").strip()
    kind_of_lesson = ACTIVITY_KINDS.find("lesson")
    known = {lesson} if lesson and kind_of_lesson and kind_of_lesson.content_of(lesson) else set()
    return forms.read_item(request.form, kind, {s.code for s in skills()}, known)


def _known_type(name: str) -> str:
    if ITEM_TYPES.find(name) is None or ITEM_READERS.find(name) is None:
        raise NotFound
    return name


@routes.get("/<bank>/moi", STAFF, endpoint="studio_item_new")
def new_item(bank: str) -> str:
    """The form of a new question. Its pool and type are chosen once."""
    row = bank_for(here(), bank)
    pool = request.args.get("pool", "practice")
    if pool not in POOLS:
        raise NotFound
    kind = _known_type(request.args.get("type", "single_choice"))
    return _editor(row, kind, pool, {"stem": "", "message": None, "lesson": "", "skills": [], "data": {}})


@routes.post("/<bank>/moi", STAFF, endpoint="studio_item_add")
def add_item(bank: str) -> Answer:
    """Puts a new question into the bank."""
    person = here()
    row = bank_for(person, bank)
    pool, kind = request.form.get("pool", ""), _known_type(request.form.get("type", ""))
    if pool not in POOLS:
        raise NotFound
    read = _read(kind)
    if read.errors:
        return _editor(row, kind, pool, read.body, read.errors, raw=read.raw), 422
    with unit_of_work():
        slug = authoring.add_item(row.id, pool, kind, read.body, person.id)
    return redirect(url_for("quizzes.studio_item", slug=slug), 303)


@items.get("/<slug>", STAFF)
def studio_item(slug: str) -> str:
    """The editor of a question."""
    bank, row = item_for(here(), slug)
    return _editor(bank, _known_type(row.type), row.pool, row.body, row=row)


@items.post("/<slug>", STAFF, endpoint="studio_item_save")
def save_item(slug: str) -> Answer:
    """Words a question anew: a new version; attempts keep theirs."""
    person = here()
    bank, row = item_for(person, slug)
    read = _read(_known_type(row.type))
    if read.errors:
        return _editor(bank, row.type, row.pool, read.body, read.errors, row, raw=read.raw), 422
    typed = request.form.get("version", "")
    try:
        with unit_of_work():
            authoring.change_item(row.id, int(typed) if is_number(typed) else 0, row.type, read.body, person.id)
    except Conflict:
        bank, now = item_for(person, slug)
        other = theirs(now.made_by, now.made_at, as_text(now))
        return _editor(bank, now.type, now.pool, read.body, row=now, other=other), 409
    return redirect(url_for("quizzes.studio_item", slug=slug), 303)


def as_text(row: ItemRow) -> str:
    """A question as its bank's file holds it, to be compared by eye."""
    package = Package("x", "x", "1", banks=(Bank("x", (item_of(row.slug, row.pool, row.type, row.body),)),))
    return package_files(package, known_parts())["items/x.yaml"].decode()


@items.post("/<slug>/ngung", STAFF, endpoint="studio_item_retire")
def retire_item(slug: str) -> Answer:
    """Takes a question out of use, or brings it back."""
    person = here()
    _bank, row = item_for(person, slug)
    with unit_of_work():
        authoring.retire(row.id, person.id, back=request.form.get("back") == "1")
    return redirect(url_for("quizzes.studio_item", slug=slug), 303)


@items.get("/<slug>/xem-truoc", STAFF, endpoint="studio_item_preview")
def preview(slug: str) -> str:
    """The question as a learner sees it, with what is said to each answer below."""
    _bank, row = item_for(here(), slug)
    kind = ITEM_TYPES.get(_known_type(row.type))
    version = VersionRow(row.version_id, row.id, row.slug, row.pool, row.type, row.body)
    size = kind.size(version.spec)
    marks = []
    for place, text in enumerate(kind.texts(version.spec)) if row.type in (*forms.CHOICES, "true_false") else ():
        mark = kind.grade(version.spec, [place == 0] if row.type == "true_false" else [place])
        right = mark.right if row.type != "multiple_choice" else bool(version.spec["options"][place].get("correct"))
        marks.append({"text": text, "right": right, "html": Markup(markdown(mark.why))})  # noqa: S704  cleaned
    return render(
        "quizzes/studio/preview.html",
        q=question(version, list(range(size)), None, row.slug),
        marks=marks,
    )
