"""What is taken of what a provider says about somebody: five things at most. The rest is dropped here, at the door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from lms.api.people import check_name, identity_key, identity_tail
from lms.api.work import Invalid, clock
from plugins.openid.providers import ClaimMap, LevelRule

NUMBER_COUNTS_FROM = 2  # a provider that proves less could give somebody else's citizen number away


class Told(Struct, frozen=True):
    """What we keep of a provider's word. Never the citizen's number: its keyed hash and its last four digits."""

    subject: str
    level: int
    full_name: str | None
    birth_date: date | None
    identity_key: bytes | None
    identity_tail: str | None


def take(taken: ClaimMap, id_token: Mapping[str, object], userinfo: Mapping[str, object]) -> Told:
    """Reads the claims that the map names; those of the signed ID token go before those of userinfo.

    A value that cannot be what it should be (a birth date in the future, eleven digits) counts as not told.
    """

    def value(claim: str) -> object:
        return (id_token.get(claim) or userinfo.get(claim)) if claim else None

    level = level_of(taken.level, value(taken.level.claim))
    number = _number(value(taken.identity_number)) if level >= NUMBER_COUNTS_FROM else None
    return Told(
        subject=str(id_token["sub"]),
        level=level,
        full_name=_name(value(taken.name)),
        birth_date=day_of(value(taken.birth_date)),
        identity_key=identity_key(number) if number else None,
        identity_tail=identity_tail(number) if number else None,
    )


def level_of(rule: LevelRule, value: object) -> int:
    """The level that a claim's value stands for; of several values the highest one that the rule knows."""
    several = value if isinstance(value, list) else [value]
    known = [rule.values[text] for one in several if (text := _plain(one)) in rule.values]
    return max(known, default=rule.otherwise)


def day_of(value: object) -> date | None:
    """A birth date as 19600305, 05/03/1960 or 1960-03-05, with or without a time behind it; None where it is none."""
    text = _plain(value)
    for pattern in (r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)", r"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})",
                    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"):  # fmt: skip
        found = re.fullmatch(pattern + r"(?:[T ][0-9:.+Z-]*)?", text, re.ASCII)
        if found:
            try:
                day = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
            return day if date(1900, 1, 1) <= day <= clock.today() else None
    return None


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip() if not isinstance(value, str) or len(value) <= 200 else ""


def _name(value: object) -> str | None:
    try:
        return check_name(value) if isinstance(value, str) else None
    except Invalid:
        return None


def _number(value: object) -> str | None:
    digits = re.sub(r"[\s.\-]", "", _plain(value))
    return digits if re.fullmatch(r"\d{12}", digits, re.ASCII) and len(set(digits)) > 1 else None
