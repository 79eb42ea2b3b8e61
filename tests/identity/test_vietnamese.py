"""Vietnamese writing: what search compares, what lists are sorted by, what strangers see of a name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.vietnamese import fold, given_name, mask_name, name_sort_key, nfc, sort_key

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
WORDS = st.text(LETTERS, min_size=1, max_size=7)
NAMES = st.lists(WORDS.map(str.capitalize), min_size=2, max_size=4).map(" ".join)


def backwards(rows: list[str]) -> list[str]:
    return list(reversed(rows))


@given(st.text(max_size=40))
def test_composed_once_is_composed(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert nfc(unicodedata.normalize("NFD", text)) == nfc(text)
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_search_finds_a_name_however_it_was_typed(name: str) -> None:
    assert fold(name) == fold(unicodedata.normalize("NFD", name)) == fold(name.upper()) == fold(f"  {name} ")
    assert fold(name).isascii()


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("kĩ năng", "kỹ năng"), ("ĐẮK LẮK", "dak lak"), ("thuỷ", "thủy"), ("Đ", "d")],
)
def test_spellings_that_are_one_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_the_order_of_the_alphabet_and_of_the_tones() -> None:
    words = ["ca", "cà", "cả", "cã", "cá", "cạ", "că", "câ", "da", "đa", "e", "ê", "o", "ô", "ơ", "u", "ư", "y"]
    assert sorted(backwards(words), key=sort_key) == words
    places = ["An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Gia Lai"]
    assert sorted(backwards(places), key=sort_key) == places


def test_people_are_listed_by_their_given_name() -> None:
    people = ["Trần Thị An", "Hoàng Văn Bình", "Nguyễn Văn Bình", "Lê Đức Dũng", "Lê Anh Đào"]
    assert sorted(backwards(people), key=name_sort_key) == people


@given(NAMES)
def test_a_masked_name_hides_the_family_and_nothing_more_is_learnt(name: str) -> None:
    masked = mask_name(name)
    family, *rest = name.split()
    assert masked.split()[1:] == rest
    assert masked.split()[0] == family[0] + "*****", "the stars tell nothing of how long it is"


@given(WORDS)
def test_a_single_name_is_not_shown_whole(name: str) -> None:
    assert mask_name(name) == name[0] + "*****"


def test_how_somebody_is_greeted() -> None:
    assert given_name("Hoàng Thị Lành") == "Lành"
    assert given_name("H'Hen Niê") == "Niê"
    assert given_name("") == ""
