"""The worker's part: takes what waits by a lease, makes it, and writes how far it is.

A worker that is killed leaves a lease that runs out; the next one starts over. All that is made lies under the hash of
its content, so that making it twice is making it once.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select, text, update

from lms import clock
from lms.config import current
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.errors import Invalid, NoRoom, NotFound
from lms.media import making, taking
from lms.media.models import READY, REFUSED, WAITING, WORKING, Media
from lms.media.queries import kept
from lms.programs import ProgramError
from lms.text import Text, _

M = Media.__table__
LEASE = 60  # seconds that a worker may be silent before another one starts over
WORD_EVERY = 2.0  # seconds between two words of how far it is
MOST_ATTEMPTS = 3
PATIENCE = 120  # seconds before trying again where there was no room
_TOO_OFTEN = _(
    "This file could not be prepared in three tries. Please save it again as jpg, mp3 or mp4, and choose it again."
)
_GONE = _("This file is no longer on the server. Please choose it again.")
log = structlog.get_logger("lms.media")


class _Taken(NamedTuple):
    id: int
    digest: str
    kind: str
    attempts: int


class _LostError(Exception):
    """The lease ran out and somebody else works on it."""


_DUE = "(state = 'waiting' AND until <= :now) OR (state = 'working' AND until < :now)"

_ANY_DUE: Statement[Any] = Statement(text(f"SELECT 1 FROM lms_media WHERE {_DUE} LIMIT 1"))  # noqa: S608


def work_due() -> int:
    """Makes all that waits, one after another; returns how many were looked at. Runs beside the outbox: minutes long.

    Anything but what belongs to one file is logged and raised: the worker tries again at its next round.
    """
    count = 0
    while (taken := _take()) is not None:
        _work(taken)
        count += 1
    return count


def _take() -> _Taken | None:
    now = clock.seconds()
    if _ANY_DUE.scalar(now=now) is None:
        let_go()
        return None
    with unit_of_work() as database:
        lock = "FOR UPDATE SKIP LOCKED" if database.dialect.name == "postgresql" else ""
        row = database.execute(
            text(
                "UPDATE lms_media SET state = 'working', until = :until, attempts = attempts + 1, percent = 0"  # noqa: S608
                f" WHERE id IN (SELECT id FROM lms_media WHERE {_DUE} ORDER BY id LIMIT 1 {lock})"
                " RETURNING id, digest, kind, attempts"
            ),
            {"now": now, "until": now + LEASE},
        ).first()
    return _Taken(*row) if row is not None else None


class _Word:
    """Says how far the work is, and that it goes on: renews the lease."""

    def __init__(self, media_id: int, attempts: int) -> None:
        self._id, self._attempts = media_id, attempts
        self._percent, self._said_at = 0, time.monotonic()

    def percent(self, percent: int) -> None:
        """So far it is; said at the next word. Called from the thread that listens to a program."""
        self._percent = max(self._percent, min(99, percent))

    def alive(self) -> None:
        """Says it, not too often. Raises where the work is no longer ours."""
        if time.monotonic() - self._said_at < WORD_EVERY:
            return
        self._said_at = time.monotonic()
        with unit_of_work() as database:
            ours = (M.c.id == self._id) & (M.c.state == WORKING) & (M.c.attempts == self._attempts)
            word = update(M).where(ours).values(percent=self._percent, until=clock.seconds() + LEASE)
            if database.execute(word).rowcount != 1:
                raise _LostError


def _work(taken: _Taken) -> None:
    if taken.attempts > MOST_ATTEMPTS:
        _refuse(taken, _TOO_OFTEN)
        return
    word = _Word(taken.id, taken.attempts)
    try:
        facts = taking.facts_of(taken.digest, taken.kind)
        let_go()  # nothing is read while a program runs
        if facts is None:
            with taking.copied(taken.digest) as source:
                facts = making.made_of(taken.kind, source, source.parent, taking.store(), word.percent, word.alive)
    except Invalid as error:
        _refuse(taken, error.text)
    except NotFound:
        _refuse(taken, _GONE)
    except (ProgramError, ValueError) as error:
        log.warning("media refused", id=taken.id, kind=taken.kind, error=str(error))
        _refuse(taken, taking.NOT_READ)
    except NoRoom as error:
        _put_off(taken, error.text)
    except OSError as error:
        log.error("media put off", id=taken.id, kind=taken.kind, error=repr(error))
        _put_off(taken, NoRoom.default)
    except _LostError:
        log.warning("media lost to another worker", id=taken.id)
    else:
        _finish(taken, facts)


def _finish(taken: _Taken, facts: making.Facts) -> None:
    with unit_of_work() as database:
        if not _still_ours(taken):
            return
        values = {"state": READY, "percent": 100, "problem": None, "facts": facts, "done_at": clock.seconds()}
        keep = taken.digest not in making.keys_of(facts)  # else the bytes as they came are what is shown
        database.execute(update(M).where(M.c.id == taken.id).values(original=keep, until=0, **values))
        taking.remember(facts)


def _refuse(taken: _Taken, why: Text) -> None:
    with unit_of_work() as database:
        if _still_ours(taken):
            values = {"state": REFUSED, "problem": kept(why), "done_at": clock.seconds(), "until": 0}
            database.execute(update(M).where(M.c.id == taken.id).values(**values))


def _put_off(taken: _Taken, why: Text) -> None:
    with unit_of_work() as database:
        if _still_ours(taken):
            values = {"state": WAITING, "problem": kept(why), "until": clock.seconds() + PATIENCE, "attempts": 0}
            database.execute(update(M).where(M.c.id == taken.id).values(**values))


def _still_ours(taken: _Taken) -> bool:
    held = connection().execute(select(M.c.state, M.c.attempts).where(M.c.id == taken.id)).first()
    return held is not None and held.state == WORKING and held.attempts == taken.attempts


def tidy_up() -> None:
    """Removes folders that killed workers left behind; periodic."""
    folder = current().data_dir / "work"
    for left in folder.glob("media-*") if folder.is_dir() else ():
        if time.time() - _touched(left) > 86_400:
            shutil.rmtree(left, ignore_errors=True)


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
