"""Keys whose every change stands in the log: so that nobody can say later that another key was the right one."""

from __future__ import annotations

import base64

from lms.keyring import keeping
from lms.keyring.keeping import Key
from lms.transparency.entering import enter
from lms.transparency.queries import logged


def signing_key(purpose: str, algorithm: str) -> Key:
    """The key with which is signed for a purpose; made, and logged, where there is none. In a unit of work."""
    held = keeping.in_use_or_none(purpose)
    if held is None:
        held = keeping.in_use(purpose, algorithm)
        if not logged(f"key:{held.kid}"):  # where two make one in the same moment, the second finds it made and logged
            _enter(held, "begun")
    return held


def replace_key(purpose: str, by_id: int | None, *, revoke: bool = False) -> Key:
    """Takes another key into use, and logs both. `revoke`: the one before became known to others."""
    before = keeping.in_use_or_none(purpose)
    made = keeping.replace(purpose, by_id, revoke=revoke)
    if before is not None:
        _enter(before, "revoked" if revoke else "retired")
    _enter(made, "begun")
    return made


def _enter(key: Key, what: str) -> None:
    enter(
        "key", f"key:{key.kid}", what=what, purpose=key.purpose, algorithm=key.algorithm, kid=key.kid,
        public=base64.b64encode(key.public_der).decode(),
    )  # fmt: skip
