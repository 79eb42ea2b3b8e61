"""Pictures: small, upright, in the colours of screens, and without what a camera writes beside them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from flask import Flask
from PIL import Image, ImageCms

from lms.errors import Invalid
from lms.media import pictures
from lms.media.queries import MediaRow
from tests.media.conftest import photograph, stored

Taken = Callable[..., MediaRow]


def opened(content: bytes) -> Image.Image:
    """A picture, decoded."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def as_bytes(picture: Image.Image, kind: str, **options: object) -> bytes:
    """A picture as a file."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def test_a_photograph_becomes_three_small_pictures(app: Flask, taken: Taken) -> None:
    row = taken(photograph((2400, 1800), quality=95), "ảnh ruộng.jpg", "picture", "drawing")
    assert (row.state, row.kind, row.percent, row.problem) == ("ready", "picture", 100, None)
    variants = row.facts["variants"]
    assert [(v["width"], v["height"]) for v in variants] == [(360, 270), (720, 540), (1080, 810)]
    for variant in variants:
        content = stored(app, variant["key"])
        assert len(content) == variant["bytes"]
        picture = opened(content)
        assert (picture.format, picture.size) == ("WEBP", (variant["width"], variant["height"]))
    assert row.facts["key"] == variants[1]["key"], "a phone that does not choose is given the middle one"
    assert variants[0]["bytes"] < 15_000
    assert variants[1]["bytes"] < 40_000


def test_a_small_picture_is_never_enlarged(taken: Taken) -> None:
    row = taken(photograph((300, 200), "PNG"), "nho.png", "picture")
    assert (row.facts["width"], row.facts["height"]) == (300, 200)
    assert "variants" not in row.facts
    between = taken(photograph((800, 100), "PNG"), "vua.png", "picture").facts
    assert [v["width"] for v in between["variants"]] == [360, 720, 800]


def test_what_the_camera_wrote_is_gone(app: Flask, taken: Taken) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MAY ANH BI MAT"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    exif.get_ifd(0x8825)[2] = (21.0, 1.0, 42.0)
    content = photograph((900, 600), exif=exif, comment=b"GHI CHU BI MAT", xmp=b"<x:xmpmeta>BI MAT</x:xmpmeta>")
    assert b"BI MAT" in content
    facts = taken(content, "a.jpg", "picture").facts
    for variant in facts["variants"]:
        made = stored(app, variant["key"])
        assert b"BI MAT" not in made
        assert not opened(made).getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(made).info)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright(orientation: int) -> None:
    """The corner that is red to the eye is red in what is made, whichever way the camera was held."""
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste((200, 0, 0), (0, 0, 100, 50))
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    lying = upright
    for turn in turns.get(orientation, []):
        lying = lying.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = pictures.made_of(as_bytes(lying, "JPEG", exif=exif, quality=95))
    picture = opened(made.drawn[-1].content).convert("RGB")
    assert picture.size == (400, 200)
    red, green, blue = picture.getpixel((20, 20))
    assert red > 150 > 60 > max(green, blue)
    assert min(picture.getpixel((380, 180))) > 230


def test_the_colours_are_those_that_the_profile_means() -> None:
    """A picture of wide colours comes out as a screen should show it, not as its bare numbers."""
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    lab = Image.new("LAB", (50, 50), (138, 209, 195))  # a strong red
    content = as_bytes(lab, "TIFF", icc_profile=swapped.tobytes())
    red, green, blue = opened(pictures.made_of(content).drawn[-1].content).convert("RGB").getpixel((25, 25))
    assert red > 200
    assert max(green, blue) < 60


def test_print_colours_sixteen_bits_and_palettes_come_out_right() -> None:
    cmyk = as_bytes(Image.new("CMYK", (60, 60), (0, 255, 255, 0)), "JPEG", quality=95)
    red, green, blue = opened(pictures.made_of(cmyk).drawn[-1].content).convert("RGB").getpixel((30, 30))
    assert red > 180 > 90 > max(green, blue)
    deep = as_bytes(Image.frombytes("I;16", (64, 1), struct.pack("<64H", *(n * 1024 for n in range(64)))), "PNG")
    grey = opened(pictures.made_of(deep).drawn[-1].content).convert("L")
    assert grey.getpixel((0, 0)) < 20 < 235 < grey.getpixel((63, 0))
    assert 100 < grey.getpixel((31, 0)) < 155
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([255, 255, 255, 0, 0, 255])
    assert opened(pictures.made_of(as_bytes(palette, "GIF")).drawn[-1].content).convert("RGB").getpixel((5, 5))[2] > 200
    one_bit = as_bytes(Image.new("1", (40, 40), 1), "PNG")
    assert opened(pictures.made_of(one_bit).drawn[-1].content).convert("L").getpixel((9, 9)) > 250


def test_what_is_see_through_stays_so(taken: Taken) -> None:
    picture = Image.new("RGBA", (400, 100), (0, 0, 0, 0))
    picture.paste((10, 120, 10, 255), (0, 0, 200, 100))
    made = pictures.made_of(as_bytes(picture, "PNG"))
    again = opened(made.drawn[-1].content)
    assert again.mode == "RGBA"
    assert again.getpixel((390, 50))[3] == 0
    assert again.getpixel((10, 50))[3] == 255
    assert not made.colour, "a colour would shine through"
    solid = pictures.made_of(as_bytes(Image.new("RGBA", (40, 40), (1, 2, 3, 255)), "PNG"))
    assert opened(solid.drawn[-1].content).mode == "RGB", "an unused see-through channel costs bytes"


def test_the_colour_until_it_is_there_is_that_of_the_picture() -> None:
    assert pictures.made_of(as_bytes(Image.new("RGB", (50, 50), (166, 38, 28)), "PNG")).colour == "#a6261c"


def test_of_a_moving_picture_the_first_frame_is_kept_and_it_is_said(taken: Taken) -> None:
    frames = [Image.new("RGB", (90, 90), colour) for colour in ("red", "blue", "green")]
    content = as_bytes(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    row = taken(content, "dong.gif", "picture")
    assert row.facts["notes"] == ["The picture moves; only its first frame is shown."]
    assert row.facts["colour"].startswith("#f")


def test_an_avif_is_taken(taken: Taken) -> None:
    assert taken(photograph((500, 300), "AVIF"), "a.avif", "picture").facts["ending"] == "webp"


def test_a_very_long_picture_fits_into_what_browsers_show() -> None:
    made = pictures.made_of(as_bytes(Image.new("RGB", (700, 20_000), "grey"), "PNG"))
    assert made.drawn[-1].height <= pictures.LONGEST_SIDE
    assert len(made.drawn) == 2


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is huge, and is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (width // 8 + 1) * min(height, 4000), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8001, 5000), (30_000, 30_000), (200_000, 200_000)])
def test_a_bomb_is_refused_before_it_is_opened(taken: Taken, size: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as refused:
        taken(bomb(*size), "bom.png", "picture")
    assert "40 million" in str(refused.value.text)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.95])
def test_half_a_picture_is_refused(taken: Taken, kind: str, part: float) -> None:
    whole = photograph((700, 500), kind)
    try:
        row = taken(whole[: int(len(whole) * part)], "nua.jpg", "picture")
        problem = str(row.problem)
        assert row.state == "refused"
    except Invalid as refused:
        problem = str(refused.text)
    assert "not whole" in problem or "damaged" in problem


def test_a_picture_that_is_also_something_else_loses_it(app: Flask, taken: Taken) -> None:
    """GIFAR and its like: behind, within and before the picture stands another file."""
    archive = b"PK\x03\x04" + b"evil.class" * 20
    script = b"<script>alert(1)</script>"
    for content in (
        photograph((400, 300)) + archive,
        photograph((400, 300), "PNG") + script,
        photograph((400, 300), comment=script),
        photograph((400, 300), "WEBP") + archive,
    ):
        facts = taken(content, "hai-mat.jpg", "picture").facts
        for variant in facts.get("variants", [facts]):
            assert b"evil" not in stored(app, variant["key"])
            assert b"<script" not in stored(app, variant["key"])


def test_what_is_no_picture_is_refused_in_words(taken: Taken) -> None:
    for content, words in (
        (b"MZ\x90\0 a program", "ends in jpg"),
        (b"", "empty"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "iPhone"),
        (b"%PDF-1.7 ...", "ends in"),
    ):
        with pytest.raises(Invalid) as refused:
            taken(content, "x.jpg", "picture")
        assert words in str(refused.value.text)


def test_our_own_picture_brought_again_is_not_worn_down(app: Flask, taken: Taken) -> None:
    """The largest picture of a package from elsewhere stays byte for byte; a stranger's is made anew."""
    largest = pictures.made_of(photograph((2000, 1500))).drawn[-1]
    assert taken(largest.content, "tu-goi.webp", "picture").facts["variants"][-1]["bytes"] == len(largest.content)
    heavy = as_bytes(Image.effect_noise((700, 500), 90), "WEBP", quality=100)
    assert not pictures.is_ours(heavy)
    assert not pictures.is_ours(as_bytes(opened(largest.content), "WEBP", quality=60, exif=b"Exif\0\0MM\0*\0\0\0\x08"))
    assert not pictures.is_ours(largest.content + b"PK")
