"""Pure: a proof that anybody can check for ever, without a network, as a text. C2SP tlog-proof v1."""

from __future__ import annotations

import base64
import binascii

from msgspec import Struct

from lms.transparency.merkle import HASH, includes, leaf_hash
from lms.transparency.notes import BadNote, Checkpoint, Verifier, checked

_FIRST = "c2sp.org/tlog-proof@v1"
ENDING = ".tlog-proof"


class Proof(Struct, frozen=True):
    """That an entry stands at an index of a log, with the checkpoint that says so.

    `extra` is the entry itself: whoever has the proof alone can read what was logged.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        lines = [_FIRST]
        if self.extra:
            lines.append("extra " + base64.b64encode(self.extra).decode())
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(h).decode() for h in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def read(cls, text: str) -> Proof:
        """A proof from its text. BadNote where it is none."""
        head, gap, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != _FIRST:
            raise BadNote("This is not a proof of a transparency log.")
        try:
            extra = b""
            if lines and lines[0].startswith("extra "):
                extra = base64.b64decode(lines.pop(0)[6:], validate=True)
            stated = lines.pop(0)
            number = stated.removeprefix("index ")
            if stated == number or not number.isascii() or not number.isdigit() or str(int(number)) != number:
                raise ValueError(stated)
            hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
        except (binascii.Error, ValueError, IndexError):
            raise BadNote("The proof cannot be read: a line of it was changed or is missing.") from None
        if any(len(h) != HASH for h in hashes) or len(hashes) > 63:
            raise BadNote("The proof cannot be read: a hash in it is not whole.")
        return cls(int(number), hashes, checkpoint, extra)


def proves(proof: Proof, entry: bytes, log: Verifier) -> Checkpoint:
    """Checks that this log holds an entry, and returns the checkpoint that the proof leads to. BadNote where not."""
    found, _note = checked(proof.checkpoint, log)
    if not includes(leaf_hash(entry), proof.index, found.size, proof.hashes, found.root):
        raise BadNote("The proof does not lead from this entry to the root that the log signed.")
    return found
