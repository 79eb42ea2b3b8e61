"""How old somebody is, where the law asks for it."""

from __future__ import annotations

from datetime import date

from lms import clock

ADULT_AT = 16  # years: below it a guardian's yes is needed for the use of personal data (Law 91/2025/QH15)


def is_minor(birth_date: date | None, birth_year: int | None = None, day: date | None = None) -> bool:
    """Whether somebody is under 16 on a day (today). Of a year alone the last day is assumed: rather protected."""
    day = day or clock.today()
    born = birth_date or (date(birth_year, 12, 31) if birth_year else None)
    if born is None:
        return False
    return (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) < ADULT_AT
