"""Pictures and sounds are judged by their bytes."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from lms.packages.media import jpeg_size, png_size, webp_size
from lms.packages.problems import Problem
from lms.packages.reading import read_files

Files = dict[str, bytes]
Refused = Callable[[Files], list[Problem]]
FOLDER = "lessons/giu-kin-ma-otp/"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">\n'


def picture(kind: str, size: tuple[int, int], **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "green").save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (300, 7), (1_000, 2_000)])
def test_sizes_are_read_from_the_header(size: tuple[int, int]) -> None:
    assert png_size(picture("PNG", size)) == size
    assert jpeg_size(picture("JPEG", size)) == size
    assert jpeg_size(picture("JPEG", size, progressive=True)) == size
    assert webp_size(picture("WEBP", size)) == size
    assert webp_size(picture("WEBP", size, lossless=True)) == size
    assert webp_size(picture("WEBP", size, exif=b"Exif\0\0")) == size


def test_good_pictures_are_read(files: Files) -> None:
    for name, kind in {"a.png": "PNG", "b.jpg": "JPEG", "c.jpeg": "JPEG", "d.webp": "WEBP"}.items():
        files[FOLDER + name] = picture(kind, (10, 10))
    assert len(read_files(files).lessons[0].files) == 6


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("length", [0, 3, 12, 20, 30])
def test_a_cut_picture_is_refused(files: Files, refused: Refused, kind: str, length: int) -> None:
    name = FOLDER + "a." + kind.lower()
    (problem,) = refused(files | {name: picture(kind, (10, 10))[:length]})
    assert problem.file == name
    assert problem.code in ("picture-kind", "picture-damaged")


def test_a_hundred_megapixels_are_refused(
    files: Files, refused: Refused, make_png: Callable[[int, int], bytes]
) -> None:
    read_files(files | {FOLDER + "a.png": make_png(8_000, 5_000)})
    (problem,) = refused(files | {FOLDER + "a.png": make_png(10_000, 10_000)})
    assert "10000 × 10000" in problem.text()
    (problem,) = refused(files | {FOLDER + "a.png": make_png(0, 10)})
    assert problem.code == "picture-damaged"


@pytest.mark.parametrize("name", ["a.svg", "a.jpg", "a.webp"])
def test_a_picture_with_another_name_is_refused(
    files: Files, refused: Refused, make_png: Callable[[int, int], bytes], name: str
) -> None:
    assert [problem.code for problem in refused(files | {FOLDER + name: make_png(5, 5)})] == ["picture-kind"]


def test_a_sound_that_is_none_is_refused(files: Files, refused: Refused) -> None:
    assert [problem.code for problem in refused(files | {FOLDER + "nghe.mp3": b"RIFF" + bytes(50)})] == ["sound-kind"]
    read_files(files | {FOLDER + "nghe.mp3": b"\xff\xfb\x90\x64" + bytes(50)})


@pytest.mark.parametrize(
    "inside",
    [
        "<g id='a'><rect width='1' height='1' fill='url(#p)'/></g><use href='#a'/><use xlink:href='#a'/>",
        "<style>.a { fill: #123; clip-path: url(#c) }</style><path class='a' style='fill: red' d='M0 0'/>",
        "<title>Điện thoại &amp; mã</title><text x='1' font-family='sans-serif'>Mã &lt;6&gt;</text>",
        "<!-- a note --><linearGradient id='p'><stop offset='0'/></linearGradient>",
        "<text aria-label='a\\b'>x</text>",
    ],
)
def test_a_plain_drawing_is_read(files: Files, inside: str) -> None:
    read_files(files | {FOLDER + "ma.svg": (HEAD + inside + "</svg>").encode()})


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<script>alert(1)</script>", "svg-element"),
        ("<SCRIPT>alert(1)</SCRIPT>", "svg-element"),
        ("<foreignObject/>", "svg-element"),
        ("<a href='#x'><path/></a>", "svg-element"),
        ("<image href='#x'/>", "svg-element"),
        ("<animate attributeName='href'/>", "svg-element"),
        ("<set attributeName='onload'/>", "svg-element"),
        ("<x:script xmlns:x='http://www.w3.org/2000/svg'>1</x:script>", "svg-element"),
        ("<script xmlns='http://www.w3.org/1999/xhtml'>1</script>", "svg-element"),
        ("<path xmlns:i='http://inkscape' i:label='x'/>", "svg-attribute"),
        ("<path onclick='alert(1)'/>", "svg-script"),
        ("<path ONLOAD='alert(1)'/>", "svg-script"),
        ("<use href='http://x/y#z'/>", "svg-reference"),
        ("<use xlink:href='data:image/svg+xml,x'/>", "svg-reference"),
        ("<use href=' javascript:alert(1)'/>", "svg-reference"),
        ("<g xml:base='http://x'/>", "svg-reference"),
        ("<path fill='url(http://x)'/>", "svg-reference"),
        ("<path fill='URL( \"//x\" )'/>", "svg-reference"),
        ("<path style='fill: url(data:x)'/>", "svg-reference"),
        ("<style>@import 'http://x';</style>", "svg-reference"),
        ("<style>a { fill: u\\72l(http://x) }</style>", "svg-reference"),
        ("<style>a { fill: url(<!-- -->http://x) }</style>", "svg-reference"),
        ("<path", "svg"),
        ("<path></g>", "svg"),
        ("<text>&nbsp;</text>", "svg"),
        ("<?xml-stylesheet href='http://x'?>", "svg-instruction"),
        ("<g>" * 100 + "</g>" * 100, "svg-size"),
        ("<g id='a'><use href='#a'/></g>", "svg-use"),
        ("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>", "svg-use"),
        (
            "".join(f"<g id='a{n}'>" + f"<use href='#a{n + 1}'/>" * 10 + "</g>" for n in range(9)) + "<g id='a9'/>",
            "svg-use",
        ),
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused(files: Files, refused: Refused, inside: str, code: str) -> None:
    problems = refused(files | {FOLDER + "ma.svg": (HEAD + inside + "</svg>").encode()})
    assert code in [problem.code for problem in problems]
    assert {problem.file for problem in problems} == {FOLDER + "ma.svg"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]>' + HEAD + "&a;</svg>", "svg-doctype"),
        ('<!DOCTYPE svg SYSTEM "http://x">' + HEAD + "</svg>", "svg-doctype"),
        ("<html><body/></html>", "svg-element"),
        ('<svg viewBox="0 0 9 9"/>', "svg-element"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "svg-viewbox"),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="1000"/>', "picture-size"),
        ("<", "svg"),
        ("words", "picture-kind"),
        ("", "picture-kind"),
    ],
)
def test_a_drawing_must_be_one(files: Files, refused: Refused, text: str, code: str) -> None:
    assert code in [problem.code for problem in refused(files | {FOLDER + "ma.svg": text.encode()})]


def test_a_drawing_in_another_encoding_is_refused(files: Files, refused: Refused) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + HEAD + "</svg>"
    assert refused(files | {FOLDER + "ma.svg": text.encode("utf-16")})
    seven = '<?xml version="1.0" encoding="utf-7"?>' + HEAD + "+ADw-script+AD4-</svg>"
    read_files(files | {FOLDER + "ma.svg": seven.encode()})  # read as UTF-8, whatever it says: only characters
