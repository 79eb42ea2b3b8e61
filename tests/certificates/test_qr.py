"""Codes made from one another are those that segno makes anew."""

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.api.qr import qr_runs

TAILS = st.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ-/._~abcxyz?=%", min_size=1, max_size=60)


def dark(url: str) -> set[tuple[int, int]]:
    """The dark modules that segno draws."""
    code = segno.make_qr(url, error="m", boost_error=False, mask=2)
    return {(x, y) for y, row in enumerate(code.matrix) for x, module in enumerate(row) if module}


def drawn(url: str) -> set[tuple[int, int]]:
    """The dark modules that we draw."""
    side, runs = qr_runs(url)
    assert side == len(segno.make_qr(url, error="m", boost_error=False, mask=2).matrix)
    assert len(runs) == len(set(runs))
    return {(x + i, y) for x, y, width in runs for i in range(width)}


@given(tails=st.lists(TAILS, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_code_is_the_one_that_stands_in_the_norm(tails: list[str]) -> None:
    for tail in tails:
        for url in (f"https://hoc.vn/verify/{tail}", f"https://hoc.vn/verify/{tail[:-1]}7"):
            assert drawn(url) == dark(url)


def test_addresses_that_a_code_writes_in_another_way() -> None:
    for url in ("HTTPS://HOC.VN/A1", "12345678901234", "https://học.vn/đ", "https://h", "HTTPS://hoc.vn/a"):
        assert drawn(url) == dark(url)
