"""The manifest: what this plugin provides, hears, tells and needs."""

from __future__ import annotations

from lms.api.plugins import Plugin

plugin = Plugin(
    name="openid",
    package="plugins.openid",
    needs={"lms": ">=0.1,<1"},
)
