"""The shape and wording of giving a role."""

from __future__ import annotations

import re
from datetime import date

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange

from lms.errors import Invalid
from lms.text import _
from lms.web.forms import Needed, PageForm, composed

_WHICH_UNIT = _("Please choose the unit.")
_WHICH_ROLE = _("Please choose one of the roles that you may give.")
DAY = _("Please enter the date as day/month/year, e.g. 20/11/1960.")
MOST = 2**53  # no number of ours is larger


class GiveForm(PageForm):
    """Which role, where, from when to when."""

    role = SelectField(validate_choice=False, validators=[Needed(_WHICH_ROLE)])
    unit = IntegerField(validators=[Needed(_WHICH_UNIT), NumberRange(1, MOST)])
    first = StringField(filters=[composed], validators=[Length(max=20)])
    last = StringField(filters=[composed], validators=[Length(max=20)])


def day(field: str, typed: str | None) -> date | None:
    """20/11/2026, 20-11-2026 or 20.11.2026; None where nothing was typed. Raises Invalid naming the field."""
    if not typed:
        return None
    match = re.fullmatch(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})", typed)
    try:
        if match is None:
            raise ValueError(typed)
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        refused = Invalid(DAY)
        refused.fields = {field: DAY}
        raise refused from None
