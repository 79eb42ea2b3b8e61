"""plugins/handover: whoever may issue papers hands confirmations of their units over; a file belongs to its unit."""

from __future__ import annotations

from lms.identity.roles import May
from tests.scope.law import anywhere, at

BATCH = "/can-bo/ban-giao/{key}"

ENTRIES = {
    "handover.office": anywhere(May.ISSUE, "/can-bo/ban-giao"),
    "handover.pack": anywhere(May.ISSUE, "/can-bo/ban-giao", {}),
    "handover.answers": anywhere(May.ISSUE, "/can-bo/ban-giao/tra-loi", {}),
    "handover.again": anywhere(May.ISSUE, "/can-bo/ban-giao/lai", {}),
    "handover.file": at(May.ISSUE, "delivery", BATCH + ".zip"),
    "handover.sent": at(May.ISSUE, "delivery", BATCH + "/da-gui", {}),
    "handover.cancel": at(May.ISSUE, "delivery", BATCH + "/huy", {}),
}
