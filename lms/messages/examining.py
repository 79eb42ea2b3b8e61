"""What `lms doctor` says of messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from lms import clock
from lms.contract.findings import Examination, Finding
from lms.db.unit_of_work import connection
from lms.messages.channels import in_use
from lms.messages.models import Outgoing

LATE = 900  # seconds that a message may wait before somebody should look
O = Outgoing.__table__  # noqa: E741


def examine() -> Sequence[Finding]:
    """Which channels are in use, and whether messages leave."""
    names = in_use()
    found = []
    if not names:
        found.append(Finding(True, "Tin nhắn chỉ ở trong hộp thư: không dùng kênh nào (LMS_CHANNELS để trống)"))
    elif names == ["console"]:
        found.append(
            Finding(
                False,
                "Tin nhắn và mã một lần chỉ hiện ở màn hình dòng lệnh của máy chủ",
                "Để gửi thật: LMS_CHANNELS=smtp với LMS_SMTP_URL và LMS_MAIL_FROM, hoặc cài plugin SMS, Zalo.",
                must=False,
            )
        )
    else:
        found.append(Finding(True, f"Kênh gửi tin: {', '.join(names)}"))
    waiting = select(func.count()).where(
        O.c.sent_at.is_(None), O.c.left_out.is_(False), O.c.made_at < clock.seconds() - LATE
    )
    if late := connection().execute(waiting).scalar_one():
        found.append(
            Finding(
                False,
                f"Có {late} tin chưa gửi được sau {LATE // 60} phút",
                "Kiểm tra kênh gửi tin còn hoạt động không; việc gửi được thử lại tám lần.",
            )
        )
    return found


examinations = (Examination("messages", examine),)
