"""Instructors: banks and questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.api.competency import skill_areas, skills
from lms.api.learning import ACTIVITY_KINDS, AUTHORS, author_orgs
from lms.api.media import allow_upload
from lms.api.packages import (
    ITEM_READERS,
    THINKING,
    Bank,
    Package,
    item_text,
    known_parts,
    package_files,
    pictures_named,
)
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
from quizzes.item_forms import Shown, is_special, shown
from quizzes.items.contract import ITEM_TYPES, Explained, Formed, exam_only, runs
from quizzes.items.form import Part
from quizzes.queries import VersionRow
from quizzes.scoring import in_points
from quizzes.services import authoring, picturing
from quizzes.services.exporting import item_of
from quizzes.views.shown import Question, Running, picture_of, question

routes = Routes("quizzes", "/studio/ngan-hang")
items = Routes("quizzes", "/studio/cau-hoi")
menu = (
    MenuItem("quizzes.studio_banks", _("Question banks"), "circle-help", "staff", AUTHORS, 12, group="content"),
    MenuItem("quizzes.studio_quizzes", _("Quizzes"), "list-checks", "staff", AUTHORS, 13, group="content"),
)
Answer = str | Response | tuple[str, int]
POOLS = {"practice": _("Practice"), "exam": _("Exam")}
THINKING_TITLES = {
    "know": _("To know it again"),
    "understand": _("To understand it"),
    "apply": _("To apply it"),
    "extend": _("To apply it to something new"),
}


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
    type_, reader = ITEM_TYPES.get(kind), ITEM_READERS.get(kind)
    data: Mapping[str, Any] = body["data"]
    fields = shown(type_.form, data, told) if isinstance(type_, Formed) else []
    message = body["message"] or {"sender": "", "text": ""}
    files = body.get("files", {})
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
        fields=fields,
        open=is_special([f for f in fields if f.part.aside]),
        says=say,
        picture_field=None
        if getattr(reader, "own_picture", False)
        else Shown(_PICTURE, "item-picture", body.get("picture") or {"file": "", "alt": ""},
                            told.get("item-picture", [])),
        pictures={name: picture_of(body, {"file": name, "alt": ""}) for name in files},
        keys_of={name: facts["key"] for name, facts in files.items()},
        level=Field(str(body.get("level", "")), told.get("level", [])),
        twins=Field(body.get("twins", ""), told.get("twins", [])),
        fix=Field(body.get("fix", ""), told.get("fix", [])),
        source=Field(body.get("source", ""), []),
        thinking=body.get("thinking", ""),
        ways=[(way, say(THINKING_TITLES[way])) for way in THINKING],
        own="" if fields else raw or (item_text(reader.write(data)) if data else ""),
        own_errors=told.get("own", []),
        areas=skill_areas(all_skills, (), body["skills"]),
        skills=body["skills"],
        unknown=[c for c in body["skills"] if c not in {s.code for s in all_skills}],
        history=published(drafts.versions_of(row.id)) if row else [],
        other=other,
    )  # fmt: skip


_PICTURE = Part("item-picture", "picture", _("A picture below the question, if you like"))


def _read(kind: str, org_id: int, by_id: int, held: Mapping[str, Any]) -> tuple[forms.Read, bool]:
    """The question as it was sent, with its pictures; and whether it is to be saved, or a button only changed the form.

    `held`: the files of the question as it is.
    """
    pictures, errors = picturing.brought(request.files)
    if pictures:
        with unit_of_work():
            picturing.keep(pictures, org_id, by_id)
    form = picturing.with_pictures(request.form, pictures)
    asked = form.get("do", "save")
    if asked != "save":
        read = forms.Read(forms.unchecked(form, kind, asked))
    else:
        lesson = form.get("lesson", "").strip()
        kind_of_lesson = ACTIVITY_KINDS.find("lesson")
        known = {lesson} if lesson and kind_of_lesson and kind_of_lesson.content_of(lesson) else set()
        read = forms.read_item(form, kind, {s.code for s in skills()}, known)
    for name, texts in errors.items():
        read.errors[name] = texts
    files = picturing.files_of(read.body, form, held)
    if files:
        read.body["files"] = files
    gone = [name for name in pictures_named(read.body) if name not in files]
    if gone and asked == "save":
        read.refuse("own", _("The picture {name} is not here. Please choose it again.", name=gone[0]))
    return read, asked == "save"


def _known_type(name: str) -> str:
    if ITEM_TYPES.find(name) is None or ITEM_READERS.find(name) is None:
        raise NotFound
    return name


def _may_stand_in(pool: str, kind: str) -> bool:
    return pool in POOLS and not (pool == "practice" and exam_only(ITEM_TYPES.get(kind)))


@routes.get("/<bank>/moi", STAFF, endpoint="studio_item_new")
def new_item(bank: str) -> Answer:
    """The form of a new question. Its pool and type are chosen once."""
    row = bank_for(here(), bank)
    pool = request.args.get("pool", "practice")
    if pool not in POOLS:
        raise NotFound
    kind = _known_type(request.args.get("type", "single_choice"))
    if not _may_stand_in(pool, kind):
        return redirect(url_for("quizzes.studio_item_new", bank=bank, pool="exam", type=kind), 303)
    return _editor(row, kind, pool, {"stem": "", "message": None, "lesson": "", "skills": [], "data": {}})


@routes.post("/<bank>/moi", STAFF, endpoint="studio_item_add")
def add_item(bank: str) -> Answer:
    """Puts a new question into the bank."""
    allow_upload(picturing.KINDS, picturing.MOST_AT_ONCE)
    person = here()
    row = bank_for(person, bank)
    pool, kind = request.form.get("pool", ""), _known_type(request.form.get("type", ""))
    if not _may_stand_in(pool, kind):
        raise NotFound
    read, is_saved = _read(kind, row.org_id, person.id, {})
    if read.errors or not is_saved:
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
    allow_upload(picturing.KINDS, picturing.MOST_AT_ONCE)
    person = here()
    bank, row = item_for(person, slug)
    read, is_saved = _read(_known_type(row.type), bank.org_id, person.id, row.body.get("files", {}))
    if read.errors or not is_saved:
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
    version = VersionRow(row.version_id, row.id, row.slug, row.pool, row.type, row.body)
    return render("quizzes/studio/preview.html", q=previewed(version), marks=said_to(version))


def previewed(version: VersionRow) -> Question:
    """A question as a learner sees it before the answer, with its options as the author wrote them."""
    kind = ITEM_TYPES.get(_known_type(version.type))
    runner = runs(kind)
    run = Running(runner.thing(version.spec), "#", False) if runner else None
    return question(version, list(range(kind.size(version.spec))), None, version.slug, run)


def said_to(version: VersionRow) -> list[dict[str, Any]]:
    """What is said to each answer that learners are likely to give: its words, how much it is worth, the reason."""
    kind = ITEM_TYPES.get(_known_type(version.type))
    rows = []
    for text, answer in kind.tried(version.spec) if isinstance(kind, Explained) else ():
        mark = kind.grade(version.spec, answer)
        html = Markup(markdown(mark.why))  # noqa: S704  cleaned
        rows.append({"text": text, "right": mark.right, "points": in_points(mark.parts), "html": html})
    return rows
