"""Pure: a record as it is told, the file of many records, and its signature.

No interface of the VNeID side is published. The shape is ours, version 1, and says so in every file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

FORMAT: Final = "hocvuso-handover"
VERSION: Final = 1
NOTE: Final = "Mẫu tệp do Học vụ số đặt ra: chưa có giao diện chính thức nào được công bố để đưa kết quả vào VNeID."
JSON_NAME, CSV_NAME, SIGNATURE_NAME = "ban-giao.json", "ban-giao.csv", "chu-ky.json"
COLUMNS: Final = (
    ("id", "Mã hồ sơ"), ("number", "Số giấy"), ("state", "Tình trạng"), ("full_name", "Họ và tên"),
    ("birth_date", "Ngày sinh"), ("unit", "Đơn vị"), ("title", "Loại giấy"), ("programme", "Chương trình"),
    ("framework", "Khung năng lực"), ("rules", "Bộ quy tắc"), ("rules_standing", "Hiệu lực của bộ quy tắc"),
    ("attained_on", "Ngày đạt"), ("issued_on", "Ngày cấp"), ("valid_until", "Có giá trị đến"),
    ("issuer", "Nơi cấp"), ("identity_level", "Mức danh tính"), ("replaces", "Thay cho số"),
    ("reason_code", "Mã lý do"),
)  # fmt: skip
_THEN = (1980, 1, 1, 0, 0, 0)  # the same records give the same file


def record_id(number: str, edition: int) -> str:
    """What a record is called: the paper's number and how many times it was told. The other side takes each once."""
    return f"{number}/{edition}"


def split_id(text: str) -> tuple[str, int] | None:
    """Number and edition of a record's id; None where it is none."""
    number, slash, edition = text.strip().rpartition("/")
    if not slash or not number or not (edition.isascii() and edition.isdigit()) or len(edition) > 4:
        return None
    return number.upper(), int(edition)


def digest_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record's canonical JSON."""
    return hashlib.sha256(canonical(record)).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON written in one way only: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def as_json(batch: str, made_at: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    """The file for machines."""
    whole = {
        "format": FORMAT, "version": VERSION, "note": NOTE, "batch": batch, "made_at": made_at,
        "count": len(records), "records": list(records),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def as_csv(records: Sequence[Mapping[str, Any]], harmless: Any) -> bytes:
    """The file for people who open it in Excel; `harmless` makes of a cell one that is never a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([head for _key, head in COLUMNS])
    writer.writerows([harmless("" if (v := row[key]) is None else str(v)) for key, _head in COLUMNS] for row in records)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_sign(batch: str, files: Mapping[str, bytes]) -> bytes:
    """What the signature is over: the batch and the SHA-256 of each file."""
    return canonical({"batch": batch, "files": {name: hashlib.sha256(files[name]).hexdigest() for name in files}})


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """The files in one; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            info = zipfile.ZipInfo(name, _THEN)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()
