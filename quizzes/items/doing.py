"""Doing something: a practice that is run without hints, a task that a person marks. Pure; exams only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from lms.api.learning import Outcome
from lms.api.texts import nfc
from lms.api.work import Text, _
from quizzes.items.contract import HALF, Answer, Criterion, Mark, OnPaper
from quizzes.items.form import Part
from quizzes.items.shares import an_equal_share

LONGEST_ANSWER = 10_000  # letters


class PracticeRun(Struct, frozen=True):
    """A practice run as a test. Its answer is what the run came to: [points, most, passed]."""

    name: str = "practice"
    title: Text = _("A practice, without hints")
    template: str = "quizzes/items/practice.html"
    runner: str = "practice"
    form: tuple[Part, ...] = (Part("practice", "thing", _("The practice: its name in the address"), most=64),)

    def thing(self, spec: Mapping[str, Any]) -> str:
        return str(spec["practice"])

    def answer_of(self, outcome: Outcome) -> Answer:
        return [outcome.points, outcome.most, outcome.passed]

    def size(self, spec: Mapping[str, Any]) -> int:
        return 0

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return []

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        """Never anything: what was done is asked of whoever ran it, not of the form."""
        return None

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return ["done"]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        """The share of steps that were right; at most half a point where the run as a whole did not pass."""
        if not answer:
            return Mark(0, "")
        points, most, passed = answer
        share = an_equal_share(max(0, min(points, most)), most)
        return Mark(share if passed else min(share, HALF), "")

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [f"{answer[0]} / {answer[1]}"]


class Task(Struct, frozen=True):
    """Something done for real, or written, that a person marks by a rubric. Until then its answer has no mark."""

    name: str = "task"
    title: Text = _("A task that a person marks")
    template: str = "quizzes/items/task.html"
    typed: bool = True
    form: tuple[Part, ...] = (
        Part(
            "asks", "choice", _("What the learner hands in"), default="text",
            choices=(("text", _("A text typed here")), ("nothing", _("Nothing: somebody watches it being done"))),
        ),
        Part(
            "rubric", "rows", _("By what it is marked"), most=10, least=1, row=_("Criterion {n}"),
            parts=(
                Part("criterion", "line", _("What is looked at"), most=300),
                Part(
                    "levels", "levels", _("Its levels, one a line, each with its points first"),
                    _("2 does it alone — 1 with help — 0 not yet"), tall=3, most=2000,
                ),
            ),
        ),
        Part("model", "box", _("A model answer, for whoever marks"), most=4000, tall=4),
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return 0

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return []

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        return {"asks": spec["asks"], "most": LONGEST_ANSWER, "criteria": [c["criterion"] for c in spec["rubric"]]}

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        sent = (fields.get("answer") or [""])[0]
        if spec["asks"] == "nothing":
            return [True] if sent == "done" else None
        if len(sent) > 2 * LONGEST_ANSWER:
            return None
        clean = "".join(c if c.isprintable() or c == "\n" else " " for c in sent.replace("\r\n", "\n"))
        lines = [nfc(line) for line in clean.split("\n")]
        said = "\n".join(lines).strip()
        return [said] if said and len(said) <= LONGEST_ANSWER else None

    def refusal(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any]) -> Text | None:
        sent = (fields.get("answer") or [""])[0]
        if spec["asks"] != "nothing" and len(sent) > LONGEST_ANSWER:
            return _("Please keep it under {most} letters.", most=LONGEST_ANSWER)
        return None

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return ["done" if answer[0] is True else str(answer[0])]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        """Nothing for no answer; any other has no mark until a person gives it, see `mark_by`."""
        return Mark(0, "")

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return ["✓"] if answer[0] is True else str(answer[0]).split("\n")

    def rubric(self, spec: Mapping[str, Any]) -> Sequence[Criterion]:
        return [
            Criterion(c["criterion"], tuple((level["text"], int(level["points"])) for level in c["levels"]))
            for c in spec["rubric"]
        ]

    def mark_by(self, spec: Mapping[str, Any], levels: Sequence[int]) -> Mark:
        criteria = self.rubric(spec)
        if len(levels) != len(criteria) or any(
            not 0 <= n < len(c.levels) for n, c in zip(levels, criteria, strict=True)
        ):
            raise ValueError("a level that is not in the rubric")
        most = sum(max(points for _text, points in c.levels) for c in criteria)
        got = [c.levels[n][1] for n, c in zip(levels, criteria, strict=True)]
        places = tuple(
            an_equal_share(points, max(p for _text, p in c.levels)) for points, c in zip(got, criteria, strict=True)
        )
        why = "\n".join(f"- {c.text}: {c.levels[n][0]}" for n, c in zip(levels, criteria, strict=True))
        return Mark(an_equal_share(sum(got), most), why, places)

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        said = "; ".join(c["criterion"] for c in spec["rubric"])
        return OnPaper((), spec.get("model", "") or said, said, lines=0 if spec["asks"] == "nothing" else 8)
