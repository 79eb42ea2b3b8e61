"""What the worker and its calculating process tell each other, as bytes. Pure; knows no numpy.

A job is a line of JSON, then whole numbers of four bytes each in the machine's own order, array after array.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from typing import Any

KIND = "i"  # of the numbers


def packed(head: dict[str, Any], numbers: Sequence[array[int]]) -> bytes:
    """A job; `head` gets the lengths of the arrays."""
    line = json.dumps({**head, "lengths": [len(one) for one in numbers]}).encode() + b"\n"
    return line + b"".join(one.tobytes() for one in numbers)


def unpacked(job: bytes) -> tuple[dict[str, Any], list[memoryview]]:
    """The head of a job and its arrays, as they stand in it."""
    line, _, body = job.partition(b"\n")
    head = json.loads(line)
    size, at, found = array(KIND).itemsize, 0, []
    for length in head["lengths"]:
        found.append(memoryview(body)[at : at + length * size])
        at += length * size
    return head, found
