"""Vietnamese text from a seed: the same seed gives the same sentences. Pure."""

from __future__ import annotations

from random import Random


def _apart(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SYLLABLES = _apart(
    "an anh bài bạn bảo bấm bật biết bước cách cài cần câu chạm chia cho chọn chữ con có của dùng dữ đang đặt để đến "
    "điện đó đọc đổi đúng được em gần ghi giấy giờ giữ gọi gửi hãy hiện hình hỏi học khi khóa không khuôn kỹ lại làm "
    "lần liệu lời lừa màn mã mạng mật máy mẹ mở mới mỗi một muốn năng ngân người nhà nhắn nhận nhập nhìn như nút phải "
    "phần phím quê quen ra rồi sách sao sau số sợ tay tên thấy thêm theo thì thoại thông thử tiền tin tìm tới trang "
    "trên trước trường từ tự vào vẫn vì viết việc với xã xem xin xong yên"
)
FAMILY = _apart("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Giàng Vàng Lò Tẩn")
MIDDLE = _apart("Văn Thị Hữu Đức Ngọc Minh Thanh Xuân Thu Kim Quang Bảo")
GIVEN = _apart("An Bình Chi Dung Đào Giang Hà Hòa Hùng Hương Khánh Lan Lành Mai Nam Nga Phúc Quý Sơn Tâm Thắm Vân")


def sentence(dice: Random) -> str:
    """Six to fourteen syllables, a capital at the head and a full stop."""
    text = " ".join(dice.choice(SYLLABLES) for _ in range(dice.randint(6, 14)))
    return text[0].upper() + text[1:] + "."


def phrase(dice: Random, syllables: int) -> str:
    """A title or an answer: so many syllables, no full stop."""
    text = " ".join(dice.choice(SYLLABLES) for _ in range(syllables))
    return text[0].upper() + text[1:]


def paragraph(dice: Random, characters: int) -> str:
    """Whole sentences until there are about so many characters."""
    text = sentence(dice)
    while len(text) < characters - 20:
        text += " " + sentence(dice)
    return text


def full_name(dice: Random) -> str:
    """A name of three words."""
    return f"{dice.choice(FAMILY)} {dice.choice(MIDDLE)} {dice.choice(GIVEN)}"
