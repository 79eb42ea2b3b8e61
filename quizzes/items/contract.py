"""What an item type is. Pure: no database, web or clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast, runtime_checkable

from msgspec import Struct

from lms.api.learning import RUNNERS, Outcome
from lms.api.plugins import ExtensionPoint
from lms.api.work import Text
from quizzes.items.form import Part

# A point, in parts: the least number that 1 to 10 divide, so that every customary share of a point is exact.
WHOLE = 2520
HALF = WHOLE // 2
WAITS = -1  # stands for the mark of an answer that a person has yet to mark
DROPPED = -2  # stands for the mark of a question that was taken out of the score afterwards
Answer = list[Any]  # plain values; for choices the numbers of the options as the author wrote them


class Mark(Struct, frozen=True):
    """What an answer is worth, in parts of a point, 0 to WHOLE, and what is said about it (Markdown subset).

    `places`: what each place of it is worth by itself, in parts, where an answer has several (pairs, blanks).
    """

    parts: int
    why: str
    places: tuple[int, ...] = ()

    @property
    def right(self) -> bool:
        """Whether it is worth the whole point."""
        return self.parts == WHOLE


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


@runtime_checkable
class Faced(Protocol):
    """An item type that shows more than a list of options: what stands on the left, gaps in a text, spots."""

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        """What its template sees as `q.face`, before and after the answer: nothing that tells the key.

        Where it depends on `order`, the type has `face_by_order = True`, and is drawn anew for each order.
        """


@runtime_checkable
class Recalling(Protocol):
    """An item type whose answers can be shown again only by whoever knows the question."""

    def chosen_in(self, spec: Mapping[str, Any], answer: Answer, order: Sequence[int]) -> list[str]:
        """As `chosen`: the keys that an answer marks, or for each place what stands in it."""


@runtime_checkable
class Refusing(Protocol):
    """An item type that can say what is wrong with what was typed."""

    def refusal(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any]) -> Text | None:
        """Why `read` could not take it, and what to write instead; None where nothing was typed at all."""


@runtime_checkable
class Picking(Protocol):
    """An item type that is answered by choosing among things of which the author said which are right."""

    def things_to_pick(self, spec: Mapping[str, Any]) -> Sequence[str]:
        """What there is to choose from, in words, in the author's order: its places are the numbers below."""

    def picked(self, answer: Answer) -> Sequence[int]:
        """The numbers of what an answer chose."""

    def right_ones(self, spec: Mapping[str, Any]) -> Sequence[int]:
        """The numbers of all that is right."""


@runtime_checkable
class Explained(Protocol):
    """An item type that can be looked through by its author."""

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        """Answers to try, each with a name for the author: what learners are likely to answer."""


@runtime_checkable
class Formed(Protocol):
    """An item type that has a form in the studio; one without is written as in a package."""

    @property
    def form(self) -> Sequence[Part]:
        """The fields of its own keys, in the order in which they are asked for."""


class OfflineKey(Struct, frozen=True):
    """What a phone without a network says to an answer. `said` goes by what was chosen, joined by commas in the order
    in which it stands on the page; `otherwise` holds for whatever else was chosen.

    `rule` "typed": what was typed is compared by its letters and digits alone, without marks, as `fold_typed` does it.
    """

    said: Mapping[str, Mark]
    otherwise: Mark
    rule: str = ""


@runtime_checkable
class Tellable(Protocol):
    """An item type whose practice questions can be answered on a phone without a network."""

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        """The key with its reasons: it travels with practice questions, and never with those of exams.

        None where this one question cannot be judged without the network.
        """


class OnPaper(Struct, frozen=True):
    """A question on paper: the options in the order in which they are printed, and the answer in words.

    `ask`: what stands between the question and its options, Markdown; `lines`: how many empty lines to write on.
    """

    options: tuple[str, ...]
    answer: str
    why: str = ""
    ask: str = ""
    lines: int = 0


@runtime_checkable
class Writable(Protocol):
    """An item type that can be answered with a pen."""

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """The question as it is printed."""


@runtime_checkable
class Spoken(Protocol):
    """An item type that says more, or something else, than its options by their letters when it is read aloud."""

    def spoken(self, spec: Mapping[str, Any], order: Sequence[int]) -> Sequence[str]:
        """What is read aloud after the question itself, sentence by sentence; nothing that tells the key."""


@runtime_checkable
class Marked(Protocol):
    """An item type whose answers a person marks. Its `grade` of an answer is never asked."""

    def rubric(self, spec: Mapping[str, Any]) -> Sequence[Criterion]:
        """By what it is marked."""

    def mark_by(self, spec: Mapping[str, Any], levels: Sequence[int]) -> Mark:
        """The mark for the level that was reached in each line of the rubric. ValueError where one is not there."""


class Criterion(Struct, frozen=True):
    """A line of a rubric: its levels, each with its words and its points."""

    text: str
    levels: tuple[tuple[str, int], ...]


@runtime_checkable
class Run(Protocol):
    """An item type that is answered by doing something elsewhere, which gives the mark: see RUNNERS."""

    @property
    def runner(self) -> str:
        """Whose entry of RUNNERS runs it."""

    def thing(self, spec: Mapping[str, Any]) -> str:
        """The name of what is run."""

    def answer_of(self, outcome: Outcome) -> Answer:
        """What a run came to, as an answer."""


_shapes: dict[tuple[type, type], bool] = {}


def has_shape(kind: object, shape: type) -> bool:
    """`isinstance` for a protocol, remembered by type: asking costs more than a question does that is drawn already."""
    key = (type(kind), shape)
    found = _shapes.get(key)
    if found is None:
        found = _shapes[key] = isinstance(kind, shape)
    return found


def runs(kind: object) -> Run | None:
    """The item type, where it is answered by running something."""
    return cast(Run, kind) if has_shape(kind, Run) else None


def asked_now(kind: object) -> bool:
    """Whether a type in use can be asked: what it runs may have gone with its plugin."""
    run = runs(kind)
    return run is None or RUNNERS.find(run.runner) is not None


def waits(kind: object) -> bool:
    """Whether an answer waits for a person's mark."""
    return has_shape(kind, Marked)


def exam_only(kind: object) -> bool:
    """Whether questions of this type stand in exams alone: in a lesson nobody would be there to mark them."""
    return isinstance(kind, Marked) or runs(kind) is not None


def typed(kind: object) -> bool:
    """Whether answers hold what somebody typed, so that what is drawn of one is kept for nobody else."""
    return bool(getattr(kind, "typed", False))


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
