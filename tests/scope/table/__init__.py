"""The oracle's tables, a file for each plugin: endpoint → who gets what. Whoever adds an address adds its line."""

from __future__ import annotations

import importlib
import pkgutil

from tests.scope.law import Entry


def entries() -> dict[str, Entry]:
    """Every entry of every table. Two tables that claim one address: AssertionError."""
    found: dict[str, Entry] = {}
    for module in pkgutil.iter_modules(__path__):
        table: dict[str, Entry] = importlib.import_module(f"{__name__}.{module.name}").ENTRIES
        twice = found.keys() & table.keys()
        assert not twice, f"{module.name} claims {sorted(twice)} a second time"
        found |= table
    return found
