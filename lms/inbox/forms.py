"""The shape and wording of how people wish to be reached."""

from __future__ import annotations

from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from lms.inbox.queries import HOURS
from lms.text import _
from lms.web.forms import Needed, PageForm, composed


class ChoiceForm(PageForm):
    """Reminders or none, the hours for them, and by which ways besides the inbox."""

    remind = BooleanField()
    hour_from = SelectField(coerce=int, choices=[SelectChoice(h) for h in range(5, 22)], default=HOURS[0])
    hour_to = SelectField(coerce=int, choices=[SelectChoice(h) for h in range(6, 23)], default=HOURS[1])
    by_mail = BooleanField()
    by_phone = BooleanField()


class MailForm(PageForm):
    """An e-mail address, if anybody likes to give one."""

    email = StringField(
        filters=[composed], validators=[Needed(_("Please enter your e-mail address.")), Length(max=254)]
    )


class CodeForm(PageForm):
    """The code that came by mail."""

    code = StringField(
        filters=[composed], validators=[Needed(_("Please enter the code from the e-mail.")), Length(max=20)]
    )
