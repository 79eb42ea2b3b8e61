"""The columns of questions in Excel: our heads, what else they are called, and what their cells may say. Pure."""

from __future__ import annotations

from msgspec import Struct

from lms.api.texts import fold
from quizzes.formats.question import THINKING

LETTERS = "ABCDEFGHIJ"
_ANSWERS = ("dap an", "phuong an", "lua chon", "option", "tra loi", "answer", "cau tra loi")


class Column(Struct, frozen=True):
    """A column: its key, its head as we write it, and what else it is called (folded)."""

    key: str
    head: str
    others: tuple[str, ...] = ()


COLUMNS = (
    Column("name", "Mã", ("ma cau hoi", "id", "ma so")),
    Column("kind", "Loại câu hỏi", ("loai", "dang", "dang cau hoi", "type", "kieu")),
    Column("stem", "Câu hỏi", ("noi dung", "noi dung cau hoi", "de bai", "question", "cau dan", "stem")),
    *(
        Column(letter, letter, tuple(f"{word} {letter.lower()}" for word in _ANSWERS))
        for letter in LETTERS
    ),
    Column(
        "right", "Đáp án đúng",
        ("dap an", "tra loi dung", "key", "answer", "correct", "correct answer", "dap an dung la", "phuong an dung"),
    ),
    Column("why", "Giải thích", ("loi giai", "huong dan giai", "explanation", "feedback", "giai thich dap an")),
    Column("skills", "Kỹ năng", ("ma ky nang", "skill", "skills", "nang luc", "chi bao")),
    Column("level", "Mức", ("muc do", "bac", "level")),
    Column("thinking", "Mức nhận thức", ("nhan thuc", "muc do nhan thuc", "thinking", "muc do tu duy", "cap do")),
    Column("sender", "Người gửi tin nhắn", ("nguoi gui", "sender")),
    Column("message", "Nội dung tin nhắn", ("tin nhan", "message")),
    Column("lesson", "Bài học", ("lesson", "ma bai hoc")),
    Column("fix", "Sửa nhanh", ("sua nhanh 20 giay", "fix")),
    Column("twins", "Nhóm câu tương đương", ("nhom", "cau tuong duong", "twins")),
    Column("source", "Nguồn", ("source", "nguon tham khao")),
    Column("detail", "Chi tiết", ("detail", "chi tiet nhu goi")),
)  # fmt: skip
BY_HEAD = {fold(c.head): c.key for c in COLUMNS} | {other: c.key for c in COLUMNS for other in c.others}
KINDS = {
    "single_choice": "Một đáp án", "multiple_choice": "Nhiều đáp án", "true_false": "Đúng sai", "ordering": "Sắp xếp",
    "matching": "Ghép đôi", "short_answer": "Trả lời ngắn", "numeric": "Điền số", "fill_blanks": "Điền chỗ trống",
    "hotspot": "Chỉ trên hình", "thread": "Chuỗi tin nhắn", "practice": "Thực hành", "task": "Tự luận",
}  # fmt: skip
BY_KIND = {fold(title): kind for kind, title in KINDS.items()} | {kind.replace("_", " "): kind for kind in KINDS} | {
    "trac nghiem": "single_choice", "mot lua chon": "single_choice", "chon mot": "single_choice",
    "nhieu lua chon": "multiple_choice", "chon nhieu": "multiple_choice", "dung hay sai": "true_false",
    "dung hoac sai": "true_false", "noi": "matching", "ghep cot": "matching", "dien dap an": "short_answer",
    "dien tu": "short_answer", "so": "numeric", "bai tap": "task", "thu tu": "ordering",
}  # fmt: skip
THOUGHT = {
    "know": "Nhận biết", "understand": "Thông hiểu", "apply": "Vận dụng", "extend": "Vận dụng cao",
}  # fmt: skip
BY_THOUGHT = {fold(title): key for key, title in THOUGHT.items()} | {key: key for key in THINKING} | {
    "nb": "know", "th": "understand", "vd": "apply", "vdc": "extend"}  # fmt: skip
GUIDE = (
    ("Mã", "Để trống cũng được; báo cáo sau khi đọc tệp gọi câu bằng mã này."),
    (
        "Loại câu hỏi",
        f"Một trong: {', '.join(KINDS.values())}. Để trống: một đáp án, hoặc nhiều nếu có nhiều đáp án đúng.",
    ),
    ("Câu hỏi", "Lời câu hỏi. **đậm** và *nghiêng* được giữ."),
    (
        "A đến J",
        (
            "Các câu trả lời. Sắp xếp: các bước theo thứ tự đúng. Ghép đôi: mỗi ô một cặp, viết “trái = phải”."
            " Trả lời ngắn: mỗi ô một cách trả lời được chấp nhận. Điền số: số, hoặc số ± sai số (5 ± 0,1)."
        ),
    ),
    ("Đáp án đúng", "Chữ cái: B, hoặc A, C. Câu đúng sai: Đúng hoặc Sai. Trả lời ngắn và điền số có thể viết ở đây."),
    ("Giải thích", "Nói với mọi người sau khi trả lời."),
    ("Kỹ năng", "Mã kỹ năng trong khung năng lực, cách nhau bằng dấu phẩy: ND.4.3, ND.4.4"),
    ("Mức", "Mức của khung năng lực: 1, 2, 3 …"),
    ("Mức nhận thức", ", ".join(THOUGHT.values())),
    ("Chi tiết", "Dành cho những điều các cột không chứa được, viết như trong gói nội dung. Có thì cột này được dùng."),
)  # fmt: skip
