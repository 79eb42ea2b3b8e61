"""A helper signs somebody in who sits beside them, with that person's spoken yes."""

from __future__ import annotations

from sqlalchemy import insert, update

from lms.api.people import Person, give_consent, with_role
from lms.api.work import Invalid, _, audit, clock, connection
from plugins.cards.models import Help

PURPOSE = "helped-sign-in"
TEXT_VERSION = "2026-11"  # of CONSENT
CONSENT = _(
    "You sit beside this person. They have heard that you will sign them in, that what they do until they are finished"
    " is kept as done with your help, and they have said yes."
)
UNSAID = _("Without their yes nobody may be signed in. Please ask them first.")
STAFF = _("This person has a role here, so nobody else can sign them in. They sign in with their own password.")
MOST_PRESENT = 200  # letters


def agreed(person: Person, said_yes: bool, present: str) -> None:
    """Raises Invalid unless the person said yes, and may be signed in by others at all."""
    if with_role([person.id]):
        raise Invalid(STAFF)
    if not said_yes:
        raise Invalid(UNSAID, agreed=UNSAID)
    if len(present) > MOST_PRESENT:
        text = _("Please keep it under {most} letters.", most=MOST_PRESENT)
        raise Invalid(text, present=text)


def record(person: Person, helper_id: int, present: str, room_id: int | None = None) -> int:
    """Keeps the yes and that the person is signed in by the helper; returns the row. In a unit of work, before it."""
    consent_id = give_consent(person.id, PURPOSE, TEXT_VERSION, "helper", helper_id)
    made: int = (
        connection()
        .execute(
            insert(Help)
            .values(
                account_id=person.id, helper_id=helper_id, consent_id=consent_id, room_id=room_id, present=present,
                at=clock.seconds(),
            )
            .returning(Help.id)
        )
        .scalar_one()
    )  # fmt: skip
    audit.record(helper_id, "card.helped", f"account:{person.id}", room=room_id)
    return made


def signed_in(help_id: int, session_id: int) -> None:
    """Notes the session that came of it. In a unit of work."""
    connection().execute(update(Help).where(Help.id == help_id).values(session_id=session_id))
