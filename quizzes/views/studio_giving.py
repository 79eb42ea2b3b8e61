"""Instructors give questions out: to other systems, to Excel, to paper. Exam questions leave a line in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.learning import author_orgs
from lms.api.people import here, org, reaches
from lms.api.studio import Field, is_number, unit_name
from lms.api.web import STAFF, Routes, composed, render, say
from lms.api.work import DomainError, Invalid, Text, _, take, unit_of_work
from quizzes.access import bank_for
from quizzes.drafts import BankRow
from quizzes.formats.printed import MOST_CODES, Words
from quizzes.formats.question import Written
from quizzes.services import giving
from quizzes.services.giving import Given
from quizzes.views.studio import POOLS
from quizzes.views.studio_bringing import XLSX

routes = Routes("quizzes", "/studio/ngan-hang/<bank>/dua-ra")
Answer = str | Response | tuple[str, int]
MOST_AN_HOUR = 120
FORMS: dict[str, tuple[Text | str, str, str]] = {
    "package": (_("Package of Học vụ số"), "zip", "application/zip"),
    "moodle": ("Moodle XML", "xml", "application/xml"),
    "gift": ("GIFT", "gift.txt", "text/plain; charset=utf-8"),
    "excel": ("Excel", "xlsx", XLSX),
    "paper": (_("Paper to print (PDF)"), "pdf", "application/pdf"),
}


class Loss(Struct, frozen=True):
    """What a format cannot hold, and of how many questions."""

    form: str
    text: str
    count: int
    names: str


@routes.get("", STAFF, endpoint="studio_give")
def give(bank: str) -> str:
    """What to give out, in which form, and what each form cannot hold."""
    return _page(bank_for(here(), bank))


def _wanted() -> tuple[str, str]:
    pool = request.values.get("pool", "practice")
    return (pool if pool in ("", *POOLS) else "practice"), (composed(request.values.get("skill")) or "")[:24]


def _page(row: BankRow, error: str = "") -> str:
    pool, skill = _wanted()
    rows = giving.chosen(row.id, pool, skill)
    return render(
        "quizzes/studio/give.html",
        bank=row,
        unit=unit_name(row.org_id),
        error=error,
        pools=[(key, say(text)) for key, text in POOLS.items()],
        pool=Field(pool, []),
        skill=Field(skill, []),
        total=len(rows),
        exam=sum(one.pool == "exam" for one in rows),
        forms=[(key, say(title)) for key, (title, _ending, _type) in FORMS.items()],
        form=Field(request.form.get("form", "package"), []),
        title=Field(request.form.get("title", row.title), []),
        codes=Field(request.form.get("codes", "1"), []),
        seed=Field(request.form.get("seed", "1"), []),
        most_codes=MOST_CODES,
        most_printed=giving.MOST_PRINTED,
        with_key=request.form.get("key") == "1",
        losses=_losses(rows),
    )


def _losses(rows: Sequence[Given]) -> list[Loss]:
    found = giving.losses(rows)
    return [
        Loss(say(FORMS[form][0]), say(text), len(names), ", ".join(names[:3]) + ("…" if len(names) > 3 else ""))
        for form in FORMS
        for text, names in found[form]
    ]


@routes.post("", STAFF, endpoint="studio_given")
def given(bank: str) -> Answer:
    """The file. Exam questions are noted in the journal before it leaves."""
    person = here()
    row = bank_for(person, bank)
    form = request.form.get("form", "")
    try:
        if form not in FORMS:
            raise Invalid(_("Please choose a form."))
        rows = giving.chosen(row.id, *_wanted())
        if not rows:
            raise Invalid(giving.NOTHING)
        granted = author_orgs(person)
        if form == "package":
            written = giving.as_package(row, rows, lambda org_id: reaches(granted, org_id))
        elif form == "paper":
            written = _paper(row, rows)
        else:
            written = {
                "gift": lambda: giving.as_gift(row, rows), "moodle": lambda: giving.as_moodle(row, rows),
                "excel": lambda: giving.as_excel(rows),
            }[form]()  # fmt: skip
        with unit_of_work():
            take("give-questions", str(person.id), most=MOST_AN_HOUR, seconds=3600)
            giving.record(row, rows, form, person.id)
    except DomainError as error:
        return _page(row, say(error.text)), error.status
    _title, ending, content_type = FORMS[form]
    answer = Response(written.content, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.slug}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _paper(row: BankRow, rows: Sequence[Given]) -> Written:
    typed, seed = request.form.get("codes", "1"), request.form.get("seed", "1")
    if not is_number(typed) or not 1 <= int(typed) <= MOST_CODES:
        raise Invalid(_("Please enter a whole number from 1 to {most}.", most=MOST_CODES))
    if not is_number(seed):
        raise Invalid(_("The number of the shuffle is a whole number."))
    title = (composed(request.form.get("title")) or row.title)[:120]
    return giving.as_paper(rows, _words(row, title), int(typed), int(seed), with_key=request.form.get("key") == "1")


def _words(row: BankRow, title: str) -> Words:
    held = org(row.org_id)

    def word(text: Any) -> str:
        return " ".join(say(text).split())

    return Words(
        title=title,
        unit=unit_name(row.org_id) or (held.full_name if held else ""),
        code=word(_("Paper code")),
        name=word(_("Full name")),
        birth=word(_("Born on")),
        group=word(_("Class or unit")),
        date=word(_("Date")),
        points=word(_("Points")),
        question=word(_("Question {n}", n="{n}")),
        sheet=word(_("Answer sheet")),
        sheet_hint=word(_("Fill in one circle for each question with a pencil; erase cleanly what you change.")),
        key=word(_("Key")),
        key_warning=word(_("For examiners only. Keep it apart from the papers.")),
        end=word(_("End of the paper")),
    )
