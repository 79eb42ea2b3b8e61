"""What is read aloud of a question: sentence by sentence, its options by their letters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.items.contract import ItemType, Spoken, keys
from quizzes.stems import words_of


def spoken(kind: ItemType, body: Mapping[str, Any], order: Sequence[int]) -> list[str]:
    """A question as it is read to somebody who does not see it, before the answer: nothing of it tells the key."""
    spec: Mapping[str, Any] = body["data"]
    said = [words_of(body["stem"])]
    if body.get("picture"):
        said.append(body["picture"]["alt"])
    if body.get("message"):
        said.append(f"{body['message']['sender']}: {body['message']['text']}")
    if isinstance(kind, Spoken):
        said += kind.spoken(spec, order)
    else:
        texts = kind.texts(spec)
        said += [f"{key.upper()}. {texts[i]}" for key, i in zip(keys(len(order)), order, strict=True)]
    return [" ".join(sentence.split()) for sentence in said if sentence.strip()]
