"""Instructors: quizzes. From where questions are drawn, what passes, whether the bank suffices; publishing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request, url_for

from lms.api.competency import areas_by_code, skills
from lms.api.learning import KeptDraft, author_orgs
from lms.api.packages import FORM_LETTERS, POLICY_DEFAULTS, Package, package_files
from lms.api.people import here
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
from lms.api.web import STAFF, Routes, render, say
from lms.api.work import Conflict, Invalid, Text, _, unit_of_work
from quizzes import drafts, forms
from quizzes.access import quiz_for
from quizzes.drawing import Candidate, assured, fits
from quizzes.measures import asked as measured_count
from quizzes.measures import forms_of, measure_of, purpose_of
from quizzes.services import authoring
from quizzes.services.exporting import quiz_of
from quizzes.views.studio import POOLS, Answer

routes = Routes("quizzes", "/studio/bai-kiem-tra")
THINKINGS: dict[str, Text] = {
    "know": _("Know"), "understand": _("Understand"), "apply": _("Apply"), "extend": _("Apply in something new"),
}  # fmt: skip
WAITS: dict[int, Text] = {
    0: _("At once"), 60: _("After an hour"), 1440: _("After a day"), 4320: _("After three days"),
    10080: _("After a week"),
}  # fmt: skip
MEASURES: dict[str, Text] = {
    "entry": _("At the beginning of the course"),
    "exit": _("At its end"),
    "later": _("60 to 90 days after its end"),
}
WAYS: dict[str, dict[str, Text]] = {
    "purpose": {
        "practice": _("Practice: as often as one likes, and it teaches"),
        "check": _("Check: again after looking at the result, with fresh questions"),
        "final": _("Final check: once passed it is done"),
    },
    "supervised": {"none": _("Alone, wherever one is"), "required": _("Only where somebody supervises")},
    "feedback": {
        "each": _("The right answer after each question"),
        "end": _("The right answers at the end"),
        "no_key": _("Never the right answer: what was right or wrong, and why"),
    },
    "markers": {"1": _("One person"), "2": _("Two people")},
    "counts": {"best": _("The best"), "last": _("The last"), "first": _("The first")},
    "when_short": {
        "reuse": _("Give some again that the person has had"),
        "fewer": _("Ask fewer; fewer right answers are enough then"),
        "refuse": _("Do not begin"),
    },
}


@routes.get("", STAFF)
def studio_quizzes() -> str:
    """The quizzes of my units, and the form for a new one."""
    return _list(author_orgs(here()), "", {})


def _list(granted: frozenset[int], title: str, errors: dict[str, list[str]]) -> str:
    words = request.args.get("q", "")[:100]
    return render(
        "quizzes/studio/quizzes.html",
        rows=[{"row": row, "unit": unit_name(row.org_id)} for row in drafts.quizzes(granted, words)],
        q=Field(words, []),
        form={"title": Field(title, errors.get("title", [])), "org": Field("", []), "errors": errors},
        units=unit_choices(granted),
    )


@routes.post("", STAFF, endpoint="studio_quiz_begin")
def begin() -> Answer:
    """Begins a quiz."""
    person = here()
    granted = author_orgs(person)
    org_id = chosen_unit(granted)
    try:
        title = typed_title(200)
    except Invalid as error:
        return _list(granted, request.form.get("title", ""), said({k: [v] for k, v in error.fields.items()})), 422
    with unit_of_work():
        slug = authoring.begin_quiz(title, org_id, person.id)
    return redirect(url_for("quizzes.studio_quiz", slug=slug), 303)


def _editor(
    row: KeptDraft,
    body: Mapping[str, Any],
    errors: Mapping[str, list[Text]] | None = None,
    other: Theirs | None = None,
) -> str:
    told = said(errors or {})
    bank = drafts.pool_of(body["pool"])
    left = assured(body["draw"], bank)
    total = sum(line["count"] for line in body["draw"])
    names = {code: name for code, (_id, name) in areas_by_code().items()} | {s.code: s.name for s in skills()}
    typed = request.form if request.method == "POST" else {}
    return render(
        "quizzes/studio/quiz.html",
        slug=row.slug,
        base=row.base,
        saved_at=row.changed_at,
        unit=unit_name(row.org_id),
        errors=told,
        title=Field(body["title"], told.get("title", [])),
        intro=Field(body["intro"], []),
        pool=Field(body["pool"], []),
        pools=[(key, say(text)) for key, text in POOLS.items()],
        minutes=Field(
            typed.get("minutes") if "minutes" in told else str(body["minutes"] or ""), told.get("minutes", [])
        ),
        needs_birth_date=body["needs_birth_date"],
        correct=Field(str(body["pass"]["correct"]), told.get("correct", [])),
        lines=[
            {
                "key": str(i),
                "from": Field(", ".join(line["from"]), told.get(f"{i}-from", [])),
                "count": Field(str(line["count"]), told.get(f"{i}-count", [])),
                "spread": line["spread"],
                "levels": Field(", ".join(map(str, line.get("levels", ()))), told.get(f"{i}-levels", [])),
                "thinking": [
                    {"value": kind, "text": say(text), "on": kind in line.get("thinking", ())}
                    for kind, text in THINKINGS.items()
                ],
                "narrowed": bool(line.get("levels") or line.get("thinking") or told.get(f"{i}-levels")),
                "fits": left[i][0],
                "left": left[i][1],
                "enough": line["count"] <= left[i][1],
                "names": [names.get(code, "") for code in line["from"]],
            }
            for i, line in enumerate(body["draw"])
        ],
        parts=[
            {
                "key": f"p{i}",
                "from": Field(part["from"], told.get(f"p{i}-from", [])),
                "correct": Field(str(part["correct"]), told.get(f"p{i}-correct", [])),
                "name": names.get(part["from"], ""),
            }
            for i, part in enumerate(body["pass"]["parts"])
        ],
        total=total,
        way=_way(body, typed, told),
        measure=_measure(body, typed, told),
        share=round(100 * total / units) if (units := len({c.unit for c in bank if _drawn(body, c)})) else None,
        checks=_checks(body, bank, total),
        areas=_areas(bank),
        history=published(drafts.revisions(row.activity_id)),
        other=other,
    )


def _drawn(body: Mapping[str, Any], card: Candidate) -> bool:
    return any(fits(line, card.codes, card.level, card.thinking) for line in body["draw"])


def _way(
    body: Mapping[str, Any], typed: Mapping[str, str], told: Mapping[str, list[str]]
) -> dict[str, Field | list[tuple[str, str]]]:
    """The fields of how a quiz is taken, with the choices of each under its name and "_choices"."""
    said = {**POLICY_DEFAULTS, "limit": None, **(body.get("policy") or {})} | {"limit": body.get("limit")}
    found: dict[str, Field | list[tuple[str, str]]] = {}
    for name, value in said.items():
        shown = typed.get(name, "") if name in told else "" if value is None else str(value)
        found[name] = Field(shown, told.get(name, []))
    waits = dict(WAITS) if said["wait"] in WAITS else {**WAITS, said["wait"]: _("{n} minutes", n=said["wait"])}
    found["wait_choices"] = [(str(minutes), say(text)) for minutes, text in sorted(waits.items())]
    for name, choices in WAYS.items():
        found[f"{name}_choices"] = [(key, say(text)) for key, text in choices.items()]
    return found


def _measure(body: Mapping[str, Any], typed: Mapping[str, str], told: Mapping[str, list[str]]) -> dict[str, Any]:
    """The fields of a quiz that measures change; closed where it measures nothing."""
    forms = forms_of(body)
    return {
        "on": bool(measure_of(body)),
        "of": Field(typed.get("measure") if "measure" in told else measure_of(body), told.get("measure", [])),
        "purpose": Field(purpose_of(body) or "entry", told.get("purpose-of-measure", [])),
        "purposes": [(key, say(text)) for key, text in MEASURES.items()],
        "forms": [
            {
                "letter": letter,
                "field": Field("\n".join(forms.get(letter, ())), told.get(f"form-{letter}", [])),
                "count": len(forms.get(letter, ())),
            }
            for letter in FORM_LETTERS
        ],
    }


def _checks(body: Mapping[str, Any], bank: Sequence[Candidate], total: int) -> list[dict[str, Any]]:
    found = [{"good": False, "text": say(text), "field": name} for name, text in authoring.problems_of(body, bank)]
    if measure_of(body):
        good = say(_("The forms hold together: {n} questions each at most", n=measured_count(body)))
        return found or [{"good": True, "text": good, "field": ""}]
    good = say(_("The bank suffices for {n} questions", n=total))
    return found or [{"good": True, "text": good, "field": ""}]


def _areas(bank: Sequence[Candidate]) -> list[dict[str, Any]]:
    """How many questions of the pool lie under each area."""
    counts: Counter[str] = Counter()
    for candidate in bank:
        counts.update({code.rsplit(".", 1)[0] for code in candidate.codes})
    return [
        {"code": code, "name": name, "count": counts[code]} for code, (_id, name) in sorted(areas_by_code().items())
    ]


@routes.get("/<slug>", STAFF)
def studio_quiz(slug: str) -> str:
    """The editor of a quiz."""
    row = quiz_for(here(), slug)
    return _editor(row, row.draft)


@routes.post("/<slug>", STAFF, endpoint="studio_quiz_save")
def save(slug: str) -> Answer:
    """Saves a quiz, and does what the pressed button says."""
    person = here()
    row = quiz_for(person, slug)
    codes = {*areas_by_code(), *(s.code for s in skills())}
    read = forms.read_quiz(request.form, dict(row.draft), codes)
    what, where, _more = asked()
    if read.errors and what not in ("remove", "remove-part"):
        return _editor(row, read.body, read.errors), 422
    body = _changed(read.body, what, where)
    try:
        with unit_of_work():
            authoring.save_quiz(row.activity_id, base_of_form(), body, person.id)
    except Conflict:
        now = quiz_for(person, slug)
        other = theirs(now.changed_by, now.changed_at, as_text(now.draft))
        return _editor(now, body, other=other), 409
    if what == "publish":
        saved = quiz_for(person, slug)
        try:
            with unit_of_work():
                bank = drafts.pool_of(body["pool"])
                authoring.publish(row.activity_id, row.org_id, body, bank, person.id)
        except Invalid:
            errors: dict[str, list[Text]] = {}
            for name, text in authoring.problems_of(body, drafts.pool_of(body["pool"])):
                errors.setdefault(name, []).append(text)
            return _editor(saved, body, errors), 422
    anchor = {"line": "#draw", "part": "#pass", "publish": "#published"}.get(what, "")
    return redirect(url_for("quizzes.studio_quiz", slug=slug) + anchor, 303)


def as_text(body: Mapping[str, Any]) -> str:
    """A quiz as its package's file holds it, to be compared by eye."""
    quiz = quiz_of(body)
    return package_files(Package("x", "x", "1", quizzes=(quiz,)))[f"quizzes/{quiz.slug}.yaml"].decode()


def _changed(body: dict[str, Any], what: str, where: str) -> dict[str, Any]:
    """The body after a button: a line or a part added or removed, a line moved."""
    lines, parts = list(body["draw"]), list(body["pass"]["parts"])
    place = int(where) if is_number(where) else -1
    if what == "line" and len(lines) < forms.MOST_LINES:
        lines.append({"from": [], "count": 5, "spread": False})
    elif what == "part" and len(parts) < forms.MOST_LINES:
        parts.append({"from": "", "correct": 1})
    elif what == "remove" and 0 <= place < len(lines):
        del lines[place]
    elif what == "remove-part" and 0 <= place < len(parts):
        del parts[place]
    elif what in ("up", "down") and 0 <= place < len(lines):
        to = place + (-1 if what == "up" else 1)
        if 0 <= to < len(lines):
            lines[place], lines[to] = lines[to], lines[place]
    return {**body, "draw": lines, "pass": {**body["pass"], "parts": parts}}
