"""Whether a question that was brought is one of ours: checked by its type's own reader, as in a package."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from lms.api.packages import ITEM_READERS, Fields, Problems, Where, item_text, pictures_named, plain_fields
from lms.api.texts import Text, _
from quizzes.formats.question import LONGEST_FIX, RUBRIC, THINKING, Question, line_of

LONGEST_STEM, LONGEST_MESSAGE, LONGEST_SOURCE, MOST_LEVEL = 4_000, 4_000, 500, 9
STEMS = {  # what is asked where only a text with blanks, a thread or a picture came
    "fill_blanks": "Điền vào chỗ trống.",
    "thread": "Tin nhắn nào là lừa đảo?",
}


def checked(kind: str, data: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Text]]:
    """The data as the type keeps them, and what is wrong with them; None where they cannot be used."""
    reader = ITEM_READERS.find(kind)
    if reader is None:
        return None, [_("Questions of the type {kind} are not known here.", kind=kind[:40])]
    problems = Problems()
    fields, _paths = plain_fields(data, Where("item", 0, problems, []))
    return _read(reader.read, fields, problems)


def read_detail(kind: str, text: str) -> tuple[dict[str, Any] | None, list[Text]]:
    """The data that a text holds as a package writes them, and what is wrong with them."""
    reader = ITEM_READERS.find(kind)
    if reader is None:
        return None, [_("Questions of the type {kind} are not known here.", kind=kind[:40])]
    problems = Problems()
    fields = Fields.load(text, Where("item", 0, problems, []))
    return (None, _said(problems)) if fields is None else _read(reader.read, fields, problems)


def _read(read: Any, fields: Fields, problems: Problems) -> tuple[dict[str, Any] | None, list[Text]]:
    found: dict[str, Any] = read(fields)
    fields.finish()
    return (None if len(problems) else found), _said(problems)


def _said(problems: Problems) -> list[Text]:
    return [Text(problem.template, dict(problem.values)) for problem in problems]


def text_of(question: Question) -> str:
    """A question's data as a package writes them."""
    return item_text(ITEM_READERS.get(question.kind).write(question.data))


def same(one: Question, other: Question) -> bool:
    """Whether two questions hold the same data, as their type keeps them."""
    if other.problems or one.kind != other.kind:
        return False
    (held, _a), (found, _b) = checked(one.kind, one.data), checked(other.kind, other.data)
    return held is not None and held == found


class Around(Struct, frozen=True):
    """What a question may refer to here: codes of skills by their folded form, and lessons."""

    skills: Mapping[str, str]
    lessons: Collection[str]


def settle(question: Question, files: Collection[str], around: Around) -> None:
    """Checks a question and puts it into our form; what keeps it out, and what is not kept, is noted at it.

    `files`: the names of the pictures that came with it.
    """
    if question.kind == "task" and not question.problems:
        question.data.setdefault("asks", "text")
        if not question.data.get("rubric"):
            question.data["rubric"] = [dict(line) for line in RUBRIC]
            question.lose(_("It got a plain rubric: reached, partly reached, not reached. Please look at it."))
    if not question.stem and question.kind in STEMS:
        question.stem = STEMS[question.kind]
    if not question.problems:
        data, problems = checked(question.kind, question.data)
        for problem in problems:
            question.wrong(problem)
        question.data = data if data is not None else question.data
    for name in pictures_named({"picture": question.picture, "data": question.data}):
        if name not in files:
            question.wrong(_("The picture {name} is not in the file.", name=name))
    _lengths(question)
    known = []
    for code in question.skills:
        held = around.skills.get(code.strip().upper())
        if held is None:
            question.lose(_("“{tag}” is no skill that a framework here has.", tag=code[:60]))
        elif held not in known:
            known.append(held)
    question.skills = known
    if question.lesson and question.lesson not in around.lessons:
        question.lose(_("No published lesson is called {name}.", name=question.lesson[:64]))
        question.lesson = ""


def _lengths(question: Question) -> None:
    for text, most in (
        (question.stem, LONGEST_STEM), (question.fix, LONGEST_FIX), (question.source, LONGEST_SOURCE),
        ((question.message or {}).get("text", ""), LONGEST_MESSAGE), ((question.message or {}).get("sender", ""), 100),
    ):  # fmt: skip
        if len(text) > most:
            question.wrong(
                _("A text of it has {count} letters; at most {most} are allowed.", count=len(text), most=most)
            )
    if question.message and not (question.message.get("sender") and question.message.get("text")):
        question.wrong(_("A message needs its sender and its text."))
    if question.level and not 1 <= question.level <= MOST_LEVEL:
        question.lose(_("Levels go from 1 to {most}: {level} is left out.", most=MOST_LEVEL, level=question.level))
        question.level = 0
    if question.thinking not in ("", *THINKING):
        question.thinking = ""
    question.name = line_of(question.name)[:100]
