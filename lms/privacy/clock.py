"""The legal terms: two working days to answer, fifteen days to act, one extension of fifteen.

Source: Nghị định 356/2025/NĐ-CP. Public holidays are not left out, so our terms end rather too early than too late.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from lms.clock import VIETNAM

ANSWER_WORKING_DAYS = 2
ACT_DAYS = 15
EXTENSION_DAYS = 15


def after_working_days(day: date, count: int) -> date:
    """The working day (Monday to Friday) that comes `count` working days after `day`."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def end_of(day: date) -> int:
    """The last second of a day in Việt Nam, in seconds since 1970."""
    return int(datetime.combine(day, time(23, 59, 59), VIETNAM).astimezone(UTC).timestamp())


def terms(made: datetime) -> tuple[int, int]:
    """When a request made then must be answered, and when acted upon: last seconds of those days."""
    day = made.astimezone(VIETNAM).date()
    return end_of(after_working_days(day, ANSWER_WORKING_DAYS)), end_of(day + timedelta(days=ACT_DAYS))
