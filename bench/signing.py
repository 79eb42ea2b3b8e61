"""Signed papers: what a signature costs at each level, with the key in a file and on a token in software; bytes.

CPU of this process for a paper in a batch, as the worker does it; no database, no network: the time stamp is made in
this process too. The floor is the bare signature, RSA with 2,048 bits. `python -m bench --only signing`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from certificates.designs import state
from certificates.designs.paper import Paper
from lms.api.papers import as_pdfa3
from plugins.signing import keys, reading, sealing, signers, words
from plugins.signing.looping import finished
from plugins.signing.protocol import NONE

BATCH, SMALL = 50, 5  # papers signed at once; what the product takes if nothing is said, and in a hurry
TIMES, FEW = 3, 2
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PAPER = Paper(
    kind="attainment", title="GIẤY XÁC NHẬN", number="HVS-XN-2026-000123-36", issuer_lines=("TRUNG TÂM HỌC VỤ SỐ",),
    full_name="Nguyễn Thị Hồng Nhung", birth_date="20/11/1968", statement_lines=("Đã hoàn thành: Phổ cập kỹ năng số",),
    place_and_date="Thiện Tín, ngày 10 tháng 02 năm 2026", signatory_lines=(), check_code="7K3M-90QD",
    verify_url="https://hocvuso.example.vn/verify/HVS-XN-2026-000123-36", verify_domain="hocvuso.example.vn",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line: milliseconds of CPU a paper, and bytes of what comes out; 0 where nothing does."""

    what: str
    milliseconds: float
    size: int = 0


def measure(quick: bool) -> list[Row]:
    """All figures."""
    times, batch = (FEW, SMALL) if quick else (TIMES, BATCH)
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder), times, batch)


def _measured(folder: Path, times: int, batch: int) -> list[Row]:
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding
    from pyhanko.sign.timestamps import DummyTimeStamper

    pki = _certificates(folder)
    files = [
        ("credential.json", "application/json", b'{"x": "%s"}' % (b"0" * 2_000), "x"),
        ("certificate.tlog-proof", "text/plain", b"p" * 1_500, "y"),
    ]
    drawn = state.DESIGN.draw(PAPER)
    pdf = as_pdfa3(drawn, files)
    when = datetime.now(UTC).replace(microsecond=0)
    look = words.look(pdf, "Trung tâm Học vụ số", when)
    key: Any = serialization.load_pem_private_key((folder / "signer.key").read_bytes(), None)
    many = 10 * times
    rows = [
        Row(
            "the bare signature (the floor)",
            _cpu(lambda: key.sign(b"x" * 32, padding.PKCS1v15(), hashes.SHA256()), many),
        ),
        Row("drawn", _cpu(lambda: state.DESIGN.draw(PAPER), many), len(drawn)),
        Row("two files put inside", _cpu(lambda: as_pdfa3(drawn, files), many), len(pdf)),
        Row("room for the visible words found", _cpu(lambda: words.look(pdf, "Trung tâm Học vụ số", when), many)),
    ]
    stamper: Any = DummyTimeStamper(
        x509.Certificate.load(pki["tsa"]), asn1_keys.PrivateKeyInfo.load(pki["tsa_key"]), fixed_dt=None
    )
    evidence = sealing.Evidence(roots=(pki["root"],), crls=(pki["crl"],))
    made: dict[str, bytes] = {}
    for name, setup in _setups(folder).items():
        for level in sealing.LEVELS if setup.kind == "file" else ("B-B",):

            def signed(level: str = level, setup: signers.SignerSetup = setup) -> bytes:
                stamp = stamper if level != "B-B" else None
                held = []
                for _ in range(batch):
                    chain = keys.signer_of(setup).certificate_chain()
                    held.append(
                        sealing.prepare(pdf, chain, when, look=look, level=level, stamper=stamp, evidence=evidence)
                    )
                found = keys.signer_of(setup).sign_digests([one.digest for one in held], "sha256", NONE, "")
                assert isinstance(found, list)
                for one, signature in zip(held, found, strict=True):
                    content = sealing.finish(one, signature, keys.signer_of(setup).certificate_chain(), stamp)
                return content

            made[level] = signed()
            rows.append(Row(f"signed {level}, key {name}", _cpu(signed, times) / batch, len(made[level])))
        digests = [bytes([n]) * 32 for n in range(batch)]

        def bare(setup: signers.SignerSetup = setup, digests: list[bytes] = digests) -> object:
            return keys.signer_of(setup).sign_digests(digests, "sha256", NONE, "")

        rows.append(Row(f"… of that the signature itself, key {name}", _cpu(bare, times) / batch))
    stamped = _cpu(lambda: finished(stamper.async_timestamp(bytes(32), "sha256")), many)
    rows.append(Row("… of B-T and B-LT what a service does: one time stamp", stamped))
    for level, content in made.items():
        rows.append(Row(f"a signed paper looked at, {level}", _cpu(lambda c=content: reading.read(c), many)))  # type: ignore[misc]
    return rows


