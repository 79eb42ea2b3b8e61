"""Certificate numbers and check codes: what is forgiven, what is caught."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certificates.numbering import (
    BadNumber,
    Number,
    format_check_code,
    format_number,
    normalise_check_code,
    parse_number,
)

KNOWN = "VN-XN-2026-000123-35"

issuers = st.from_regex(r"(?=..)[A-Z]{0,8}[0-9]{0,6}", fullmatch=True)
kinds = st.sampled_from(["XN", "CN"])
years = st.integers(2000, 2999)
serials = st.integers(1, 999_999_999)
numbers = st.builds(format_number, issuers, kinds, years, serials)


def code_of(text: str) -> str:
    with pytest.raises(BadNumber) as caught:
        parse_number(text)
    return caught.value.code


def test_a_number_reads_as_printed() -> None:
    assert format_number("VN", "XN", 2026, 123) == KNOWN
    assert parse_number(KNOWN) == Number("VN", "XN", 2026, 123)
    assert parse_number(KNOWN).check == "35"


def test_the_check_is_mod_97_10() -> None:
    # V=31 N=23 X=33 N=23, then the figures: the whole leaves 1
    assert int("31233323" + "2026" + "000123" + "35") % 97 == 1


@given(issuers, kinds, years, serials)
def test_round_trip(issuer: str, kind: str, year: int, serial: int) -> None:
    text = format_number(issuer, kind, year, serial)
    number = parse_number(text)
    assert (number.issuer_code, number.kind, number.year, number.serial) == (issuer, kind, year, serial)
    assert str(number) == text
    assert parse_number(text.replace("-", "")) == number


@pytest.mark.parametrize(
    "text",
    [
        " vn-xn-2026-000123-35 ",
        "VN XN 2026 000123 35",
        "vnxn202600012335",
        "VN–XN—2026‑000123−35",
        "ＶＮ－ＸＮ－２０２６－０００１２３－３５",
        "VN-XN-2O26-OOOI23-35",
        "VN-XN-2026-000l23-35",
        "Số: VN-XN-2026-000123-35",
        "So\u0302\u0301 VN-XN-2026-000123-35",
        "VN-XN-\u00ad2026-\u200b000123-35",
        "VN\tXN\n2026 000123 35",
    ],
)
def test_forgiven(text: str) -> None:
    assert str(parse_number(text)) == KNOWN


def test_d_with_stroke_is_read_as_d() -> None:
    number = format_number("HCMD", "CN", 2026, 7)
    assert str(parse_number(number.replace("D", "Đ"))) == number
    assert str(parse_number(number.lower().replace("d", "đ"))) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "VN",
        "VN-XX-2026-000123-35",
        "VN-XN-2026-123-35",
        "VN-XN-1926-000123-35",
        "VN-XN-2026-000000-35",
        "VN-XN-2026-0000123-35",
        "V-XN-2026-000123-35",
        "1B-XN-2026-000123-35",
        "VN-XN-2026-000123-3A",
        "VN-XN-٢٠٢٦-000123-35",
        "VN_XN_2026_000123_35",
        "VN-XN-2026-000123-35" * 9,
    ],
)
def test_not_a_number_at_all(text: str) -> None:
    assert code_of(text) == "shape"


def test_wrong_check_digits() -> None:
    assert code_of("VN-XN-2026-000123-36") == "check"
    assert code_of("VN-XN-2026-000124-35") == "check"
    assert code_of("VN-CN-2026-000123-35") == "check"


@given(numbers, st.data())
def test_every_single_digit_error_is_caught(text: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, sign in enumerate(text) if sign.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[at]]))
    assert code_of(text[:at] + wrong + text[at + 1 :]) in ("check", "shape")


@given(numbers, st.data())
def test_every_single_letter_error_is_caught(text: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, sign in enumerate(text) if sign.isalpha()]))
    wrong = data.draw(st.sampled_from([sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if sign != text[at]]))
    assert code_of(text[:at] + wrong + text[at + 1 :]) in ("check", "shape")


@given(numbers)
@example("B1-XN-2026-000123-" + format_number("B1", "XN", 2026, 123)[-2:])
@example(format_number("AX", "CN", 2026, 123))
@example(format_number("AC", "XN", 2026, 123))
def test_every_adjacent_transposition_is_caught(text: str) -> None:
    signs = text.replace("-", "")
    for at in range(len(signs) - 1):
        if signs[at] != signs[at + 1]:
            swapped = signs[:at] + signs[at + 1] + signs[at] + signs[at + 2 :]
            assert code_of(swapped) in ("check", "shape"), swapped


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        number = parse_number(text)
    except BadNumber:
        return
    assert parse_number(str(number)) == number


@pytest.mark.parametrize(
    ("issuer", "kind", "year", "serial"),
    [
        ("v", "XN", 2026, 1),
        ("vn", "XN", 2026, 1),
        ("ĐN", "XN", 2026, 1),
        ("1B", "XN", 2026, 1),
        ("VN", "GK", 2026, 1),
        ("VN", "XN", 26, 1),
        ("VN", "XN", 2026, 0),
        ("VN", "XN", 2026, 1_000_000_000),
        ("VN\n", "XN", 2026, 1),
    ],
)
def test_what_cannot_be_made_a_number(issuer: str, kind: str, year: int, serial: int) -> None:
    with pytest.raises(BadNumber) as caught:
        format_number(issuer, kind, year, serial)
    assert caught.value.code == "shape"


@given(st.binary(min_size=5, max_size=5))
def test_check_codes_are_eight_signs_and_distinct(random_bytes: bytes) -> None:
    code = format_check_code(random_bytes)
    assert len(code) == 9
    assert code[4] == "-"
    assert not set(code) & set("ILOU")
    assert normalise_check_code(code) == code
    assert normalise_check_code(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code
    value = 0
    for sign in code.replace("-", ""):
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(sign)
    assert value.to_bytes(5, "big") == random_bytes


def test_check_code_needs_enough_randomness() -> None:
    with pytest.raises(ValueError, match="5 random bytes"):
        format_check_code(b"1234")
    assert format_check_code(b"\0" * 5 + b"more") == "0000-0000"


@pytest.mark.parametrize("text", ["", "7K3M-90Q", "7K3M-90QDX", "7K3M-90QU", "7K3M-90Q!", "7K3M" * 50])
def test_not_a_check_code(text: str) -> None:
    with pytest.raises(BadNumber) as caught:
        normalise_check_code(text)
    assert caught.value.code == "shape"
