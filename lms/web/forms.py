"""WTForms in our words: shape and wording of input where people author and administer, and where they sign in."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import Field, Form
from wtforms.validators import InputRequired, StopValidation

from lms.characters import visible
from lms.errors import DomainError
from lms.text import Text, _
from lms.vietnamese import nfc
from lms.web.rendering import say

ENGLISH_TO_OURS = {
    "This field is required.": _("Please fill this in."),
    "Not a valid choice.": _("Please choose one of the answers."),
    "Not a valid choice": _("Please choose one of the answers."),
    "Not a valid integer value.": _("Please enter a whole number."),
    "Not a valid date value.": _("Please enter the date as day/month/year, e.g. 20/11/1960."),
}


class _Words:
    def gettext(self, sentence: str) -> str:
        return say(ENGLISH_TO_OURS.get(sentence, sentence))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return say(one if n == 1 else many)


class PageForm(Form):  # type: ignore[misc]  # WTForms has no types
    """A form whose messages are in the reader's language and whose texts are composed Vietnamese."""

    class Meta:
        """Where WTForms looks for its words."""

        def get_translations(self, _form: Form) -> _Words:
            return _Words()

    def __init__(self, **values: Any) -> None:
        values.setdefault("formdata", request.form if request.method == "POST" else None)
        super().__init__(**values)

    def refuse(self, field: str, text: Text) -> None:
        """Puts an error found later at its field."""
        self[field].errors = [*self[field].errors, say(text)]

    def refuse_as(self, error: DomainError) -> None:
        """Puts what a service refused at the fields that it names; where the form has none of them, at the whole."""
        named = [(name, text) for name, text in error.fields.items() if name in self]
        for name, text in named:
            self.refuse(name, text)
        if not named:
            self.form_errors.append(say(error.text))

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What is wrong by the name of its field, for templates; under "" what is wrong with the form as a whole."""
        return {name or "": [str(e) for e in texts] for name, texts in self.errors.items()}

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field's id, what is wrong) for the summary above the form."""
        return [(f.id, str(e)) for f in self for e in f.errors]


class Needed(InputRequired):  # type: ignore[misc]  # WTForms has no types
    """A field that must be filled in; `words` say which one, because the summary above the form names no field."""

    def __init__(self, words: Text) -> None:
        super().__init__()
        self.words = words

    def __call__(self, form: Form, field: Field) -> None:
        if not (field.raw_data and str(field.raw_data[0]).strip()):
            field.errors = []
            raise StopValidation(say(self.words))


def composed(value: str | None) -> str | None:
    """A filter for text fields: NFC, trimmed, single spaces; characters that nobody sees are dropped."""
    if value is None:
        return None
    return nfc(visible("".join(" " if c.isspace() else c for c in value)))


def composed_lines(value: str | None) -> str | None:
    """A filter for texts of several lines: NFC, lines kept."""
    if value is None:
        return None
    import unicodedata

    return unicodedata.normalize("NFC", visible(value.replace("\r\n", "\n"), "\n\t")).strip()
