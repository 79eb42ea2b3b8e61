"""Finds installed plugins by the entry-point group `lms.plugins`."""

from __future__ import annotations

from importlib.metadata import entry_points

from lms.contract.points import Plugin, PluginError

GROUP = "lms.plugins"
FIRST_PARTY = {"lms", "courses", "quizzes", "certificates", "plugins"}


def installed(only_first_party: bool = False) -> list[Plugin]:
    """Every installed plugin. One that cannot be loaded raises PluginError naming it."""
    found: list[Plugin] = []
    for entry in entry_points(group=GROUP):
        if only_first_party and entry.module.split(".")[0] not in FIRST_PARTY:
            continue
        try:
            plugin = entry.load()
        except Exception as error:
            raise PluginError(
                f"Plugin {entry.name!r} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}. "
                f"Mend or uninstall it, or start with first-party plugins only: lms serve --safe"
            ) from error
        if not isinstance(plugin, Plugin):
            raise PluginError(f"Plugin {entry.name!r}: {entry.value} is not a Plugin value.")
        found.append(plugin)
    return found
