"""Codes of papers: signing and reading them, their bytes and how fine they are; the signed list of withdrawn papers.

CPU of this process, no database: `python -m bench --only carried`.
"""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from certificates.carried import cose
from certificates.carried.cbor import encode
from certificates.carried.fields import Carried, carried_of, figures_of, fingerprint, message_of, payload_of
from certificates.numbering import format_number
from certificates.services.standing import LENGTH
from lms.api.qr import qr_runs_of

ADDRESS = "https://hocvuso.dienbien.gov.vn/v/#"
WHAT = (
    "GIẤY XÁC NHẬN\nHoàn thành mức độ phổ cập kỹ năng số\nĐã hoàn thành: Phổ cập kỹ năng số cho người dân\nKhung năng"
    " lực: Khung kiến thức, kỹ năng số cơ bản, phiên bản 1.0 (bản nháp làm việc, không phải văn bản của Bộ)"
)
ISSUER = "Ủy ban nhân dân xã Thiện Tín"
NORMAL = Carried(
    format_number("HVS", "XN", 2026, 123), "Nguyễn Thị Hồng Nhung", 1968, date(2026, 11, 20), None, 0, 102_536,
    fingerprint(WHAT), fingerprint(ISSUER),
)  # fmt: skip
NAMES = ("Lê Bé", "Nguyễn Thị Hồng Nhung", "Tôn Nữ Hoàng Thị Phương Thảo", "Ă" * 60)


@dataclass(frozen=True)
class Size:
    """How large a code is."""

    what: str
    payload: int
    message: int
    figures: int
    version: int


@dataclass(frozen=True)
class Found:
    """Codes a second and core, by what is done; sizes of codes; sizes of lists with so many withdrawn, and packed."""

    speed: dict[str, float]
    sizes: list[Size]
    lists: list[tuple[int, int, int]]


def measure(quick: bool) -> Found:
    """All figures."""
    key, times = ec.generate_private_key(ec.SECP256R1()), 500 if quick else 5_000

    def made(carried: Carried = NORMAL) -> str:
        return figures_of(cose.sign({cose.KID: b"abcd"}, payload_of(carried), key))

    figures, public = made(), key.public_key()

    def read() -> None:
        message = cose.read(message_of(figures))
        carried_of(message.payload)
        assert cose.is_signed_by(message, public)

    speed = {
        "signed": _a_second(made, times),
        "of that, the bare signature": _a_second(lambda: key.sign(b"x" * 90, cose._ECDSA), times),
        "read and verified": _a_second(read, times),
        "made into the squares of a paper": _a_second(lambda: qr_runs_of((ADDRESS, figures)), times),
    }
    kinds = [(name if len(name) < 60 else "60 letters of two bytes", replace(NORMAL, full_name=name)) for name in NAMES]
    kinds.append(("the second, with a last day", replace(NORMAL, full_name=NAMES[1], last_day=date(2031, 11, 20))))
    sizes = [_size(what, carried, key) for what, carried in kinds]
    whole = payload_of(NORMAL) + encode(WHAT) + encode(ISSUER)
    sizes.append(_sized("the second, were its words in it", whole, cose.sign({cose.KID: b"abcd"}, whole, key)))
    return Found(speed, sizes, [_list(many, key) for many in (0, 100, 1_000, 10_000)])


def _a_second(call: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _nth in range(times):
        call()
    return times / (time.process_time() - began)


def _size(what: str, carried: Carried, key: ec.EllipticCurvePrivateKey) -> Size:
    payload = payload_of(carried)
    return _sized(what, payload, cose.sign({cose.KID: b"abcd"}, payload, key))


def _sized(what: str, payload: bytes, message: bytes) -> Size:
    figures = figures_of(message)
    segments: Any = [ADDRESS, figures]
    drawn = segno.make_qr(segments, error="m", boost_error=False)
    return Size(what, len(payload), len(message), len(figures), int(drawn.version))


def _list(many: int, key: ec.EllipticCurvePrivateKey) -> tuple[int, int, int]:
    places = sorted(random.Random(7).sample(range(LENGTH), many))
    gaps = [place - before for before, place in zip([0, *places], places, strict=False)]
    payload = encode({1: 1_800_000_000, 2: 604_800, 3: {"HVS-XN-2026-0": [gaps, [], []]}, 4: [WHAT, ISSUER]})
    bits = bytearray(LENGTH // 8)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)
    signed = cose.sign({cose.CONTENT_TYPE: "hocvuso/status", cose.KID: b"abcd"}, payload, key)
    return many, len(signed), len(zlib.compress(bytes(bits), 9))


def markdown(found: Found) -> str:
    """The tables."""
    lines = ["### Codes that are checked without a network", "", "| a code | a second and core |", "|---|---:|"]
    lines += [f"| {what} | {speed:,.0f} |" for what, speed in found.speed.items()]
    lines += ["", f"Behind `{ADDRESS}`, level M:", "", "| name | map, bytes | signed | figures | version |"]
    lines += ["|---|---:|---:|---:|---:|"]
    lines += [f"| {s.what} | {s.payload} | {s.message} | {s.figures} | {s.version} |" for s in found.sizes]
    lines += ["", f"| withdrawn of {LENGTH:,} | signed list, bytes | a bitmap packed, bytes |", "|---:|---:|---:|"]
    lines += [f"| {many:,} | {size:,} | {packed:,} |" for many, size, packed in found.lists]
    return "\n".join(lines)
