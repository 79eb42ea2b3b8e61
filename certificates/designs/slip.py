"""The slip that an official prints of a check: what was asked, when, by whom, what came of it. One page of A4. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from lms.api.papers import Flow, Run


class Slip(Struct, frozen=True):
    """What stands on it, in words. `facts`: of the paper, (label, value) each, as they were when it was printed."""

    number: str
    outcome: str
    at: str
    by: str
    unit: str
    shown: str
    purpose: str
    facts: Sequence[tuple[str, str]]
    now: str  # the state when it was printed, where it is another one
    verify_url: str
    printed: str


def draw(slip: Slip) -> bytes:
    """The slip as PDF; the same values give the same bytes."""
    flow = Flow(
        title="Phiếu kết quả kiểm tra", subject=slip.number or "Kiểm tra giấy", author="Học vụ số",
        footer="Phiếu kết quả kiểm tra · không phải là giấy được cấp",
    )  # fmt: skip
    flow.heading("PHIẾU KẾT QUẢ KIỂM TRA", level=1)
    flow.paragraph(
        [Run("Phiếu này không phải là giấy được cấp", bold=True), Run(" và không thay cho giấy. Phiếu chỉ ghi lại một"
         " lần kiểm tra; tình trạng của giấy có thể đã đổi sau đó.")]
    )  # fmt: skip
    flow.begin_box("Kết quả")
    size, flow.size = flow.size, 17.0
    flow.paragraph([Run(slip.outcome, bold=True)])
    flow.size = size
    flow.end_box()
    for label, value in (
        ("Số giấy", slip.number or "(không đọc được số nào)"), ("Kiểm tra lúc", slip.at),
        ("Người kiểm tra", slip.by), ("Đơn vị", slip.unit), ("Đã đưa ra kiểm tra", slip.shown),
        ("Mục đích", slip.purpose),
    ):  # fmt: skip
        if value:
            flow.paragraph([Run(f"{label}: ", bold=True), Run(value)])
    if slip.facts:
        flow.heading("Giấy trong sổ")
        for label, value in slip.facts:
            flow.paragraph([Run(f"{label}: ", bold=True), Run(value)])
    if slip.now:
        flow.paragraph([Run("Lúc in phiếu: ", bold=True), Run(slip.now)])
    if slip.verify_url:
        flow.square(
            slip.verify_url,
            [Run("Quét mã này để kiểm tra lại", bold=True), Run(f" ngay bây giờ, hoặc vào {slip.verify_url}")],
        )
    flow.paragraph([Run(f"In lúc {slip.printed}.")], size=11.0)
    return flow.finish()
