"""Whoever watches a log from outside: looks that it only grew since last time, notes what it is now, and signs that.

Needs the log's address and key, and keeps one small file; a newspaper or a province runs it from cron.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from lms.transparency.merkle import BadTile, Tree, extends, tile_path
from lms.transparency.notes import COSIGNATURE, BadNote, Checkpoint, Verifier, checked, cosign

Fetch = Callable[[str], bytes]  # the bytes at a path under the log's address
MOST_BYTES = 1_000_000
SECONDS = 30


class Rewritten(Exception):
    """The log is not what it was: its past was changed. What was seen before and what it says now."""

    def __init__(self, before: Checkpoint, now: Checkpoint) -> None:
        super().__init__(f"{before.origin}: {before.size} entries before, {now.size} now, and the past differs")
        self.before, self.now = before, now


class Unreachable(Exception):
    """The log did not answer, or not with what a log has there."""


class Seen(Struct, frozen=True):
    """What the witness noted: the log's note as it was, the entries it has more than last time, and the own line."""

    checkpoint: Checkpoint
    note: str
    grown: int
    line: str


def fetch_from(address: str) -> Fetch:
    """Reads a log over HTTP(S)."""
    if not address.startswith(("http://", "https://")):
        raise Unreachable("The address of a log begins with https:// or http://.")

    def fetch(path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{address.rstrip('/')}/{path}", timeout=SECONDS) as answer:  # noqa: S310
                found: bytes = answer.read(MOST_BYTES + 1)
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise Unreachable(f"{address}/{path}: {error}") from error
        if len(found) > MOST_BYTES:
            raise Unreachable(f"{address}/{path}: far more than a log has there")
        return found

    return fetch


def look(fetch: Fetch, log: Verifier, before: Checkpoint | None) -> tuple[Checkpoint, str]:
    """The log's newest checkpoint, once it is shown that the log begins with what it was before.

    Rewritten where it does not; BadNote where it is not signed by this key; Unreachable.
    """
    raw = fetch("checkpoint")
    now, note = checked(raw, log)
    if before is not None:
        if now.size < before.size:
            raise Rewritten(before, now)
        tree = Tree(now.size, lambda level, number, width: fetch(tile_path(level, number, width)))
        try:
            proof = tree.consistency(before.size)
        except BadTile as error:
            raise Unreachable(str(error)) from error
        if not extends(before.size, before.root, now.size, now.root, proof):
            raise Rewritten(before, now)
    return now, note.text + "\n" + "".join(line.raw for line in note.lines if line.name == log.name)


def key_of(path: Path) -> Ed25519PrivateKey:
    """The witness's own key, made where the file is not there; readable by its owner alone."""
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
    except FileExistsError:
        pass
    raw = path.read_bytes()
    if len(raw) != 32:
        raise BadNote(f"{path} holds no key of a witness.")
    return Ed25519PrivateKey.from_private_bytes(raw)


def verifier_of(name: str, key: Ed25519PrivateKey) -> Verifier:
    """The half of a witness's key that others check by."""
    return Verifier(name, key.public_key().public_bytes_raw(), COSIGNATURE)


def watch(fetch: Fetch, log: Verifier, memory: Path, name: str, key: Ed25519PrivateKey) -> Seen:
    """One look: compares with what is noted in the file `memory`, notes what is there now, and signs it.

    The note is replaced only after the look succeeded, and at once or not at all.
    """
    before = _remembered(memory, log)
    now, note = look(fetch, log, before)
    line = cosign(now.text, name, key, int(time.time()))
    _remember(memory, now, note, line)
    return Seen(now, note, now.size - (before.size if before else 0), line)


def _remembered(memory: Path, log: Verifier) -> Checkpoint | None:
    if not memory.exists():
        return None
    try:
        kept = json.loads(memory.read_text())["note"]
    except (ValueError, KeyError, TypeError):
        raise BadNote(f"{memory} cannot be read. It is the memory of what was seen: restore it from a copy.") from None
    return checked(kept, log)[0]


def _remember(memory: Path, now: Checkpoint, note: str, line: str) -> None:
    kept = {"size": now.size, "note": note, "signed": line, "seen_at": int(time.time())}
    with tempfile.NamedTemporaryFile("w", dir=memory.parent, prefix=memory.name, delete=False) as file:
        json.dump(kept, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, memory)


def hand_in(address: str, seen: Seen) -> None:
    """Hands the own signature to the log. Unreachable where it takes none of us."""
    asked = urllib.request.Request(  # noqa: S310  fetch_from looked at the address
        f"{address.rstrip('/')}/cosign", data=(seen.note + seen.line).encode(), headers={"Content-Type": "text/plain"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS):  # noqa: S310
            pass
    except (urllib.error.URLError, OSError) as error:
        raise Unreachable(f"{address}/cosign: {error}. Has the log been told your key?") from error
