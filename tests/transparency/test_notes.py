"""Signed notes, checkpoints, cosignatures and proofs as texts: what fits is taken, whatever was changed is not."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lms.transparency.merkle import leaf_hash, node_hash
from lms.transparency.notes import COSIGNATURE, BadNote, Checkpoint, Note, Verifier, checked, cosign, sign
from lms.transparency.proofs import Proof, proves

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
ORIGIN = "hocvuso.example.vn/log"
LOG = Verifier(ORIGIN, KEY.public_key().public_bytes_raw())
WITNESS = Verifier("bao.example.vn", OTHER.public_key().public_bytes_raw(), COSIGNATURE)
LEFT, RIGHT = b"mot", b"hai"
ROOT = node_hash(leaf_hash(LEFT), leaf_hash(RIGHT))
POINT = Checkpoint(ORIGIN, 2, ROOT)
NOTE = sign(POINT.text, ORIGIN, KEY)
PROOF = Proof(1, (leaf_hash(LEFT),), NOTE, RIGHT)


def test_a_key_is_written_and_read() -> None:
    """The example of C2SP's signed-note gives the key of Go's checksum database; ours is made by the same rule."""
    go = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert str(Verifier.read(go)) == go
    assert Verifier.read(str(LOG)) == LOG
    assert Verifier.read(str(WITNESS)) == WITNESS
    for wrong in ("", "a", "a+b+c", go.replace("033de0ae", "033de0af"), go.replace("sum.", "sun."), go[:-4]):
        with pytest.raises(BadNote):
            Verifier.read(wrong)


def test_a_checkpoint_is_signed_and_checked() -> None:
    assert checked(NOTE, LOG) == (POINT, Note.read(NOTE))
    with pytest.raises(BadNote, match="has not signed"):
        checked(NOTE, Verifier("another.vn/log", LOG.public))
    with pytest.raises(BadNote, match="has not signed"):
        checked(sign(POINT.text, ORIGIN, OTHER), LOG)
    with pytest.raises(BadNote, match="checkpoint of"):
        checked(sign(POINT.text.replace("hocvuso", "hocvuxo"), ORIGIN, KEY), LOG)


def test_a_witness_signs_with_a_moment() -> None:
    whole = NOTE + cosign(POINT.text, WITNESS.name, OTHER, 1_700_000_000)
    assert Note.read(whole).signed_by([LOG, WITNESS]) == {ORIGIN: None, WITNESS.name: 1_700_000_000}
    assert checked(whole, LOG)[0] == POINT
    line = Note.read(whole).lines[1]
    later = line.signature[:7] + bytes([line.signature[7] ^ 1]) + line.signature[8:]
    with pytest.raises(BadNote, match="does not fit"):
        WITNESS.check(POINT.text, later)


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_no_changed_byte_of_a_checkpoint_is_believed(place: int, by: int) -> None:
    raw = bytearray(NOTE.encode())
    raw[place] ^= by
    try:
        found, _note = checked(bytes(raw), LOG)
    except BadNote:
        return
    assert found == POINT  # the base64 of the signature may have been written in another way


@given(st.text(max_size=200))
def test_nonsense_is_refused(text: str) -> None:
    for read in (Note.read, Checkpoint.read, Proof.read, Verifier.read):
        with pytest.raises(BadNote):
            read(text)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n", f"a\n01\n{base64.b64encode(ROOT).decode()}\n", f"a\n-1\n{base64.b64encode(ROOT).decode()}\n",
        "a\n1\nAAAA\n", f"\n1\n{base64.b64encode(ROOT).decode()}\n", f"a\n1\n{base64.b64encode(ROOT).decode()}",
        f"a\n{'9' * 30}\n{base64.b64encode(ROOT).decode()}\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.read(text)


def test_a_proof_is_checked_without_anything_else() -> None:
    again = Proof.read(str(PROOF))
    assert again == PROOF
    assert proves(again, RIGHT, LOG) == POINT
    with pytest.raises(BadNote, match="does not lead"):
        proves(again, LEFT, LOG)
    with pytest.raises(BadNote, match="has not signed"):
        proves(again, RIGHT, Verifier(ORIGIN, WITNESS.public))


@given(st.integers(0, len(str(PROOF).encode()) - 1), st.integers(1, 127))
def test_no_changed_byte_of_a_proof_proves_something_else(place: int, by: int) -> None:
    raw = bytearray(str(PROOF).encode())
    raw[place] ^= by
    try:
        found = Proof.read(raw.decode("utf-8", "replace"))
        assert proves(found, RIGHT, LOG) == POINT
    except BadNote:
        return
    assert found.index == 1
