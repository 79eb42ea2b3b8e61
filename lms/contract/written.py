"""Files in which an operator writes down what a plugin works with: TOML, named by a setting, without secrets in them.

What is wrong in one is said at start, with the setting, the file and the place; nothing is guessed or left out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from lms.contract.points import PluginError

F = TypeVar("F")
HERE = ("127.0.0.1", "localhost", "::1")


class WrittenPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of such a file; a key that nobody knows is a slip of the pen, and is named."""


class Secret(WrittenPart, frozen=True):
    """Where a secret stands: in an environment variable, or in a file (a credential of systemd, a mounted secret)."""

    env: str = ""
    file: str = ""


def read_written(setting: str, name: str, shape: type[F]) -> F:
    """What a file says. Raises PluginError naming the setting, the file and the place."""
    try:
        return msgspec.convert(tomllib.loads(Path(name).read_text(encoding="utf-8")), shape)
    except OSError as error:
        raise wrong_in(setting, name, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise wrong_in(setting, name, f"is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise wrong_in(setting, name, str(error)) from error


def wrong_in(setting: str, name: str, words: str) -> PluginError:
    """The error that says what is wrong in a file."""
    return PluginError(f"{setting}: {name}: {words}".replace("\n", " "))


def secret_at(field: str, place: Secret, environment: Mapping[str, str], wrong: Callable[[str], PluginError]) -> str:
    """The secret that a field of a file leads to; `wrong` makes the error where it leads nowhere."""
    if bool(place.env) == bool(place.file):
        raise wrong(f'{field} must say where it stands: {{ env = "NAME" }} or {{ file = "/…" }}')
    if place.env:
        if not environment.get(place.env, ""):
            raise wrong(f"{field}: the environment variable {place.env} is empty or not set")
        return environment[place.env]
    try:
        found = Path(place.file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"{field}: the file {place.file} cannot be read") from error
    if not found:
        raise wrong(f"{field}: the file {place.file} is empty")
    return found


def is_safe_address(address: object) -> bool:
    """Whether an address may be called or sent to: https, or plain http on this very machine."""
    if not isinstance(address, str) or not address.isascii() or any(c.isspace() for c in address):
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in HERE)
