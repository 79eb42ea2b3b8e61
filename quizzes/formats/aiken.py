"""Aiken, the shortest format of Moodle: a question, answers A. B. C., and a line ANSWER: B. Pure."""

from __future__ import annotations

import re

from lms.api.texts import _
from quizzes.formats import markup
from quizzes.formats.question import MOST_QUESTIONS, Brought, Question, clean, option

_OPTION = re.compile(r"\s*([A-Z])[.)]\s*(.*)", re.IGNORECASE)
_ANSWER = re.compile(r"\s*ANSWER\s*:\s*([A-Z])\s*", re.IGNORECASE)


def read(text: str) -> Brought:
    """The questions of a text. Lines before the answers are the question; blank lines count for nothing."""
    brought = Brought()
    stem: list[str] = []
    options: list[str] = []
    start = 0
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if not stem:
            start = number
        found = _ANSWER.fullmatch(line)
        if found:
            if len(brought.questions) >= MOST_QUESTIONS:
                brought.wrong(_("Only the first {most} questions are read. Divide the file.", most=MOST_QUESTIONS))
                return brought
            brought.questions.append(_question(stem, options, found[1].upper(), start))
            stem, options, start = [], [], 0
            continue
        lettered = _OPTION.fullmatch(line)
        if lettered and lettered[1].upper() == chr(ord("A") + len(options)) and stem:
            options.append(lettered[2])
        elif options:
            options[-1] += "\n" + line
        else:
            stem.append(line)
    if stem or options:
        brought.wrong(_("The last question has no line ANSWER: with its right answer."), " ".join(stem), start)
    return brought


def _question(stem: list[str], options: list[str], right: str, line: int) -> Question:
    place = ord(right) - ord("A")
    question = Question(
        "single_choice", markup.escaped(clean("\n".join(stem))),
        {"options": [option(clean(text), correct=n == place) for n, text in enumerate(options)]}, line=line,
    )  # fmt: skip
    if not question.stem:
        question.wrong(_("There are no words of the question."))
    if place >= len(options):
        question.wrong(_("The right answer is said to be {letter}, but there is no such answer.", letter=right))
    if not all(one["text"] for one in question.data["options"]):
        question.wrong(_("An answer has no words."))
    return question
