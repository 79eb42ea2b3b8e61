"""What is configured, reachable and migrated, in words that a clerk can follow."""

from __future__ import annotations

import shutil
import sqlite3

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lms import audit, clock, starting
from lms.config import Settings
from lms.contract.findings import EXAMINATIONS, Finding
from lms.db import migrating, sqlite
from lms.db.base import db
from lms.db.unit_of_work import connection
from lms.orgs.models import Org
from lms.outbox.models import DEAD, PENDING, Delivery

LATE = 300  # seconds that a delivery may be due before a worker is missed


_OLDEST_DUE = select(func.min(Delivery.__table__.c.due_at)).where(Delivery.__table__.c.state == PENDING)


def _worker(oldest: int | None) -> Finding:
    """A worker takes what is due within a second, and puts off what fails: what has been due for long, nobody takes."""
    late = clock.seconds() - oldest if oldest is not None else 0
    if late <= LATE:
        return Finding(True, "Việc chờ làm không bị trễ")
    return Finding(
        False,
        f"Có việc đã trễ {late // 60} phút: có vẻ không có tiến trình worker nào đang chạy",
        "Chạy: lms worker (hoặc để lms serve tự giữ một worker: LMS_WORKER=yes).",
    )


def _demo(settings: Settings) -> list[Finding]:
    """Everybody knows the demo passwords: on a public server they are open doors."""
    there = starting.open_demo_accounts() if settings.base_url else {}
    if not there:
        return []
    return [
        Finding(
            False,
            f"Tài khoản dùng thử còn mở trên máy chủ công khai: {', '.join(sorted(there))}",
            "Chạy: lms demo --remove (đóng các tài khoản này và kết thúc mọi phiên đăng nhập của chúng).",
        )
    ]


def examine(app: Flask) -> list[Finding]:
    """Looks at everything; a thing that cannot be looked at is a finding, not a crash."""
    settings: Settings = app.extensions["lms.settings"]
    registry = app.extensions["lms.registry"]
    found = [Finding(True, f"Plugin đang dùng: {', '.join(p.name for p in registry.plugins)}")]
    try:
        connection()
    except SQLAlchemyError as error:
        return [
            *found,
            Finding(
                False,
                f"Không mở được cơ sở dữ liệu: {error.__class__.__name__}",
                "Kiểm tra LMS_DATABASE_URL; nếu là PostgreSQL, kiểm tra máy chủ đó có đang chạy không.",
            ),
        ]
    kind = "SQLite" if settings.is_sqlite else "PostgreSQL"
    found.append(Finding(True, f"Cơ sở dữ liệu {kind}: mở được ({db.engine.url.render_as_string(hide_password=True)})"))
    behind = migrating.pending(connection(), registry.packages())
    if behind:
        return [
            *found,
            Finding(False, f"Cơ sở dữ liệu chưa theo kịp bản này: {', '.join(behind)}", "Chạy: lms migrate"),
        ]
    found.append(Finding(True, "Cơ sở dữ liệu đúng phiên bản"))
    if settings.is_sqlite and sqlite.has_wal_reset_bug():
        found.append(
            Finding(
                False,
                f"SQLite {sqlite3.sqlite_version} cũ hơn 3.51.3 (có lỗi khi nhiều tiến trình cùng ghi)",
                "Không phải làm gì: hệ thống ghi lần lượt từng tiến trình để tránh lỗi này. Nên nâng cấp khi có thể.",
                must=False,
            )
        )
    d = Delivery.__table__
    counts: dict[int, int] = {
        row.state: row.n for row in connection().execute(select(d.c.state, func.count().label("n")).group_by(d.c.state))
    }
    dead = counts.get(DEAD, 0)
    found.append(
        Finding(
            dead == 0,
            f"Việc chờ làm: {counts.get(PENDING, 0)}; việc hỏng sau nhiều lần thử: {dead}",
            "Xem nguyên nhân trong bảng lms_delivery (cột error), sửa, rồi cho làm lại." if dead else "",
        )
    )
    found.append(_worker(connection().execute(_OLDEST_DUE).scalar()))
    found += _demo(settings)
    units = connection().execute(select(func.count()).select_from(Org.__table__)).scalar_one()
    found.append(Finding(units > 0, f"Đơn vị hành chính: {units}", "" if units else "Chạy: lms start (hoặc make run)"))
    broken = audit.first_broken()
    found.append(
        Finding(
            broken is None,
            "Nhật ký thao tác nguyên vẹn" if broken is None else f"Nhật ký thao tác bị sửa từ dòng {broken}",
            "" if broken is None else "Giữ nguyên máy chủ, báo cán bộ an toàn thông tin, đối chiếu với bản sao lưu.",
        )
    )
    found.append(
        Finding(
            bool(settings.base_url),
            f"Địa chỉ công khai: {settings.public_url()}",
            "" if settings.base_url else "Đặt LMS_BASE_URL: mã QR trên giấy dẫn tới địa chỉ này mãi mãi.",
            must=False,
        )
    )
    found.append(
        Finding(
            bool(settings.issuer_name),
            f"Nơi cấp giấy: {settings.issuer_name or 'chưa khai báo'}",
            "" if settings.issuer_name else "Đặt LMS_ISSUER_NAME và LMS_ISSUER_CODE trước khi cấp giấy cho người dân.",
            must=False,
        )
    )
    for examination in sorted(EXAMINATIONS, key=lambda e: e.name):
        found += examination.examine()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free / 1e9
    found.append(
        Finding(free > 1, f"Đĩa còn trống: {free:.1f} GB", "" if free > 1 else "Dọn đĩa hoặc chuyển thư mục dữ liệu.")
    )
    return found