def _setups(folder: Path) -> dict[str, signers.SignerSetup]:
    base: dict[str, Any] = {"label": "x", "approval": "none", "certificate": str(folder / "chain.pem")}
    file = signers.SignerSetup(key="file", kind="file", file=str(folder / "signer.key"), **base)
    found = {"in a file": file}
    if MODULE.exists() and shutil.which("softhsm2-util"):
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
        for command in (
            ("--init-token", "--free", "--label", "do", "--so-pin", "13579135", "--pin", "246810"),
            ("--import", str(folder / "signer.key"), "--token", "do", "--label", "do", "--id", "01", "--pin", "246810"),
        ):
            subprocess.run(["softhsm2-util", *command], check=True, capture_output=True)
        found["on a token (SoftHSM2)"] = signers.SignerSetup(
            key="token", kind="pkcs11", module=str(MODULE), token="do", key_label="do",  # noqa: S106  for this run only
            secrets={"pin": "246810"}, **base,
        )  # fmt: skip
    return found


def _certificates(folder: Path) -> dict[str, bytes]:
    """A root, a signer of 2,048 bits (RSA) and a time stamper, for this run only."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    now = datetime.now(UTC)

    def made(who: str, key: Any, by: tuple[Any, Any] | None, stamps: bool = False) -> Any:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, who)])
        usage = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        builder = (
            x509.CertificateBuilder(name if by is None else by[0].subject, name, key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=90))
            .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=by is not None, content_commitment=by is not None and not stamps,
                    key_cert_sign=by is None, crl_sign=by is None, **usage,
                ),
                critical=True,
            )
        )  # fmt: skip
        if stamps:
            usages = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usages, critical=True)
        return builder.sign(by[1] if by else key, hashes.SHA256())

    def pem(key: Any, encoding: Any = serialization.Encoding.PEM) -> bytes:
        kind = serialization.PrivateFormat.PKCS8
        return bytes(key.private_bytes(encoding, kind, serialization.NoEncryption()))

    root_key, key, stamp_key = (rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048),
                                rsa.generate_private_key(65537, 2048))  # fmt: skip
    root = made("Gốc", root_key, None)
    signer = made("Trung tâm Học vụ số", key, (root, root_key))
    stamper = made("Dấu thời gian", stamp_key, (root, root_key), stamps=True)
    revoked = x509.CertificateRevocationListBuilder(root.subject, now - timedelta(days=1), now + timedelta(days=7))
    chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (signer, root))
    (folder / "chain.pem").write_bytes(chain)
    (folder / "signer.key").write_bytes(pem(key))
    der = serialization.Encoding.DER
    return {
        "root": root.public_bytes(der),
        "tsa": stamper.public_bytes(der),
        "tsa_key": pem(stamp_key, der),
        "crl": revoked.sign(root_key, hashes.SHA256()).public_bytes(der),
    }


def _cpu(do: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU, the median of so many times."""
    do()
    found = []
    for _n in range(times):
        start = time.process_time()
        do()
        found.append(time.process_time() - start)
    return statistics.median(found) * 1_000


def markdown(rows: list[Row]) -> str:
    """The figures as a table."""
    lines = ["| signed papers | CPU ms a paper | against the floor | bytes |", "| --- | ---: | ---: | ---: |"]
    for row in rows:
        times = f"{row.milliseconds / rows[0].milliseconds:.1f} ×"
        lines.append(f"| {row.what} | {row.milliseconds:.2f} | {times} | {f'{row.size:,}' if row.size else ''} |")
    return "\n".join(lines)
