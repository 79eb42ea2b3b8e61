"""Search over lessons: what is asked, what it may mean besides, how passages rank, and what of them is shown. Pure.

One fold for both databases: lower case, no marks, đ as d. A word that stands nowhere is taken for a mistyped one and
compared by its parts of three letters; words that people use for one another stand in data/synonyms.txt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from lms.api.texts import fold, nfc, toned

LONGEST = 120  # letters of a question that are looked at
MOST_WORDS = 12
MOST_RARE = 4  # words of a long question of which one must stand in a passage
LONGEST_WORD = 40
SHOWN_WORDS = 34  # of a passage, around what was found
Phrase = tuple[str, ...]
_TOKEN = re.compile(r"\w+|[^\w\s]+|\s+")
_TELEX = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("uw", "u"), ("ow", "o"), ("aw", "a"), ("w", "u"))


def folded(text: str) -> str:
    """What is compared. Writing that is not Latin stays as it is, in lower case and without punctuation."""
    plain = fold(text)
    letters = re.sub(r"[^\w]+", " ", unicodedata.normalize("NFC", text).lower()).strip()
    return plain if len(plain) * 2 >= len(letters) else letters


def asked_words(typed: str) -> list[str]:
    """The words of a question, folded, each once."""
    return list(dict.fromkeys(w[:LONGEST_WORD] for w in folded(nfc(typed)[:LONGEST]).split()))[:MOST_WORDS]


def parts_of(word: str) -> set[str]:
    """A word's parts of three letters; its beginning and end count as letters."""
    padded = f"  {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def likeness(one: Collection[str], other: Collection[str]) -> float:
    """How many parts two words share: 1 for the same, 0 for none (Dice)."""
    both = len(set(one) & set(other))
    return 2 * both / (len(one) + len(other)) if both else 0.0


def untyped(word: str) -> str:
    """A word as it was meant where a Telex keyboard was not on: chuyeenr → chuyen."""
    plain = word[:-1] if len(word) > 2 and word[-1] in "sfrxj" else word
    for written, meant in _TELEX:
        plain = plain.replace(written, meant)
    return plain


