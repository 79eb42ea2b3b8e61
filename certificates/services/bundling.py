"""The files of a batch: a signed ZIP of its papers, and sheets to print. Made outside of transactions.

A ZIP says of each file in it how long it is and which SHA-256 it has (manifest.json), and the manifest is signed by a
key of this installation, so that whoever gets the ZIP on a stick can tell that nothing in it was changed. What is made
twice has the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app
from msgspec import Struct

from certificates import batches
from certificates.batches import PAGES, ZIP, BatchLine, FileLine
from certificates.designs.paper import CannotDraw
from certificates.events import BatchFileDue
from certificates.queries import CredentialRow
from certificates.services.issuing import draw
from lms.api.data import FileStore
from lms.api.people import orgs_by_id
from lms.api.sheets import as_csv, as_xlsx
from lms.api.transparency import ED25519, Key, history, signing_key
from lms.api.work import Invalid, Text, _, clock, settings

KEY_PURPOSE: Final = "batches"
FORMAT: Final = "hocvuso papers 1"
MANIFEST, SIGNATURE, KEY_FILE = "manifest.json", "manifest.sig", "khoa-cong-khai.pem"
LIST, LIST_CSV, README = "danh-sach.xlsx", "danh-sach.csv", "DOC-TRUOC.txt"
FOLDER: Final = "giay/"
UNDRAWN: Final = "(chưa vẽ được: họ tên có chữ mà phông chữ chưa có)"
MOST_ENTRIES: Final = 2_100  # a package holds at most 2,000 papers and six files about them
MOST_BYTES: Final = 1 << 30  # of a package, and of what is in it
MOST_MANIFEST: Final = 2 << 20
AT_ONCE: Final = 256 * 1024
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # no entry says when it was written, so that the same papers give the same bytes
_MOMENT: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
HEADS: Final = ("STT", "Số", "Họ và tên", "Ngày sinh", "Đơn vị", "Nội dung", "Ngày cấp", "Mã tra cứu", "Tệp", "SHA-256")


def store() -> FileStore:
    """Where files lie."""
    found: FileStore = current_app.extensions["lms.files"]
    return found


def pdf_of(row: CredentialRow) -> bytes:
    """A paper as it was given: signed where it is signed, else as drawn at issue; drawn again where it is gone."""
    for key in (row.signed_key, row.pdf_key):
        if key and store().has(key):
            return store().get(key)
    return draw(row)


def _pdf_or_none(row: CredentialRow) -> bytes | None:
    """The same; None for a name with letters that no face has: it hinders the other papers of a file as little as
    theirs do it. `lms doctor` tells of such papers, for their own drawing fails too.
    """
    try:
        return pdf_of(row)
    except CannotDraw:
        return None


def make_file(event: BatchFileDue) -> tuple[str, int] | None:
    """Makes a file of a batch and stores it; (key, bytes). None where it is no longer wanted."""
    line = batches.file(event.file_id)
    if line is None or line.key is not None:
        return None
    batch, papers = batches.batch_of(line), batches.papers_of(line)
    with tempfile.TemporaryFile() as file:
        if line.kind == ZIP:
            write_zip(file, batch, line, papers)
        else:
            from certificates.designs import sheets  # ReportLab and PDFium only where sheets are made

            title = f"{batch.title} ({line.part}/{line.parts})"
            if line.kind == PAGES:
                sheets.pages(file, (pdf for row in papers if (pdf := _pdf_or_none(row)) is not None))
            else:
                sheets.cards(file, title, [_card(row) for row in papers])
        file.seek(0)
        stored = store().put_stream(file, MOST_BYTES)
    return stored.key, stored.size


def _card(row: CredentialRow) -> Any:
    from certificates.designs.sheets import SmallCard

    paper = row.paper
    return SmallCard(
        title=paper["title"], name=paper["full_name"], about=paper["statement_lines"][0], number=row.number,
        check_code=row.check_code, verify_url=paper["verify_url"], verify_domain=paper["verify_domain"],
    )  # fmt: skip


def write_zip(file: IO[bytes], batch: BatchLine, line: FileLine, papers: Iterable[CredentialRow]) -> None:
    """Writes the signed ZIP of some papers, one paper in memory at a time."""
    key = signing_key(KEY_PURPOSE, ED25519)
    said: list[dict[str, Any]] = []
    table: list[Sequence[str]] = [HEADS]
    # PDFs are compressed inside, so they are only stored; a changed bit is found by the sums, not by the packing.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for nth, row in enumerate(papers, 1):
            name, content = f"{FOLDER}{row.number}.pdf", _pdf_or_none(row)
            if content is None:
                table.append(_listed(nth, row, UNDRAWN, ""))
                continue
            said.append(_put(archive, name, content))
            table.append(_listed(nth, row, name, said[-1]["sha256"]))
        for name, content in (
            (LIST, _undated(as_xlsx(table))), (LIST_CSV, as_csv(table)), (KEY_FILE, public_pem(key)),
            (README, readme(batch, line, key).encode()),
        ):  # fmt: skip
            said.append(_put(archive, name, content))
        manifest = {
            "format": FORMAT, "issuer": settings().issuer_name, "batch": str(batch.uuid), "title": batch.title,
            "unit": _unit(line.unit_id or batch.org_id), "part": line.part, "parts": line.parts,
            "papers": line.papers, "ended_at": batch.ended_at, "key": key.kid, "algorithm": "Ed25519", "files": said,
        }  # fmt: skip
        body = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()
        private = key.private()
        assert isinstance(private, Ed25519PrivateKey)
        _put(archive, MANIFEST, body)
        _put(archive, SIGNATURE, private.sign(body))


def _undated(workbook: bytes) -> bytes:
    """A workbook without the moment at which it was written: the same list is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _MOMENT.sub(b"1980-01-01T00:00:00Z", content)
            after.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> dict[str, Any]:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _listed(nth: int, row: CredentialRow, name: str, sha256: str) -> Sequence[str]:
    paper = row.paper
    day = clock.local(clock.from_seconds(row.issued_at))
    return (
        str(nth), row.number, paper["full_name"], paper["birth_date"] or "", paper["unit_name"] or "",
        "; ".join(paper["statement_lines"]), f"{day:%d/%m/%Y}", row.check_code, name, sha256,
    )  # fmt: skip


