"""What `lms doctor` says about signers: who there is, whether key and certificate fit, what is about to end."""

from __future__ import annotations

import re
from datetime import timedelta

from cryptography import x509

from lms.api.plugins import Finding
from lms.api.work import clock
from plugins.signing import keys, revocation, signers
from plugins.signing.protocol import Away, Broken
from plugins.signing.signers import SignerSetup

SOON = timedelta(days=30)
WHERE = {"file": "tệp khóa trên máy này", "pkcs11": "thiết bị PKCS#11", "csc": "dịch vụ ký số từ xa"}


def examine() -> list[Finding]:
    """A line or more for each signer."""
    found = [line for setup in signers.found().setups for line in _one(setup)]
    return found or [
        Finding(True, f"Ký số giấy: chưa khai báo người ký; giấy ghi rõ “{_UNSIGNED}” (xem docs/signing.md)")
    ]


_UNSIGNED = "Bản tra cứu, chưa ký số"


def _one(setup: SignerSetup) -> list[Finding]:
    name = f"Ký số giấy bởi {setup.label} ({WHERE[setup.kind]}, mức {setup.level})"
    signer = keys.signer_of(setup)
    try:
        chain = signer.certificate_chain()
        revocation.evidence(setup, chain)
        if isinstance(signer, keys.Service):
            told = signer.theirs()
            held = told.get("cert") if isinstance(told.get("cert"), dict) else told
            own = re.sub(r"\s", "", str((held or {}).get("certificates") or (held or {}).get("certificate") or ""))
            import base64

            if own and base64.b64encode(chain[0]).decode() not in own:
                return [
                    Finding(
                        False,
                        f"{name}: chứng thư ở dịch vụ khác với tệp certificate",
                        "Tải chứng thư đang dùng từ dịch vụ về và thay tệp certificate; tệp cũ chuyển vào earlier.",
                    )
                ]
            most = told.get("multisign")
            if isinstance(most, int) and 0 < most < setup.most:
                return [
                    Finding(
                        False,
                        f"{name}: dịch vụ chỉ ký {most} giấy một lần, tệp ghi most = {setup.most}",
                        f"Ghi most = {most} trong tệp LMS_SIGNERS_FILE.",
                    )
                ]
    except (Away, Broken) as error:
        return [
            Finding(
                False,
                f"{name}: chưa ký được ({error})",
                "Xem lại phần này trong tệp LMS_SIGNERS_FILE. Trong lúc đó giấy vẫn được cấp, ghi rõ là chưa ký số.",
                must=False,
            )
        ]
    lines = []
    until = x509.load_der_x509_certificate(chain[0]).not_valid_after_utc
    day = clock.local(until).strftime("%d/%m/%Y")
    if until < clock.now():
        lines.append(Finding(False, f"{name}: chứng thư đã hết hạn ngày {day}", "Xin cấp chứng thư mới rồi thay tệp."))
    elif until - clock.now() < SOON:
        lines.append(
            Finding(False, f"{name}: chứng thư hết hạn ngày {day}", "Xin gia hạn chứng thư trước ngày đó.", must=False)
        )
    else:
        lines.append(Finding(True, f"{name}: sẵn sàng, chứng thư của “{signers.who(chain[0])}” còn hạn đến {day}"))
    if chain[0] not in {one.der for one in signers.found().published}:
        lines.append(
            Finding(
                False,
                f"{name}: trang kiểm tra giấy chưa biết chứng thư này",
                'Lưu chứng thư trên thiết bị ra tệp PEM và ghi certificate = "…" cho người ký này.',
            )
        )
    if setup.kind == "file":
        lines.append(
            Finding(
                True, f"{name}: khóa nằm trong tệp, chỉ nên dùng khi chạy thử",
                "Giấy có giá trị lâu dài nên ký bằng thiết bị hoặc dịch vụ ký số.", must=False,
            )
        )  # fmt: skip
    if setup.level == "B-LT" and setup.soft:
        lines.append(
            Finding(
                True, f"{name}: soft = true, giấy vẫn được ký khi thiếu dữ liệu thu hồi chứng thư",
                "Đó là lựa chọn của người vận hành; bỏ soft để không ký khi thiếu.", must=False,
            )
        )  # fmt: skip
    return lines
