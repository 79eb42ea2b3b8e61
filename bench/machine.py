"""What processes cost: CPU by the kernel's own clock, memory, and servers that are started and ended by their id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.browsing import HttpBrowser

ROOT = Path(__file__).resolve().parents[1]
TICK = os.sysconf("SC_CLK_TCK")
MOST_WAIT = 60  # seconds that anything may take to start or to be done


def cpu(pid: int) -> float:
    """CPU seconds of a process: all its threads, those that have ended too, and the children that it has waited for.

    The kernel's clock of a process counts nanoseconds; /proc/<pid>/stat, in ticks, gives the children.
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = (int(fields[13]) + int(fields[14])) / TICK
    return time.clock_gettime((~pid << 3) | 2) + children


def family(pid: int) -> list[int]:
    """A process and everything that it started and that still runs."""
    found, todo = [], [pid]
    while todo:
        here = todo.pop()
        found.append(here)
        for task in Path(f"/proc/{here}/task").iterdir():
            try:
                todo += [int(x) for x in (task / "children").read_text().split()]
            except OSError:
                continue  # the thread ended meanwhile
    return found


def memory(pids: Iterable[int]) -> float:
    """Megabytes (PSS) of processes: pages that are shared count by shares."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _cpu_or_nothing(pid: int) -> float:
    """`cpu`; nothing of a process that has ended: its parent, who waited for it, counts it among its children."""
    try:
        return cpu(pid)
    except OSError:
        return 0.0


class Meter:
    """Reads the clocks of a group of processes; milliseconds since the last reading."""

    def __init__(self, pids: list[int]) -> None:
        self._pids, self._last = pids, 0.0
        self.lap()

    def lap(self) -> float:
        """CPU milliseconds since the reading before."""
        total = 1000 * sum(_cpu_or_nothing(p) for p in self._pids)
        passed, self._last = total - self._last, total
        return passed


def free_port() -> int:
    """A port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One command with its children, ended when the block is left."""

    def __init__(self, name: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self._arguments, self._log = name, arguments, log
        self._environment = {**environment, "PATH": os.environ.get("PATH", ""), "PGAPPNAME": name}
        self._process: subprocess.Popen[bytes] | None = None
        self._family: list[int] = []

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        held = family(self._process.pid) if self._process.poll() is None else []
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in held[1:]:
            _end_orphan(pid)

    @property
    def pid(self) -> int:
        """The id of the command's own process; RuntimeError where it has ended by itself."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"{self.name} has ended: {self._log.read_text(errors='replace')[-2000:]}")
        return self._process.pid

    def pids(self) -> list[int]:
        """All processes of the command."""
        return family(self.pid)


def _end_orphan(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class Server(Process):
    """A web server on a port of its own."""

    def __init__(self, name: str, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__(name, arguments, {**environment, "LMS_HOST": "127.0.0.1", "LMS_PORT": str(self.port)}, log)

    def first_answer(self, path: str) -> float:
        """Waits until a page comes with status 200; returns the seconds since this was called."""
        began = time.monotonic()
        while time.monotonic() - began < MOST_WAIT:
            browser = HttpBrowser(self.port)
            try:
                if browser.ask("GET", path).status == 200:
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.01)
            finally:
                browser.close()
            assert self.pid, "a server that has ended says so"
        raise TimeoutError(f"{self.name} does not answer: {self._log.read_text(errors='replace')[-2000:]}")
