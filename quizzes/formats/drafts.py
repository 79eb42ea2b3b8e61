"""From a question as its paper's lines gave it to one of ours: which answer is right, which type it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.api.texts import Text, _
from quizzes.formats import keys, markup
from quizzes.formats.lines import BOLD, COLORED, HIGHLIGHTED, UNDERLINED
from quizzes.formats.question import Question, answer, clean, explain, line_of, number_text, option, short
from quizzes.items.numbers import read_quantity

WEIGHTY = (HIGHLIGHTED, UNDERLINED)  # marks that nobody makes by chance
MARKS = ("star", HIGHLIGHTED, UNDERLINED, COLORED, BOLD)

NO_ANSWER = _(
    "No right answer is marked. Underline, color or star it, write “Đáp án: B” below, or add a table of answers."
)

# What is wrong with an answer only: whoever looks at the question can say which one is right.
ANSWERABLE = frozenset(
    (
        NO_ANSWER.msgid,
        "Below the question {a} is said to be right, and in the key {b}.",
        "“{text}” is said to be right, which is no letter of an answer.",
        "The right answer is said to be {letter}, but there is no such answer.",
        "The paper marks {a}, and {b} is said to be right.",
        "Two answers are marked in different ways: {a} and {b}.",
    )
)


@dataclass
class Choice:
    """An option or a statement on its way: its letter, its words, and the marks of its letter or of all of it."""

    letter: str
    text: str
    marks: set[str]
    pictures: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Draft:
    """A question being read."""

    number: int
    part: int
    kind: str
    line: int
    stem: list[str] = field(default_factory=list)
    options: list[Choice] = field(default_factory=list)
    statements: list[Choice] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    said: str = ""
    pictures: list[tuple[str, str]] = field(default_factory=list)
    thinking: str = ""
    problems: list[Text] = field(default_factory=list)


def made(draft: Draft, keyed: str, *, bold: bool) -> Question:
    question = Question(
        "single_choice", "\n\n".join(part for part in draft.stem if part.strip()), {"options": []}, line=draft.line,
        thinking=draft.thinking, problems=list(draft.problems),
    )  # fmt: skip
    said = line_of(draft.said or keyed)
    if draft.said and keyed and line_of(draft.said).rstrip(".") != line_of(keyed).rstrip("."):
        question.wrong(_("Below the question {a} is said to be right, and in the key {b}.", a=short(draft.said, 30),
                         b=short(keyed, 30)))  # fmt: skip
    if draft.options:
        _choice(question, draft, said, bold=bold)
    elif len(draft.statements) > 1:
        _statements(question, draft, said)
    else:
        if draft.statements:
            question.stem += "".join(f"\n\n{c.letter}) {markup.escaped(c.text)}" for c in draft.statements)
        _open(question, draft, said)
    _pictures(question, draft)
    if not question.stem:
        question.wrong(_("There are no words of the question."))
    if draft.solution and not question.problems:
        explain(question, "\n\n".join(part for part in draft.solution if part))
    return question


def _choice(question: Question, draft: Draft, said: str, *, bold: bool) -> None:
    options = draft.options
    marked = _marked(options, bold=bold)
    right = keys.letters(said) if said else None
    if said and right is None:
        question.wrong(_("“{text}” is said to be right, which is no letter of an answer.", text=short(said, 30)))
    if right is not None:
        beyond = [letter for letter in right if letter not in {o.letter for o in options}]
        if beyond:
            question.wrong(
                _("The right answer is said to be {letter}, but there is no such answer.", letter=", ".join(beyond))
            )
        heavy = next((found for mark, found in marked if mark in (*WEIGHTY, "star")), None)
        if heavy is not None and heavy != right:
            question.wrong(
                _("The paper marks {a}, and {b} is said to be right.", a=", ".join(heavy), b=", ".join(right))
            )
    elif marked:
        right = marked[0][1]
        other = next((found for mark, found in marked[1:] if mark in (*WEIGHTY, "star") and found != right), None)
        if other is not None:
            question.wrong(
                _("Two answers are marked in different ways: {a} and {b}.", a=", ".join(right), b=", ".join(other))
            )
    else:
        right = []
        if not question.problems:
            question.wrong(NO_ANSWER)
    question.kind = "multiple_choice" if len(right) > 1 else "single_choice"
    made = []
    for one in options:
        text = one.text
        if not text and one.pictures:
            text = f"Hình {one.letter}"  # content, as the paper's own language has it
        if not text:
            question.wrong(_("Answer {letter} has no words.", letter=one.letter))
        row = option(text, correct=one.letter in right)
        if one.pictures:
            row["picture"] = {"file": one.pictures[0][0], "alt": one.pictures[0][1] or text}
        made.append(row)
    question.data = {"options": made}
    if len(made) < 2:
        question.wrong(_("There is only one answer to choose from."))
    texts = [line_of(row["text"]) for row in made if row["text"]]
    if len(set(texts)) < len(texts):
        question.wrong(_("Two answers say the same. Change one."))


def _marked(options: Sequence[Choice], *, bold: bool) -> list[tuple[str, list[str]]]:
    """The letters that each way of marking sets apart, the surest way first."""
    found = []
    for mark in MARKS:
        chosen = sorted(one.letter for one in options if mark in one.marks)
        if 0 < len(chosen) < len(options) and (mark != BOLD or bold):
            found.append((mark, chosen))
    return found


def _statements(question: Question, draft: Draft, said: str) -> None:
    """Statements a) b) c) d), each right or not: one text with a list to choose from behind each."""
    rows = draft.statements
    right = keys.truths(said, len(rows)) if said else None
    if said and right is None:
        question.wrong(_("“{text}” does not say of {n} statements which are right.", text=short(said, 40), n=len(rows)))
    if right is None and all(one.marks & {"said true", "said false"} for one in rows):
        right = ["said true" in one.marks for one in rows]
    if right is None:
        mark = next((m for m in MARKS if any(m in one.marks for one in rows)
                     and (m != BOLD or not all(BOLD in one.marks for one in rows))), None)  # fmt: skip
        right = [mark in one.marks for one in rows] if mark else None
    if right is None:
        right = [False] * len(rows)
        if not question.problems:
            question.wrong(_("It is not said which statements are right. Mark them, or write “Đáp án: ĐSĐS” below."))
    question.kind = "fill_blanks"
    blanks: list[dict[str, Any]] = []
    lines = []
    for number, (one, is_right) in enumerate(zip(rows, right, strict=True), 1):
        lines.append(f"{one.letter}) {markup.escaped(one.text)} [[{number}]]")
        blanks.append(
            {"kind": "choice", "options": [option("Đúng", correct=is_right), option("Sai", correct=not is_right)]}
        )
    question.data = {"text": "\n\n".join(lines), "blanks": blanks}
    question.lose(_("Each statement counts the same part of the point; the steps of the national exam are not kept."))


def _open(question: Question, draft: Draft, said: str) -> None:
    """No answers to choose from: a number, a short answer, or a task that a person marks."""
    if said and draft.kind != "essay":
        quantity = read_quantity(said.rstrip("."))
        if quantity is not None:
            question.kind = "numeric"
            question.data = {"answers": [answer(number_text(quantity.value), key="value")]}
            if quantity.unit:
                question.data["unit"] = {"name": quantity.unit, "others": [], "needed": False}
            return
        texts = [clean(part) for part in re.split(r"\s*(?:/|;|\bhoặc\b)\s*", said) if part.strip()]
        question.kind, question.data = "short_answer", {"answers": [answer(text) for text in texts]}
        return
    if draft.kind == "essay" or (draft.solution and draft.kind != "choice"):
        question.kind, question.data = "task", {"asks": "text"}
        if said:
            question.data["model"] = markup.escaped(said)
        question.lose(_("It became a task that a person marks. Please add its rubric."))
        return
    question.wrong(_("There are no answers A. B. C. D. and no “Đáp án: …”."))


def _pictures(question: Question, draft: Draft) -> None:
    if draft.pictures:
        name, alt = draft.pictures[0]
        question.picture = {"file": name, "alt": alt}
        if len(draft.pictures) > 1:
            question.lose(_("A question holds one picture: the others are left out."))
