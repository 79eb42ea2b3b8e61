"""Looking closely: a place on a picture, a message in a thread. Chosen from a list, never aimed at. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from msgspec import Struct

from lms.api.work import Text, _
from quizzes.items.choices import MOST_TOLD, joined
from quizzes.items.contract import HALF, WHOLE, Answer, Mark, OfflineKey, OnPaper, keys, place_of
from quizzes.items.form import WHY, Part

BAND = 8  # percent of a picture's height within which spots stand beside one another


class _Found(Struct, frozen=True):
    """What hotspots and threads share: some of the things shown are to be found, one or several of them."""

    def things(self, spec: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        raise NotImplementedError

    def seats(self, spec: Mapping[str, Any]) -> Sequence[int]:
        """The author's numbers in the order in which the things are shown."""
        return range(len(self.things(spec)))

    def several(self, spec: Mapping[str, Any]) -> bool:
        """Whether more than one may be chosen."""
        return sum(bool(thing.get("correct")) for thing in self.things(spec)) > 1

    def size(self, spec: Mapping[str, Any]) -> int:
        return len(self.things(spec))

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        sent = (fields.get("answer") or [])[: 50 if self.several(spec) else 1]
        places = {place_of(key, self.seats(spec)) for key in sent} - {None}
        return sorted(p for p in places if p is not None) or None

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        raise NotImplementedError

    def chosen_in(self, spec: Mapping[str, Any], answer: Answer, order: Sequence[int]) -> list[str]:
        """The keys that an answer marks, by where its things are shown."""
        seats = self.seats(spec)
        return [key for key, place in zip(keys(len(seats)), seats, strict=True) if place in answer]

    def right_answer(self, spec: Mapping[str, Any]) -> Answer:
        """The author's numbers of all that is to be found."""
        return [i for i, thing in enumerate(self.things(spec)) if thing.get("correct")]

    def things_to_pick(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return [self.in_words(spec, [i])[0] for i in range(self.size(spec))]

    def picked(self, answer: Answer) -> Sequence[int]:
        return answer

    def right_ones(self, spec: Mapping[str, Any]) -> Sequence[int]:
        return self.right_answer(spec)

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        """A point for all that is to be found and nothing else; of several, half where exactly one is off."""
        given = set(answer or [])
        if not given:
            return Mark(0, "")
        things, right = self.things(spec), set(self.right_answer(spec))
        off = len(right ^ given)
        why = joined([things[i].get("why") for i in sorted(given - right) or sorted(right & given)])
        return Mark(WHOLE if off == 0 else HALF if off == 1 and len(right) > 1 else 0, why)

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        right = self.right_answer(spec)
        alone = [(self.in_words(spec, [i])[0], [i]) for i in self.seats(spec) if [i] != right]
        return [(" + ".join(self.in_words(spec, right)), right), *alone]

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        raise NotImplementedError

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        seats = self.seats(spec)
        named = list(zip(keys(len(seats)), seats, strict=True))
        most = (len(named) if len(named) <= MOST_TOLD else 1) if self.several(spec) else 1
        chosen = [c for size in range(1, most + 1) for c in combinations(named, size)]
        said = {",".join(key for key, _place in c): self.grade(spec, [place for _key, place in c]) for c in chosen}
        right = self.right_answer(spec)
        said[",".join(self.chosen_in(spec, right, order))] = self.grade(spec, right)
        return OfflineKey(said, Mark(0, ""))


class Hotspot(_Found, frozen=True):
    """A place on a picture. The spots are numbered on it, and chosen by their numbers beside it."""

    name: str = "hotspot"
    title: Text = _("A place on a picture")
    template: str = "quizzes/items/hotspot.html"
    form: tuple[Part, ...] = (
        Part("picture", "picture", _("The picture")),
        Part(
            "spots", "rows", _("Places on it"),
            _("Where the middle is, in percent from the left and from the top; how wide, in percent of its width."),
            most=12, least=2, row=_("Place {n}"),
            parts=(
                Part("label", "line", _("What is there, in words"), most=200), Part("x", "number", _("From the left")),
                Part("y", "number", _("From the top")), Part("r", "number", _("Half its width, if it is round")),
                Part("w", "number", _("Its width, if it has corners")),
                Part("h", "number", _("Its height, if it has corners")),
                Part("correct", "tick", _("Right")), Part("why", "box", WHY),
            ),
        ),
    )  # fmt: skip

    def things(self, spec: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        spots: Sequence[Mapping[str, Any]] = spec["spots"]
        return spots

    def seats(self, spec: Mapping[str, Any]) -> Sequence[int]:
        """From the top down, and from left to right: the order in which the author wrote them tells nothing."""
        spots = self.things(spec)
        return sorted(range(len(spots)), key=lambda i: (int(spots[i]["y"] // BAND), spots[i]["x"], i))

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        spots = self.things(spec)
        return [spots[i]["label"] for i in self.seats(spec)]

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return [str(i) for i in answer]

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        spots = self.things(spec)
        shown = [{k: spots[i].get(k) for k in ("label", "x", "y", "r", "w", "h")} for i in self.seats(spec)]
        return {"picture": dict(spec["picture"]), "spots": shown, "several": self.several(spec)}

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        numbers = {place: n for n, place in enumerate(self.seats(spec), 1)}
        return [f"{numbers[i]}. {self.things(spec)[i]['label']}" for i in answer]

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """Without the picture the places are told in words."""
        seats = self.seats(spec)
        right = self.right_answer(spec)
        named = zip(keys(len(seats)), seats, strict=True)
        letters = ", ".join(key.upper() for key, place in named if place in right)
        why = joined([self.things(spec)[i].get("why") for i in right]).replace("\n\n", " ")
        return OnPaper(tuple(self.texts(spec)), letters, why, spec["picture"]["alt"])

    def spoken(self, spec: Mapping[str, Any], order: Sequence[int]) -> Sequence[str]:
        said = [spec["picture"]["alt"]]
        return said + [f"{n}: {text}." for n, text in enumerate(self.texts(spec), 1)]


class Thread(_Found, frozen=True):
    """A thread of messages: which of them is the scam, or are."""

    name: str = "thread"
    title: Text = _("Which message is the scam")
    template: str = "quizzes/items/thread.html"
    form: tuple[Part, ...] = (
        Part(
            "asks", "choice", _("How many are to be found"),
            choices=(("one", _("One message")), ("several", _("Several messages"))), default="one",
        ),
        Part(
            "messages", "rows", _("The messages, as they come in"), most=20, least=2, row=_("Message {n}"),
            parts=(
                Part("sender", "line", _("Sender"), most=100),
                Part("time", "line", _("When it came, if it matters"), most=40),
                Part("text", "box", _("The message, as it looks on the phone"), most=2000, tall=3),
                Part("correct", "tick", _("This one is to be found")), Part("why", "box", WHY),
            ),
        ),
    )  # fmt: skip

    def things(self, spec: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        messages: Sequence[Mapping[str, Any]] = spec["messages"]
        return messages

    def several(self, spec: Mapping[str, Any]) -> bool:
        return bool(spec["asks"] == "several")

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return [f"{m['sender']}: {m['text']}" for m in spec["messages"]]

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return [key for key, place in zip(keys(len(order)), order, strict=True) if place in answer]

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        shown = [{"sender": m["sender"], "time": m.get("time", ""), "text": m["text"]} for m in spec["messages"]]
        return {"messages": shown, "several": self.several(spec)}

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [f"{spec['messages'][i]['sender']}: {spec['messages'][i]['text']}" for i in answer]

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        right = self.right_answer(spec)
        letters = ", ".join(keys(self.size(spec))[i].upper() for i in right)
        why = joined([spec["messages"][i].get("why") for i in right]).replace("\n\n", " ")
        return OnPaper(tuple(self.texts(spec)), letters, why)
