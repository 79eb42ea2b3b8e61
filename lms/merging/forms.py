"""What officers write when they decide."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from lms.merging.joining import MOST_REASON, WHY
from lms.web.forms import Needed, PageForm, composed


class ReasonForm(PageForm):
    """Why, in a sentence."""

    reason = TextAreaField(filters=[composed], validators=[Needed(WHY), Length(max=MOST_REASON, message=WHY.msgid)])


class RemarkForm(PageForm):
    """Why, if one likes."""

    reason = StringField(filters=[composed], validators=[Length(max=MOST_REASON, message=WHY.msgid)])
