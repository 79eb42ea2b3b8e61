"""The page that checks papers without a network; what it answers is looked at in test_carried.py."""

from __future__ import annotations

from tests.browser.people import ANYONE

VISITS = (("carried", "certificates.carried", ANYONE, "/v/"),)
NO_PAGES = {
    "certificates.carried_app": "what the app is called",
    "certificates.carried_keys": "public keys for devices",
    "certificates.carried_status": "a signed list for devices",
    "certificates.carried_worker": "the worker's script",
}
