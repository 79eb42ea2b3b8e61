"""What authors do: begin banks and quizzes, publish quizzes. Questions: see drafting.py and living.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from lms.api.learning import anchor, begin_draft, first_free, save_draft, slug_of
from lms.api.packages import FORM_COMMON, broken_forms, broken_rules, shared
from lms.api.work import Invalid, Text, _, audit, connection
from quizzes.drawing import Candidate, assured, lies_under
from quizzes.measures import forms_of, measure_of, purpose_of
from quizzes.models import Bank, QuizDocument
from quizzes.services import measured
from quizzes.services.importing import publish_quiz

B, D = Bank.__table__, QuizDocument.__table__


def begin_bank(title: str, org_id: int, by_id: int) -> str:
    """Makes a bank and returns its slug; a unit has one bank of a title, so a form sent twice makes one."""
    database = connection()
    held = database.execute(select(B.c.slug).where(B.c.title == title, B.c.org_id == org_id)).scalar()
    if held is not None:
        return str(held)
    slug = first_free(slug_of(title) or "ngan-hang", database.execute(select(B.c.slug)).scalars())
    database.execute(insert(B).values(slug=slug, title=title, org_id=org_id))
    audit.record(by_id, "bank.begun", f"bank:{slug}", org=org_id)
    return slug


def empty_quiz(slug: str, title: str) -> dict[str, Any]:
    """What a new quiz holds."""
    return {
        "slug": slug,
        "title": title,
        "intro": "",
        "pool": "exam",
        "minutes": 10,
        "needs_birth_date": False,
        "draw": [],
        "pass": {"correct": 1, "parts": []},
    }


def begin_quiz(title: str, org_id: int, by_id: int) -> str:
    """Makes an empty quiz and returns its slug; an untouched draft of the same author and title is the same draft."""
    return begin_draft(D, "quiz", title, "bai-kiem-tra", org_id, by_id, 10, lambda slug: empty_quiz(slug, title))


def save_quiz(activity_id: int, base: int, body: Mapping[str, Any], by_id: int) -> None:
    """Keeps a draft over the save numbered `base`. Raises Conflict where somebody saved something else since."""
    save_draft(D, activity_id, base, body, by_id)


def publish(activity_id: int, org_id: int, body: Mapping[str, Any], bank: Sequence[Candidate], by_id: int) -> None:
    """Publishes a quiz that its bank suffices for. Raises Invalid, naming what must be mended by field."""
    problems = problems_of(body, bank)
    if problems:
        name, text = problems[0]
        raise Invalid(text, **{name: text})
    if measure_of(body):  # nothing is drawn and nothing is passed
        body = {**body, "draw": [], "pass": {"correct": 0, "parts": []}}
    anchor("quiz", body["slug"], body["title"], body["minutes"] or 10)
    if publish_quiz(activity_id, body, org_id, by_id):
        audit.record(by_id, "quiz.published", f"quiz:{body['slug']}")


def problems_of(body: Mapping[str, Any], bank: Sequence[Candidate]) -> list[tuple[str, Text]]:
    """(id of the field, what must be mended) before a quiz can be published."""
    found: list[tuple[str, Text]] = []
    lines = body["draw"]
    if measure_of(body):
        return _problems_of_forms(body)
    if not lines:
        found.append(("draw", _("Say at least once from where questions are drawn.")))
    for number, (line, (fits, left)) in enumerate(zip(lines, assured(lines, bank), strict=True)):
        if not line["from"]:
            found.append((f"{number}-from", _("Please name at least one skill or area.")))
        elif left < line["count"]:
            found.append(
                (
                    f"{number}-from",
                    _(
                        "Line {n} draws {count} questions; {fits} fit and {left} are sure to be left for it."
                        " Write more questions, or draw fewer.",
                        n=number + 1,
                        count=line["count"],
                        fits=fits,
                        left=left,
                    ),
                )
            )
    found += [(key, Text(template)) for key, template in broken_rules(body.get("policy") or {}, body["pool"])]
    total = sum(line["count"] for line in lines)
    if body["pass"]["correct"] > total:
        found.append(
            (
                "correct",
                _("To pass {n} right answers are needed, but only {total} questions are asked.",
                  n=body["pass"]["correct"], total=total),
            )
        )  # fmt: skip
    for number, part in enumerate(body["pass"]["parts"]):
        asked = sum(
            line["count"] for line in lines
            if any(lies_under(c, part["from"]) or lies_under(part["from"], c) for c in line["from"])
        )  # fmt: skip
        if not part["from"] or part["correct"] > asked:
            found.append(
                (
                    f"p{number}-from",
                    _("Under {code} {n} right answers are needed, but at most {asked} such questions are asked.",
                      code=part["from"] or "…", n=part["correct"], asked=asked),
                )
            )  # fmt: skip
    return found


def _problems_of_forms(body: Mapping[str, Any]) -> list[tuple[str, Text]]:
    """The same for a quiz that measures change: its forms by themselves, against the bank, against the measure."""
    forms, measure = forms_of(body), measure_of(body)
    found = [(f"form-{sorted(forms)[0]}" if forms else "form-a", Text(template, values))
             for _key, template, values in broken_forms(body["measure"], forms)]  # fmt: skip
    if body["pool"] != "exam":
        found.append(("pool", _("A quiz that measures change asks exam questions.")))
    for letter, slugs in sorted(forms.items()):
        gone = [slug for slug in slugs if slug not in measured.usable(slugs, body["pool"])]
        if gone:
            found.append((f"form-{letter}", _("These are no exam questions in use: {names}.", names=", ".join(gone))))
        for twins in measured.twins_in(slugs):
            text = _("These are twins of one another, keep one: {names}.", names=", ".join(twins))
            found.append((f"form-{letter}", text))
    for title, purpose, others in measured.others(measure, body["slug"]):
        if purpose == purpose_of(body):
            text = _("“{title}” is this already in the measure. Choose another time, or another measure.", title=title)
            found.append(("purpose-of-measure", text))
        if set(others) != set(forms):
            text = _("“{title}” belongs to the same measure and has other forms. Use the same letters.", title=title)
            found.append(("form-a", text))
        else:
            found += [
                (
                    f"form-{one}",
                    _(
                        "Form {one} and form {other} of “{title}” have {percent} % of their questions in common. They"
                        " need {least} % or more.",
                        one=one, other=other, title=title, percent=percent, least=FORM_COMMON,
                    ),
                )
                for one in sorted(forms) for other in sorted(others)
                if (percent := shared(forms[one], others[other])) < FORM_COMMON
            ]  # fmt: skip
    return found
