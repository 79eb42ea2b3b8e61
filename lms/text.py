"""Interface sentences that are written in English here and said in the reader's language later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field


class Text(Struct, frozen=True):
    """An English sentence with `{name}` places, and what goes into them; translated when somebody reads it."""

    msgid: str
    values: dict[str, Any] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language. A value that is itself a `Text` is translated too."""
        sentence = translate(self.msgid)
        if "{" not in sentence and "}" not in sentence:
            return sentence  # most have no place to fill
        words = {k: v.say(translate) if isinstance(v, Text) else v for k, v in self.values.items()}
        return sentence.format_map(_Keep(words))

    def __str__(self) -> str:
        return self.say()


class _Keep(dict[str, Any]):
    """Leaves places that it has no value for (the form of address) as they are."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _(msgid: str, **values: Any) -> Text:
    """Marks a sentence for translation. `values` fill its `{name}` places."""
    return Text(msgid, values)
