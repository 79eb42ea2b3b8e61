"""Badges: signing, checking, a list of what is not valid; bytes of each form.

CPU of this process, median of a few; nothing is stored. The floor is the bare signature (Ed25519).
`python -m bench --only badges`.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from plugins.badges import composing, proofs, shapes
from plugins.badges.baking import bake_png, bake_svg, picture
from plugins.badges.composing import Holder, Part, Site

TIMES = 30
SITE = Site("https://hocvuso.example.vn")
WITHDRAWN = 1_000  # of the 131,072 places of a list: as many as are ever likely


@dataclass(frozen=True)
class Figures:
    """CPU milliseconds by what was done; bytes by form."""

    cpu: dict[str, float]
    size: dict[str, int]


def measure() -> Figures:
    """All figures; a few seconds."""
    ours, theirs = Ed25519PrivateKey.generate(), generate_private_key(SECP256R1())
    plain = shapes.plain(_badge())
    method, at = SITE.method("0" * 32), "2026-11-20T12:00:00Z"
    signed = proofs.sign(plain, ours, method, at)
    jwt = proofs.sign_jwt(composing.claims(plain), theirs, SITE.key_url("1" * 32))
    document = proofs.dumped(signed)
    marked = _marked()
    cpu = {
        "the bare signature (the floor)": _spent(lambda: ours.sign(document)),
        "a badge put together": _spent(_badge),
        "signed, JSON-LD (eddsa-rdfc-2022)": _spent(lambda: proofs.sign(plain, ours, method, at)),
        "signed, JWT (ES256)": _spent(lambda: proofs.sign_jwt(plain, theirs, SITE.key_url("1" * 32))),
        "checked, JSON-LD: shape and signature": _spent(lambda: _checked(signed, ours)),
        "checked, JWT": _spent(lambda: proofs.is_signed_jwt(jwt, theirs.public_key())),
        "baked into a PNG": _spent(lambda: bake_png(picture("attainment", "png"), document)),
        "packed to be kept": _spent(lambda: proofs.pack(document, jwt.encode())),
        f"a list with {WITHDRAWN:,} withdrawn, made and signed": _spent(lambda: _list(marked, ours)),
    }
    size = {
        "JSON-LD": len(document),
        "JWT": len(jwt),
        "PNG": len(bake_png(picture("attainment", "png"), document)),
        "SVG": len(bake_svg(picture("attainment", "svg"), document)),
        "both forms as they are kept": len(proofs.pack(document, jwt.encode())),
        "a list with none withdrawn": len(_list(bytes(len(marked)), ours)),
        f"a list with {WITHDRAWN:,} withdrawn": len(_list(marked, ours)),
    }
    return Figures(cpu, size)


def _badge() -> shapes.Badge:
    paper: dict[str, Any] = {
        "kind": "attainment", "title": "GIẤY XÁC NHẬN", "subtitle": "Hoàn thành mức độ phổ cập kỹ năng số",
        "identity_line": "Họ tên đã được cán bộ đối chiếu giấy tờ",
        "rules_line": "Bộ quy tắc: mặc định cho người dân, phiên bản 1 (mặc định của hệ thống, chưa phải quy định)",
        "framework_line": "Khung năng lực: Khung kiến thức, kỹ năng số cơ bản, phiên bản 0.1-draft",
        "statement_lines": ["Đã hoàn thành: Phổ cập kỹ năng số cho người dân"], "notes": [],
    }  # fmt: skip
    evidence = {
        "framework": {"title": "Khung kiến thức, kỹ năng số cơ bản", "version": "0.1-draft", "warning": "bản nháp"},
        "rules": {"version": 1, "conditions": [{"kind": "lessons_completed"}, {"kind": "quiz_passed"}]},
        "programme": {"slug": "nguoi-dan", "title": "Phổ cập kỹ năng số cho người dân"},
    }
    parts = [Part(f"ND.{n}", "Giao tiếp, chia sẻ, ứng xử trên môi trường số", ()) for n in range(8)]
    return composing.compose(
        site=SITE,
        uuid=UUID(int=1),
        number="HVS-XN-2026-000123-36",
        paper=paper,
        issuer="Uỷ ban nhân dân xã Na Hối",
        what=composing.achieved("XN", paper, evidence, parts),
        who=Holder("Hoàng Thị Lành; 05/03/1960; " + "A" * 26, "0123456789abcdef"),
        issued_at=1_795_000_000,
        expires_on=None,
        status_list="HVS-XN-2026-0",
        status_index=4711,
    )


def _checked(signed: dict[str, Any], key: Ed25519PrivateKey) -> None:
    shapes.badge(signed)
    assert proofs.is_signed(signed, key.public_key())


def _marked() -> bytes:
    marked = bytearray(131_072 // 8)
    for place in random.Random(7).sample(range(131_072), WITHDRAWN):  # noqa: S311  places, not secrets
        marked[place >> 3] |= 0x80 >> (place & 7)
    return bytes(marked)


def _list(marked: bytes, key: Ed25519PrivateKey) -> bytes:
    made = composing.status_list(
        site=SITE, name="HVS-XN-2026-0", purpose="revocation", marked=marked, since=0, until=86_400, ttl=300
    )
    return proofs.dumped(proofs.sign(shapes.plain(made), key, SITE.method("0" * 32), "2026-11-20T12:00:00Z"))


def _spent(do: Callable[[], object]) -> float:
    do()
    found = []
    for _ in range(TIMES):
        before = time.process_time_ns()
        do()
        found.append(time.process_time_ns() - before)
    return statistics.median(found) / 1e6


def markdown(found: Figures) -> str:
    """The figures as tables."""
    floor = next(iter(found.cpu.values()))
    lines = ["| badges | CPU ms | against the floor |", "| --- | ---: | ---: |"]
    lines += [f"| {what} | {spent:.3f} | {spent / floor:,.0f} × |" for what, spent in found.cpu.items()]
    lines += ["", "| badges | bytes |", "| --- | ---: |", *(f"| {what} | {n:,} |" for what, n in found.size.items())]
    return "\n".join(lines)
