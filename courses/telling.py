"""A lesson as one reader gets it: in their language where it is told in it, with what is heard. The same for all who
chose that language, so that the page may be remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from courses import tracks
from courses.marking import Marker
from courses.offers import Offer, Offers
from courses.queries import part_row
from lms.api.speech import LANGUAGES, VOICES, sentences
from lms.api.web import address

SPOKEN_BY_PHONES = 2  # letters of a code: phones have voices of such languages only, so others are not asked for


class Listen(Struct, frozen=True):
    """What is heard of a whole lesson. `device`: nothing is; the phone's own voice may read it.

    `times`: when each sentence begins, in hundredths of a second, with commas. `by_machine`: nobody spoke it.
    """

    lang: str
    sources: tuple[tuple[str, str], ...] = ()
    seconds: int = 0
    bytes: int = 0
    times: str = ""
    by_machine: bool = False
    device: bool = False


class LanguageRow(Struct, frozen=True):
    """One of the languages in which the lesson is told."""

    code: str
    name: str
    name_lang: str
    here: bool


class Told(Struct, frozen=True):
    """A lesson to be shown. `lang` is that of all of it, or empty where each passage says its own.

    `note`: "" or "older": its translation is of an earlier lesson, so it is told in Vietnamese.
    """

    lang: str
    title: Markup
    title_lang: str
    promise: Markup
    promise_lang: str
    body: Markup
    listen: Listen | None
    languages: tuple[LanguageRow, ...]
    note: str
    plain_title: str
    asks_to_listen: bool  # the lesson is complete only once it was heard


def told(
    content: Mapping[str, Any],
    offered: Offers,
    lang: str,
    draw: Callable[[Mapping[str, Any], tuple[Any, ...]], Markup],
) -> Told:
    """The lesson in a language that is offered. `draw(body, key)` draws its blocks, kept under that key."""
    offer = offered.of(lang)
    if offer.track is None:
        laid: Mapping[str, Any] = content
        whole, language = tracks.VIETNAMESE, tracks.VIETNAMESE
    else:
        laid, whole, language = tracks.laid_over(content, offer.track, offer.lang), "", offer.lang
    listen, said = _listen(laid, offer if not offer.older else offered.of(tracks.VIETNAMESE), language)
    mark = Marker(said)
    return Told(
        lang=whole,
        title=mark(str(escape(laid["title"]))),
        title_lang=laid.get("title_lang", language),
        promise=mark(str(escape(laid["promise"]))),
        promise_lang=laid.get("promise_lang", language),
        body=mark(draw(laid, (language, offer.track_id))),
        listen=listen,
        languages=_languages(offered, offer.lang),
        note="older" if offer.older else "",
        plain_title=laid["title"],
        asks_to_listen="listened" in content.get("completion", ()),
    )


def _languages(offered: Offers, here: str) -> tuple[LanguageRow, ...]:
    if len(offered.by_lang) < 2:
        return ()
    known = [LANGUAGES[code] for code in offered.by_lang if code in LANGUAGES]
    return tuple(LanguageRow(k.code, k.name, k.name_lang, k.code == here) for k in known)


def _listen(laid: Mapping[str, Any], offer: Offer, lang: str) -> tuple[Listen | None, list[str]]:
    """What is heard, and the sentences to be lit up while it is."""
    own = tracks.sound_of(offer.track) if offer.track is not None else None
    if own is not None:
        part = part_row(own)
        return Listen(lang, part.sources, part.seconds, part.bytes), []
    spoken = offer.spoken
    if spoken is not None:
        voice = VOICES.find(spoken.voice)
        return Listen(
            lang,
            tuple((address("courses.file", key=f.key, ending=f.ending), f.type) for f in spoken.files),
            round(spoken.ms / 1000),
            spoken.files[0].bytes,
            ",".join(str(t.start // 10) for t in spoken.times),
            voice is None or voice.made,
        ), [t.words for t in spoken.times]
    if len(lang) != SPOKEN_BY_PHONES or (offer.track is not None and not _all_in(laid, lang)):
        return None, []
    return Listen(lang, device=True), sentences(tracks.heard(laid))


def _all_in(laid: Mapping[str, Any], lang: str) -> bool:
    """Whether a voice of the language can read all of it: nothing is left in Vietnamese."""
    if laid["title_lang"] != lang or laid["promise_lang"] != lang:
        return False
    return all(b["lang"] == lang for b in laid["blocks"] if tracks.heard_in(b["kind"], b["data"]))
