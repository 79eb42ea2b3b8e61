"""Rate limits as token buckets in the database, so that all web workers share them."""

from __future__ import annotations

import hashlib
import math

from sqlalchemy import String, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.config import current
from lms.db.base import Base
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import TooMany


class RateLimit(Base):
    """One bucket: how full it was, and when."""

    __tablename__ = "lms_rate_limit"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]


def _statement(least: str, greatest: str) -> TextClause:
    now_in_it = f"{least}(:most, {greatest}(lms_rate_limit.level, 0) + (:now - lms_rate_limit.at) * :rate)"
    return text(
        "INSERT INTO lms_rate_limit (key, level, at) VALUES (:key, :most - 1, :now) ON CONFLICT (key) DO UPDATE SET"  # noqa: S608
        f" level = CASE WHEN {now_in_it} >= 1 THEN {now_in_it} - 1 ELSE -1 END,"
        f" at = CASE WHEN {now_in_it} >= 1 THEN :now ELSE lms_rate_limit.at END RETURNING level"
    )


_TAKE = {"sqlite": _statement("MIN", "MAX"), "postgresql": _statement("LEAST", "GREATEST")}


def take(action: str, who: str, most: int, seconds: int) -> None:
    """Takes one token for `who` doing `action`: at most `most` at once, all of them back after `seconds`.

    Raises TooMany when the bucket is empty. Runs in the open transaction, which must be committed to count.
    """
    if not current().rate_limits:
        return
    key = f"{action}:{hashlib.blake2b(who.encode(), digest_size=12).hexdigest()}"
    database = connection()
    statement = _TAKE[database.dialect.name]
    rate = most / seconds
    level = database.execute(
        statement, {"key": key, "most": float(most), "now": clock.now().timestamp(), "rate": rate}
    ).scalar_one()
    if level < 0:
        raise TooMany(retry_after=math.ceil(1 / rate))


def forget_old() -> None:
    """Removes buckets that have been full again for a day; periodic."""
    with unit_of_work():
        connection().execute(
            text("DELETE FROM lms_rate_limit WHERE at < :old"), {"old": clock.now().timestamp() - 2 * 86400}
        )
