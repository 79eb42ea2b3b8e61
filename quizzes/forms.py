"""From the studio's forms to questions and quizzes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.api.packages import ITEM_READERS, Fields, Problems, Where, item_text, tidy
from lms.api.studio import is_number
from lms.api.web import composed, composed_lines
from lms.api.work import Text, _

Form = MultiDict[str, str]
CHOICES = {"single_choice": 5, "multiple_choice": 6}
LONGEST_STEM = 4000
MOST_LINES = 50


@dataclass
class Read:
    """A body as it was sent, what is wrong with it by field, and a text that could not be understood."""

    body: dict[str, Any]
    errors: dict[str, list[Text]] = field(default_factory=dict)
    raw: str = ""

    def refuse(self, name: str, text: Text) -> None:
        """Notes what is wrong with a field."""
        self.errors.setdefault(name, []).append(text)


def one_line(form: Form, name: str) -> str:
    return composed(form.get(name)) or ""


def many_lines(form: Form, name: str) -> str:
    return tidy(composed_lines(form.get(name)) or "")


def read_item(form: Form, kind: str, skills: Collection[str], lessons: Collection[str]) -> Read:
    """The question that its form holds. `skills` and `lessons` are the codes and slugs that are known."""
    sender, text = one_line(form, "sender")[:100], many_lines(form, "message")
    codes = list(dict.fromkeys(c for c in (composed(s) for s in form.getlist("skills")) if c))[:50]
    read = Read(
        {
            "stem": many_lines(form, "stem"),
            "message": {"sender": sender, "text": text} if sender or text else None,
            "lesson": one_line(form, "lesson"),
            "skills": codes,
            "data": {},
        }
    )
    body = read.body
    if not body["stem"]:
        read.refuse("stem", _("Please write the question."))
    elif len(body["stem"]) > LONGEST_STEM:
        read.refuse("stem", _("Please keep it under {most} letters.", most=LONGEST_STEM))
    if body["message"] and not (sender and text):
        read.refuse("message", _("A message needs its sender and its text."))
    if body["lesson"] and body["lesson"] not in lessons:
        read.refuse("lesson", _("No published lesson is called {name}.", name=body["lesson"]))
    unknown = [code for code in codes if code not in skills]
    if unknown:
        read.refuse("skills", _("No framework here has the skill {code}.", code=", ".join(unknown)))
    if not codes:
        read.refuse("skills", _("Please choose the skill that it tests: quizzes draw by it."))
    body["data"] = _own_keys(read, form, kind)
    return read


def _own_keys(read: Read, form: Form, kind: str) -> dict[str, Any]:
    """The keys of the question's own type, checked by the type itself."""
    reader = ITEM_READERS.get(kind)
    typed = _typed(form, kind)
    if typed is None:
        text = tidy(composed_lines(form.get("own")) or "")
        read.raw = text
    else:
        text = item_text(_written(typed))
    problems = Problems()
    where = Where("item", 0, problems, [])
    fields = Fields.load(text, where) if text else None
    data: dict[str, Any] = typed or {}
    if fields is not None:
        before = len(problems)
        checked = reader.read(fields)
        fields.finish()
        data = checked if len(problems) == before else data
    elif not len(problems):
        read.refuse("own", _("Please write the answers."))
    for problem in problems:
        read.refuse("own", Text(problem.template, dict(problem.values)))
    return data


def _written(data: dict[str, Any]) -> dict[str, Any]:
    """The keys as a package writes them: false and empty ones are left out."""
    if "options" in data:
        rows = [
            {k: v for k, v in (("text", o["text"]), ("correct", o["correct"] or None), ("why", o["why"])) if v}
            for o in data["options"]
        ]
        return {"options": rows}
    return {key: value for key, value in data.items() if value != ""}


def _typed(form: Form, kind: str) -> dict[str, Any] | None:
    """What the fields of a standard type hold; None for a type that has no form of its own."""
    if kind in CHOICES:
        right = set(form.getlist("right"))
        rows = []
        for number in range(CHOICES[kind]):
            text, why = many_lines(form, f"o{number}-text"), many_lines(form, f"o{number}-why")
            if text or why:
                rows.append({"text": text, "correct": str(number) in right, "why": why})
        return {"options": rows}
    if kind == "true_false":
        answer = form.get("answer", "")
        own: dict[str, Any] = {"why_true": many_lines(form, "why_true"), "why_false": many_lines(form, "why_false")}
        return {"answer": answer == "true", **own} if answer in ("true", "false") else own
    if kind == "ordering":
        lines = [composed(line) or "" for line in (form.get("steps") or "").splitlines()]
        return {
            "steps": [line for line in lines if line],
            "why": many_lines(form, "why"),
            "why_wrong": many_lines(form, "why_wrong"),
        }
    return None


def codes_of(typed: str) -> list[str]:
    """Codes with commas or spaces between them."""
    return list(dict.fromkeys(code for code in re.split(r"[\s,;]+", composed(typed) or "") if code))[:50]


def read_quiz(form: Form, held: dict[str, Any], codes: Collection[str]) -> Read:
    """The quiz that its form holds. `codes` are those of the skills and areas that are known."""
    read = Read(
        {
            **held,
            "title": one_line(form, "title"),
            "intro": many_lines(form, "intro")[:2000],
            "pool": "practice" if form.get("pool") == "practice" else "exam",
            "needs_birth_date": form.get("needs_birth_date") == "1",
            "draw": [],
            "pass": {"correct": _number(form.get("correct", ""), 1), "parts": []},
        }
    )
    body = read.body
    if not body["title"] or len(body["title"]) > 200:
        read.refuse("title", _("Please give it a title of at most {most} letters.", most=200))
    minutes = one_line(form, "minutes")
    body["minutes"] = None if not minutes else _number(minutes, 0)
    if body["minutes"] is not None and not 1 <= body["minutes"] <= 600:
        body["minutes"] = held["minutes"]
        read.refuse("minutes", _("Please enter a whole number from 1 to {most}.", most=600))
    if not 1 <= body["pass"]["correct"] <= 25_000:
        read.refuse("correct", _("Please enter a whole number from 1 to {most}.", most=25_000))
    for key in form.getlist("line")[:MOST_LINES]:
        number = len(body["draw"])
        line: dict[str, Any] = {
            "from": codes_of(form.get(f"{key}-from", "")),
            "count": _number(form.get(f"{key}-count", ""), 0),
            "spread": form.get(f"{key}-spread") == "1",
        }
        body["draw"].append(line)
        _known(read, f"{number}-from", line["from"], codes)
        if not 1 <= line["count"] <= 500:
            read.refuse(f"{number}-count", _("Please enter a whole number from 1 to {most}.", most=500))
    for key in form.getlist("part")[:MOST_LINES]:
        number = len(body["pass"]["parts"])
        needed = _number(form.get(f"{key}-correct", ""), 0)
        part: dict[str, Any] = {"from": one_line(form, f"{key}-from")[:64], "correct": needed}
        body["pass"]["parts"].append(part)
        _known(read, f"p{number}-from", [part["from"]] if part["from"] else [], codes)
        if not 1 <= part["correct"] <= 500:
            read.refuse(f"p{number}-correct", _("Please enter a whole number from 1 to {most}.", most=500))
    return read


def _known(read: Read, name: str, found: list[str], codes: Collection[str]) -> None:
    unknown = [code for code in found if code not in codes]
    if unknown:
        read.refuse(name, _("No framework here has {code}.", code=", ".join(unknown)))


def _number(typed: str, default: int) -> int:
    typed = typed.strip()
    return int(typed) if is_number(typed) else default
