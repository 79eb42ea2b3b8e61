"""Work done in two processes that take turns: with little and with much, on the same machine in the same minutes.

Measured one after the other, the two would differ by whatever else the machine does meanwhile.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import statistics
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NoReturn

DRAWN_AGAIN = 2_000  # times, for the interval
Work = Callable[..., Generator[Any, None, None]]


@dataclass(frozen=True)
class Growth:
    """What something takes with few and with many (medians where turns were taken), and how sure their ratio is."""

    few: float
    many: float
    between: tuple[float, float] | None = None  # where the ratio lies in 95 of 100 cases

    @property
    def ratio(self) -> float:
        """Many by few."""
        return self.many / self.few


def growth(few: Sequence[float], many: Sequence[float]) -> Growth:
    """Of figures taken in turns, one of each a turn. How sure: whole turns are drawn again by chance (bootstrap)."""
    dice, turns, ratios = random.Random(1), range(len(few)), []
    for _ in range(DRAWN_AGAIN):
        again = dice.choices(turns, k=len(turns))
        ratios.append(statistics.median(many[n] for n in again) / statistics.median(few[n] for n in again))
    ratios.sort()
    outside = DRAWN_AGAIN // 40  # at either end
    return Growth(statistics.median(few), statistics.median(many), (ratios[outside], ratios[-1 - outside]))


class Follower:
    """A process of its own that goes through a generator, one step whenever it is told."""

    def __init__(self, work: Work, arguments: Sequence[Any]) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._line, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_follow, args=(theirs, work, *arguments))
        self._process.start()
        theirs.close()

    def answer(self) -> Any:
        """What the step that was asked for gives. RuntimeError where it failed; why is on standard error."""
        try:
            return self._line.recv()
        except EOFError:
            raise RuntimeError("A process that measures has failed.") from None

    def step(self) -> Any:
        """Asks for the next step, and waits for what it gives."""
        self._line.send(None)
        return self.answer()

    def end(self) -> None:
        """Ends the process; what it holds open it lets go of first."""
        self._line.close()
        self._process.terminate()
        self._process.join()


@contextmanager
def followers(work: Work, *given: Sequence[Any]) -> Iterator[list[Follower]]:
    """A process for each set of arguments. All begin the first step at once; the next ones are asked for."""
    started: list[Follower] = []
    try:
        for arguments in given:
            started.append(Follower(work, arguments))
        yield started
    finally:
        for follower in started:
            follower.end()


def _follow(line: Connection, work: Work, *arguments: Any) -> None:
    signal.signal(signal.SIGTERM, _leave)
    with closing(work(*arguments)) as steps:
        try:
            for found in steps:
                line.send(found)
                line.recv()
        except (EOFError, ConnectionError):  # nobody asks any more
            pass
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it leaves already


def _leave(*_signal: object) -> NoReturn:
    """On the way out databases are dropped and files removed, and no second signal is to stop that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit
