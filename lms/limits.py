"""Rate limits as token buckets in the database, so that all web workers share them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, TextClause, select, text
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.config import current
from lms.db.base import Base
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import TooMany


class RateLimit(Base):
    """One bucket: how full it was, and when."""

    __tablename__ = "lms_rate_limit"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]


R = RateLimit.__table__


def _key(action: str, who: str) -> str:
    return f"{action}:{hashlib.blake2b(who.encode(), digest_size=12).hexdigest()}"


def _worded(least: str, greatest: str) -> TextClause:
    now_in_it = f"{least}(:most, {greatest}(lms_rate_limit.level, 0) + (:now - lms_rate_limit.at) * :rate)"
    return text(
        "INSERT INTO lms_rate_limit (key, level, at) VALUES (:key, :most - 1, :now) ON CONFLICT (key) DO UPDATE SET"  # noqa: S608
        f" level = CASE WHEN {now_in_it} >= 1 THEN {now_in_it} - 1 ELSE -1 END,"
        f" at = CASE WHEN {now_in_it} >= 1 THEN :now ELSE lms_rate_limit.at END RETURNING level"
    )


_TAKE: Statement[Any] = Statement({"sqlite": _worded("MIN", "MAX"), "postgresql": _worded("LEAST", "GREATEST")})
_FORGET: Statement[Any] = Statement(text("DELETE FROM lms_rate_limit WHERE at < :old"))


_LEVELS: Statement[tuple[str, float, float]] = Statement(
    text("SELECT key, level, at FROM lms_rate_limit WHERE key IN (:first, :second, :third)"),
    lambda key, level, at: (key, level, at),
)


def take(action: str, who: str, most: int, seconds: int) -> None:
    """Takes one token for `who` doing `action`: at most `most` at once, all of them back after `seconds`.

    Raises TooMany when the bucket is empty. Runs in the open transaction, which must be committed to count.
    """
    if not current().rate_limits:
        return
    key = _key(action, who)
    rate = most / seconds
    level = _TAKE.scalar(key=key, most=float(most), now=clock.now().timestamp(), rate=rate)
    if level < 0:
        raise TooMany(retry_after=math.ceil(1 / rate))


def is_empty(action: str, who: str, most: int, seconds: int) -> bool:
    """Whether `take` would be refused now. Takes nothing, so that only what went wrong need be counted."""
    if not current().rate_limits:
        return False
    row = connection().execute(select(R.c.level, R.c.at).where(R.c.key == _key(action, who))).first()
    if row is None:
        return False
    filled: float = max(row.level, 0) + (clock.now().timestamp() - row.at) * most / seconds
    return filled < 1


@dataclass(frozen=True)
class Bucket:
    """What `take` takes from: `who` doing `action`, `most` at once and all of them back after `seconds`."""

    action: str
    who: str
    most: int
    seconds: int


def left(first: Bucket, second: Bucket, third: Bucket) -> tuple[float, float, float]:
    """How many tokens three buckets hold now, read in one statement. Takes none."""
    asked = (first, second, third)
    if not current().rate_limits:
        return first.most, second.most, third.most
    keys = [_key(bucket.action, bucket.who) for bucket in asked]
    now = clock.now().timestamp()
    held = {key: (level, at) for key, level, at in _LEVELS.all(first=keys[0], second=keys[1], third=keys[2])}

    def filled(key: str, bucket: Bucket) -> float:
        level, at = held.get(key, (bucket.most, now))
        return float(min(bucket.most, max(level, 0) + (now - at) * bucket.most / bucket.seconds))

    one, two, three = (filled(key, bucket) for key, bucket in zip(keys, asked, strict=True))
    return one, two, three


def forget_old() -> None:
    """Removes buckets that have been full again for a day; periodic."""
    with unit_of_work():
        _FORGET.run(old=clock.now().timestamp() - 2 * 86400)
