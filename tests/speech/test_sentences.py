"""Where a sentence ends when it is read aloud."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.speech.sentences import LONGEST, key_of, key_of_all, sentences


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bác ở TP. Hồ Chí Minh. Con ở Q. 1.", ["Bác ở TP. Hồ Chí Minh.", "Con ở Q. 1."]),
        ("Giá 1.234,5 đồng. Trả 30.000 đ. Xong!", ["Giá 1.234,5 đồng.", "Trả 30.000 đ.", "Xong!"]),
        ("1. Mở ứng dụng. 2. Bấm Quét mã.", ["1. Mở ứng dụng.", "2. Bấm Quét mã."]),
        ("Rau, cá v.v. Và thịt.", ["Rau, cá v.v. Và thịt."]),
        ("Mở dichvucong.gov.vn. Gõ tên.", ["Mở dichvucong.gov.vn.", "Gõ tên."]),
        ("Ăn no. Đi ngủ lúc 8h. Mai dậy.", ["Ăn no.", "Đi ngủ lúc 8h.", "Mai dậy."]),
        ("Con nói: “Không được!” Rồi tắt máy.", ["Con nói: “Không được!”", "Rồi tắt máy."]),
        ("Từ từ… rồi cũng xong… Thật à?", ["Từ từ… rồi cũng xong…", "Thật à?"]),
        ("Tiêu đề không có chấm\nCâu sau.", ["Tiêu đề không có chấm", "Câu sau."]),
        ("Ngày 20.11.2026. Sáng thứ bảy.", ["Ngày 20.11.2026.", "Sáng thứ bảy."]),
        ("ខ្ញុំ​ទៅ​ផ្សារ។ អ្នក​ទៅ​ណា?", ["ខ្ញុំ​ទៅ​ផ្សារ។", "អ្នក​ទៅ​ណា?"]),
        ("  \n — \n *** ", []),
    ],
)
def test_sentences(text: str, said: list[str]) -> None:
    assert sentences(text) == said


def test_a_decomposed_text_says_the_same() -> None:
    text = "Điện thoại của bác. Mở ra."
    assert sentences(unicodedata.normalize("NFD", text)) == sentences(text)
    assert key_of("vi", "x", unicodedata.normalize("NFD", text)) == key_of("vi", "x", text)


@given(st.text(max_size=900))
def test_nothing_is_lost_and_nothing_is_said_twice(text: str) -> None:
    said = sentences(text)
    letters = [c for c in unicodedata.normalize("NFC", text) if c.isalnum()]
    assert [c for sentence in said for c in sentence if c.isalnum()] == letters
    assert all(len(sentence) <= LONGEST for sentence in said)


def test_each_part_of_a_key_matters() -> None:
    one = key_of("vi", "espeak", "Xin chào.")
    assert one == key_of("vi", "espeak", " Xin  chào. ")
    assert (
        len(
            {
                one,
                key_of("en", "espeak", "Xin chào."),
                key_of("vi", "recorded", "Xin chào."),
                key_of("vi", "espeak", "Chào."),
            }
        )
        == 4
    )
    assert key_of_all("vi", "x", ["a", "b"]) != key_of_all("vi", "x", ["b", "a"]) != key_of_all("vi", "x", ["ab"])
