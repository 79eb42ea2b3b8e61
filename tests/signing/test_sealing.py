"""The signed file by itself: what others' software says of it, and that no changed byte passes."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from certificates.api import Presented
from lms.papers.archive import as_pdfa3
from lms.papers.canvas import Box, Sheet
from lms.testing.pytest_plugin import missing
from plugins.signing import pages, reading, revocation, sealing, signers, words
from plugins.signing.looping import finished
from plugins.signing.protocol import Away, Broken
from plugins.signing.signers import Found, Published
from tests.signing import pki
from tests.signing.conftest import Keys, setup_of
from tests.signing.pki import Made
from tests.signing.services import revocation_answers, sign

NUMBER = "HVS-XN-2026-000123-36"
WHEN = pki.NOW.astimezone()
PROOF = b"c2sp.org/tlog-proof@v1\nextra " + base64.b64encode(b'{"number":"%s"}' % NUMBER.encode()) + b"\nindex 0\n"


@pytest.fixture(scope="module")
def paper() -> bytes:
    sheet = Sheet(842, 595, title=f"GIẤY XÁC NHẬN {NUMBER}", subject="Hoàn thành", author="Trung tâm")
    for line, text in enumerate((f"Số: {NUMBER}", "H'Hen Niê", "Sinh ngày: 20/11/1968", "Đã hoàn thành: Kỹ năng số")):
        sheet.text(text, "regular", 14, 80, 500 - 30 * line, (0, 0, 0), Box(80, 490 - 30 * line, 400, 515 - 30 * line))
    files = [
        ("credential.json", "application/json", f'{{"id": "https://x.vn/{NUMBER}"}}'.encode(), "Huy hiệu"),
        ("certificate.tlog-proof", "text/plain", PROOF, "x"),
    ]  # fmt: skip
    return as_pdfa3(sheet.finish(), files)


@pytest.fixture(autouse=True)
def trusting(monkeypatch: pytest.MonkeyPatch, keys_: Keys) -> None:
    held = Found((), (Published(keys_.signer.der), Published(keys_.small.der)), (keys_.root.der,))
    monkeypatch.setattr(signers, "found", lambda: held)


def sealed(paper: bytes, by: Made, root: Made, when: datetime = WHEN, stamp_url: str = "", **more: object) -> bytes:
    stamper = sealing.Stamper(stamp_url) if stamp_url else None
    chain = (by.der, root.der)
    held = sealing.prepare(paper, chain, when, look=words.look(paper, "Trung tâm", when), stamper=stamper, **more)  # type: ignore[arg-type]
    assert len(held.digest) == 32
    return sealing.finish(held, sign(by, held.digest), chain, stamper)


@pytest.fixture(scope="module")
def signed(paper: bytes, keys_: Keys) -> bytes:
    return sealed(paper, keys_.signer, keys_.root)


def verdict(said: Presented) -> str:
    if said.broken is not None:
        return "altered"
    if said.not_ours:
        return "not ours"
    oks = [one.ok for one in said.looked]
    return "unknown" if None in oks else "ours" if all(oks) else "bad"


def nss(folder: Path, root: Made) -> str:
    for program, package in (("pdfsig", "poppler-utils"), ("certutil", "libnss3-tools")):
        if shutil.which(program) is None:
            missing(program, f"apt-get install {package}")
    folder.mkdir()
    (folder / "root.pem").write_bytes(root.pem)
    for more in (
        ["-N", "--empty-password"],
        ["-A", "-n", "root", "-t", "CT,C,C", "-a", "-i", str(folder / "root.pem")],
    ):
        subprocess.run(["certutil", *more, "-d", f"sql:{folder}"], check=True, capture_output=True)
    return f"sql:{folder}"


def pdfsig(database: str, folder: Path, content: bytes) -> str:
    path = folder / "shown.pdf"
    path.write_bytes(content)
    command = ["pdfsig", "-nssdir", database, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_poppler_says_valid_and_trusted_at_every_level(
    paper: bytes, keys_: Keys, stamp_url: str, tmp_path: Path, signed: bytes
) -> None:
    database = nss(tmp_path / "nss", keys_.root)
    evidence = revocation.evidence(
        setup_of(keys_, level="B-LT", stamp_url=stamp_url, roots=(str(keys_.folder / "root.pem"),),
                 crls=(str(keys_.folder / "none.crl"),)),
        (keys_.signer.der, keys_.root.der),
    )  # fmt: skip
    files = {
        "B-B": signed,
        "B-T": sealed(paper, keys_.small, keys_.root, stamp_url=stamp_url, level="B-T"),
        "B-LT": sealed(paper, keys_.signer, keys_.root, stamp_url=stamp_url, level="B-LT", evidence=evidence),
    }
    for level, content in files.items():
        said = pdfsig(database, tmp_path, content)
        assert "Signature is Valid." in said, (level, said)
        assert "Certificate is Trusted." in said, (level, said)
        assert "Total document signed" in said, (level, said)
        assert "ETSI.CAdES.detached" in said
        found = reading.read(content)
        assert (verdict(found), found.number) == ("ours", NUMBER), (level, found)
    assert b"/DSS" in files["B-LT"]
    assert "Ký bởi: Trung tâm" in _words(files["B-T"])
    said = pdfsig(database, tmp_path, signed[:3_000] + bytes([signed[3_000] ^ 1]) + signed[3_001:])
    assert "Signature is Valid." not in said
    said = subprocess.run(
        ["pdfdetach", "-list", str(tmp_path / "shown.pdf")], capture_output=True, text=True, check=False
    ).stdout
    assert "credential.json" in said
    assert "certificate.tlog-proof" in said


def _words(content: bytes) -> str:
    """Words of the page, those of the signature's own form among them."""
    import pypdfium2

    held = pypdfium2.PdfDocument(content)
    held.init_forms()
    page = held[0]
    import pypdfium2.raw as raw

    raw.FPDFPage_Flatten(page, 0)
    out = BytesIO()
    held.save(out)
    return pages.words_of(out.getvalue())


