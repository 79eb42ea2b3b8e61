"""Commands of plugins: `lms <name> …`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import click
from flask import Flask
from msgspec import Struct

from lms.contract.points import ExtensionPoint
from lms.text import Text


class Program(Protocol):
    """What the command line does for a command."""

    def app(self, **settings: Any) -> Flask:
        """The application on a database of this version; `settings` go before those of the environment."""

    def serve(self, app: Flask) -> None:
        """Serves until interrupted."""

    def say(self, app: Flask, sentence: Text | str) -> None:
        """Prints a line for people, in the operator's language."""

    def refusal(self, app: Flask, sentence: Text) -> Exception:
        """What to raise so that the command ends with this line."""


class Command(Struct, frozen=True):
    """A command, or a group of them. `make` is called once it is asked for."""

    name: str
    make: Callable[[Program], click.Command]


COMMANDS: ExtensionPoint[Command] = ExtensionPoint("commands", "Commands: `lms <name>`.", lambda c: c.name)
