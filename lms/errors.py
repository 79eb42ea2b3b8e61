"""What can go wrong in the domain. One handler turns these into a page, a fragment or problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from lms.text import Text, _


class DomainError(Exception):
    """A refusal that a person can understand: `text` says what happened and what to do next."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"
    default: ClassVar[Text] = _("This did not work. Please try again.")

    fields: Mapping[str, Text] = MappingProxyType({})  # where it is about input: what is wrong with which field

    def __init__(self, text: Text | None = None) -> None:
        self.text = text or self.default
        super().__init__(self.text.msgid)


class NotFound(DomainError):
    """There is no such thing, or this person may not know of it: the two look the same from outside."""

    status = 404
    code = "not-found"
    default = _("This page does not exist, or it is not open to you.")


class NotSignedIn(DomainError):
    """The page needs a person. The web sends them to sign in and back; the API answers 401."""

    status = 401
    code = "sign-in-required"
    default = _("Please sign in to go on.")

    def __init__(self, text: Text | None = None, back: str | None = None) -> None:
        """`back`: where to return to after signing in, where that is not the page that was asked for."""
        super().__init__(text)
        self.back = back


class NotAllowed(DomainError):
    """The person knows of the thing but may not do this to it."""

    status = 403
    code = "not-allowed"
    default = _("Your account may not do this.")


class Invalid(DomainError):
    """Input that must be mended: `fields` maps a field's name to what is wrong with it."""

    status = 422
    code = "invalid"
    default = _("Please look again at what was entered.")

    def __init__(self, text: Text | None = None, **fields: Text) -> None:
        super().__init__(text)
        self.fields = fields


class Conflict(DomainError):
    """Somebody else was first, or it has been done already in another way."""

    status = 409
    code = "conflict"
    default = _("Somebody changed this meanwhile. Please look at it again.")


class TooEarly(DomainError):
    """Not yet: something must come first."""

    status = 409
    code = "too-early"
    default = _("This is not open yet.")


class Elsewhere(DomainError):
    """Something comes first, on another page. The web leads to `endpoint` with `values`; the API says what it is."""

    status = 403
    code = "step-needed"
    default = _("One more step is needed first. Please open this page in a browser.")

    def __init__(self, endpoint: str, text: Text | None = None, **values: str) -> None:
        super().__init__(text)
        self.endpoint, self.values = endpoint, values


class TooMany(DomainError):
    """The rate limit; `retry_after` in seconds."""

    status = 429
    code = "too-many"
    default = _("Too many tries. Please wait a few minutes, then try again.")

    def __init__(self, text: Text | None = None, retry_after: int = 60) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Gone(DomainError):
    """It was here and is no more."""

    status = 410
    code = "gone"
    default = _("This is no longer available.")


class NoRoom(DomainError):
    """There is no room left to keep something. What was here before stays as it was."""

    status = 507
    code = "no-room"
    default = _(
        "The server has no room left for this file, so nothing of it was kept. What was saved before is still there."
        " Please tell the people who run this server."
    )
