"""The manifest: what this plugin provides, hears, tells and needs."""

from __future__ import annotations

from lms.api.plugins import Plugin

plugin = Plugin(
    name="cards",
    package="plugins.cards",
    needs={"lms": ">=0.1,<1"},
)
