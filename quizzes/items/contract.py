"""What an item type is. Pure: no database, web or clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from lms.api.plugins import ExtensionPoint
from lms.api.work import Text

WHOLE = 2  # a point, in halves
Answer = list[Any]  # plain values; for choices the numbers of the options as the author wrote them


@dataclass(frozen=True)
class Mark:
    """What an answer is worth, in halves of a point, 0 to 2, and what is said about it (Markdown subset)."""

    halves: int
    why: str

    @property
    def right(self) -> bool:
        """Whether it is worth the whole point."""
        return self.halves == WHOLE


class ItemType(Protocol):
    """One kind of question. `spec` is the item's own part of its body, as the package format names it."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Text: ...

    @property
    def template(self) -> str: ...

    def size(self, spec: Mapping[str, Any]) -> int:
        """How many options there are to shuffle."""

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        """Whether the options may stand in any order."""

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        """The options as the author wrote them."""

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        """The answer in a posted form; None where nothing, or nonsense, was chosen."""

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        """The keys that an answer marks, for showing it again."""

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        """The mark of an answer; no answer is worth nothing and is told kindly."""

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        """The answer as texts, for the result page."""


@dataclass(frozen=True)
class OfflineKey:
    """What a phone without a network says to an answer. `said` goes by what was chosen, joined by commas in the order
    in which it stands on the page; `otherwise` holds for whatever else was chosen.
    """

    said: Mapping[str, Mark]
    otherwise: Mark


@runtime_checkable
class Tellable(Protocol):
    """An item type whose practice questions can be answered on a phone without a network."""

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey:
        """The key with its reasons: it travels with practice questions, and never with those of exams."""


@dataclass(frozen=True)
class OnPaper:
    """A question on paper: the options in the order in which they are printed, and the answer in words."""

    options: tuple[str, ...]
    answer: str
    why: str = ""


@runtime_checkable
class Writable(Protocol):
    """An item type that can be answered with a pen."""

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """The question as it is printed."""


def writable(kind: object) -> Writable | None:
    """The item type, where its questions can be printed."""
    return kind if isinstance(kind, Writable) else None


ITEM_TYPES: ExtensionPoint[ItemType] = ExtensionPoint("item_types", "Kinds of questions.", lambda t: t.name)


def keys(count: int) -> list[str]:
    """Names of options on the page: a, b, c … by where they stand, so that they tell nothing."""
    return [chr(ord("a") + i) for i in range(count)]


def place_of(key: str, order: Sequence[int]) -> int | None:
    """The author's number of the option with this key; None for a key that is not on the page."""
    place = ord(key) - ord("a") if len(key) == 1 else -1
    return order[place] if 0 <= place < len(order) else None
