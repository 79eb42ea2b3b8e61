"""The sheet with the code that opens the papers: one page, to be folded or put into an envelope."""

from __future__ import annotations

from msgspec import Struct

from lms.api.papers import Flow, Run


class Sheet(Struct, frozen=True):
    """What stands on it, in words."""

    title: str
    unit: str
    place: str
    when: str
    room: str
    code: str
    key: str
    made: str


def draw(sheet: Sheet) -> bytes:
    """The sheet as PDF; the same values give the same bytes."""
    flow = Flow(title="Mã mở đề", subject=sheet.title, author="Học vụ số", footer=f"Mã mở đề · {sheet.title}")
    flow.heading("MÃ MỞ ĐỀ", level=1)
    flow.paragraph([Run("Chỉ mở khi bắt đầu. ", bold=True), Run("Giữ kín, không chụp ảnh, không gửi qua tin nhắn.")])
    flow.heading(sheet.title)
    for label, value in (
        ("Đơn vị", sheet.unit), ("Địa điểm", sheet.place), ("Thời gian", sheet.when), ("Số phòng", sheet.room),
    ):  # fmt: skip
        flow.paragraph([Run(f"{label}: ", bold=True), Run(value)])
    flow.paragraph([Run("In xong, gấp tờ giấy theo vạch dưới đây, mặt có mã vào trong, cho vào phong bì kín,"
                        " dán lại và ký qua mép dán.")])  # fmt: skip
    flow.paragraph([Run("- " * 46)])
    flow.begin_box("Mã mở đề")
    size, flow.size = flow.size, 30.0
    flow.paragraph([Run(sheet.code, bold=True)])
    flow.size = size
    flow.end_box()
    flow.paragraph([Run("Khi bắt đầu, trước mặt người dự:", bold=True)])
    for number, words in enumerate(
        (
            "Mở phong bì. Trên máy trạm, vào trang “Máy trạm”, gõ mã này, không cần gõ dấu gạch.",
            "So khóa của máy chủ trên màn hình với dòng “Khóa máy chủ” ở dưới. Nếu khác: dừng lại, gọi đơn vị tổ chức.",
            "Xem giờ trên đồng hồ của mình và gõ vào ô giờ, để biết đồng hồ của máy trạm nhanh hay chậm.",
            "Vào trang coi thi bằng số phòng và mã PIN, rồi mở cửa phòng.",
        ),
        1,
    ):
        flow.entry(f"{number}.", [Run(words)])
    flow.paragraph([Run("Khóa máy chủ: ", bold=True), Run(sheet.key)])
    flow.paragraph([Run(f"Đề lập lúc {sheet.made}.")], size=11.0)
    flow.paragraph([Run("Người mở phong bì (ký, ghi rõ họ tên): …………………………………, lúc …… giờ ……")])
    return flow.finish()
