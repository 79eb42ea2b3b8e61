"""From the studio's forms to questions and quizzes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.api.packages import (
    FORM_LETTERS,
    FORM_PURPOSES,
    ITEM_READERS,
    LONGEST_WHERE,
    POLICY_CHOICES,
    POLICY_DEFAULTS,
    POLICY_MARKING,
    POLICY_NUMBERS,
    THINKING,
    Fields,
    Problems,
    Where,
    is_slug,
    tidy,
)
from lms.api.studio import is_number
from lms.api.web import composed, composed_lines
from lms.api.work import Text, _
from quizzes.item_forms import changed, picture_in, read_own
from quizzes.items.contract import ITEM_TYPES, Formed

Form = MultiDict[str, str]
LONGEST_STEM = 4000
LONGEST_FIX = 300
MOST_LINES = 50
LEVELS = tuple("123456789")


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
    read = Read({**_common(form), "data": {}})
    body = read.body
    codes, message = body["skills"], body["message"]
    if not body["stem"]:
        read.refuse("stem", _("Please write the question."))
    elif len(body["stem"]) > LONGEST_STEM:
        read.refuse("stem", _("Please keep it under {most} letters.", most=LONGEST_STEM))
    if message and not (message["sender"] and message["text"]):
        read.refuse("message", _("A message needs its sender and its text."))
    if body["lesson"] and body["lesson"] not in lessons:
        read.refuse("lesson", _("No published lesson is called {name}.", name=body["lesson"]))
    unknown = [code for code in codes if code not in skills]
    if unknown:
        read.refuse("skills", _("No framework here has the skill {code}.", code=", ".join(unknown)))
    if not codes:
        read.refuse("skills", _("Please choose the skill that it tests: quizzes draw by it."))
    _check_more(read, form)
    _read_own_keys(read, form, kind)
    return read


def unchecked(form: Form, kind: str, asked: str) -> dict[str, Any]:
    """The question as its form holds it after one of its buttons (see item_forms.changed), whatever it lacks."""
    type_ = ITEM_TYPES.get(kind)
    data = changed(type_.form, form, asked) if isinstance(type_, Formed) else {}
    return {**_common(form), "data": data}


def _common(form: Form) -> dict[str, Any]:
    """What every question has. What is empty of the later keys is left out, so that older digests hold."""
    sender, text = one_line(form, "sender")[:100], many_lines(form, "message")
    level = one_line(form, "level")
    more = {
        "level": int(level) if is_number(level) and len(level) == 1 else None,
        "thinking": one_line(form, "thinking") if one_line(form, "thinking") in THINKING else "",
        "twins": one_line(form, "twins")[:100],
        "picture": picture_in(form, "item-picture"),
        "fix": many_lines(form, "fix"),
        "source": many_lines(form, "source")[:500],
    }
    return {
        "stem": many_lines(form, "stem"),
        "message": {"sender": sender, "text": text} if sender or text else None,
        "lesson": one_line(form, "lesson"),
        "skills": list(dict.fromkeys(c for c in (composed(s) for s in form.getlist("skills")) if c))[:50],
        **{key: value for key, value in more.items() if value},
    }


def _check_more(read: Read, form: Form) -> None:
    body, level = read.body, one_line(form, "level")
    if level and not 1 <= body.get("level", 0) <= 9:
        body.pop("level", None)
        read.refuse("level", _("Please enter a whole number from 1 to {most}.", most=9))
    if body.get("twins") and not is_slug(body["twins"]):
        read.refuse("twins", _("Please use small letters a–z, digits and hyphens only."))
    if len(body.get("fix", "")) > LONGEST_FIX:
        read.refuse("fix", _("Please keep it under {most} letters.", most=LONGEST_FIX))
    picture = body.get("picture")
    if picture and not (picture["file"] and picture["alt"]):
        read.refuse("item-picture", _("A picture needs its file, and words that say what it shows."))


def _read_own_keys(read: Read, form: Form, kind: str) -> None:
    """The keys of the question's own type: from its form where it has one, else as a package writes them."""
    type_, reader = ITEM_TYPES.get(kind), ITEM_READERS.get(kind)
    if isinstance(type_, Formed):
        own = read_own(type_.form, form, reader)
        read.body["data"] = own.data
        for name, texts in own.errors.items():
            for text in texts:
                read.refuse(name, text)
        return
    read.raw = tidy(composed_lines(form.get("own")) or "")
    problems = Problems()
    fields = Fields.load(read.raw, Where("item", 0, problems, [])) if read.raw else None
    if fields is not None:
        before = len(problems)
        checked = reader.read(fields)
        fields.finish()
        read.body["data"] = checked if len(problems) == before else {}
    elif not len(problems):
        read.refuse("own", _("Please write the answers."))
    for problem in problems:
        read.refuse("own", Text(problem.template, dict(problem.values)))


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
        _narrowed(read, form, key, number, line)
    for key in form.getlist("part")[:MOST_LINES]:
        number = len(body["pass"]["parts"])
        needed = _number(form.get(f"{key}-correct", ""), 0)
        part: dict[str, Any] = {"from": one_line(form, f"{key}-from")[:64], "correct": needed}
        body["pass"]["parts"].append(part)
        _known(read, f"p{number}-from", [part["from"]] if part["from"] else [], codes)
        if not 1 <= part["correct"] <= 500:
            read.refuse(f"p{number}-correct", _("Please enter a whole number from 1 to {most}.", most=500))
    _taken(read, form)
    _measures(read, form)
    return read


