"""Moodle's cloze: `{1:SHORTANSWER:=Berlin~%50%Bonn#Not any more}` inside a text, read and written. Pure.

Source of the rules: Moodle's documentation of embedded answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from lms.api.texts import _
from quizzes.formats.gift import number_answer, typed_share
from quizzes.formats.question import Question, answer, clean, line_of, number_text, option, share_of, share_text

_HOLE = re.compile(
    r"\{(?P<weight>\d{0,3}):(?P<kind>SHORTANSWER_C|SHORTANSWER|SAC|SA|MWC|MW|NUMERICAL|NM|MULTICHOICE_VS|MULTICHOICE_HS"
    r"|MULTICHOICE_V|MULTICHOICE_H|MULTICHOICE_S|MULTICHOICE|MCVS|MCHS|MCV|MCH|MCS|MC|MULTIRESPONSE_HS"
    r"|MULTIRESPONSE_H|MULTIRESPONSE_S|MULTIRESPONSE|MRHS|MRH|MRS|MR):(?P<answers>(?:\\.|[^\\}])*)\}",
    re.IGNORECASE | re.DOTALL,
)
_SHARE = re.compile(r"\s*(?:%(-?[0-9.,]+)%|(=))?(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
SHORT = ("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC")


def read(
    text: str, question: Question, words: Callable[[str], str], plain: Callable[[str], str] = str
) -> tuple[str, list[dict[str, Any]]]:
    """The text with [[1]] [[2]] in the place of its holes, and the blanks.

    `words` reads what is said to an answer, `plain` an answer: where the text is HTML it resolves `&amp;`.
    """
    blanks: list[dict[str, Any]] = []

    def replace(found: re.Match[str]) -> str:
        blank = _blank(found["kind"].upper(), found["answers"], question, words, plain)
        weight = int(found["weight"] or 1)
        if weight > 1:
            blank["weight"] = weight
        if found["weight"] and weight == 0:
            question.lose(_("A blank that counts nothing counts one point here."))
        blanks.append(blank)
        return f"[[{len(blanks)}]]"

    return _HOLE.sub(replace, text), blanks


def _blank(
    kind: str, inner: str, question: Question, words: Callable[[str], str], plain: Callable[[str], str]
) -> dict[str, Any]:
    entries = []
    for part in _apart(inner, "~"):
        found = _SHARE.fullmatch(part)
        if found is None or not part.strip():
            continue
        share = 100.0 if found[2] else share_of(found[1] or "") or 0
        said, _sharp, why = _cut(found[3])
        entries.append((share, clean(plain(said)), words(why) if why.strip() else ""))
    if kind in SHORT:
        return _typed(entries, question, ["case"] if kind in ("SHORTANSWER_C", "SAC", "MWC") else [])
    if kind in ("NUMERICAL", "NM"):
        return _numeric(entries, question)
    if kind.startswith(("MULTIRESPONSE", "MR")):
        question.lose(_("A blank with several right answers to tick became a list with one answer to choose."))
    best = max((share for share, _said, _why in entries), default=0)
    options = [
        option(line_of(said), correct=share == best > 0, why=why,
               share=typed_share(question, share) or None if share != best else None)
        for share, said, why in entries
    ]  # fmt: skip
    if best <= 0:
        question.wrong(_("A blank has no right answer."))
    return {"kind": "choice", "options": options}


def _cut(text: str) -> tuple[str, str, str]:
    said, *more = _apart(text, "#")
    return _ESCAPED.sub(r"\1", said), "#" if more else "", _ESCAPED.sub(r"\1", "#".join(more))


def _apart(text: str, sign: str) -> list[str]:
    """What stands between the signs, but for those behind a backslash that is not itself behind one."""
    ends = [found.start() for found in re.finditer(rf"\\.|{sign}", text, re.DOTALL) if found[0] == sign]
    return [text[start:end] for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(text)], strict=True)]


def _typed(entries: Sequence[tuple[float, str, str]], question: Question, heeds: list[str]) -> dict[str, Any]:
    blank: dict[str, Any] = {"kind": "short", "answers": []}
    for share, said, why in entries:
        if said == "*" and share <= 0:
            blank["why_wrong"] = why
        else:
            blank["answers"].append(answer(line_of(said), why=why, share=typed_share(question, share)))
    if heeds:
        blank["heeds"] = heeds
    return blank


def _numeric(entries: Sequence[tuple[float, str, str]], question: Question) -> dict[str, Any]:
    blank: dict[str, Any] = {"kind": "numeric", "answers": []}
    for share, said, why in entries:
        if said in ("*", ""):
            blank["why_wrong"] = why
            continue
        made = number_answer(said)
        if made is None:
            question.wrong(_("“{text}” is not a number, a number with its tolerance (5:0.1) or a range (1..5).",
                             text=said[:60]))  # fmt: skip
            continue
        if share != 100:
            made["share"] = typed_share(question, share)
        if why:
            made["why"] = why
        blank["answers"].append(made)
    return blank


def _quoted(text: str) -> str:
    return re.sub(r"([~#}\\\"])", r"\\\1", text)


def write(text: str, blanks: Sequence[dict[str, Any]]) -> tuple[str, set[str]]:
    """The text with its blanks in Moodle's form, and what they held that Moodle's do not: heeds, unit, synonyms."""
    lost: set[str] = set()

    def replace(found: re.Match[str]) -> str:
        number = int(found[1])
        return _hole(blanks[number - 1], lost) if 1 <= number <= len(blanks) else found[0]

    return re.sub(r"\[\[(\d{1,3})\]\]", replace, text), lost


def _hole(blank: dict[str, Any], lost: set[str]) -> str:
    kind, entries = blank["kind"], []
    if kind == "choice":
        name = "MULTICHOICE"
        for one in blank["options"]:
            said, share = one["text"], one.get("share")
            needs = share or said.lstrip().startswith(("=", "%"))  # a wrong answer that looks marked
            mark = "=" if one.get("correct") else f"%{share_text(share or 0)}%" if needs else ""
            entries.append(_entry(mark, said, one.get("why", "")))
    elif kind == "numeric":
        name = "NUMERICAL"
        for one in blank["answers"]:
            around = number_text(one.get("tolerance") or 0)
            said = number_text(one["value"]) + (f":{around}" if around != "0" else "")
            entries.append(_entry(_mark(one), said, one.get("why", "")))
    else:
        heeds = blank.get("heeds") or []
        name = "SHORTANSWER_C" if "case" in heeds else "SHORTANSWER"
        if set(heeds) - {"case"}:
            lost.add("heeds")
        for one in blank["answers"]:
            entries.append(_entry(_mark(one), one["text"], one.get("why", "")))
    if blank.get("why_wrong"):
        entries.append(_entry("%0%", "*", blank["why_wrong"]))
    lost |= {key for key in ("unit", "synonyms") if blank.get(key)}
    return "{" + f"{blank.get('weight', 1)}:{name}:" + "~".join(entries) + "}"


def _mark(one: dict[str, Any]) -> str:
    share = one.get("share", 100)
    return "=" if share == 100 else f"%{share_text(share)}%"


def _entry(mark: str, said: str, why: str) -> str:
    return mark + _quoted(said) + (f"#{_quoted(why)}" if why else "")
