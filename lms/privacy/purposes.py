"""What a person may say yes to, in words that are kept by version: a changed text is a new version and asks anew.

The duty to ask for each purpose: Law 91/2025/QH15. The texts are ours, not the law's.
"""

from __future__ import annotations

from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.text import Text, _


class Purpose(Struct, frozen=True):
    """One purpose: without a yes to a `needed` one there can be no account; the others are free."""

    key: str
    title: Text
    words: Text
    version: str
    needed: bool = False


LEARNING = Purpose(
    "learning-record",
    _("Keeping your learning"),
    _(
        "We keep your name, what you sign in with, your lessons, results and papers, so that you can go on learning and"
        " prove what you know. Officials of your unit see how far you are."
    ),
    "2026-11",
    needed=True,
)
REMINDERS = Purpose(
    "reminders",
    _("Reminders and messages outside"),
    _(
        "We may remind you of a course you began, and send messages to your telephone or e-mail, in the hours you"
        " choose."
    ),
    "2026-11",
)
SENSITIVE = Purpose(
    "sensitive",
    _("Counting who is reached"),
    _(
        "If you like, you tell your ethnic group, a disability, or whether your household is poor. It is kept"
        " encrypted, nobody reads yours; it is only counted together with many others, to see who is left out."
    ),
    "2026-11",
)
PURPOSES: ExtensionPoint[Purpose] = ExtensionPoint(
    "purposes", "What a person may say yes to, one by one.", lambda p: p.key
)
purposes = (LEARNING, REMINDERS, SENSITIVE)
