"""What is packed in pieces unpacks to the whole."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from lms.web.packing import Packer, Shell, Solid

TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="[]\0"), max_size=400)


@given(style=st.text(min_size=1, max_size=200), before=TEXTS, after=TEXTS)
def test_a_page_with_the_style_sheet_in_it_unpacks_to_itself(style: str, before: str, after: str) -> None:
    page = (before + style + after).encode()
    assert gzip.decompress(Packer([style])(page)) == page


@given(style=st.text(min_size=1, max_size=50), page=st.binary(max_size=2000))
def test_a_page_without_it_unpacks_to_itself(style: str, page: bytes) -> None:
    assert gzip.decompress(Packer([style])(page)) == page


@given(solid=st.lists(TEXTS, min_size=1, max_size=5), name=TEXTS, body=st.text(max_size=5000))
def test_a_shell_holds_what_is_put_into_its_holes(solid: list[str], name: str, body: str) -> None:
    drawn = "[name]".join(solid[:2]) + "[body]" + "[name]".join(solid[2:])
    whole = drawn.replace("[body]", "\0").replace("[name]", name).replace("\0", body)
    shell = Shell(drawn, ["[name]", "[body]"])
    fill = {"[name]": name.encode(), "[body]": body.encode()}
    assert shell.plain(fill).decode() == whole
    assert gzip.decompress(shell.gzip(fill)) == shell.plain(fill)


def test_what_fills_a_hole_is_never_searched_for_markers() -> None:
    shell = Shell("<[name]|[body]>", ["[name]", "[body]"])
    fill = {"[name]": b"[body]", "[body]": b"[name]"}
    assert shell.plain(fill) == b"<[body]|[name]>"
    assert gzip.decompress(shell.gzip(fill)) == b"<[body]|[name]>"


@given(text=st.binary(max_size=3000), before=st.binary(max_size=100), repeated=st.booleans())
def test_a_checksum_goes_on_behind_a_piece_as_if_it_had_been_read(text: bytes, before: bytes, repeated: bool) -> None:
    assert Solid(text, repeated).checksum_after(zlib.crc32(before)) == zlib.crc32(before + text)


@given(before=TEXTS, style=st.text(min_size=1, max_size=200), after=TEXTS, name=st.text(max_size=9000))
def test_a_shell_shares_its_style_sheet_and_holds_the_same(before: str, style: str, after: str, name: str) -> None:
    shared = [Solid(style.encode(), repeated=True)]
    shell = Shell(f"{before}[name]{after}{style}{after}", ["[name]"], shared)
    fill = {"[name]": name.encode()}
    assert shell.plain(fill).decode() == f"{before}{name}{after}{style}{after}"
    assert gzip.decompress(shell.gzip(fill)) == shell.plain(fill)


def test_a_page_without_holes_is_its_own_shell() -> None:
    assert gzip.decompress(Shell("<p>", []).gzip({})) == b"<p>"
