"""What papers carry in their QR codes: signed when they are issued; the words that codes name by fingerprints alone."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from msgspec.structs import replace
from sqlalchemy import select, text

from certificates.carried import cose
from certificates.carried.cbor import encode
from certificates.carried.fields import PATH, Carried, figures_of, fingerprint, payload_of
from certificates.designs.paper import Paper
from certificates.models import REVOKED, SUPERSEDED, SUSPENDED, Credential, Wording
from lms.api.data import Statement
from lms.api.people import is_minor, mask_name
from lms.api.transparency import ES256, Key, history, signing_key
from lms.api.work import after_commit, clock, connection, settings

PURPOSE: Final = "papers-qr"
KID_BYTES: Final = 4  # of the key's name; keys of one installation are few
LIST_TYPE: Final = "hocvuso/status"  # content type of the signed list, so that it is never taken for a paper
TERM: Final = 7 * 86_400  # seconds for which a list is good: the system's default, no rule says how long
C, W = Credential.__table__, Wording.__table__
_WORDS: Statement[Any] = Statement(select(W.c.text).order_by(W.c.text))
_MARKED: Statement[Any] = Statement(
    select(C.c.status_list, C.c.state, C.c.status_index)
    .where(text("state <> 'valid'"))
    .order_by(C.c.status_list, C.c.status_index)
)
_KEEP: Final = text(
    "INSERT INTO certificates_wording (fingerprint, text) VALUES (:fingerprint, :text) ON CONFLICT DO NOTHING"
)
_MARKS: Final = {REVOKED: 0, SUSPENDED: 1, SUPERSEDED: 2}


class Pen:
    """Writes codes with the key in use; made in the unit of work that issues, once for however many papers.

    `key`: that key, where it was read in this unit of work.
    """

    def __init__(self, key: Key | None = None) -> None:
        key = key or signing_key(PURPOSE, ES256)
        private = key.private()
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        self._private, self._headers = private, {cose.KID: short(key)}
        self._address = f"{settings().public_url()}{PATH}#"
        self._words: set[str] = set()

    def on(self, paper: Paper, issued_on: date, status_list: str, status_index: int) -> Paper:
        """The paper with what its code holds. It must say all that it will say."""
        self._words.update(words_of(paper))
        payload = payload_of(carried_by(paper, issued_on, status_list, status_index))
        return replace(paper, qr=(self._address, figures_of(cose.sign(self._headers, payload, self._private))))

    def keep_words(self) -> None:
        """Keeps the words that these codes name, for those who check. One statement for each that is new here."""
        known: set[str] = current_app.extensions.setdefault("certificates.words", set())  # kept words stay for ever
        rows = [{"fingerprint": fingerprint(words), "text": words} for words in sorted(self._words - known)]
        if rows:
            connection().execute(_KEEP, rows)
            after_commit(lambda: known.update(self._words))


def carried_by(paper: Paper, issued_on: date, status_list: str, status_index: int) -> Carried:
    """What the code of a paper says. No names of minors in public: theirs is masked as on the page that checks."""
    year = int(paper.birth_date[-4:]) if paper.birth_date else None
    protected = is_minor(_birthday(paper.birth_date), year, issued_on)
    what, issuer = words_of(paper)
    return Carried(
        paper.number,
        mask_name(paper.full_name) if protected else paper.full_name,
        year,
        issued_on,
        date.fromisoformat(paper.valid_until) if paper.valid_until else None,
        int(status_list.rpartition("-")[2]),
        status_index,
        fingerprint(what),
        fingerprint(issuer),
        protected,
        "" if paper.framework_line else "\n".join(paper.statement_lines),
    )


def words_of(paper: Paper) -> tuple[str, str]:
    """What a paper is, and who issues it: words that many papers share, so that a code need not hold them.

    Only of papers that follow from a framework are the statement's words shared; those of a list may be about one
    person, and stand in that person's code alone.
    """
    shared = paper.statement_lines[:1] if paper.framework_line else ()
    what = (paper.title, paper.subtitle, *shared, paper.framework_line, *paper.notes)
    return "\n".join(line for line in what if line), "\n".join(paper.issuer_lines)


def _birthday(said: str | None) -> date | None:
    """The day of 20/11/1968; None where a paper has the year alone, or nothing."""
    if not said or "/" not in said:
        return None
    day, month, year = said.split("/")
    return date(int(year), int(month), int(day))


def short(key: Key) -> bytes:
    """A key as codes name it."""
    return bytes.fromhex(key.kid)[:KID_BYTES]


def keys() -> list[Key]:
    """Every key with which codes were ever signed, the oldest first."""
    return history(PURPOSE)


def signed_list() -> tuple[int, bytes] | None:
    """Which papers are not valid now, and all words, signed: when it was made, and the COSE_Sign1.

    None before the first paper has a code. Two statements and the keys; a place is told by how far it is from the one
    before, so that 1,000 papers that were withdrawn make some 2 KB.
    """
    key = next((key for key in keys() if key.retired_at is None), None)
    if key is None:
        return None
    private = key.private()
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    now = clock.seconds()
    found: dict[str, tuple[list[int], ...]] = {}
    last: dict[tuple[str, int], int] = {}
    for name, state, place in _MARKED.all():
        which = _MARKS.get(state, 0)  # a state that phones do not know yet is no valid one
        gaps = found.setdefault(name, ([], [], []))[which]
        gaps.append(place - last.get((name, which), 0))
        last[(name, which)] = place
    payload = encode({1: now, 2: TERM, 3: found, 4: _WORDS.scalars()})
    return now, cose.sign({cose.CONTENT_TYPE: LIST_TYPE, cose.KID: short(key)}, payload, private)
