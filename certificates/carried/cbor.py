"""The part of CBOR that codes need, in its one deterministic form (RFC 8949, 4.2.1).

Whole numbers, bytes, text, lists, maps with numbers or texts as keys, true, false, null. Whatever could be written in
another way is refused when it is read, so that two different codes never say the same.
"""

from __future__ import annotations

from typing import Any, Final

MOST: Final = 4_000_000  # bytes that are read at once
DEEPEST: Final = 8
_SIMPLE: Final = {0xF4: False, 0xF5: True, 0xF6: None}
_WRITTEN: Final = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}


class BadCbor(ValueError):  # noqa: N818
    """Bytes that are no CBOR of this kind."""


def encode(value: Any) -> bytes:
    """The bytes of a value. Raises TypeError for what has no place in a code."""
    if value is None or isinstance(value, bool):
        return _WRITTEN[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, list | tuple):
        return _head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        pairs = sorted((encode(_key(key)), encode(held)) for key, held in value.items())
        return _head(5, len(pairs)) + b"".join(key + held for key, held in pairs)
    raise TypeError(f"A {type(value).__name__} has no place in a code.")


def decode(data: bytes) -> Any:
    """The value of some bytes, all of them. Raises BadCbor."""
    if len(data) > MOST:
        raise BadCbor("too long")
    value, end = _read(data, 0, 0)
    if end != len(data):
        raise BadCbor("something follows")
    return value


def _key(key: Any) -> Any:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise TypeError(f"A {type(key).__name__} is no key of a map.")
    return key


def _head(kind: int, number: int) -> bytes:
    """What begins an item: its kind, and its value or how long it is, as short as can be."""
    if number < 24:
        return bytes([kind << 5 | number])
    for more, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([kind << 5 | more]) + number.to_bytes(size)
    raise TypeError("A number of more than 64 bits has no place in a code.")


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise BadCbor("too deep")
    if at >= len(data):
        raise BadCbor("torn")
    first = data[at]
    if first in _SIMPLE:
        return _SIMPLE[first], at + 1
    kind, number, at = first >> 5, *_number(data, at)
    if kind in (0, 1):
        return (number if kind == 0 else -1 - number), at
    if number > len(data) - at:  # each thing in it takes a byte at least
        raise BadCbor("torn")
    if kind in (2, 3):
        held = data[at : at + number]
        return (held if kind == 2 else _text(held)), at + number
    if kind == 4:
        found = []
        for _nth in range(number):
            value, at = _read(data, at, depth + 1)
            found.append(value)
        return found, at
    if kind == 5:
        return _map(data, at, number, depth)
    raise BadCbor("a kind that codes do not have")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number in an item's head, and where what follows begins."""
    more = data[at] & 31
    if more < 24:
        return more, at + 1
    if more > 27:
        raise BadCbor("no length")
    size = 1 << more - 24
    number, end = int.from_bytes(data[at + 1 : at + 1 + size]), at + 1 + size
    if end > len(data):
        raise BadCbor("torn")
    if number < (24 if size == 1 else 1 << 4 * size):
        raise BadCbor("a number that is written longer than it is")
    return number, end


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[Any, Any], int]:
    found: dict[Any, Any] = {}
    last = b""
    for _nth in range(count):
        key, end = _read(data, at, depth + 1)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise BadCbor("no key of a map")
        if data[at:end] <= last:
            raise BadCbor("keys out of order")
        last = data[at:end]
        found[key], at = _read(data, end, depth + 1)
    return found, at


def _text(held: bytes) -> str:
    try:
        return held.decode()
    except UnicodeDecodeError:
        raise BadCbor("no text") from None
