"""The script of the page that checks papers, run by Node: each answer it gives, and no changed figure that passes."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace

from certificates.carried import cose
from certificates.carried.cbor import encode
from certificates.carried.fields import Carried, figures_of, fingerprint, message_of, payload_of
from certificates.numbering import format_number
from certificates.services.carrying import LIST_TYPE, TERM
from lms.testing.pytest_plugin import missing

HERE = Path(__file__).parent
SCRIPT = HERE.parents[1] / "certificates" / "static" / "certificates" / "v.js"
MINE, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
PUBLIC = MINE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
KID = hashlib.sha256(PUBLIC).hexdigest()[:32]
NOW, DAY = int(time.time()), 86_400
TODAY = date(1970, 1, 1) + timedelta((NOW + 7 * 3600) // DAY)
WHAT, ISSUER = "GIẤY XÁC NHẬN\nĐã hoàn thành", "UBND xã Thiện Tín"
KEY: dict[str, Any] = {
    "kid": KID, "spki": base64.b64encode(PUBLIC).decode(), "from": NOW - DAY, "to": None, "revoked": None,
}  # fmt: skip
PAPER = Carried(
    format_number("HVS", "XN", 2026, 123), "Nguyễn Thị Hồng Nhung", 1968, TODAY, None, 0, 102_536, fingerprint(WHAT),
    fingerprint(ISSUER),
)  # fmt: skip


def code(said: Carried = PAPER, private: ec.EllipticCurvePrivateKey = MINE) -> str:
    return figures_of(cose.sign({cose.KID: bytes.fromhex(KID)[:4]}, payload_of(said), private))


def signed_list(
    *marks: list[int],
    made: int = NOW,
    words: tuple[str, ...] = (WHAT, ISSUER),
    private: ec.EllipticCurvePrivateKey = MINE,
) -> bytes:
    headers = {cose.CONTENT_TYPE: LIST_TYPE, cose.KID: bytes.fromhex(KID)[:4]}
    found = {PAPER.status_list: list(marks)} if marks else {}
    return cose.sign(headers, encode({1: made, 2: TERM, 3: found, 4: list(words)}), private)


def judged(*cases: tuple[str, list[dict[str, Any]] | None, bytes | None]) -> list[tuple[str, list[str]]]:
    """What the script answers, and why it does not know, where it says so."""
    node = shutil.which("node")
    if node is None:
        missing("Node.js", "apt-get install nodejs")
    asked = [
        {"figures": figures, "keys": keys, "list": None if held is None else base64.b64encode(held).decode()}
        for figures, keys, held in cases
    ]
    done = subprocess.run(
        [node, HERE / "judge.mjs", SCRIPT], input=json.dumps(asked), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return [(each["outcome"], each["why"]) for each in json.loads(done.stdout)]


GOOD, LIST = code(), signed_list()
YESTERDAY, LATER = TODAY - timedelta(1), TODAY + timedelta(3)
CASES: dict[str, tuple[str, tuple[str, list[dict[str, Any]] | None, bytes | None], list[str]]] = {
    "valid": ("valid", (GOOD, [KEY], LIST), []),
    "a list of 400 bytes": ("valid", (GOOD, [KEY], signed_list(words=(WHAT, ISSUER, "x" * 300))), []),
    "a list of 70,000 bytes": ("valid", (GOOD, [KEY], signed_list(words=(WHAT, ISSUER, "x" * 70_000))), []),
    "of a list of the issuer": ("valid", (code(replace(PAPER, own="Giải Nhất", masked=True)), [KEY], LIST), []),
    "the place before it": ("valid", (GOOD, [KEY], signed_list([102_535, 2], [], [])), []),
    "withdrawn": ("withdrawn", (GOOD, [KEY], signed_list([5, 102_531], [], [])), []),
    "suspended": ("suspended", (GOOD, [KEY], signed_list([], [102_536], [])), []),
    "replaced": ("replaced", (GOOD, [KEY], signed_list([], [], [102_535, 1])), []),
    "withdrawn long ago": ("withdrawn", (GOOD, [KEY], signed_list([102_536], [], [], made=NOW - 99 * DAY)), []),
    "no list": ("unsure", (GOOD, [KEY], None), ["none"]),
    "a changed list": ("unsure", (GOOD, [KEY], LIST[:-1] + bytes([LIST[-1] ^ 1])), ["broken"]),
    "a torn list": ("unsure", (GOOD, [KEY], LIST[:100]), ["broken"]),
    "an empty list": ("unsure", (GOOD, [KEY], b""), ["broken"]),
    "a list by others": ("unsure", (GOOD, [KEY], signed_list(private=OTHER)), ["broken"]),
    "a paper for a list": ("unsure", (GOOD, [KEY], message_of(GOOD)), ["broken"]),
    "a list for a paper": ("torn", (figures_of(LIST), [KEY], LIST), []),
    "an old list": ("unsure", (GOOD, [KEY], signed_list(made=NOW - 8 * DAY)), ["old", "early"]),
    "a list of tomorrow": ("unsure", (GOOD, [KEY], signed_list(made=NOW + DAY)), ["clock"]),
    "a paper of tomorrow": ("unsure", (code(replace(PAPER, issued_on=LATER)), [KEY], LIST), ["clock", "early"]),
    "words unknown": ("unsure", (GOOD, [KEY], signed_list(words=(WHAT,))), ["words"]),
    "no keys": ("unready", (GOOD, None, None), []),
    "another key": ("foreign", (GOOD, [{**KEY, "kid": "0" * 32}], LIST), []),
    "a revoked key": ("revoked-key", (GOOD, [{**KEY, "revoked": NOW}], LIST), []),
    "before its key": ("outside", (code(replace(PAPER, issued_on=date(2020, 1, 1))), [KEY], LIST), []),
    "after its key": ("outside", (GOOD, [{**KEY, "from": NOW - 9 * DAY, "to": NOW - 2 * DAY}], LIST), []),
    "its last day": ("valid", (code(replace(PAPER, last_day=TODAY)), [KEY], LIST), []),
    "the day after": ("expired", (code(replace(PAPER, last_day=YESTERDAY)), [KEY], LIST), []),
    "the day after, no list": ("expired", (code(replace(PAPER, last_day=YESTERDAY)), [KEY], None), []),
    "a slow clock": ("expired", (code(replace(PAPER, last_day=TODAY)), [KEY], signed_list(made=NOW + 2 * DAY)), []),
    "signed by others": ("altered", (code(private=OTHER), [KEY], LIST), []),
    "half a code": ("torn", (GOOD[:200], [KEY], LIST), []),
    "a zero before it": ("torn", ("0" + GOOD, [KEY], LIST), []),
    "no figures": ("torn", ("abc", [KEY], LIST), []),
}  # fmt: skip


def test_each_answer() -> None:
    found = judged(*(asked for _wanted, asked, _why in CASES.values()))
    wanted = [(outcome, why) for outcome, _asked, why in CASES.values()]
    assert dict(zip(CASES, found, strict=True)) == dict(zip(CASES, wanted, strict=True))


def test_no_changed_figure_is_believed() -> None:
    lot, changed = random.Random(11), []
    for _nth in range(150):
        at = lot.randrange(len(GOOD))
        other = lot.choice([sign for sign in "0123456789" if sign != GOOD[at]])
        changed.append(GOOD[:at] + other + GOOD[at + 1 :])
    found = judged((GOOD, [KEY], LIST), *((figures, [KEY], LIST) for figures in changed))
    assert found[0] == ("valid", [])
    assert {outcome for outcome, _why in found[1:]} <= {"altered", "foreign", "torn"}


def test_no_changed_list_is_believed() -> None:
    lists = []
    for bit in range(0, len(LIST) * 8, 37):
        bad = bytearray(LIST)
        bad[bit >> 3] ^= 1 << (bit & 7)
        lists.append(bytes(bad))
    for answer in judged(*((GOOD, [KEY], each) for each in lists)):
        assert answer == ("unsure", ["broken"])
