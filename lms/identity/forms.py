"""The shape and wording of what people enter about themselves."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from lms.text import _
from lms.web.forms import Needed, PageForm, composed

_CONSENT = _("Please tick this box if you agree; without it no account can be opened.").msgid
ADDRESS_FORMS = ("bạn", "bác", "cô", "chú", "ông", "bà", "anh", "chị", "em")
_LOGIN = _("Please enter a telephone number or a name to sign in with.")
_NAME = _("Please write the full name.")
_SAID = [SelectChoice(form) for form in ADDRESS_FORMS]


class SignInForm(PageForm):
    """A name and a secret."""

    identifier = StringField(filters=[composed], validators=[Needed(_LOGIN), Length(max=60)])
    password = PasswordField(validators=[Needed(_("Please enter the password.")), Length(max=200)])


class SignUpForm(PageForm):
    """A name, how to be spoken to, something to sign in with, and a yes. No e-mail."""

    full_name = StringField(filters=[composed], validators=[Needed(_NAME), Length(max=120)])
    address = SelectField(choices=_SAID, default="bạn")
    identifier = StringField(filters=[composed], validators=[Needed(_LOGIN), Length(max=60)])
    password = PasswordField(validators=[Needed(_("Please choose a password or a PIN.")), Length(max=200)])
    agree = BooleanField()

    def validate_agree(self, field: BooleanField) -> None:
        """Without a yes nothing may be kept; said in the reader's language."""
        if not field.data:
            raise ValidationError(field.gettext(_CONSENT))


class BirthDateForm(PageForm):
    """Asked once, before the final check: three short boxes, no calendar to scroll through."""

    day = IntegerField(validators=[Needed(_("Please enter the day of birth."))])
    month = IntegerField(validators=[Needed(_("Please enter the month of birth."))])
    year = IntegerField(validators=[Needed(_("Please enter the year of birth."))])


class SettingsForm(PageForm):
    """Name and form of address."""

    full_name = StringField(filters=[composed], validators=[Needed(_NAME), Length(max=120)])
    address_form = SelectField(choices=_SAID)


class PasswordForm(PageForm):
    """Old and new; whoever has none yet enters only the new one."""

    old_password = PasswordField(validators=[Length(max=200)])
    password = PasswordField(validators=[Needed(_("Please choose a password or a PIN.")), Length(max=200)])


class NewPasswordForm(PageForm):
    """A new one alone: the old one is lost, or was given by somebody else."""

    password = PasswordField(validators=[Needed(_("Please choose a password or a PIN.")), Length(max=200)])


class PhoneForm(PageForm):
    """A telephone number."""

    phone = StringField(
        filters=[composed], validators=[Needed(_("Please enter the telephone number.")), Length(max=30)]
    )


class CodeForm(PageForm):
    """A code of six digits, or one on paper."""

    code = StringField(filters=[composed], validators=[Needed(_("Please enter the code.")), Length(max=20)])


class WhoseForm(PageForm):
    """A new account for an identity: a name, how to be spoken to, and a yes."""

    full_name = StringField(filters=[composed], validators=[Needed(_NAME), Length(max=120)])
    address = SelectField(choices=_SAID, default="bạn")
    agree = BooleanField()

    def validate_agree(self, field: BooleanField) -> None:
        """Without a yes nothing may be kept."""
        if not field.data:
            raise ValidationError(field.gettext(_CONSENT))
