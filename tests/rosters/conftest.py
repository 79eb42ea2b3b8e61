"""Lists as communes have them, made here; and a clerk who sends them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from lms.api.data import Base
from lms.api.people import org
from lms.api.work import connection, unit_of_work
from lms.outbox.delivering import deliver_due
from lms.testing.page_client import Pages

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS = ("STT", "Họ và tên", "Ngày sinh", "Nam/Nữ", "Số CCCD/ĐDCN", "SĐT", "Thôn", "Đối tượng", "Ghi chú")


def table(name: str) -> Any:
    """A table by its name."""
    return Base.metadata.tables[name]


def workbook(
    rows: Sequence[Sequence[object]], *, above: int = 3, foot: bool = True, merge: Sequence[str] = ()
) -> bytes:
    """A workbook as a commune sends it: titles above, signatures below, heads merged."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for n in range(above):
        sheet.append([("UBND XÃ BẮC HÀ", "DANH SÁCH HỌC VIÊN LỚP BÌNH DÂN HỌC VỤ SỐ", None)[n % 3]])
    for row in rows:
        sheet.append(list(row))
    if foot:
        sheet.append([None, "Tổng cộng", len(rows) - 1])
        sheet.append([None, None, None, "Bắc Hà, ngày 20 tháng 11 năm 2026"])
        sheet.append([None, "Người lập biểu", None, "Chủ tịch"])
        sheet.append([None, "Nguyễn Văn Lập", None, "Trần Thị Chủ"])
    for cells in merge:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass
class Clerk:
    """Somebody at a browser who enters people for a unit."""

    pages: Pages
    app: Flask
    unit: int

    def send(self, content: bytes | str, name: str = "danh-sach.xlsx", status: int = 303, **more: object) -> str:
        """Sends a list; where it leads."""
        data: dict[str, object] = {"unit": str(self.unit), "group": "citizens", **more}
        if isinstance(content, bytes):
            data["file"] = (io.BytesIO(content), name)
        else:
            data["pasted"] = content
        answer = self.pages.browser.client.post(  # type: ignore[attr-defined]
            "/can-bo/danh-sach/moi", data=data, content_type="multipart/form-data"
        )
        assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
        return str(answer.headers.get("Location", "")) if status == 303 else answer.get_data(as_text=True)

    def check(self, content: bytes | str, **more: object) -> str:
        """Sends a list and takes its columns as they are guessed; the list's address."""
        self.pages.open(self.send(content, **more))
        self.pages.press("Sang bước rà soát")
        found = re.search(r"/can-bo/danh-sach/([0-9a-f-]{36})", self.pages.page.path)
        assert found is not None
        return f"/can-bo/danh-sach/{found[1]}"

    def take_in(self, content: bytes | str, **more: object) -> str:
        """Sends a list without problems and lets the worker take it in."""
        address = self.check(content, **more)
        self.pages.press("Nhận danh sách")
        self.work()
        self.pages.open(address)
        return address

    def work(self) -> None:
        """What the worker does."""
        with self.app.app_context():
            deliver_due()

    def count(self, name: str, *where: Any) -> int:
        """How many rows a table has."""
        with self.app.app_context():
            return int(connection().execute(select(func.count()).select_from(table(name)).where(*where)).scalar_one())


@pytest.fixture
def clerk_on() -> Callable[[Flask], Clerk]:
    """`clerk_on(app)`: the administrator in front of the lists of xã Bắc Hà."""

    def made(app: Flask) -> Clerk:
        with app.app_context():
            v = table("lms_org_version")
            rows = connection().execute(select(v.c.org_id).where(v.c.name == "Bắc Hà")).scalars()
            unit = next(i for i in rows if (found := org(i)) is not None and found.level == "commune")
        pages = Pages(app)
        pages.sign_in("administrator")
        return Clerk(pages, app, unit)

    return made


@pytest.fixture
def clerk(app: Flask, clerk_on: Callable[[Flask], Clerk]) -> Clerk:
    """The same on SQLite."""
    return clerk_on(app)


__all__ = ["HEADS", "Clerk", "table", "unit_of_work", "workbook"]
