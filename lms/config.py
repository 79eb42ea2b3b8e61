"""Settings: one frozen value from environment and file, checked at boot."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from flask import current_app


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator may decide. Each field `x` is read from the environment variable `LMS_X`."""

    database_url: str = "sqlite:///var/hocvuso.sqlite"
    data_dir: Path = Path("var")
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 1
    base_url: str = ""  # how others reach us, for QR codes and links; empty: as the request came
    place_name: str = ""  # province or commune, shown under the name
    help_line: str = ""  # a telephone number that people may call
    issuer_code: str = "HVS"  # leads every certificate number of this installation
    issuer_name: str = ""  # who issues; empty: the paper says that no issuer has been set
    issuer_is_state: bool = False  # whether the issuer is a State body: then papers carry quốc hiệu and tiêu ngữ
    secure_cookies: bool = False
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-For
    plugins: str = "all"  # "all" or "first-party"
    worker: bool = True  # `lms serve` keeps one worker running
    rate_limits: bool = True
    channels: str = "console"  # how messages leave, in order of preference, e.g. "smtp,console"; empty: they do not
    smtp_url: str = ""  # the mail server, e.g. smtp://name:password@mail.example.vn:587
    mail_from: str = ""  # the address that our mail comes from
    codes_per_day: int = 1000  # one-time codes sent in a day, all together: each SMS costs money
    second_factor_roles: str = "administrator,security"  # whoever holds one of these must set up a second factor
    second_factor_days: int = 14  # within so many days of being asked to
    handover: str = ""  # the carrier that hands confirmations over without files; see docs/handover.md
    openid_file: str = ""  # where the systems that people may sign in through are described; see docs/openid.md
    signers_file: str = ""  # who signs papers, and where the keys are; see docs/signing.md
    voice_command: str = ""  # a program that reads aloud: a sentence comes in, WAV goes out, e.g. piper
    voice_command_lang: str = "vi"  # the language that it reads
    espeak: str = "learners"  # who hears espeak-ng where nothing better reads: "learners", "authors" or "off"
    quiz_grace: int = 60  # seconds that an answer may come after the time is up: lines are slow
    offline: str = "on"  # "off" takes lessons off phones again and stops what phones run without a network
    only: str = ""  # where "/" leads and, after it, the names of the only pages that there are; empty: all of them
    steady_clock: str = ""  # a file: time is counted from what it says, whatever the system's clock is set to
    lang: str = "vi"  # what the command line says of content: "vi" or "en"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
        """Reads the environment (`PORT` too), then `overrides`. Raises SettingsError naming the variable."""
        env = os.environ if environment is None else environment
        values: dict[str, Any] = {}  # each converted to its field's type below
        for f in fields(cls):
            raw = env.get(f"LMS_{f.name.upper()}")
            if f.name == "port":
                raw = raw or env.get("PORT")
            if raw is None or raw == "":
                continue
            values[f.name] = _convert(f.name, str(f.type), raw)
        values.update(overrides)
        settings = cls(**values)
        if not 0 < settings.port < 65536:
            raise SettingsError(f"PORT must be between 1 and 65535, not {settings.port}.")
        if not settings.database_url.startswith(
            ("sqlite:///", "postgresql+psycopg://", "postgresql://", "postgres://")
        ):
            raise SettingsError("LMS_DATABASE_URL must begin with sqlite:/// or postgresql://.")
        if settings.lang not in ("vi", "en"):
            raise SettingsError(f"LMS_LANG must be vi or en, not {settings.lang!r}.")
        if settings.offline not in ("on", "off"):
            raise SettingsError(f"LMS_OFFLINE must be on or off, not {settings.offline!r}.")
        if "smtp" in settings.channels.split(","):
            if not settings.smtp_url.startswith(("smtp://", "smtps://")):
                raise SettingsError("LMS_CHANNELS names smtp, so LMS_SMTP_URL must begin with smtp:// or smtps://.")
            if "@" not in settings.mail_from:
                raise SettingsError("LMS_CHANNELS names smtp: LMS_MAIL_FROM must be the address that mail comes from.")
        if settings.base_url.endswith("/"):
            raise SettingsError("LMS_BASE_URL must not end with a slash, e.g. https://hocvuso.example.vn.")
        return settings

    def public_url(self) -> str:
        """How others reach this installation; without LMS_BASE_URL only this machine does."""
        return self.base_url or f"http://{self.host}:{self.port}"

    def sqlalchemy_url(self) -> str:
        """The database address as SQLAlchemy wants it: psycopg 3 for PostgreSQL, absolute path for SQLite."""
        url = self.database_url
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
            return "sqlite:///" + str(Path(url.removeprefix("sqlite:///")).absolute())
        return url

    def key(self) -> bytes:
        """The installation's secret. Without LMS_SECRET_KEY one is made once and kept in the data folder."""
        if self.secret_key:
            if len(self.secret_key) < 16:
                raise SettingsError("LMS_SECRET_KEY is too short: use at least 16 characters.")
            return self.secret_key.encode()
        path = self.data_dir / "secret.key"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        return path.read_bytes()

    def key_for(self, purpose: bytes) -> bytes:
        """32 bytes derived from the secret for one purpose (16 bytes at most): what leaks of one opens no other."""
        return hashlib.blake2b(self.key(), digest_size=32, person=purpose).digest()


def current() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["lms.settings"]
    return found


def _convert(name: str, kind: str, raw: str) -> object:
    variable = f"LMS_{name.upper()}"
    if kind == "int":
        try:
            return int(raw)
        except ValueError:
            raise SettingsError(f"{variable} must be a whole number, not {raw!r}.") from None
    if kind == "bool":
        if raw.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise SettingsError(f"{variable} must be yes or no, not {raw!r}.")
        return raw.lower() in {"1", "true", "yes"}
    return Path(raw) if kind == "Path" else raw
