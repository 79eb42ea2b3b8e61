"""What is done with cases, as the journal of acts calls it."""

from __future__ import annotations

from lms.api.work import Act, Subject, _

acts = (
    Act("integrity.found", _("Results were put aside to be looked at")),
    Act("integrity.answered", _("Answered about results that are looked at")),
    Act("integrity.cleared", _("Looked at results: all is well")),
    Act("integrity.proposed", _("Proposed that results do not count")),
    Act("integrity.upheld", _("Agreed, as a second person, that results do not count")),
    Act("integrity.refused", _("Did not agree that results do not count")),
    Act("integrity.retake", _("Asked for a check to be taken again")),
    Act("integrity.reopened", _("Took a decision about results back")),
)
subjects = (Subject("case", _("Results that were looked at")),)
