"""What the plugins in use provide, checked as a whole before the first request."""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app

from lms.config import Settings
from lms.contract.points import Event, ExtensionPoint, Plugin, PluginError, Subscription
from lms.db.migrating import Package

T = TypeVar("T")


class Registry:
    """The plugins of one application. Order never matters; two entries with one key refuse to start."""

    def __init__(
        self, plugins: Sequence[Plugin], versions: Mapping[str, str], settings: Settings | None = None
    ) -> None:
        self.plugins = tuple(sorted(plugins, key=lambda p: p.name))
        self._entries: dict[str, dict[str, Any]] = defaultdict(dict)
        self._owners: dict[tuple[str, str], str] = {}
        self.subscriptions: dict[str, list[Subscription]] = defaultdict(list)
        self.events: dict[str, type[Event]] = {}
        names = [p.name for p in self.plugins]
        for name in names:
            if names.count(name) > 1:
                raise PluginError(f"Two plugins are called {name!r}. Uninstall one of them.")
        for plugin in self.plugins:
            self._check_needs(plugin, set(names), versions)
            configured = plugin.configured(settings) if plugin.configured and settings else ()
            for provided in (*plugin.provides, *configured):
                for entry in provided.entries:
                    self._add(plugin, provided.point, entry)
            for event in plugin.tells:
                self.events[event_name(event)] = event
        for plugin in self.plugins:
            for subscription in plugin.hears:
                name = event_name(subscription.event)
                if name not in self.events:
                    raise PluginError(f"Plugin {plugin.name!r} hears {name}, which no plugin in use tells.")
                self.subscriptions[name].append(subscription)

    def _add(self, plugin: Plugin, point: ExtensionPoint[Any], entry: Any) -> None:
        key = point.key(entry)
        owner = self._owners.setdefault((point.name, key), plugin.name)
        if key in self._entries[point.name]:
            raise PluginError(f"Plugins {owner!r} and {plugin.name!r} both provide {key!r} for {point.name}.")
        self._entries[point.name][key] = entry

    def _check_needs(self, plugin: Plugin, names: set[str], versions: Mapping[str, str]) -> None:
        for needed, wanted in plugin.needs.items():
            if needed not in names:
                raise PluginError(f"Plugin {plugin.name!r} needs {needed!r}, which is not installed.")
            have = versions.get(needed, "0")
            if not _satisfies(have, wanted):
                raise PluginError(f"Plugin {plugin.name!r} needs {needed} {wanted}, but {have} is installed.")

    def entries(self, point: ExtensionPoint[Any]) -> dict[str, Any]:
        """Every entry of a point by its key."""
        return self._entries[point.name]

    def owned(self, point: ExtensionPoint[T]) -> list[tuple[str, T]]:
        """Every entry of a point with the name of the plugin that provides it."""
        return [(self._owners[(point.name, key)], entry) for key, entry in self._entries[point.name].items()]

    def packages(self) -> list[Package]:
        """The packages that keep tables, the core first."""
        found = [Package(p.name, place_of(p) / p.migrations) for p in self.plugins if p.migrations]
        return sorted(found, key=lambda p: (p.name != "lms", p.name))


def folder_of(plugin: Plugin) -> Path:
    """The folder of a plugin's package."""
    module = importlib.import_module(plugin.package)
    if module.__file__ is None:
        raise PluginError(f"Plugin {plugin.name!r} has no folder: {plugin.package} needs an __init__.py.")
    return Path(module.__file__).resolve().parent


def place_of(plugin: Plugin) -> Path:
    """The folder that holds a plugin's top-level package."""
    return folder_of(plugin).parents[plugin.package.count(".")]


def event_name(event: type[Event]) -> str:
    """How an event is called in the outbox: package and class, e.g. `lms.ProgrammeAttained`, `cards.CardRevoked`."""
    package = event.__module__.removeprefix("plugins.").split(".")[0]
    return f"{package}.{event.__name__}"


def running() -> Registry:
    """The registry of the application that is handling the present request or job."""
    registry: Registry = current_app.extensions["lms.registry"]
    return registry


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])


def _satisfies(have: str, wanted: str) -> bool:
    for part in wanted.split(","):
        match = re.fullmatch(r"\s*(>=|<=|==|<|>)\s*([\d.]+)\s*", part)
        if match is None:
            raise PluginError(f"A version need reads like '>=0.1,<1', not {wanted!r}.")
        operator, bound = match[1], _version(match[2])
        ours = _version(have)
        size = max(len(ours), len(bound))
        a, b = ours + (0,) * (size - len(ours)), bound + (0,) * (size - len(bound))
        if not {">=": a >= b, "<=": a <= b, "==": a == b, "<": a < b, ">": a > b}[operator]:
            return False
    return True
