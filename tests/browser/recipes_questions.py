"""Questions from a file in every state that their pages show."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from lms.starting import demo_sign_ins
from tests.quizzes.formats.papers import document, png, saved

if TYPE_CHECKING:
    from tests.browser.people import Address, Learner, World

BANK = "/studio/ngan-hang/nguoi-dan-4"
FROM_FILE, ALONG = f"{BANK}/dua-vao", f"{BANK}/dua-ra"
PAPER = (
    "TRUNG TÂM HỌC TẬP CỘNG ĐỒNG XÃ BẮC HÀ", "ĐỀ KIỂM TRA KỸ NĂNG SỐ",
    "PHẦN I. TRẮC NGHIỆM",
    "Câu 1 (0,5 điểm): Có người gọi, xưng là cán bộ ngân hàng và xin mã [b]OTP[/b]. Bác làm gì?",
    "A. Đọc mã cho họ", "[u]B[/u]. Cúp máy và gọi số ngân hàng in trên thẻ", "C. Gửi mã qua tin nhắn",
    "D. Nhờ con đọc hộ",
    "Lời giải", "Ngân hàng không bao giờ hỏi mã OTP.",
    "Câu 2: Biển này báo điều gì?", png("navy"), "A. Cấm đi   B. Có Wi-Fi", "Đáp án: B",
    "Câu 3: Mật khẩu nào an toàn nhất?", "A. 12345678", "B. ngaysinh1990", "C. Mk!7pQ#x92Lr", "D. password",
    "Câu 4: Theo bảng sau, gọi số nào khi có cháy?", [["Việc", "Số"], ["Công an", "113"], ["Chữa cháy", "114"]],
    "A. 113", "*B. 114", "PHẦN II. ĐÚNG SAI", "Câu 5: Về mã OTP:", "a) Là mã dùng một lần. (Đ)",
    "b) Đọc được cho công an. (S)",
)  # fmt: skip


def _author(world: World) -> Learner:
    from tests.browser.people import Learner

    who = demo_sign_ins()["administrator"]
    return Learner(world.app).sign_in(who["login"], who["password"])


def _send(author: Learner, content: bytes, name: str, pool: str) -> str:
    return author.post(FROM_FILE, file=(io.BytesIO(content), name), pool=pool).headers["Location"]


def _prepare(world: World) -> None:
    author = _author(world)
    paper = saved(document(*PAPER))
    taken = _send(author, paper, "Đề kiểm tra kỹ năng số.docx", "exam")
    author.post(taken, do="take", skills="ND.4.3")
    world.at["questions-taken"] = taken
    out = _send(author, b"Now {=a ~b}\n\nThen {=c ~d}\n", "hai-cau.gift", "practice")
    author.post(out, do="take", skills="ND.4.3")
    author.post(f"{out}/rut-ra")
    world.at["questions-out"] = out
    world.at["questions-look"] = _send(author, paper, "Đề kiểm tra kỹ năng số.docx", "exam")


def at(key: str, suffix: str = "") -> Address:
    """The address of an import in a state; they are made when the first one is asked for."""

    def address(world: World) -> str:
        if f"questions-{key}" not in world.at:
            _prepare(world)
        return world.at[f"questions-{key}"] + suffix

    return address
