"""Making badges: signed once, outside every transaction, and kept as they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct, to_builtins
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from certificates.api import CredentialIssued, CredentialRow, credential_to_prepare
from lms.api.competency import attainment, skills
from lms.api.data import Statement
from lms.api.work import clock, unit_of_work
from plugins.badges import composing, proofs, queries, shapes
from plugins.badges.composing import Achieved, Part
from plugins.badges.models import Achievement, BadgeMade
from plugins.badges.queries import BadgeRow
from plugins.badges.services import keeping

B, A = BadgeMade.__table__, Achievement.__table__
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_COLUMNS = [B.c[name] for name in ("credential_id", "uuid", "achievement", "forms", "kid", "jwt_kid", "made_at")]
_GIVEN = select(*(bindparam(c.name, type_=c.type) for c in _COLUMNS)).where(A.c.key == bindparam("achievement"))
_KEEP_WORDS: Statement[Any] = Statement(
    {kind: make(A).on_conflict_do_nothing() for kind, make in _INSERT.items()}, columns=("key", "body", "made_at")
)
# Both only where what the badge attests is kept already.
_KEEP: Statement[Any] = Statement(
    {k: make(B).from_select(_COLUMNS, _GIVEN).on_conflict_do_nothing() for k, make in _INSERT.items()}
)
_KEEP_INSTEAD: Statement[Any] = Statement(
    {
        kind: (made := make(B).from_select(_COLUMNS, _GIVEN)).on_conflict_do_update(
            index_elements=["credential_id"],
            set_={c.name: made.excluded[c.name] for c in _COLUMNS[2:]},
            where=B.c.kid == bindparam("before"),
        )
        for kind, make in _INSERT.items()
    }
)


class Made(Struct, frozen=True):
    """A badge that was signed and is to be kept. `instead_of`: the key that became known, of the one before."""

    credential_id: int
    uuid: UUID
    what: Achieved
    document: bytes
    jwt: bytes
    kid: str
    jwt_kid: str
    instead_of: str = ""


def badge(row: CredentialRow) -> BadgeRow:
    """The badge of a paper, made where there is none. Outside a unit of work."""
    made = sign(row)
    if made is not None:
        with unit_of_work():
            keep(made)
    found = queries.badge_of(row.id)
    assert found is not None
    return found


def is_good(held: BadgeRow) -> bool:
    """Whether both keys that signed a badge are still trusted; where not, it is to be made anew."""
    bad = {key.kid for key in keeping.every_key() if key.revoked_at is not None}
    return not {held.kid, held.jwt_kid} & bad


def sign(row: CredentialRow) -> Made | None:
    """Signs a paper's badge; None where a good one is kept already. Outside a unit of work: it costs milliseconds."""
    held = queries.badge_of(row.id)
    if held is not None and is_good(held):
        return None
    return _signed(row, held)


def _signed(row: CredentialRow, held: BadgeRow | None) -> Made:
    ours, jwt_key = keeping.both_keys()
    site, uuid = keeping.site(), held.uuid if held else uuid4()
    what = achieved(row)
    plain = shapes.plain(_composed(row, uuid, what))
    created = composing.moment(clock.seconds())
    signed = proofs.sign(plain, keeping.private(ours), site.method(ours.kid), created)
    jwt = proofs.sign_jwt(composing.claims(plain), keeping.private_jwt(jwt_key), site.key_url(jwt_key.kid))
    return Made(
        row.id, uuid, what, proofs.dumped(signed), jwt.encode(), ours.kid, jwt_key.kid, held.kid if held else ""
    )


def named(row: CredentialRow, held: BadgeRow, name: str) -> bytes:
    """A badge that says its holder's name, because the holder asked for it. Nobody keeps it but them."""
    ours, _jwt = keeping.both_keys()
    what = queries.achieved(held.achievement)
    assert what is not None
    plain = shapes.plain(_composed(row, held.uuid, what, name))
    created = composing.moment(clock.seconds())
    return proofs.dumped(proofs.sign(plain, keeping.private(ours), keeping.site().method(ours.kid), created))


def _composed(row: CredentialRow, uuid: UUID, what: Achieved, name: str = "") -> shapes.Badge:
    return composing.compose(
        site=keeping.site(),
        uuid=uuid,
        number=row.number,
        paper=row.paper,
        issuer=row.facts.get("issuer") or str(row.paper["issuer_lines"][0]),
        what=what,
        who=composing.holder(row.paper, row.salt),
        issued_at=row.issued_at,
        expires_on=row.expires_on,
        status_list=row.status_list,
        status_index=row.status_index,
        name=name,
    )


def achieved(row: CredentialRow) -> Achieved:
    """What a paper attests, in words; with the parts of the framework where the rules say that all were taught."""
    found = attainment(row.attainment_id) if row.attainment_id is not None else None
    evidence = found.evidence if found is not None else row.facts
    conditions = evidence.get("rules", {}).get("conditions", ())
    whole = any(c["kind"] == "skills_taught" and c.get("all") for c in conditions)
    return composing.achieved(row.kind, row.paper, evidence, _parts(evidence["skills"]) if whole else ())


def _parts(codes: list[str]) -> list[Part]:
    taught = set(codes)
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for skill in skills():
        if skill.code in taught:
            found.setdefault((skill.area_code, skill.area_name), []).append((skill.code, skill.name))
    return [Part(code, name, tuple(names)) for (code, name), names in found.items()]


def keep(made: Made) -> None:
    """Keeps a badge, once; one that somebody else made meanwhile stays. In a unit of work.

    What it attests is kept already, but for the first badge of its kind: one statement for all others.
    """
    now = clock.seconds()
    values: dict[str, Any] = {
        "credential_id": made.credential_id, "uuid": made.uuid, "achievement": made.what.key,
        "forms": proofs.pack(made.document, made.jwt), "kid": made.kid, "jwt_kid": made.jwt_kid, "made_at": now,
        "before": made.instead_of,
    }  # fmt: skip
    statement = _KEEP_INSTEAD if made.instead_of else _KEEP
    if not statement.run(**values):
        _KEEP_WORDS.run(key=made.what.key, body=to_builtins(made.what), made_at=now)
        statement.run(**values)


def sign_issued(event: CredentialIssued) -> Made:
    """Signs the badge of a paper that was just issued; before the transaction that keeps it, if there is none yet."""
    row = credential_to_prepare(event.credential_id)
    if row is None:
        raise LookupError(f"Credential {event.credential_id} is gone.")
    return _signed(row, None)


def when_credential_issued(_event: CredentialIssued, made: Made) -> None:
    """Keeps the badge of a paper that was just issued."""
    keep(made)
