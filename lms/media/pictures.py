"""A photograph or a screenshot becomes small WebP pictures, without what a camera writes beside it. Pure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from lms.errors import Invalid
from lms.text import Text, _

if TYPE_CHECKING:
    from PIL import Image

WIDTHS = (360, 720, 1080)  # pixels: a phone, a good phone, a computer
QUALITY = 68
METHOD = 4
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_383  # pixels: what WebP can hold
TALLEST = 3  # times its width: a picture longer than that is narrowed by its height instead
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

_DAMAGED = _("This picture is damaged or not whole. Please open it, save it again, and choose it again.")


class Drawn(Struct, frozen=True):
    """One WebP picture."""

    content: bytes
    width: int
    height: int


class Made(Struct, frozen=True):
    """What was made of a picture: from the smallest to the largest, its main colour (#rrggbb), what was left out.

    The colour is empty where the picture is see-through: it would shine through."""

    drawn: tuple[Drawn, ...]
    colour: str
    notes: tuple[Text, ...] = ()


def look(stream: BinaryIO) -> tuple[int, int]:
    """A picture's size in pixels, read from its head alone. Raises Invalid for what is none, or is too large."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(stream, formats=FORMATS) as picture:
            width, height = picture.size
    except Image.DecompressionBombError as error:
        raise Invalid(_too_large(0, 0)) from error
    except Image.DecompressionBombWarning as error:
        raise Invalid(_too_large(0, 0)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Invalid(_DAMAGED) from error
    _must_fit(width, height)
    return width, height


def _too_large(width: int, height: int) -> Text:
    if not width:
        return _("This picture has far too many pixels; at most {most} million are allowed. Make it smaller.", most=40)
    return _(
        "This picture is {width} × {height}; at most {most} million pixels are allowed. Make it smaller.",
        width=width,
        height=height,
        most=MOST_PIXELS // 1_000_000,
    )


def _must_fit(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Invalid(_too_large(width, height))
    if width < 1 or height < 1:
        raise Invalid(_DAMAGED)


def made_of(content: bytes, widths: Sequence[int] = WIDTHS) -> Made:
    """Small pictures of one. The camera's notes and place are gone, its orientation is honoured, colours are sRGB.

    Never larger than the source. Of one that moves, the first frame. Raises Invalid for what cannot be read.
    """
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

    assert not ImageFile.LOAD_TRUNCATED_IMAGES, "half a picture must be refused"
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as source:
            _must_fit(*source.size)
            moves = getattr(source, "is_animated", False) and source.format != "MPO"
            profile = source.info.get("icc_profile")
            orientation = source.getexif().get(0x0112, 1)
            turned = orientation in (5, 6, 7, 8)
            width, height = (source.size[1], source.size[0]) if turned else source.size
            wanted = fitting(width, height, widths)
            if source.format in ("JPEG", "MPO"):
                # The decoder itself makes it smaller, by halves, so long as what is wanted is left.
                source.draft(None, (max(wanted[-1]), max(wanted[-1])))
            source.load()
            picture: Image.Image = ImageOps.exif_transpose(source)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(_too_large(0, 0)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as error:
        raise Invalid(_DAMAGED) from error
    drawn: list[Drawn] = []
    for size in reversed(wanted):
        # Each is made of the next larger one: as sharp to the eye, and far less to look at.
        if picture.size != size:
            picture = plain(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        if profile is not None or picture.mode not in ("RGB", "RGBA"):
            picture, profile = in_srgb(picture, profile), None
        drawn.append(Drawn(encoded(picture), *size))
    notes = (_("The picture moves; only its first frame is shown."),) if moves else ()
    return Made(tuple(reversed(drawn)), colour_of(picture), notes)


def fitting(width: int, height: int, widths: Sequence[int]) -> list[tuple[int, int]]:
    """The sizes to draw, from the smallest: the widths below the source's, and the largest that it allows."""
    whole = width
    if height > TALLEST * width:
        whole = round(width * min(1.0, LONGEST_SIDE / height))
    most = min(whole, widths[-1])
    sizes = [w for w in widths if w < most] + [most]
    return [(w, max(1, min(LONGEST_SIDE, round(height * w / width)))) for w in sizes]


def plain(picture: Image.Image) -> Image.Image:
    """In a mode whose neighbouring values may be mixed: not a palette, not black and white, not 16 bits."""
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode == "F":
        return picture.convert("L")
    if picture.mode in ("L", "RGB") and "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours of screens: by its own colour profile where that can be read, with what is see-through kept."""
    from PIL import Image, ImageCms

    picture = plain(picture)
    see_through = picture.mode in ("RGBA", "LA", "PA", "RGBa", "La")
    alpha = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None
    if profile:
        colours = {"RGBA": "RGB", "LA": "L"}.get(picture.mode, picture.mode)
        try:
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture.convert(colours), theirs, ours, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a profile that is torn or of other colours tells nothing
        if converted is not None:
            if alpha is not None:
                converted.putalpha(alpha)
            return converted
    made: Image.Image = picture.convert("RGBA" if see_through else "RGB")
    assert isinstance(made, Image.Image)
    return made


def encoded(picture: Image.Image) -> bytes:
    """As WebP, with nothing beside the picture."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=QUALITY, method=METHOD, exif=b"", xmp=b"", icc_profile=b"")
    return stream.getvalue()


def colour_of(picture: Image.Image) -> str:
    """The colour to show until the picture is there: that of the whole; none where it is see-through."""
    from PIL import Image

    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255):
        return ""
    small = picture.resize((1, 1), Image.Resampling.BOX)
    return "#" + small.convert("RGB").tobytes().hex()


def check_drawn(content: bytes, width: int, height: int) -> None:
    """That a picture that was made can be read again, and is as large as was said. ValueError where it is not."""
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("WEBP",)) as again:
        again.load()
        if again.size != (width, height):
            raise ValueError(f"A picture of {width} × {height} reads back as {again.size}.")


def is_ours(content: bytes) -> bool:
    """Whether bytes are a WebP picture as we make them: still, narrow enough, nothing beside the picture itself."""
    from PIL import Image

    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return False
    position, ends = 12, 8 + int.from_bytes(content[4:8], "little")
    if ends != len(content):
        return False
    while position + 8 <= len(content):
        if content[position : position + 4] not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH"):
            return False
        size = int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8 + size + size % 2
    try:
        with Image.open(io.BytesIO(content), formats=("WEBP",)) as picture:
            width, height = picture.size
            return width <= WIDTHS[-1] and len(content) <= width * height * 0.2 + 2000
    except (OSError, ValueError):
        return False