def _unit(org_id: int) -> str:
    found = orgs_by_id([org_id]).get(org_id)
    return found.full_name if found else ""


def public_pem(key: Key) -> bytes:
    """The public half of a key as openssl reads it."""
    return key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def readme(batch: BatchLine, line: FileLine, key: Key) -> str:
    """What stands in the ZIP about itself, for whoever gets it."""
    return f"""GÓI GIẤY: {batch.title}
Phần {line.part}/{line.parts}, {line.papers} giấy.

Trong gói này có:
  giay/…pdf            từng giấy, tên tệp là số của giấy
  danh-sach.xlsx, .csv danh sách các giấy trong gói
  manifest.json        tên, độ dài và mã SHA-256 của từng tệp
  manifest.sig         chữ ký Ed25519 của hệ thống trên manifest.json
  khoa-cong-khai.pem   khóa công khai để kiểm chữ ký

Kiểm tra gói (trên máy chủ có cài Học vụ số):
  lms papers check-zip TEN-TEP.zip

Kiểm tra bằng công cụ khác (OpenSSL 3, trong thư mục đã giải nén):
  openssl pkeyutl -verify -pubin -inkey khoa-cong-khai.pem -rawin -in manifest.json -sigfile manifest.sig
  rồi so mã SHA-256 của từng tệp với manifest.json (lệnh sha256sum).

Khóa nằm trong gói chỉ để tiện kiểm; ai làm giả gói cũng có thể làm giả khóa. Hãy so mã khóa dưới đây với mã khóa mà nơi
cấp công bố trong nhật ký minh bạch của họ:
  {key.kid}

Chữ ký này là của hệ thống trên cả gói, để biết gói không bị sửa. Đây không phải chữ ký số của người có thẩm quyền trên
từng giấy; giấy nào chưa ký số thì trên giấy ghi rõ. Giấy còn giá trị hay không thì tra
theo số tại {settings().public_url()}/verify
"""


# Checking a package that somebody hands in.


class Checked(Struct, frozen=True):
    """What was found of a package: what it says of itself, and everything that is wrong, in words."""

    manifest: dict[str, Any]
    numbers: Sequence[str]
    wrong: Sequence[Text]
    doubtful: Sequence[Text] = ()


