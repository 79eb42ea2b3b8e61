"""Two accounts that are one person: found, looked at, joined, and parted again where that was a mistake."""
