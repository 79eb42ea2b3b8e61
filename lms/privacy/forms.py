"""The shape and wording of what is asked and answered about personal data."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from lms.privacy.asking import KINDS
from lms.privacy.guardians import RELATIONS
from lms.privacy.models import ANSWERED, DONE, REFUSED
from lms.text import _
from lms.web.forms import Needed, PageForm, composed, composed_lines
from lms.web.rendering import say


class AskForm(PageForm):
    """What somebody asks about their data."""

    kind = SelectField(validators=[Needed(_("Please choose what you ask for."))])
    words = TextAreaField(filters=[composed_lines])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.kind.choices = [(key, say(title)) for key, title in KINDS.items()]


class AnswerForm(PageForm):
    """What an officer answers."""

    state = SelectField(choices=[ANSWERED, DONE, REFUSED], validators=[Needed(_("Please choose what happens now."))])
    answer = TextAreaField(
        filters=[composed_lines],
        validators=[Needed(_("Please write the answer; the person reads it word for word.")), Length(max=4000)],
    )
    extend = BooleanField()


class EraseForm(PageForm):
    """The officer types the name once more, because it cannot be undone."""

    name = StringField(filters=[composed], validators=[Needed(_("Please write the person's name once more."))])


class GuardianForm(PageForm):
    """A guardian with the code that the child shows."""

    code = StringField(filters=[composed], validators=[Needed(_("Please enter the code that the child shows."))])
    relation = SelectField(validators=[Needed(_("Please say who you are to the child."))])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.relation.choices = [(key, say(title)) for key, title in RELATIONS.items() if key != "school"]


class PaperGuardianForm(PageForm):
    """A guardian's written yes, recorded by an officer or teacher who holds it."""

    name = StringField(
        filters=[composed], validators=[Needed(_("Please write the guardian's full name.")), Length(max=120)]
    )
    relation = SelectField(validators=[Needed(_("Please say who they are to the child."))])
    seen = BooleanField()

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.relation.choices = [(key, say(title)) for key, title in RELATIONS.items()]


class TermForm(PageForm):
    """How long something is kept."""

    key = HiddenField()
    days = IntegerField(validators=[Needed(_("Please enter a number of days."))])