def _measures(read: Read, form: Form) -> None:
    """The measure and the forms of a quiz that measures change; nothing is stored where no measure is named."""
    body = read.body
    body.pop("measure", None)
    body.pop("forms", None)
    name = one_line(form, "measure")[:64]
    if not name:
        return
    if not is_slug(name):
        read.refuse("measure", _("Please write a name of small letters, digits and hyphens, for example an-toan-so."))
    purpose = form.get("purpose-of-measure", "")
    read.errors.pop("correct", None)  # nothing is passed
    body["measure"] = {"of": name, "purpose": purpose if purpose in FORM_PURPOSES else FORM_PURPOSES[0]}
    forms: dict[str, list[str]] = {}
    for letter in FORM_LETTERS:
        slugs = list(dict.fromkeys(re.split(r"[\s,;]+", form.get(f"form-{letter}", "")[:10_000].strip())))
        if slugs != [""]:
            forms[letter] = slugs[:100]
    body["forms"] = forms


def _narrowed(read: Read, form: Form, key: str, number: int, line: dict[str, Any]) -> None:
    """The levels and kinds of thinking to which a line keeps, where it does; else it is stored as ever."""
    levels = codes_of(form.get(f"{key}-levels", ""))
    if any(level not in LEVELS for level in levels):
        read.refuse(f"{number}-levels", _("Please write levels as whole numbers from 1 to 9, for example 1, 2."))
    elif levels:
        line["levels"] = sorted({int(level) for level in levels})
    thinking = [kind for kind in THINKING if kind in form.getlist(f"{key}-thinking")]
    if thinking:
        line["thinking"] = thinking


def _taken(read: Read, form: Form) -> None:
    """The limit and the policy: how the quiz is taken. What is as everywhere else is not stored."""
    body = read.body
    body.pop("limit", None)
    body.pop("policy", None)
    limit = _between(read, form, "limit", 1, 600)
    if limit is not None:
        body["limit"] = limit
    said: dict[str, Any] = {name: form.get(name, "") for name in POLICY_CHOICES}
    for name, known in POLICY_CHOICES.items():
        said[name] = said[name] if said[name] in known else POLICY_DEFAULTS[name]
    for name, (least, most) in {**POLICY_NUMBERS, **POLICY_MARKING}.items():
        number = _between(read, form, name, least, most)
        said[name] = POLICY_DEFAULTS[name] if number is None else number
    said["where"] = many_lines(form, "where")[:LONGEST_WHERE]
    policy = {name: value for name, value in said.items() if value != POLICY_DEFAULTS[name]}
    if policy:
        body["policy"] = policy


def _between(read: Read, form: Form, name: str, least: int, most: int) -> int | None:
    """A whole number that may be left out; refused where it lies outside."""
    typed = one_line(form, name)
    if not typed:
        return None
    if not is_number(typed) or not least <= int(typed) <= most:
        read.refuse(name, _("Please enter a whole number from {least} to {most}.", least=least, most=most))
        return None
    return int(typed)


def _known(read: Read, name: str, found: list[str], codes: Collection[str]) -> None:
    unknown = [code for code in found if code not in codes]
    if unknown:
        read.refuse(name, _("No framework here has {code}.", code=", ".join(unknown)))


def _number(typed: str, default: int) -> int:
    typed = typed.strip()
    return int(typed) if is_number(typed) else default
