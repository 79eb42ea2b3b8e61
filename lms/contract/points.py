"""Extension points hold what is looked up; events tell what happened. There is no third mechanism."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from flask import current_app
from msgspec import Struct

from lms.config import Settings

T = TypeVar("T")
E = TypeVar("E", bound="Event")


class PluginError(Exception):
    """A plugin cannot be used. The message names it; the start stops."""


class ExtensionPoint(Generic[T]):
    """A named collection of typed entries, each under a unique key. Declared by whoever owns the idea."""

    all_points: ClassVar[dict[str, ExtensionPoint[Any]]] = {}

    def __init__(self, name: str, doc: str, key: Callable[[T], str]) -> None:
        self.name, self.doc, self.key = name, doc, key
        ExtensionPoint.all_points[name] = self

    def of(self, *entries: T) -> Provided:
        """What a manifest lists under `provides`."""
        return Provided(self, entries)

    def find(self, key: str) -> T | None:
        """The entry under `key` in the running application, or None."""
        return self._entries().get(key)

    def get(self, key: str) -> T:
        """The entry under `key`; PluginError when no plugin in use provides it."""
        entry = self.find(key)
        if entry is None:
            raise PluginError(f"No plugin in use provides {key!r} for {self.name}.")
        return entry

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries().values())

    def _entries(self) -> Mapping[str, T]:
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy costs more than the question
        found: Mapping[str, T] = app.extensions["lms.registry"].entries(self)
        return found


class Provided(Struct, frozen=True):
    """Entries of one plugin for one point."""

    point: ExtensionPoint[Any]
    entries: tuple[Any, ...]


class Event(Struct, frozen=True):
    """A fact in the past tense. Subclasses (`frozen=True`) hold plain values and are stored as JSON."""


class Subscription(Struct, frozen=True):
    """`handler` hears every `event` that is `wanted`, each at least once, in a transaction with what it writes.

    `prepare(event)` runs before that transaction, for what must not happen inside one (drawing, mail, network); what it
    returns is given to the handler besides. Others that wait may be handled in the same transaction, and what fails is
    handled again. `alone`: not this one, because its `prepare` does what cannot be taken back (a mail that went out),
    or takes long. `wanted(event)` is asked when the event is told, by whoever tells it: no statement, no network; what
    is not wanted is not stored.
    """

    event: type[Event]
    handler: Callable[..., None]
    prepare: Callable[[Any], Any] | None = None
    alone: bool = False
    wanted: Callable[[Any], bool] | None = None

    @property
    def name(self) -> str:
        return f"{self.handler.__module__}.{self.handler.__qualname__}"


def on(
    event: type[E],
    handler: Callable[..., None],
    prepare: Callable[[E], Any] | None = None,
    *,
    alone: bool = False,
    wanted: Callable[[E], bool] | None = None,
) -> Subscription:
    """Subscribes in a manifest: `hears=(on(ProgrammeAttained, issuing.when_programme_attained),)`."""
    return Subscription(event, handler, prepare, alone, wanted)


class Plugin(Struct, frozen=True):
    """A plugin is a value: what it provides, hears, tells and needs.

    `migrations` is a folder of revisions, relative to the folder that holds the plugin's top-level package.
    Its package may hold the folders `templates`, `static` and `translations`. `configured(settings)` is asked once, at
    the start, for what it provides because the operator said so; it raises PluginError where that cannot be used.
    """

    name: str
    package: str
    needs: dict[str, str]
    provides: tuple[Provided, ...] = ()
    hears: tuple[Subscription, ...] = ()
    tells: tuple[type[Event], ...] = ()
    migrations: str = ""
    version: str = ""  # empty: that of the product
    configured: Callable[[Settings], tuple[Provided, ...]] | None = None
