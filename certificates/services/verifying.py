"""Answering "is this paper genuine?", and keeping a record that it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert

from certificates import queries
from certificates.models import Check
from certificates.numbering import BadNumber, parse_number
from certificates.wording import FORGOTTEN
from lms.api.data import Statement
from lms.api.people import is_minor, mask_name
from lms.api.work import Invalid, _, clock, take

UNKNOWN = "unknown"
_RECORD: Statement[Any] = Statement(insert(Check), columns=("credential_id", "outcome", "channel", "at"))


@dataclass(frozen=True)
class Verdict:
    """What anybody may know of a number. `full_name` is masked unless the birth date was given and fits."""

    number: str
    state: str  # valid, revoked, replaced, unknown
    checked_at: int
    credential: queries.CredentialRow | None = None
    full_name: str = ""
    unmasked: bool = False
    protected: bool = False  # the birth date fits, but its holder is a minor: no names of minors in public
    reason: str = ""
    changed_at: int | None = None
    successor: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        row = self.credential
        out: dict[str, Any] = {
            "number": self.number,
            "state": self.state,
            "checked_at": clock.from_seconds(self.checked_at).isoformat(),
        }
        if row is not None:
            out |= {
                "kind": "attainment" if row.kind == "XN" else "course",
                "title": row.paper["title"],
                "name": self.full_name,
                "name_masked": not self.unmasked,
                "programme": row.facts["programme"]["title"],
                "framework": f"{row.facts['framework']['slug']} {row.facts['framework']['version']}",
                "rules": f"{row.facts['rules']['slug']} {row.facts['rules']['version']}",
                "rules_standing": row.facts["rules"]["standing"],
                "issuer": row.facts["issuer"],
                "issued_on": clock.local(clock.from_seconds(row.issued_at)).date().isoformat(),
                "identity_level": row.facts["assurance_level"],
                "signed": row.facts["signed"],
                "notes": list(row.paper["notes"]),
            }
        if self.reason:
            out["reason"] = self.reason
        if self.successor:
            out["successor"] = self.successor
        return out


def canonical(text: str) -> str:
    """The number as it is stored, from however it was typed. Raises Invalid saying what to look at."""
    try:
        return str(parse_number(text))
    except BadNumber as error:
        if error.code == "check":
            words = _("One letter or digit seems to be wrong. Please compare the number with the paper, sign by sign.")
        else:
            words = _("This is not a whole number of a paper. It looks like this: HVS-XN-2026-000123-36.")
        raise Invalid(words, number=words) from None


def verify(number: str, asker: str, channel: str, birth_date: date | None = None) -> Verdict:
    """Looks a canonical number up and records the check, in the open unit of work. Raises TooMany for who guesses."""
    take("verify", asker, most=60, seconds=600)
    if birth_date is not None:
        take("verify-birth-date", number, most=5, seconds=3600)
    row = queries.credential_by_number(number)
    now = clock.seconds()
    state = row.state if row else UNKNOWN
    _RECORD.run(credential_id=row.id if row else None, outcome=state, channel=channel, at=now)
    if row is None:
        return Verdict(number, UNKNOWN, now)
    name = row.paper["full_name"]
    fits = birth_date is not None and row.paper["birth_date"] == f"{birth_date:%d/%m/%Y}"
    protected = fits and is_minor(birth_date)
    unmasked = fits and not protected
    change = queries.last_change(row.id) if state != "valid" else None
    return Verdict(
        number,
        state,
        now,
        row,
        name if unmasked or name == FORGOTTEN else mask_name(name),
        unmasked,
        protected,
        change.reason if change else "",
        change.at if change else None,
        queries.number_of(row.successor_id) if row.successor_id else "",
    )
