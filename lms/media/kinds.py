"""What kinds of files are taken in, how large they may be, and which kind bytes are, judged by themselves. Pure."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from lms.text import Text, _

MEGABYTE = 1024 * 1024
PICTURE, DRAWING, SOUND, VIDEO, DOCUMENT, CAPTIONS = "picture", "drawing", "sound", "video", "document", "captions"
SPEECH = "speech"  # one sentence that somebody spoke, to be joined with others
HEAD = 4096  # bytes that tell what a file is


class Kind(Struct, frozen=True):
    """A kind of file: `most` bytes of it are taken; `endings` are offered where a file is chosen."""

    name: str
    title: Text
    most: int
    endings: tuple[str, ...]


_SOUNDS = ("mp3", "m4a", "wav", "ogg", "opus", "webm", "flac", "aac")
KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            PICTURE, _("a picture"), 25 * MEGABYTE, ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif")
        ),
        Kind(DRAWING, _("a drawing (SVG)"), 2 * MEGABYTE, ("svg",)),
        Kind(SOUND, _("a sound"), 60 * MEGABYTE, _SOUNDS),
        Kind(VIDEO, _("a video"), 300 * MEGABYTE, ("mp4", "mov", "webm", "mkv", "3gp")),
        Kind(DOCUMENT, _("a PDF document"), 30 * MEGABYTE, ("pdf",)),
        Kind(SPEECH, _("a recorded sentence"), 8 * MEGABYTE, _SOUNDS),
        Kind(CAPTIONS, _("captions (VTT or SRT)"), 1 * MEGABYTE, ("vtt", "srt")),
    )
}


def endings(kinds: Collection[str]) -> tuple[str, ...]:
    """What the names of such files end in, each once."""
    return tuple(dict.fromkeys(ending for kind in kinds for ending in KINDS[kind].endings))


def most_bytes(kinds: Collection[str]) -> int:
    """How large the largest of such files may be."""
    return max(KINDS[kind].most for kind in kinds)


_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)
_AVIF = (b"avif", b"avis")
_HEIF = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_SOUND_ONLY = (b"M4A ", b"M4B ", b"F4A ")


def format_of(head: bytes) -> tuple[tuple[str, ...], str]:
    """(the kinds that bytes may be by how they begin, their format); no kind and "" for what is not known.

    Where two kinds are possible (a container that holds sound or video), only looking inside tells.
    """
    for magic, name in _PICTURES:
        if head.startswith(magic):
            return (PICTURE,), name
    if head[:4] == b"RIFF":
        return {b"WEBP": ((PICTURE,), "webp"), b"WAVE": ((SOUND,), "wav")}.get(head[8:12], ((), ""))
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _AVIF:
            return (PICTURE,), "avif"
        if brand in _HEIF:
            return (), "heic"
        return ((SOUND,) if brand in _SOUND_ONLY else (VIDEO, SOUND)), "mp4"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return (VIDEO, SOUND), "matroska"
    if head.startswith(b"OggS"):
        return (SOUND, VIDEO), "ogg"
    if head.startswith(b"fLaC"):
        return (SOUND,), "flac"
    if head.startswith(b"ID3") or (len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0):
        return (SOUND,), "aac" if head[:1] == b"\xff" and head[1] & 0xF6 == 0xF0 else "mp3"
    if b"%PDF-" in head[:1024]:
        return (DOCUMENT,), "pdf"
    return _text_format(head)


def _text_format(head: bytes) -> tuple[tuple[str, ...], str]:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"WEBVTT"):
        return (CAPTIONS,), "vtt"
    if start.startswith(b"<"):
        return (DRAWING,), "svg"
    if start[:1].isdigit() and b"-->" in head:
        return (CAPTIONS,), "srt"
    return (), ""
