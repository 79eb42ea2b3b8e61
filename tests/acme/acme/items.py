"""An item type: a number to type in, e.g. the telephone number of the police. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.api.packages import Fields
from lms.api.work import Text, _
from quizzes.api import WHOLE, Answer, Mark


@dataclass(frozen=True)
class NumberItem:
    """One number; a point for exactly that one."""

    name: str = "number"
    title: Text = _("A number to type")
    template: str = "acme/items/number.html"

    def size(self, spec: Mapping[str, Any]) -> int:
        return 0

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return []

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        typed = "".join((fields.get("answer") or [""])[0].split())
        return [int(typed)] if typed.isascii() and typed.isdigit() and len(typed) <= 15 else None

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return [str(answer[0])]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        right = answer[0] == spec["answer"]
        return Mark(WHOLE if right else 0, spec["why"] if right else spec["why_wrong"])

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [str(answer[0])]


@dataclass(frozen=True)
class NumberReader:
    """Its own keys in items/<bank>.yaml: answer, why, why_wrong."""

    type: str = "number"

    def read(self, fields: Fields) -> dict[str, Any]:
        return {
            "answer": fields.whole("answer", 0, 10**15),
            "why": fields.text("why"),
            "why_wrong": fields.text("why_wrong"),
        }

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"answer": data["answer"], "why": data["why"], "why_wrong": data["why_wrong"]}
