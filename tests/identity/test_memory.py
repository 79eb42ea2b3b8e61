"""What password checks work in goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

CHECKS = """
import threading, time
from lms import memory
from lms.identity import passwords

def held():
    for line in open("/proc/self/smaps_rollup"):
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) / 1024

memory.keep_one_heap()
memory.QUIET = float("{quiet}")
before = held()
stored = passwords.hash_password("một mật khẩu dài")

def check():
    for _ in range(3):
        assert passwords.matches(stored, "một mật khẩu dài")

checking = threading.Thread(target=check)  # as a web server does: in a thread with an arena of its own
checking.start()
checking.join()
time.sleep({wait})
print(held() - before)
"""


def grown(quiet: float, wait: float) -> float:
    """Megabytes that a process holds more than before it checked passwords, `wait` seconds later."""
    done = subprocess.run(
        [sys.executable, "-c", CHECKS.format(quiet=quiet, wait=wait)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only GNU's C library keeps it, and gives it back")
def test_what_checks_work_in_is_given_back_after_a_while() -> None:
    assert grown(quiet=600, wait=0.5) > 15, "held for the next check"
    assert grown(quiet=0.1, wait=2) < 5
