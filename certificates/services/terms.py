"""What a rule set says of the papers that it leads to: how long they are valid, and whether an officer looks first.

Pure, over the rules as they were frozen with what was attained. By default a paper has no term and waits for nobody;
both are this system's own defaults (mặc định của hệ thống, chưa phải quy định).
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any


def wants_confirmer(evidence: Mapping[str, Any]) -> bool:
    """Whether an officer looks at what was attained before its paper is issued."""
    return bool(evidence["rules"].get("paper", {}).get("confirmer"))


def last_day(evidence: Mapping[str, Any], issued_on: date) -> date | None:
    """The last day on which a paper issued on that day is valid; None where the rules give no term."""
    months = evidence["rules"].get("paper", {}).get("valid_months")
    return months_after(issued_on, int(months)) if months else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
