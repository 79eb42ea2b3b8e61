"""What officers enter about somebody who stands before them."""

from __future__ import annotations

from wtforms import IntegerField, StringField
from wtforms.validators import Length, NumberRange

from lms.text import _
from lms.web.forms import Needed, PageForm, composed


class PapersForm(PageForm):
    """Which paper was seen, and what it says."""

    paper = StringField(validators=[Needed(_("Please choose which paper you have seen."))])
    identity_number = StringField(filters=[composed], validators=[Length(max=20)])
    full_name = StringField(filters=[composed], validators=[Needed(_("Please write the full name.")), Length(max=120)])
    day = IntegerField(validators=[Needed(_("Please enter the day of birth."))])
    month = IntegerField(validators=[Needed(_("Please enter the month of birth."))])
    year = IntegerField(validators=[Needed(_("Please enter the year of birth."))])


class PinForm(PageForm):
    """A sign-in name, for whoever has neither that nor a telephone."""

    username = StringField(filters=[composed], validators=[Length(max=40)])


class LevelForm(PageForm):
    """How well people must be known for one action."""

    action = StringField(validators=[Needed(_("Please choose one of the answers."))])
    level = IntegerField(validators=[NumberRange(min=0, max=3)])
