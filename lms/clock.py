"""The one source of time, so that tests can set it. All times are UTC and aware; people see +07:00."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "+07")
_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen or datetime.now(UTC)


def seconds() -> int:
    """The present moment in whole seconds since 1970, UTC: what compact rows hold."""
    return int(now().timestamp())


def today() -> date:
    """The calendar day in Việt Nam: the day that papers and reports carry."""
    return now().astimezone(VIETNAM).date()


def local(moment: datetime) -> datetime:
    """The same moment on a Vietnamese clock."""
    return moment.astimezone(VIETNAM)


def from_seconds(stamp: int) -> datetime:
    """The moment of a compact row's stamp."""
    return datetime.fromtimestamp(stamp, UTC)


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """For tests: time stands still at `moment` (aware)."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
