"""Reads a folder or a zip into {relative path: bytes}, safely: nothing outside it, nothing without measure."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO, BinaryIO

from lms.packages.problems import Problems, _, nearest

MOST_FILES = 2_000
MOST_BYTES = 200 * 1024 * 1024
MOST_FILE_BYTES = 20 * 1024 * 1024
MOST_TEXT_BYTES = 12 * 1024 * 1024
MOST_LESSON_BYTES = 256 * 1024
MOST_DIRECTORY_BYTES = 4 * 1024 * 1024

PICTURES = ("svg", "png", "jpg", "jpeg", "webp")
SOUNDS = ("mp3",)
VIDEOS = ("mp4",)
DOCUMENTS = ("pdf",)
CAPTIONS = ("vtt",)
BESIDE_LESSONS = (*PICTURES, *SOUNDS, *VIDEOS, *DOCUMENTS, *CAPTIONS)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TRACK_FILE = re.compile(r"lesson\.([a-z]{2,3}(?:-[a-z0-9]+)*)\.md")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_KINDS = {
    "frameworks": "json",
    "items": "yaml",
    "quizzes": "yaml",
    "tasks": "yaml",
    "courses": "yaml",
    "rules": "yaml",
    "programmes": "yaml",
}
_FOLDERS = (*_KINDS, "lessons")
_IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", "__MACOSX"}
_CHUNK = 256 * 1024
# Invisible characters that a text must not hold: controls, line separators, text-direction overrides, non-characters.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001fffe\U0001ffff\U000e0000-\U000e007f]"
)
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    IndexError,
    KeyError,
    OverflowError,
    UnicodeError,
)

Source = str | os.PathLike[str] | bytes | BinaryIO


def is_slug(text: str) -> bool:
    return len(text) <= 64 and SLUG.fullmatch(text) is not None


def odd_character(text: str) -> int | None:
    """Where the first character stands that no text may hold."""
    found = _ODD.search(text)
    return found.start() if found else None


def read_source(source: Source, problems: Problems) -> dict[str, bytes]:
    """All files of the package by their path in it. Raises PackageInvalid when it cannot be opened at all."""
    if isinstance(source, bytes):
        files = _from_zip(io.BytesIO(source), "package.zip", problems)
    elif isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            files = _from_folder(path, problems)
        elif path.is_file():
            with path.open("rb") as stream:
                files = _from_zip(stream, path.name, problems)
        else:
            problems.add(path.name or str(path), 1, "source", _("There is no such folder or zip file."))
            problems.raise_if_any()
            raise AssertionError
    else:
        files = _from_zip(source, "package.zip", problems)
    files = _without_outer_folder(files)
    if "package.yaml" not in files:
        problems.add(
            "package.yaml",
            1,
            "missing-file",
            _("The file package.yaml is missing. It stands at the top and says what this package is."),
        )
    return {name: files[name] for name in sorted(files)}


def text_of(name: str, data: bytes, problems: Problems) -> str | None:
    """The text of a file: UTF-8, in composed form, lines ended by a line feed. None when it is not text."""
    limit = MOST_LESSON_BYTES if name.endswith(".md") else MOST_TEXT_BYTES
    if len(data) > limit:
        problems.add(name, 1, "too-big", _("This text has more than {limit} KiB. Divide it."), limit=limit // 1024)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(name, line, "encoding", _("This line is not UTF-8 text. Save the file as UTF-8."))
        return None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    odd = odd_character(text)
    if odd is not None:
        problems.add(
            name,
            text.count("\n", 0, odd) + 1,
            "character",
            _("There is an invisible character ({character}) here. Type this text again."),
            character=f"U+{ord(text[odd]):04X}",
        )
        return None
    return text


def place_of(
    name: str, problems: Problems, more: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> tuple[str, str] | None:
    """What a path is by the layout of a package: (folder, slug), or None with a problem said.

    `more`: the folders that plugins add, with the endings of the files that may stand beside each of theirs.
    """
    folders = (*_FOLDERS, *more)
    parts = PurePosixPath(name).parts
    if parts == ("package.yaml",):
        return ("package", "package")
    if (len(parts) > 1 and parts[0] not in folders) or len(parts) == 1:
        meant = nearest(parts[0], (*folders, "package.yaml"))
        if meant:
            problems.add(
                name,
                1,
                "unknown-file",
                _("`{name}` has no place in a package. Did you mean `{meant}`?"),
                name=parts[0],
                meant=meant,
            )
        else:
            problems.add(
                name,
                1,
                "unknown-file",
                _("`{name}` has no place in a package. Remove it; the folders are: {known}."),
                name=parts[0],
                known=", ".join(folders),
            )
        return None
    folder = parts[0]
    if folder == "lessons":
        if len(parts) != 3:
            problems.add(
                name,
                1,
                "unknown-file",
                _("A lesson's files stand in lessons/<slug>/ itself. Move or remove this file."),
            )
            return None
        slug, file = parts[1], parts[2]
        extension = file.rpartition(".")[2]
        if file not in ("lesson.md", "guide.md") and not TRACK_FILE.fullmatch(file) and extension not in BESIDE_LESSONS:
            problems.add(
                name,
                1,
                "unknown-file",
                _("Beside a lesson stand lesson.md, guide.md, and files that end in {endings}. Remove this file."),
                endings=", ".join(BESIDE_LESSONS),
            )
            return None
    elif folder in more and len(parts) == 3:
        slug, file = parts[1], parts[2]
        if file.rpartition(".")[2] not in more[folder]:
            problems.add(
                name,
                1,
                "unknown-file",
                _("In {folder}/{slug}/ stand only files that end in {endings}. Rename or remove this one."),
                folder=folder,
                slug=slug,
                endings=", ".join(more[folder]),
            )
            return None
    else:
        ending = _KINDS.get(folder, "yaml")
        if len(parts) != 2 or not parts[1].endswith("." + ending):
            problems.add(
                name,
                1,
                "unknown-file",
                _("In {folder}/ stand only files named <slug>.{extension}. Rename or remove this one."),
                folder=folder,
                extension=ending,
            )
            return None
        slug, file = parts[1].removesuffix("." + ending), parts[1]
    if not is_slug(slug):
        problems.add(
            name,
            1,
            "slug",
            _("The name `{slug}` must be lower-case letters a–z, digits and hyphens, at most 64."),
            slug=slug,
        )
        return None
    if not FILE_NAME.fullmatch(file):
        problems.add(
            name,
            1,
            "file-name",
            _("The file name may hold only the letters a–z, digits, dots, hyphens and underscores. Rename it."),
        )
        return None
    return (folder, slug)


def _from_folder(root: Path, problems: Problems) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    total = 0
    for relative, path in _walk(root, "", problems):
        name = _safe_name(relative, seen, problems)
        if name is None:
            continue
        if len(seen) > MOST_FILES:
            problems.add(
                name, 1, "too-many-files", _("The package has more than {limit} files. Divide it."), limit=MOST_FILES
            )
            problems.raise_if_any()
        try:
            with open(
                os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)), "rb"
            ) as stream:
                data = _measured(stream, name, total, problems)
        except OSError as error:
            problems.add(
                name,
                1,
                "unreadable",
                _("This file cannot be read ({reason})."),
                reason=error.strerror or type(error).__name__,
            )
            continue
        if data is not None:
            total += len(data)
            files[name] = data
    return files


def _walk(folder: Path, prefix: str, problems: Problems, depth: int = 0) -> Iterator[tuple[str, Path]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problems.add(
            prefix or ".",
            1,
            "unreadable",
            _("This file cannot be read ({reason})."),
            reason=error.strerror or type(error).__name__,
        )
        return
    for entry in entries:
        if entry.name in _IGNORED:
            continue
        name = prefix + entry.name
        if entry.is_symlink():
            problems.add(name, 1, "symlink", _("This is a link to another place. Put the file itself here."))
        elif entry.is_dir(follow_symlinks=False):
            if depth >= 5:
                problems.add(name, 1, "unknown-file", _("Folders stand too deep inside one another. Remove this one."))
            else:
                yield from _walk(Path(entry.path), name + "/", problems, depth + 1)
        elif entry.is_file(follow_symlinks=False):
            yield name, Path(entry.path)
        else:
            problems.add(name, 1, "unknown-file", _("This is not an ordinary file. Remove it."))


def _from_zip(stream: IO[bytes], title: str, problems: Problems) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    total = 0
    try:
        _refuse_long_directory(stream)
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if sum(not entry.is_dir() and "__MACOSX/" not in entry.filename for entry in entries) > MOST_FILES:
                problems.add(
                    title,
                    1,
                    "too-many-files",
                    _("The package has more than {limit} files. Divide it."),
                    limit=MOST_FILES,
                )
                problems.raise_if_any()
            for entry in entries:
                if any(part in _IGNORED for part in entry.orig_filename.split("/")):
                    continue
                name = _safe_name(
                    entry.orig_filename.removesuffix("/") if entry.is_dir() else entry.orig_filename, seen, problems
                )
                if name is None or entry.is_dir():
                    continue
                kind = stat.S_IFMT(entry.external_attr >> 16)
                if kind == stat.S_IFLNK:
                    problems.add(name, 1, "symlink", _("This is a link to another place. Put the file itself here."))
                    continue
                if kind not in (0, stat.S_IFREG):
                    problems.add(name, 1, "unknown-file", _("This is not an ordinary file. Remove it."))
                    continue
                if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    problems.add(
                        name,
                        1,
                        "zip-method",
                        _("This file is locked by a password or packed in an unusual way. Make an ordinary zip."),
                    )
                    continue
                try:
                    with archive.open(entry) as opened:
                        data = _measured(opened, name, total, problems)
                except _UNREADABLE:
                    problems.add(name, 1, "unreadable", _("This file in the zip is damaged. Make the zip again."))
                    continue
                if data is not None:
                    total += len(data)
                    files[name] = data
    except _UNREADABLE:
        problems.add(
            title, 1, "not-a-zip", _("This is not a zip file that can be read. Make the zip again from the folder.")
        )
        problems.raise_if_any()
    return files


def _refuse_long_directory(stream: IO[bytes]) -> None:
    """A zip with millions of names would fill the memory before the names could be counted: look at its end first."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - 65_557, 0))
    tail = stream.read(65_557)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise zipfile.BadZipFile("no end of central directory")
    entries, directory_bytes = struct.unpack_from("<HL", tail, end + 10)
    if (
        tail[max(end - 20, 0) : end].startswith(b"PK\x06\x07")
        or entries == 0xFFFF
        or directory_bytes > MOST_DIRECTORY_BYTES
    ):
        raise zipfile.BadZipFile("too many files")
    stream.seek(0)