def check_zip(path: Path, known: Sequence[Key] | None = None) -> Checked:
    """Looks at every byte of a package. `known`: the keys that count; without them this installation's own.

    Raises Invalid, saying why, where it is no such package or too large to be one.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Invalid(_("This file is larger than any package of papers. It was not opened."))
    with path.open("rb") as file:
        if (many := _entries(file)) > MOST_ENTRIES:
            raise Invalid(
                _("This ZIP holds {n} files; a package of papers holds at most {most}. It was not opened.",
                  n=many, most=MOST_ENTRIES)
            )  # fmt: skip
        try:
            with zipfile.ZipFile(file) as archive:
                return _check(archive, history(KEY_PURPOSE) if known is None else known)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
            raise Invalid(_("This ZIP is damaged or cut off. Please get it again from whoever sent it.")) from error


def _entries(file: IO[bytes]) -> int:
    """How many entries a ZIP says that it has, read before anything of it is unpacked (APPNOTE 4.3.16)."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Invalid(_("This is not a ZIP file, or it is cut off. Please get it again from whoever sent it."))
    file.seek(0)
    return int.from_bytes(tail[at + 10 : at + 12], "little")


def _check(archive: zipfile.ZipFile, known: Sequence[Key]) -> Checked:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if MANIFEST not in names or SIGNATURE not in names:
        raise Invalid(_("This ZIP has no signed manifest, so it is no package of papers of this system."))
    if len(infos) > MOST_ENTRIES or sum(info.file_size for info in infos) > MOST_BYTES:
        raise Invalid(_("This file is larger than any package of papers. It was not opened."))
    if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise Invalid(_("The manifest is larger than that of any package of papers. It was not read."))
    body, signature = archive.read(MANIFEST), archive.read(SIGNATURE)
    manifest = _manifest(body)
    wrong: list[Text] = []
    doubtful: list[Text] = []
    key = next((one for one in known if one.kid == manifest["key"]), None)
    if key is None:
        wrong.append(_("It was not signed by a key of this system ({kid}).", kid=manifest["key"]))
    elif not _signed(key, body, signature):
        wrong.append(_("The signature does not fit the manifest: something in it was changed."))
    elif key.revoked_at is not None:
        wrong.append(_("The key with which it was signed was revoked: others may know it."))
    elif key.retired_at is not None:
        doubtful.append(_("The key with which it was signed is no longer in use; it was not revoked."))
    listed = {one["name"]: one for one in manifest["files"]}
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    wrong += [_("It holds two files of one name: {name}.", name=name) for name in twice]
    wrong += [_("It lacks a file: {name}.", name=name) for name in sorted(listed.keys() - set(names))]
    for info in infos:
        if info.filename in (MANIFEST, SIGNATURE) or info.filename in twice:
            continue
        one = listed.get(info.filename)
        if one is None:
            wrong.append(_("It holds a file that the manifest does not name: {name}.", name=info.filename[:200]))
        elif not _same(archive, info, one):
            wrong.append(_("This file was changed: {name}.", name=info.filename))
    numbers = [
        name.removeprefix(FOLDER).removesuffix(".pdf") for name in listed if name.startswith(FOLDER)
    ]  # fmt: skip
    return Checked(manifest, numbers, wrong, doubtful)


def _manifest(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
        fits = (
            found["format"] == FORMAT
            and isinstance(found["key"], str)
            and all(isinstance(one["name"], str) and isinstance(one["sha256"], str) for one in found["files"])
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        raise Invalid(_("The manifest of this ZIP cannot be read, so it is no package of papers of this system."))
    return dict(found)


def _signed(key: Key, body: bytes, signature: bytes) -> bool:
    public = key.public
    assert isinstance(public, Ed25519PublicKey)
    try:
        public.verify(signature, body)
    except InvalidSignature:
        return False
    return True


def _same(archive: zipfile.ZipFile, info: zipfile.ZipInfo, said: dict[str, Any]) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(info) as opened:
            for piece in _pieces(opened):
                digest.update(piece)
                size += len(piece)
    except zipfile.BadZipFile:  # its own sum does not fit
        return False
    return digest.hexdigest() == said["sha256"] and size == said.get("size")


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    while piece := opened.read(AT_ONCE):
        yield piece
