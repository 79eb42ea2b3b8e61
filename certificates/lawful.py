"""Pure: what an issuer may put on papers. Each refusal says why and what to do.

The limits of length and the list of words are this product's own default; what lies behind them is said with each:
quốc hiệu and tiêu ngữ stand where Nghị định 30/2020/NĐ-CP puts them and are the design's to draw; Giấy khen, Bằng
khen and titles are given by the law on emulation and awards, not by a learning platform.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from certificates.designs import ACCENTS
from certificates.designs.paper import PaperKind
from certificates.points import Design
from lms.api.texts import Text, _

MOST_ISSUER_LINES: Final = 6
MOST_POST_LINES: Final = 3
MOST_LINE: Final = 120  # letters
MOST_NAME: Final = 60
MOST_EXTRA: Final = 160
LEAST_SIZE: Final = 8.0  # points: what would be drawn smaller is too long to be read

_AWARDS: Final = ("giấy khen", "bằng khen", "huân chương", "huy chương", "kỷ niệm chương", "chiến sĩ thi đua")
_AWARDS_MORE: Final = ("danh hiệu thi đua", "cờ thi đua", "tập thể lao động xuất sắc")
_HEADINGS: Final = ("cộng hòa xã hội chủ nghĩa việt nam", "độc lập - tự do - hạnh phúc", "độc lập tự do hạnh phúc")
_SIGNED: Final = ("đã ký", "đã đóng dấu", "ký số bởi", "ký bởi", "chữ ký của")


class Wish(Struct, frozen=True):
    """How an issuer wants papers of a kind to look. Lines are composed, without blank ones; `logo` is a file's key."""

    design: str
    issuer_lines: tuple[str, ...] = ()
    post_lines: tuple[str, ...] = ()
    signer: str = ""
    extra_line: str = ""
    accent: str = ""
    logo: str = ""

    def body(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "issuer_lines": list(self.issuer_lines), "post_lines": list(self.post_lines), "signer": self.signer,
            "extra_line": self.extra_line, "accent": self.accent, "logo": self.logo,
        }  # fmt: skip

    @classmethod
    def of(cls, design: str, body: Mapping[str, Any]) -> Wish:
        """What was kept."""
        return cls(
            design, tuple(body["issuer_lines"]), tuple(body["post_lines"]), body["signer"], body["extra_line"],
            body["accent"], body["logo"],
        )  # fmt: skip

    @property
    def signatory_lines(self) -> tuple[str, ...]:
        """As papers have them: posts, then the name."""
        return (*self.post_lines, self.signer) if self.signer else self.post_lines


def problems(wish: Wish, kind: PaperKind, design: Design | None, issuer_is_state: bool) -> dict[str, list[Text]]:
    """What is wrong, by field; empty where papers may look like that."""
    found: dict[str, list[Text]] = {}
    for name, words in _problems(wish, kind, design, issuer_is_state):
        found.setdefault(name, []).append(words)
    return found


def _problems(wish: Wish, kind: PaperKind, design: Design | None, issuer_is_state: bool) -> Iterator[tuple[str, Text]]:
    if design is None or not design.offered or kind not in design.kinds:
        yield "design", _("Please choose a design that is made for this kind of paper.")
    if wish.accent and (wish.accent not in ACCENTS or ACCENTS[wish.accent].kind != kind):
        yield "accent", _("Please choose one of the colours of this kind of paper, so that kinds are not mixed up.")
    if not wish.issuer_lines:
        yield "issuer", _("A paper needs its issuer: please write who issues it, the body itself in the last line.")
    if len(wish.issuer_lines) > MOST_ISSUER_LINES:
        yield "issuer", _("At most {most} lines fit here. Please leave some out.", most=MOST_ISSUER_LINES)
    if len(wish.post_lines) > MOST_POST_LINES:
        yield "post", _("At most {most} lines fit here. Please leave some out.", most=MOST_POST_LINES)
    if wish.signer and not wish.post_lines:
        yield "post", _("A name without a post says nothing. Please write the post of whoever signs.")
    for name, lines, most in (
        ("issuer", wish.issuer_lines, MOST_LINE), ("post", wish.post_lines, MOST_LINE),
        ("signer", (wish.signer,), MOST_NAME), ("extra", (wish.extra_line,), MOST_EXTRA),
    ):  # fmt: skip
        for line in lines:
            if len(line) > most:
                short = f"{line[:24]}…"
                yield name, _(
                    "“{line}” has {have} letters; at most {most} fit. Please shorten it, or put a part on a new line.",
                    line=short, have=len(line), most=most,
                )  # fmt: skip
        yield from ((name, words) for words in words_refused(" ".join(lines), issuer_is_state, design))


def words_refused(text: str, issuer_is_state: bool, design: Design | None) -> Iterator[Text]:
    """Why a text cannot stand on a paper, whoever typed it: awards, headings, seals in words; nothing where it can."""
    plain = _plain(text)
    for word in (*_AWARDS, *_AWARDS_MORE):
        if _has(plain, word):
            yield _(
                "“{word}” cannot stand on these papers: the law on emulation and awards decides who gives it and how."
                " Please leave it out (a default of this system).",
                word=word,
            )
    if any(_has(plain, word) for word in _HEADINGS):
        if not issuer_is_state:
            yield _("Only papers of State bodies carry quốc hiệu and tiêu ngữ. Please leave these words out.")
        elif design is not None and design.party:
            yield _(
                "Papers in the layout of Party bodies carry no quốc hiệu and tiêu ngữ. Please leave these words out."
            )
        else:
            yield _("Quốc hiệu and tiêu ngữ stand at their place already. Please leave these words out here.")
    if _has(plain, "đảng cộng sản việt nam"):
        yield _(
            "This heading is drawn by the layout of Party bodies. Please choose that design and leave the words out."
        )
    if any(_has(plain, word) for word in _SIGNED):
        yield _("Only a digital signature says that a paper is signed. Please leave these words out.")


def _plain(text: str) -> str:
    """In small letters, with tones where the new spelling has them, dashes and blanks alike."""
    small = unicodedata.normalize("NFC", text).casefold()
    small = small.replace("hoà", "hòa").replace("kỉ niệm", "kỷ niệm").replace("chiến sỹ", "chiến sĩ")
    return " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", small).split())


def _has(plain: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) is not None
