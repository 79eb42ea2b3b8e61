"""The one source of time, so that tests can set it. All times are UTC and aware; people see +07:00."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

VIETNAM = timezone(timedelta(hours=7), "+07")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_frozen: datetime | None = None
_steady: Anchor | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen or (datetime.now(UTC) if _steady is None else from_milliseconds(_steady.at_now()))


def seconds() -> int:
    """The present moment in whole seconds since 1970, UTC: what compact rows hold."""
    return int(now().timestamp())


def today() -> date:
    """The calendar day in Việt Nam: the day that papers and reports carry."""
    return now().astimezone(VIETNAM).date()


def local(moment: datetime) -> datetime:
    """The same moment on a Vietnamese clock."""
    return moment.astimezone(VIETNAM)


def from_seconds(stamp: int) -> datetime:
    """The moment of a compact row's stamp."""
    return datetime.fromtimestamp(stamp, UTC)


def from_milliseconds(stamp: int) -> datetime:
    """The moment of so many milliseconds since 1970."""
    return datetime.fromtimestamp(stamp / 1000, UTC)


@dataclass(frozen=True)
class Reading:
    """What the system's clock says (`wall`, seconds since 1970), which people and programs may set, and the count of
    milliseconds since the machine was started (`counted`), which nobody can; `boot` names that start.
    """

    wall: int
    counted: int
    boot: str


def reading() -> Reading:
    """Both clocks of this machine, now."""
    counting = getattr(time, "CLOCK_BOOTTIME", None)  # goes on while a laptop sleeps
    counted = time.clock_gettime_ns(counting) if counting is not None else time.monotonic_ns()
    boot = _BOOT.read_text(encoding="ascii").strip() if _BOOT.exists() else ""
    return Reading(int(time.time()), counted // 1_000_000, boot)


@dataclass(frozen=True)
class Anchor:
    """From where a steady clock counts: at the count `counted` of the start `boot` it was `at` (milliseconds)."""

    at: int
    counted: int
    boot: str

    def at_now(self) -> int:
        """What it says now, in milliseconds since 1970."""
        return self.at + reading().counted - self.counted


def keep_steady(file: Path) -> None:
    """From now on time is counted and not read off the system's clock: setting that changes nothing any more.

    `file` holds the anchor, so that all processes agree. Where the machine was started anew since, time goes on with
    the system's clock, but never back behind what was noted last.
    """
    global _steady
    here = reading()
    try:
        held = Anchor(**json.loads(file.read_text(encoding="ascii")))
    except FileNotFoundError:
        held = None
    if held is None or held.boot != here.boot or held.counted > here.counted:
        held = Anchor(max(here.wall * 1000, held.at if held else 0), here.counted, here.boot)
        _write(file, held)
    _steady = held


def note_steady(file: Path) -> None:
    """Notes where a steady clock stands, so that it does not fall behind that when the machine starts anew."""
    if _steady is not None:
        here = reading()
        _write(file, Anchor(_steady.at + here.counted - _steady.counted, here.counted, here.boot))


def let_go() -> None:
    """The system's clock counts again: for tests, and for a program that goes on with something else."""
    global _steady
    _steady = None


def _write(file: Path, anchor: Anchor) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(f".{os.getpid()}")
    half.write_text(json.dumps(asdict(anchor)), encoding="ascii")
    half.replace(file)


@contextmanager
def frozen_at(moment: datetime) -> Iterator[None]:
    """For tests: time stands still at `moment` (aware)."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