def _measured(stream: IO[bytes], name: str, total: int, problems: Problems) -> bytes | None:
    """Reads what is really there, whatever the size says, and stops at the limit."""
    read: Callable[[int], bytes] = stream.read
    chunks: list[bytes] = []
    size = 0
    while chunk := read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if total + size > MOST_BYTES:
            problems.add(
                name,
                1,
                "too-big",
                _("The package has more than {limit} MiB in all. Divide it."),
                limit=MOST_BYTES >> 20,
            )
            problems.raise_if_any()
        if size > MOST_FILE_BYTES:
            problems.add(
                name,
                1,
                "too-big",
                _("This file has more than {limit} MiB. Make it smaller."),
                limit=MOST_FILE_BYTES >> 20,
            )
            return None
    return b"".join(chunks)


def _safe_name(name: str, seen: dict[str, str], problems: Problems) -> str | None:
    parts = name.split("/")
    if (
        not name
        or len(name) > 250
        or "\\" in name
        or name.startswith("/")
        or re.match(r"[A-Za-z]:", name)
        or any(part in ("", ".", "..") for part in parts)
        or not name.isprintable()
    ):
        problems.add(
            name or "?", 1, "unsafe-path", _("This file name leads out of the package or cannot be used. Rename it.")
        )
        return None
    name = unicodedata.normalize("NFC", name)
    folded = name.casefold()
    if folded in seen:
        problems.add(
            name,
            1,
            "duplicate-file",
            _("`{name}` and `{other}` are the same name on many computers. Rename one."),
            name=name,
            other=seen[folded],
        )
        return None
    seen[folded] = name
    return name


def _without_outer_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """A zip often holds the folder itself: package/package.yaml."""
    if "package.yaml" in files:
        return files
    outer = {name.split("/", 1)[0] for name in files}
    if len(outer) == 1:
        prefix = outer.pop() + "/"
        if prefix + "package.yaml" in files:
            return {name.removeprefix(prefix): data for name, data in files.items()}
    return files
