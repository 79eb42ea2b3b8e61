"""What the review chain calls questions that were handed in together. Pure."""

from __future__ import annotations

KIND = "questions"


def key_of(bank_id: int, handed: int) -> str:
    """The key of a handing in: bank and number, so that many of one bank wait side by side."""
    return f"{bank_id}.{handed}"


def parsed(key: str) -> tuple[int, int]:
    """The bank and the number of a handing in; (0, 0) where it is none."""
    bank, dot, number = key.partition(".")
    whole = dot and all(part.isascii() and part.isdigit() and len(part) < 18 for part in (bank, number))
    return (int(bank), int(number)) if whole else (0, 0)
