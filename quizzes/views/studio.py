"""Instructors: banks, and the questions in them by state, pool, skill, level and what they ask."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.learning import AUTHORS, author_orgs
from lms.api.packages import THINKING
from lms.api.people import Person, here
from lms.api.studio import (
    Field,
    chosen_unit,
    is_number,
    said,
    typed_title,
    unit_choices,
    unit_name,
)
from lms.api.web import STAFF, MenuItem, Routes, panels, render, say
from lms.api.work import Invalid, Text, _, unit_of_work
from quizzes import drafts, listing
from quizzes.access import bank_for
from quizzes.items.contract import ITEM_TYPES
from quizzes.listing import Listed, Wanted
from quizzes.services import authoring
from quizzes.views.told import THINKING_TITLES

routes = Routes("quizzes", "/studio/ngan-hang")
menu = (
    MenuItem("quizzes.studio_banks", _("Question banks"), "circle-help", "staff", AUTHORS, 12, group="content"),
    MenuItem("quizzes.studio_quizzes", _("Quizzes"), "list-checks", "staff", AUTHORS, 13, group="content"),
)
Answer = str | Response | tuple[str, int]
POOLS = {"practice": _("Practice"), "exam": _("Exam")}
STATES: dict[str, tuple[Text, str, str]] = {
    listing.DRAFT: (_("Draft"), "", "pencil"),
    listing.WAITS: (_("Waits for review"), "wait", "clock"),
    listing.USED: (_("In use"), "ok", "circle-check"),
    listing.RETIRED: (_("Retired"), "bad", "archive"),
}


@routes.get("", STAFF)
def studio_banks() -> str:
    """The banks of my units, and the form for a new one."""
    return _list(here(), "", {})


def _list(person: Person, title: str, errors: dict[str, list[str]]) -> str:
    granted = author_orgs(person)
    rows = drafts.banks(granted)
    back = [one for one in listing.handed_in([row.id for row in rows]) if one.at.submitted_by == person.id]
    return render(
        "quizzes/studio/banks.html",
        rows=[{"row": row, "unit": unit_name(row.org_id)} for row in rows],
        returned=sum(one.at.state == "returned" for one in back),
        form={"title": Field(title, errors.get("title", [])), "org": Field("", []), "errors": errors},
        units=unit_choices(granted),
    )


@routes.post("", STAFF, endpoint="studio_bank_begin")
def begin_bank() -> Answer:
    """Begins a bank."""
    person = here()
    org_id = chosen_unit(author_orgs(person))
    try:
        title = typed_title(200)
    except Invalid as error:
        return _list(person, request.form.get("title", ""), said({k: [v] for k, v in error.fields.items()})), 422
    with unit_of_work():
        slug = authoring.begin_bank(title, org_id, person.id)
    return redirect(url_for("quizzes.studio_bank", bank=slug), 303)


def _wanted() -> Wanted:
    """What the address asks for; what is unknown is not asked."""
    asked = request.args
    pool, state, thinking = asked.get("pool", ""), asked.get("tt", ""), asked.get("thinking", "")
    level, page = asked.get("level", ""), asked.get("trang", "1")
    return Wanted(
        state if state in STATES else "",
        pool if pool in POOLS else "",
        asked.get("skill", "").strip()[:24],
        int(level) if is_number(level) and len(level) == 1 else 0,
        thinking if thinking in THINKING else "",
        asked.get("q", "")[:100],
        int(page) if is_number(page) else 1,
    )


class Shown(Struct, frozen=True):
    """A question in the list of its bank. `tags`: words, kind and icon of each of its states."""

    slug: str
    words: str
    type: str
    pool: str
    is_exam: bool
    skills: list[str]
    more: str
    number: int
    tags: list[tuple[str, str, str]]


@routes.get("/<bank>", STAFF)
def studio_bank(bank: str) -> str:
    """A bank's questions, by state, pool, skill, level and what they ask of the learner."""
    person = here()
    row = bank_for(person, bank)
    wanted = _wanted()
    found = listing.found_in(row.id, wanted)

    def page_url(page: int = 1, state: str | None = None) -> str:
        shown = {"tt": wanted.state if state is None else state, "pool": wanted.pool, "skill": wanted.skill,
                 "level": wanted.level, "thinking": wanted.thinking, "q": wanted.words,
                 "trang": page if page > 1 else 0}  # fmt: skip
        values: dict[str, Any] = {k: v for k, v in shown.items() if v}
        return url_for("quizzes.studio_bank", bank=bank, **values)

    drawn: list[Markup] = panels("bank", bank_id=row.id, person=person)
    return render(
        "quizzes/studio/bank.html",
        bank=row,
        unit=unit_name(row.org_id),
        rows=[shown_row(one) for one in found.rows],
        states=[("", say(_("All")), found.total, page_url(state=""))]
        + [(key, say(text), found.counts.get(key, 0), page_url(state=key)) for key, (text, _k, _i) in STATES.items()],
        wanted=wanted,
        drafted=found.counts.get(listing.DRAFT, 0),
        pools=[(key, say(text)) for key, text in POOLS.items()],
        ways=[(way, say(THINKING_TITLES[way])) for way in THINKING],
        types=[(t.name, say(t.title)) for t in ITEM_TYPES],
        panels=drawn,
        pages={
            "number": found.page,
            "total": found.pages,
            "previous_url": page_url(found.page - 1) if found.page > 1 else None,
            "next_url": page_url(found.page + 1) if found.page < found.pages else None,
        },
    )


def shown_row(one: Listed) -> Shown:
    """A question as lists show it."""
    row, body = one.row, one.row.body
    level, thinking = body.get("level"), body.get("thinking", "")
    more = [say(_("level {n}", n=level))] if level else []
    if thinking in THINKING_TITLES:
        more.append(say(THINKING_TITLES[thinking]))
    if body.get("twins"):
        more.append(say(_("twins: {name}", name=body["twins"])))
    return Shown(
        row.slug, row.words[:140], type_title(row.type), say(POOLS[row.pool]), row.pool == "exam",
        list(body["skills"]), " · ".join(more), row.number, tags_of(one),
    )  # fmt: skip


def tags_of(one: Listed) -> list[tuple[str, str, str]]:
    """The states of a question as tags."""
    found = []
    for state in one.states:
        text, kind, icon = STATES[state]
        if state == listing.WAITS and one.standing is not None and one.standing.state == "reviewed":
            text, kind, icon = _("Reviewed, waits to be published"), "ok", "badge-check"
        elif state == listing.DRAFT and one.standing is not None and one.standing.state == "returned":
            text, kind, icon = _("Given back"), "bad", "undo-2"
        elif state == listing.DRAFT and one.row.version_id is not None:
            text = _("Draft over the version in use")
        found.append((say(text), kind, icon))
        if state == listing.DRAFT and one.row.draft is not None and one.row.draft.problems:
            found.append((say(_("Not whole yet")), "bad", "triangle-alert"))
    return found


def type_title(name: str) -> str:
    """A question type's name in the reader's language."""
    kind = ITEM_TYPES.find(name)
    return say(kind.title) if kind else name
