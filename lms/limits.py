"""Rate limits as token buckets in the database, so that all web workers share them."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
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


@functools.cache
def _taking(taken: int, beside: int) -> Statement[Any]:
    """Takes a token of so many buckets, and tells how full so many others are. A level below 0: there was none."""
    rates = "".join(f" WHEN :key{n} THEN :rate{n}" for n in range(taken))
    rate = f"CASE lms_rate_limit.key{rates} END" if taken > 1 else ":rate0"
    others = "".join(
        f", (SELECT other.{column} FROM lms_rate_limit AS other WHERE other.key = :other{n})"  # noqa: S608  our own words
        for n in range(beside)
        for column in ("level", "at")
    )
    if not taken:
        return Statement(text(f"SELECT '', 0{others}"), lambda *row: row)  # noqa: S608  our own words
    rows = ", ".join(f"(:key{n}, :most{n} - 1, :now)" for n in range(taken))

    def worded(least: str, greatest: str) -> TextClause:
        filled = (
            f"{least}(excluded.level + 1, {greatest}(lms_rate_limit.level, 0) + (:now - lms_rate_limit.at) * {rate})"
        )
        return text(
            f"INSERT INTO lms_rate_limit (key, level, at) VALUES {rows} ON CONFLICT (key) DO UPDATE SET"  # noqa: S608
            f" level = CASE WHEN {filled} >= 1 THEN {filled} - 1 ELSE -1 END,"
            f" at = CASE WHEN {filled} >= 1 THEN :now ELSE lms_rate_limit.at END RETURNING key, level{others}"
        )

    made = {"sqlite": worded("MIN", "MAX"), "postgresql": worded("LEAST", "GREATEST")}
    return Statement(made, lambda *row: row)


_FORGET: Statement[Any] = Statement(text("DELETE FROM lms_rate_limit WHERE at < :old"))


class Bucket(Struct, frozen=True):
    """`who` doing `action`: `most` at once, and all of them back after `seconds`."""

    action: str
    who: str
    most: int
    seconds: int

    @property
    def key(self) -> str:
        """What it is kept under: who it is stays unsaid."""
        return f"{self.action}:{hashlib.blake2b(self.who.encode(), digest_size=12).hexdigest()}"

    @property
    def wait(self) -> int:
        """Seconds until an empty one holds a token again."""
        return math.ceil(self.seconds / self.most)


def take(action: str, who: str, most: int, seconds: int) -> None:
    """Takes one token for `who` doing `action`: at most `most` at once, all of them back after `seconds`.

    Raises TooMany when the bucket is empty. Runs in the open transaction, which must be committed to count.
    """
    bucket = Bucket(action, who, most, seconds)
    if not take_all(bucket).there[0]:
        raise TooMany(retry_after=bucket.wait)


class Taken(Struct, frozen=True):
    """Whether there was a token in each bucket of which one was taken, and how many each of the others holds."""

    there: list[bool]
    left: list[float]


def take_all(*taken: Bucket, beside: Sequence[Bucket] = ()) -> Taken:
    """Takes a token of each bucket, and looks into those `beside` without taking; one statement.

    Where any is taken: in the open transaction, which must be committed to count. Whoever refuses for what they find
    rolls it back.
    """
    if not current().rate_limits:
        return Taken([True] * len(taken), [float(bucket.most) for bucket in beside])
    now = clock.now().timestamp()
    given: dict[str, Any] = {"now": now}
    for n, bucket in enumerate(taken):
        given |= {f"key{n}": bucket.key, f"most{n}": float(bucket.most), f"rate{n}": bucket.most / bucket.seconds}
    given |= {f"other{n}": bucket.key for n, bucket in enumerate(beside)}
    rows = _taking(len(taken), len(beside)).all(**given)
    levels = {key: level for key, level, *_others in rows}
    others = rows[0][2:]
    return Taken(
        [levels[bucket.key] >= 0 for bucket in taken],
        [_filled(bucket, others[2 * n], others[2 * n + 1], now) for n, bucket in enumerate(beside)],
    )


def _filled(bucket: Bucket, level: float | None, at: float | None, now: float) -> float:
    """How many tokens a bucket holds; one that nobody took from is full."""
    if level is None or at is None:
        return float(bucket.most)
    return float(min(bucket.most, max(level, 0) + (now - at) * bucket.most / bucket.seconds))


def is_empty(action: str, who: str, most: int, seconds: int) -> bool:
    """Whether `take` would be refused now. Takes nothing, so that only what went wrong need be counted."""
    if not current().rate_limits:
        return False
    bucket = Bucket(action, who, most, seconds)
    row = connection().execute(select(R.c.level, R.c.at).where(R.c.key == bucket.key)).first()
    return row is not None and _filled(bucket, row.level, row.at, clock.now().timestamp()) < 1


def forget_old() -> None:
    """Removes buckets that have been full again for a day; periodic."""
    with unit_of_work():
        _FORGET.run(old=clock.now().timestamp() - 2 * 86400)
