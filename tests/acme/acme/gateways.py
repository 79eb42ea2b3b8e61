"""Message gateways that reach nobody: what a real SMS or Zalo adapter would look like."""

from __future__ import annotations

from lms.testing.channels import FakeChannel

sms = FakeChannel("acme-sms", "phone")
zalo = FakeChannel("acme-zalo", "zalo", "phone")