def test_no_changed_byte_is_ours(signed: bytes) -> None:
    row: Any = SimpleNamespace(
        signed_key=hashlib.sha256(signed).hexdigest(), pdf_key="0" * 64, number=NUMBER,
        paper={"full_name": "H'Hen Niê", "birth_date": "20/11/1968", "statement_lines": ["Đã hoàn thành: Kỹ năng số"]},
    )  # fmt: skip
    whole = reading.read(signed)
    assert verdict(whole) == "ours"
    assert whole.same_as is not None
    assert whole.same_as(row)
    draw = random.Random(7)
    places = {draw.randrange(len(signed)) for _n in range(60)}
    hole = signed.index(b"/Contents <") + 11
    places |= {hole + 20, hole + 2_000, signed.index(b"/ByteRange") + 13}
    for place in sorted(places):
        changed = bytearray(signed)
        changed[place] ^= 1
        said = reading.read(bytes(changed))
        assert verdict(said) != "ours" or (said.same_as is not None and not said.same_as(row)), place


def test_what_was_done_to_it_afterwards(signed: bytes, keys_: Keys, paper: bytes) -> None:
    assert verdict(reading.read(signed[:-40])) == "altered"
    assert verdict(reading.read(signed[: len(signed) // 2])) == "altered"
    assert verdict(reading.read(b"%PDF-1.7\n" + b"\x00" * 5_000)) == "altered"
    assert verdict(reading.read(signed + b"\n% more\n")) == "altered"
    assert verdict(reading.read(_updated(signed))) == "altered"
    again = sealed_again(signed, keys_)
    assert verdict(reading.read(again)) == "altered"
    import pypdfium2

    held = BytesIO()
    pypdfium2.PdfDocument(signed).save(held)  # opened and saved again
    assert verdict(reading.read(held.getvalue())) in ("altered", "unknown")
    unsigned = reading.read(paper)
    assert (verdict(unsigned), unsigned.number) == ("unknown", NUMBER)
    assert not unsigned.looked[0].ok


def _updated(content: bytes) -> bytes:
    """The same with other words on its page, by an incremental update."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(content))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed_again(content: bytes, keys_: Keys) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers as tools
    from pyhanko.sign.fields import SigFieldSpec

    held = sealing._external(sealing.x509.Certificate.load(keys_.small.der), [], bytes(72))
    writer = IncrementalPdfFileWriter(BytesIO(content), strict=False)
    meta = tools.PdfSignatureMetadata(field_name="Khac")
    from pyhanko.sign.general import SigningError

    try:
        out = finished(tools.PdfSigner(meta, held, new_field_spec=SigFieldSpec("Khac")).async_sign_pdf(writer))
    except SigningError:  # pyHanko obeys “no changes”; whoever forges does not
        return _updated(content)
    return bytes(out.getvalue())


def test_whose_it_is(paper: bytes, keys_: Keys, monkeypatch: pytest.MonkeyPatch, stamp_url: str) -> None:
    alike_root = pki.make("Gốc chứng thực (thử)")
    alike = pki.make("Trung tâm Học vụ số (bản thử)", alike_root)
    said = reading.read(sealed(paper, alike, alike_root))
    assert verdict(said) == "not ours"  # the same name, another key
    old = pki.make("Cũ", keys_.root, since=pki.NOW - timedelta(days=900), until=pki.NOW - timedelta(days=30))
    ours = (Published(old.der), Published(keys_.small.der, revoked=pki.NOW - timedelta(days=1)))
    monkeypatch.setattr(signers, "found", lambda: Found((), ours, (keys_.root.der,)))
    late = sealed(paper, old, keys_.root)
    assert verdict(reading.read(late)) == "altered"  # signed when the certificate was over
    then = sealed(paper, old, keys_.root, when=WHEN - timedelta(days=100))
    assert verdict(reading.read(then)) == "unknown"  # it says that it was signed before; nothing proves that
    assert verdict(reading.read(sealed(paper, keys_.small, keys_.root, when=WHEN - timedelta(days=5)))) == "altered"
    stamped = sealed(paper, keys_.small, keys_.root, stamp_url=stamp_url, level="B-T")
    assert verdict(reading.read(stamped)) == "altered"  # the stamp is of after the key was revoked
    later = (Published(keys_.small.der, revoked=datetime.now(UTC) + timedelta(hours=1)),)
    monkeypatch.setattr(signers, "found", lambda: Found((), later, (keys_.root.der,)))
    assert verdict(reading.read(stamped)) == "ours"  # the stamp proves that it was signed before


def test_files_inside_that_speak_of_another_paper(keys_: Keys) -> None:
    sheet = Sheet(842, 595, title=f"GIẤY {NUMBER}", subject="x", author="y")
    sheet.text(f"Số: {NUMBER}", "regular", 14, 80, 500, (0, 0, 0), Box(80, 490, 400, 515))
    other = as_pdfa3(sheet.finish(), [("credential.json", "application/json", b'"HVS-XN-2026-000124-33"', "x")])
    assert verdict(reading.read(sealed(other, keys_.signer, keys_.root))) == "altered"


def test_level_lt_wants_evidence(paper: bytes, keys_: Keys, stamp_url: str) -> None:
    revoked = keys_.file("revoked.crl", pki.revocations(keys_.root, keys_.signer))
    for name, soft, words_ in ((revoked, False, "revoked"), ("", False, "good"), ("", True, "")):
        setup = setup_of(
            keys_, level="B-LT", stamp_url=stamp_url, roots=(str(keys_.folder / "root.pem"),),
            crls=(name,) if name else (), soft=soft,
        )  # fmt: skip
        evidence = revocation.evidence(setup, (keys_.signer.der, keys_.root.der))
        if not words_:
            assert sealed(paper, keys_.signer, keys_.root, stamp_url=stamp_url, level="B-LT", evidence=evidence)
            continue
        with pytest.raises(Broken, match=words_):
            sealed(paper, keys_.signer, keys_.root, stamp_url=stamp_url, level="B-LT", evidence=evidence)


def test_the_service_that_a_certificate_names_is_asked(
    paper: bytes, keys_: Keys, stamp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with revocation_answers(tmp_path / "ocsp", keys_.root) as tells:
        signer = pki.make("Trung tâm Học vụ số (bản thử)", keys_.root, asks=tells.address)
        setup = setup_of(
            keys_, level="B-LT", stamp_url=stamp_url, roots=(str(keys_.folder / "root.pem"),), ocsp=True
        )  # fmt: skip
        chain = (signer.der, keys_.root.der)

        def made(soft: bool = False) -> bytes:
            revocation._answer.cache_clear()
            said = revocation.evidence(msgspec.structs.replace(setup, soft=soft), chain)
            crls = (pki.revocations(keys_.root),)  # of the time stamp, which names no service
            said = replace(said, crls=crls)
            now = datetime.now(UTC)  # what was said after the signing would not be looked at
            return sealed(paper, signer, keys_.root, now, stamp_url, level="B-LT", evidence=said)

        tells.knows(signer)
        content = made()
        assert b"/OCSPs" in content, "the answer goes with the paper"
        monkeypatch.setattr(signers, "found", lambda: Found((), (Published(signer.der),), (keys_.root.der,)))
        assert verdict(reading.read(content)) == "ours"
        tells.knows(signer, revoked=True)
        with pytest.raises(Broken, match="revoked"):
            made()
        tells.down = True
        with pytest.raises(Away, match="503"):
            made()


def test_large_and_odd_files_are_answered() -> None:
    assert "20 MB" in str(reading.read(b"%PDF-1.7\n" + bytes(reading.MOST)).broken)
    for content in (
        b"%PDF-",
        b"%PDF-1.7\nxref\n0 1\ntrailer<</Root 1 0 R/Prev 0>>startxref\n9\n%%EOF",
        b"%PDF-1.4" * 90,
    ):
        assert reading.takes(content)
        assert verdict(reading.read(content)) == "altered"
    assert not reading.takes(b"\x89PNG")


def test_the_words_stand_where_the_page_is_empty(paper: bytes) -> None:
    found = words.look(paper, "Ủy ban nhân dân xã Thiện Tín, tỉnh Quảng Ngãi, Trung tâm Văn hóa - Thể thao", WHEN)
    assert found is not None
    left, low, right, high = found.box
    assert left > 421
    assert low > 297  # in the upper right quarter
    full = Sheet(842, 595, title="x", subject="x", author="x")
    full.operators("0.5 g 0 0 842 595 re f")
    assert words.look(full.finish(), "Trung tâm", WHEN) is None
    assert right <= 842
    assert high <= 595
    assert re.search(r"Thời gian ký: \d\d-\d\d-\d{4} \d\d:\d\d:\d\d \+07:00", words.lines_of("Trung tâm", WHEN)[-1])
