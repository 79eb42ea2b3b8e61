"""plugins/signing: papers are signed in the name of the whole issuing body, so by whoever may withdraw any of them."""

from __future__ import annotations

from lms.identity.roles import May
from tests.scope.law import apart, for_the_nation

BATCH = "tests/signing/test_pages.py asks it of everybody: there is no batch without a signer"

ENTRIES = {
    "signing.queue": for_the_nation(May.REVOKE, "/can-bo/ky-so"),
    "signing.act": for_the_nation(May.REVOKE, "/can-bo/ky-so", {"signer": "x", "step": "lai"}),
    "signing.batch": apart(BATCH),
    "signing.decide": apart(BATCH),
}
