"""Why somebody could not be let in through a provider: in words for them, and in one word for the log."""

from __future__ import annotations

from lms.api.work import DomainError, Text, _

AGAIN = _("This sign-in was begun too long ago or in another browser. Please begin again; nothing was lost.")
NO = _("You did not agree to it over there, so nothing was passed on to us. You can try again or come in another way.")
DOWN = _(
    "The other system does not answer at the moment. It is not your fault. Please come in another way, or try later."
)
ANSWER = _(
    "The other system answered with something that we cannot trust, so nobody was signed in."
    " Please come in another way, and tell your helper if it happens again."
)


STATUS = {DOWN.msgid: 503, ANSWER.msgid: 502}


class Refused(DomainError):
    """Nobody is let in. `reason` is a word of ours for the log: never something that the provider or browser sent.

    `status`: 503 where the provider does not answer, 502 where its answer cannot be trusted, 400 for all others.
    """

    code = "openid-refused"

    def __init__(self, text: Text, reason: str) -> None:
        super().__init__(text)
        self.reason = reason

    @property
    def status(self) -> int:  # type: ignore[override]  # of the class elsewhere; here it depends on the reason
        return STATUS.get(self.text.msgid, 400)
