"""The minutes of a session (biên bản), from their frozen body. The same body gives the same bytes.

The form follows what administrative papers look like (heading, numbered parts, places to sign). No regulation that we
know prescribes minutes for this movement's checks: the parts are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from plugins.supervision.designs.pages import GREY, Column, Pages

VIETNAM: Final = timezone(timedelta(hours=7))
STATES: Final[Mapping[str, str]] = {
    "absent": "Vắng",
    "present": "Có mặt, không làm bài",
    "open": "Đang làm bài",
    "handed-in": "Đã nộp bài",
    "passed": "Đạt",
    "failed": "Chưa đạt",
    "marking": "Đã nộp, chờ chấm",
}


def draw(body: Mapping[str, Any], *, digest: str = "", signed: str = "", erased: int = 0) -> bytes:
    """The PDF. `digest` and `signed` (who and when) where they were signed off; without them it is a draft.

    `erased`: how many people's data were erased from them since.
    """
    foot = f"Mã nội dung (SHA-256): {digest}" if digest else "Bản nháp: nội dung còn có thể thay đổi cho đến khi chốt."
    pages = Pages(f"Biên bản: {body['title']}", body["unit"], foot)
    pages.heading(body["unit_above"], body["unit"], body["state_body"])
    day = _local(body["ended_at"] or body["starts_at"])
    pages.text(f"{body['unit_short']}, {_day(day)}", "italic", align="right")
    pages.gap(8)
    if not digest:
        pages.text("BẢN NHÁP", "bold", size=12, align="centre", colour=GREY)
    pages.text("BIÊN BẢN", "bold", size=15, align="centre")
    pages.text(f"Buổi kiểm tra có giám sát: {body['title']}", "bold", size=14, align="centre")
    pages.gap(10)
    _part(pages, "1. Thời gian, địa điểm")
    _fact(pages, "Địa điểm", body["place"])
    _fact(pages, "Dự kiến", f"từ {_moment(body['starts_at'])} đến {_moment(body['ends_at'])}")
    _fact(pages, "Mở phòng", _moment(body["opened_at"]) if body["opened_at"] else "chưa mở")
    _fact(pages, "Kết thúc", _moment(body["ended_at"]) if body["ended_at"] else "chưa kết thúc")
    _part(pages, "2. Bài kiểm tra")
    revision = f", bản số {body['revision']}" if body["revision"] else ""
    _fact(pages, "Tên bài", f"{body['quiz']}{revision}")
    _fact(pages, "Khóa học", body["course"])
    if body["total"]:
        time = f"{body['limit']} phút" if body["limit"] else "không giới hạn thời gian"
        _fact(pages, "Số câu, thời gian", f"{body['total']} câu, {time}")
    _fact(pages, "Nơi chạy bài", "máy trạm tại phòng" if body["mode"] == "station" else "máy chủ, qua mạng")
    _part(pages, "3. Người tổ chức và coi thi")
    _fact(pages, "Người lập buổi kiểm tra", body["planned_by"])
    names = [
        f"{p['name']} ({'bằng tài khoản' if p['account'] else 'bằng mã PIN'}, lúc {_time(p['at'])})"
        for p in body["proctors"]
    ]
    _fact(pages, "Cán bộ coi thi", "; ".join(names) or "không có")
    counts = body["counts"]
    _part(pages, "4. Số người")
    _fact(pages, "Theo danh sách", str(counts["listed"]))
    _fact(pages, "Có mặt", str(counts["present"]))
    _fact(pages, "Vắng", str(counts["absent"]))
    _fact(pages, "Đã nộp bài", str(counts["handed_in"]))
    marked = f"{counts['passed']} đạt, {counts['failed']} chưa đạt"
    _fact(pages, "Kết quả", marked + (f", {counts['marking']} chờ chấm" if counts["marking"] else ""))
    _part(pages, "5. Danh sách")
    _people(pages, body["people"])
    _part(pages, "6. Diễn biến")
    _events(pages, body["events"])
    if erased:
        pages.gap(6)
        pages.text(
            f"Sau khi chốt, tên của {erased} người trong biên bản đã được xóa theo yêu cầu về dữ liệu cá nhân; mã nội"
            " dung là của bản đã chốt.", "italic", size=11,
        )  # fmt: skip
    pages.gap(10)
    pages.text("Biên bản đã được đọc lại cho những người có tên dưới đây cùng nghe và nhất trí ký tên.")
    if signed:
        pages.text(f"Chốt nội dung trên hệ thống: {signed}.", size=12)
    pages.gap(12)
    named = list(dict.fromkeys(p["name"] for p in body["proctors"]))[:2] or [""]
    pages.signatures([("Cán bộ coi thi", name) for name in named])
    pages.gap(24)
    pages.signatures([("Đại diện người dự kiểm tra", ""), ("Đại diện đơn vị tổ chức", "")])
    return pages.finish()


def _part(pages: Pages, words: str) -> None:
    pages.gap(8)
    pages.need(60)
    pages.text(words, "bold")
    pages.gap(2)


def _fact(pages: Pages, label: str, value: str) -> None:
    pages.text(f"- {label}: {value}.")


def _people(pages: Pages, people: Sequence[Mapping[str, Any]]) -> None:
    if not people:
        pages.text("Không có ai trong danh sách.")
        return
    widths = (30.0, 150.0, 42.0, 56.0, 56.0, 44.0)
    columns = [
        Column("Ghế", widths[0], "centre"),
        Column("Họ và tên", widths[1]),
        Column("Năm sinh", widths[2], "centre"),
        Column("Bắt đầu", widths[3], "centre"),
        Column("Nộp bài", widths[4], "centre"),
        Column("Thêm giờ", widths[5], "centre"),
        Column("Kết quả", pages.width - sum(widths)),
    ]
    pages.table(
        columns,
        [
            (
                str(p["seat"]), p["name"], str(p["born"] or ""), _time(p["started_at"]), _time(p["handed_in_at"]),
                f"{p['extra']} phút" if p["extra"] else "", STATES[p["state"]],
            )
            for p in people
        ],
    )  # fmt: skip


def _events(pages: Pages, events: Sequence[Mapping[str, Any]]) -> None:
    if not events:
        pages.text("Không có gì đặc biệt.")
        return
    widths = (48.0, 30.0, 270.0)
    columns = [
        Column("Lúc", widths[0], "centre"),
        Column("Ghế", widths[1], "centre"),
        Column("Việc", widths[2]),
        Column("Người ghi", pages.width - sum(widths)),
    ]
    rows = []
    for event in events:
        words = event["what"]
        if event["minutes"]:
            words += f": {event['minutes']} phút"
        if event["words"]:
            words += f". {event['words']}"
        rows.append((_time(event["at"]), str(event["seat"] or ""), words, event["by"] or "hệ thống"))
    pages.table(columns, rows)


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at, VIETNAM)


def _time(at: int | None) -> str:
    return f"{_local(at):%H:%M}" if at else ""


def _moment(at: int) -> str:
    return f"{_local(at):%H:%M} ngày {_local(at):%d/%m/%Y}"


def _day(at: datetime) -> str:
    month = f"{at.month:02d}" if at.month < 3 else str(at.month)
    return f"ngày {at.day:02d} tháng {month} năm {at.year}"
