"""What is done with hand-overs, as the journal of acts calls it."""

from __future__ import annotations

from lms.api.work import Act, Subject, _

acts = (
    Act("handover.packed", _("Made a file for handing over")),
    Act("handover.sent", _("Noted that a file was handed over")),
    Act("handover.cancelled", _("Cancelled a file for handing over")),
    Act("handover.answered", _("Took in the answers of the other side")),
    Act("handover.again", _("Prepared refused records anew")),
)
subjects = (Subject("handover", _("A file for handing over")),)
