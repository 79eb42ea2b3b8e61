"""Witnesses whom this installation names, and what they signed."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import audit, clock
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid
from lms.text import _
from lms.transparency.models import LogCheckpoint, LogCosignature, LogWitness
from lms.transparency.notes import COSIGNATURE, BadNote, Checkpoint, Note, Verifier

C, S, W = LogCheckpoint.__table__, LogCosignature.__table__, LogWitness.__table__
MOST_WITNESSES = 15  # under one checkpoint, so that with our own signature every reader of notes takes it


def add_witness(text: str, by_id: int | None) -> str:
    """Names a witness by the key that they handed over, and returns their name. Invalid where the key is none."""
    try:
        key = Verifier.read(text)
    except BadNote:
        key = None
    if key is None or key.kind != COSIGNATURE:
        words = _("This is not the key of a witness. It looks like this: name+12345678+BAAA…")
        raise Invalid(words, key=words)
    database = connection()
    held = database.execute(select(W.c.key, W.c.ended_at).where(W.c.name == key.name)).first()
    if held is not None and held.key == str(key) and held.ended_at is None:
        return key.name
    if held is not None:
        raise Conflict(_("A witness of this name is there already, with another key. A new key needs a new name."))
    in_use = database.execute(select(W.c.id).where(W.c.ended_at.is_(None))).all()
    if len(in_use) >= MOST_WITNESSES:
        raise Conflict(_("There can be {n} witnesses at most.", n=MOST_WITNESSES))
    database.execute(insert(W).values(name=key.name, key=str(key), added_at=clock.seconds()))
    audit.record(by_id, "witness.added", f"witness:{key.name}")
    return key.name


def end_witness(name: str, by_id: int | None) -> None:
    """Takes no more signatures of a witness; those that are there stay."""
    ended = connection().execute(
        update(W).where(W.c.name == name, W.c.ended_at.is_(None)).values(ended_at=clock.seconds())
    )
    if ended.rowcount:
        audit.record(by_id, "witness.ended", f"witness:{name}")


def take(raw: bytes) -> int:
    """Keeps what a witness signed: a checkpoint of ours with their line under it. Returns how many lines were new.

    Invalid where nothing of it is ours, or no line is of a witness in use.
    """
    database = connection()
    keys = {
        row.name: (row.id, Verifier.read(row.key))
        for row in database.execute(select(W.c.id, W.c.name, W.c.key).where(W.c.ended_at.is_(None)))
    }
    try:
        note = Note.read(raw)
        signed = note.signed_by([key for _id, key in keys.values()])
        size = Checkpoint.read(note.text).size
    except BadNote as error:
        told = _("This cannot be read as a checkpoint with a witness's signature: {why}", why=str(error))
        raise Invalid(told) from error
    ours = database.execute(select(C.c.size, C.c.note).where(C.c.size == size)).first() if signed else None
    if ours is None or not ours.note.startswith(note.text + "\n"):
        raise Invalid(_("This is no checkpoint of our log, or no witness in use has signed it."))
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    new = 0
    for line in note.lines:
        if line.name in signed and line.id == keys[line.name][1].id:
            witness_id, seen_at = keys[line.name][0], signed[line.name] or 0
            values = {"size": ours.size, "witness_id": witness_id, "line": line.raw, "seen_at": seen_at}
            kept = database.execute(make(S).values(**values).on_conflict_do_nothing().returning(S.c.size))
            new += kept.first() is not None
    return new
