"""What `lms doctor` says of pictures, sound and video."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from lms import clock
from lms.contract.findings import Examination, Finding
from lms.db.unit_of_work import connection
from lms.media import programs
from lms.media.models import WAITING, Media

M = Media.__table__
LATE = 3600  # seconds that a file may wait


def examine() -> Sequence[Finding]:
    """Whether sound and video can be prepared, and whether anything waits for long."""
    found = []
    if programs.is_here():
        found.append(Finding(True, "Có ffmpeg: âm thanh và video tải lên được thu nhỏ cho đường truyền yếu"))
    else:
        found.append(
            Finding(
                False,
                "Chưa có ffmpeg: hình ảnh vẫn tải lên được, còn âm thanh và video thì không (trừ mp3 nhỏ sẵn)",
                "Cài ffmpeg, ví dụ: apt-get install ffmpeg. Không cần khởi động lại.",
                must=False,
            )
        )
    waiting = select(func.count()).where(M.c.state == WAITING, M.c.made_at < clock.seconds() - LATE)
    if late := connection().execute(waiting).scalar_one():
        found.append(
            Finding(
                False,
                f"Có {late} tệp tải lên chờ xử lý hơn một giờ",
                "Kiểm tra tiến trình worker có đang chạy và đĩa có còn chỗ trống không.",
            )
        )
    return found


examinations = (Examination("media", examine),)