def corrections(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known words that a mistyped one is most like; none where all are too far from it."""
    meant = untyped(word)
    parts = parts_of(word)
    found = []
    for candidate in known:
        if candidate == meant:
            return [candidate]
        like = likeness(parts, parts_of(candidate))
        if like >= 0.45 and abs(len(candidate) - len(word)) <= 2:
            found.append((-like, abs(len(candidate) - len(word)), candidate))
    return [candidate for _like, _length, candidate in sorted(found)[:most]]


class Group(Struct, frozen=True):
    """One thing that is asked for: as it was typed, and what else counts for it. `begins`: the last word may go on."""

    typed: Phrase
    besides: tuple[Phrase, ...] = ()
    begins: bool = False

    @property
    def all(self) -> tuple[Phrase, ...]:
        return (self.typed, *self.besides)


@cache
def synonyms() -> Mapping[Phrase, tuple[Phrase, ...]]:
    """Each phrase of the list with the others of its group."""
    found: dict[Phrase, tuple[Phrase, ...]] = {}
    text = (Path(__file__).parent / "data" / "synonyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            group = [tuple(folded(phrase).split()) for phrase in line.split("=")]
            for phrase in group:
                found[phrase] = tuple(p for p in group if p != phrase)
    return found


def groups_of(words: Sequence[str], counts: Mapping[str, int], fixes: Mapping[str, Sequence[str]]) -> list[Group]:
    """What is asked for, group by group. `counts`: in how many passages each word stands; `fixes`: of unknown words.

    A word that is unknown and like no other is left out, so that one slip does not hide everything.
    """
    known = synonyms()
    found: list[Group] = []
    at = 0
    while at < len(words):
        for length in (5, 4, 3, 2, 1):
            phrase = tuple(words[at : at + length])
            if len(phrase) == length and phrase in known:
                found.append(Group(phrase, known[phrase]))
                at += length
                break
        else:
            word, last = words[at], at == len(words) - 1
            if counts.get(word):
                found.append(Group((word,), begins=last and len(word) > 1))
            elif fixes.get(word):
                found.append(Group((word,), tuple((fix,) for fix in fixes[word]), begins=last))
            elif last and len(word) > 1:
                found.append(Group((word,), begins=True))
            at += 1
    return found


def rarest(groups: Sequence[Group], counts: Mapping[str, int]) -> list[Group]:
    """The groups of a long question that tell most, for when no passage has them all."""

    def weight(group: Group) -> int:
        return min(counts.get(word, 0) or 10**9 for phrase in group.all for word in phrase)

    return sorted(groups, key=weight)[:MOST_RARE]


def for_sqlite(groups: Sequence[Group], every: bool = True) -> str:
    """The question in the words of FTS5."""

    def one(group: Group) -> str:
        phrases = [f'"{" ".join(phrase)}"' for phrase in group.all]
        if group.begins:
            phrases[0] += "*"
        return "(" + " OR ".join(phrases) + ")"

    return (" AND " if every else " OR ").join(one(group) for group in groups)


def for_postgresql(groups: Sequence[Group], every: bool = True) -> str:
    """The question in the words of to_tsquery."""

    def one(group: Group) -> str:
        phrases = [" <-> ".join(f"'{word}'" for word in phrase) for phrase in group.all]
        if group.begins:
            phrases[0] += ":*"
        return "(" + " | ".join(f"({phrase})" for phrase in phrases) + ")"

    return (" & " if every else " | ").join(one(group) for group in groups)


class Candidate(Struct, frozen=True):
    """A passage that the database found, in its order."""

    activity_id: int
    lang: str
    block: str
    words: str
    heading: str
    folded: str


def ranked(found: Sequence[Candidate], groups: Sequence[Group], typed: str) -> list[Candidate]:
    """The best passage of each lesson, the likeliest lesson first.

    Three orders are fused (1 / (20 + rank), added up): the database's own; how much of the question stands there as it
    was typed, next to one another, in the title, with its marks; and the parts of three letters shared with it.
    """
    asked = " ".join(" ".join(g.typed) for g in groups)
    asked_parts = {p for word in asked.split() for p in parts_of(word)}
    marked = set(toned(typed)) if nfc(typed).lower() != fold(typed) else set()

    def fits(one: Candidate) -> tuple[float, ...]:
        text, heading = f" {one.folded} ", f" {one.heading} "
        exact = sum(_has(text, g.typed, g.begins) or _has(heading, g.typed, g.begins) for g in groups)
        other = sum(any(_has(text, p, False) or _has(heading, p, False) for p in g.besides) for g in groups)
        titled = sum(any(_has(heading, p, False) for p in g.all) for g in groups)
        pairs = sum(f" {a} {b} " in text or f" {a} {b} " in heading for a, b in _pairs(asked.split()))
        tones = len(marked.intersection(toned(one.words))) if marked else 0
        return (exact + 0.6 * other + 0.5 * pairs + 0.5 * titled + 0.5 * tones,)

    def shares(one: Candidate) -> float:
        held = {p for word in set(f"{one.heading} {one.folded}".split()) for p in parts_of(word)}
        return len(asked_parts & held) / (len(asked_parts) or 1) - len(one.folded) / 1_000_000

    scores: dict[int, float] = dict.fromkeys(range(len(found)), 0.0)
    orders = (
        range(len(found)),
        sorted(range(len(found)), key=lambda i: fits(found[i]), reverse=True),
        sorted(range(len(found)), key=lambda i: fits(found[i]), reverse=True),  # counts twice: it knows the marks
        sorted(range(len(found)), key=lambda i: shares(found[i]), reverse=True),
    )
    for order in orders:
        for rank, index in enumerate(order):
            scores[index] += 1 / (20 + rank)
    best: dict[int, Candidate] = {}
    for index in sorted(scores, key=lambda i: (-scores[i], i)):
        best.setdefault(found[index].activity_id, found[index])
    return list(best.values())


def _has(text: str, phrase: Phrase, begins: bool) -> bool:
    return f" {' '.join(phrase)}" + ("" if begins else " ") in text


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(words))


def shown(words: str, groups: Sequence[Group], most: int = SHOWN_WORDS) -> list[tuple[str, bool]]:
    """The part of a passage where most of what was asked stands: pieces of text, and whether each was asked for."""
    wanted = {word for g in groups for phrase in g.all for word in phrase}
    beginnings = tuple(g.typed[-1] for g in groups if g.begins)
    tokens = [(token, _is_word(token) and _hit(folded(token), wanted, beginnings)) for token in _TOKEN.findall(words)]
    places = [i for i, (token, _found) in enumerate(tokens) if _is_word(token)]
    hits = [n for n, i in enumerate(places) if tokens[i][1]]
    start = max(0, max(hits, key=lambda n: (_near(hits, n, most), -n), default=0) - 5)
    if len(places) <= most + 8:
        start, end = 0, len(tokens)
    else:
        end = places[start + most] if start + most < len(places) else len(tokens)
        start = places[start] if start else 0
    pieces = [("… ", False)] if start else []
    for token, found in tokens[start:end]:
        if pieces and pieces[-1][1] == found:
            pieces[-1] = (pieces[-1][0] + token, found)
        else:
            pieces.append((token, found))
    if end < len(tokens):
        pieces.append((" …", False))
    return pieces


def _near(hits: Sequence[int], first: int, most: int) -> int:
    return sum(first <= n < first + most - 5 for n in hits)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"


def _hit(word: str, wanted: Collection[str], beginnings: tuple[str, ...]) -> bool:
    return word in wanted or bool(beginnings and word.startswith(beginnings))
