"""The channels that need nobody else: the console, and mail over SMTP."""

from __future__ import annotations

import smtplib
import ssl
import sys
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from lms.config import current
from lms.messages.channels import Channel, Envelope
from lms.text import _

SECONDS = 20  # that a mail server may take to answer


def print_message(envelope: Envelope) -> None:
    """Writes the message to standard error: for trying out, and for a commune whose clerk reads codes aloud."""
    lines = [f"✉ {envelope.address}: {envelope.subject}".rstrip(" :"), *envelope.body.splitlines()]
    print("\n  ".join(lines), file=sys.stderr, flush=True)


def send_mail(envelope: Envelope) -> None:
    """Hands the message to the server of LMS_SMTP_URL (smtp:// with STARTTLS where offered, or smtps://).

    Raises OSError or SMTPException where the server does not take it.
    """
    settings = current()
    place = urlsplit(settings.smtp_url)
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.mail_from, envelope.address
    mail["Subject"], mail["Date"] = envelope.subject or "Học vụ số", formatdate(localtime=False)
    mail["Message-ID"] = make_msgid(domain=settings.mail_from.rpartition("@")[2] or "localhost")
    if envelope.stop_url:  # RFC 8058: the mail program shows a button of its own
        mail["List-Unsubscribe"] = f"<{envelope.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(envelope.body)
    trust = ssl.create_default_context()
    server: smtplib.SMTP
    if place.scheme == "smtps":
        server = smtplib.SMTP_SSL(place.hostname or "", place.port or 465, timeout=SECONDS, context=trust)
    else:
        server = smtplib.SMTP(place.hostname or "", place.port or 25, timeout=SECONDS)
    with server:
        if place.scheme == "smtp":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=trust)
            elif place.username and place.hostname not in ("localhost", "127.0.0.1", "::1"):
                raise smtplib.SMTPNotSupportedError(
                    "The mail server offers no STARTTLS; the password is not sent in clear."
                )
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(mail)


channels = (
    Channel("console", _("The console of this server"), frozenset({"phone", "email", "zalo"}), print_message),
    Channel("smtp", _("E-mail"), frozenset({"email"}), send_mail),
)
