"""Sending: kept in the transaction that gives the reason, handed over by the worker afterwards, at least once."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from lms import clock
from lms.db.unit_of_work import connection
from lms.messages.channels import CHANNELS, Envelope
from lms.messages.events import MessageKept
from lms.messages.models import Outgoing
from lms.outbox.telling import tell

O = Outgoing.__table__  # noqa: E741


def send(
    channel: str,
    address: str,
    body: str,
    *,
    subject: str = "",
    account_id: int | None = None,
    secret: bool = False,
    stop_url: str = "",
    seconds: int | None = None,
) -> None:
    """Keeps a message for a channel in the open unit of work; the worker hands it over after the commit.

    `secret` (one-time codes): the words are wiped as soon as they have been handed over, and never logged.
    `seconds`: how long the message is of use; a later hand-over is left out.
    """
    at = clock.seconds()
    message_id: int = (
        connection()
        .execute(
            insert(O)
            .values(
                account_id=account_id,
                channel=channel,
                address=address,
                subject=subject,
                body=body,
                stop_url=stop_url,
                secret=secret,
                made_at=at,
                until=None if seconds is None else at + seconds,
                left_out=False,
            )
            .returning(O.c.id)
        )
        .scalar_one()
    )
    tell(MessageKept(message_id))


def hand_over(event: MessageKept) -> bool:
    """Gives the message to its channel, outside any transaction; returns whether it left. Raises what the channel does.

    A worker that dies right after it repeats it: rather twice than never.
    """
    row = connection().execute(select(O).where(O.c.id == event.message_id)).first()
    connection().rollback()
    if row is None or row.sent_at is not None or (row.until is not None and row.until < clock.seconds()):
        return False
    channel = CHANNELS.find(row.channel)
    if channel is None:
        raise LookupError(f"No plugin in use brings the channel {row.channel}.")
    channel.send(Envelope(row.address, row.subject, row.body, row.stop_url))
    return True


def when_message_kept(event: MessageKept, left: bool) -> None:
    """Notes that it was handed over, and wipes what nobody needs to read again."""
    values: dict[str, object] = {"sent_at": clock.seconds()} if left else {"left_out": True}
    database = connection()
    database.execute(update(O).where(O.c.id == event.message_id, O.c.sent_at.is_(None)).values(**values))
    database.execute(update(O).where(O.c.id == event.message_id, O.c.secret).values(body=""))
