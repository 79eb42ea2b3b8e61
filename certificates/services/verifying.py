"""Answering "is this paper genuine?", and keeping a record that it was asked.

Never "valid" while anything that is shown differs from what was issued: what we keep is held against the log, what a
file or code says of itself against what we keep.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import insert

from certificates import queries
from certificates.designs.paper import PaperKind
from certificates.models import VALID, Check
from certificates.numbering import ATTAINMENT, BadNumber, parse_number
from certificates.points import Looked, Presented
from certificates.queries import CredentialRow
from certificates.services.lives import state_now, state_on
from certificates.services.logging import ADOPTED, ISSUED, is_as_logged
from certificates.wording import DEFAULT_RULES, FORGOTTEN, IDENTITY
from lms.api.data import Statement
from lms.api.people import May, Person, is_minor, mask_name, may_at, units_where
from lms.api.transparency import EntryRow
from lms.api.work import Bucket, Invalid, Text, TooMany, _, clock, take, take_all

UNKNOWN: Final = "unknown"
ALTERED: Final = "altered"  # what we keep of it, or what was shown, is not what was issued
NOT_OURS: Final = "not_ours"  # made by somebody else
UNPROVEN: Final = "unproven"  # there is such a paper, but what was shown proves nothing
FREE = 1_000  # asks of one address in ten minutes: a hall of people who check real papers
MISSES, MISS_SECONDS = 15, 1_800  # numbers that no paper has, of one address; check digits keep honest slips out
IN_ALARM = 2  # … while somebody guesses from many addresses
ANYWHERE = 600  # such numbers of all addresses in ten minutes
OFFICIAL = 3_000  # asks of one official in ten minutes; each is recorded
_RECORD: Statement[Any] = Statement(insert(Check), columns=("credential_id", "outcome", "channel", "at"))
_RECORD_OF: Statement[Any] = Statement(
    insert(Check),
    columns=("credential_id", "outcome", "channel", "at", "by_id", "org_id", "uuid", "number", "form"),
)
_LEVELS: Final = {words: level for level, words in IDENTITY.items()}
DIFFERS = _("This is not what was issued.")
_MADE_ELSEWHERE = _("This was made by somebody else, not here.")
_EXACT = _("The file is the issued one, byte for byte")
# What a form may show besides what stands on the paper under the same key.
_OF_ROW: Final = ("number", "kind", "check_code", "status_list", "status_index")
_TOLD: Final[Mapping[str, Text]] = {
    "full_name": _("Full name"), "birth_date": _("Day of birth"), "birth_year": _("Year of birth"),
    "number": _("Number"), "unit_name": _("Lives or works in"), "issued_on": _("Given on"),
    "place_and_date": _("Given on"), "issuer": _("Given by"), "issuer_lines": _("Given by"),
    "framework_line": _("Framework"), "rules_line": _("Rules"), "expires_on": _("Valid until"),
    "valid_until": _("Valid until"), "title": _("Paper"), "statement_lines": _("What it says was reached"),
}  # fmt: skip


class Asker(Struct, frozen=True):
    """Who asks: counted by the network address, and kept nowhere; or an official, whose checks are recorded."""

    who: str
    official: Person | None = None
    units: tuple[int, ...] = ()  # where the official may look papers up

    def may_see(self, row: CredentialRow) -> bool:
        """Whether the official has the right at the paper's unit, and so sees the name."""
        return self.official is not None and may_at(self.official, May.VERIFY, row.org_id)


def asker_of(person: Person | None, address: str) -> Asker:
    """The asker of a request: an official where somebody with the right is signed in."""
    units = units_where(person, May.VERIFY) if person is not None else []
    return Asker(address, person, tuple(units)) if units else Asker(address)


class Shown(Struct, frozen=True):
    """What was shown to be checked. `form`: number, address, or the name of the reader that took it."""

    form: str
    presented: Presented
    exact: CredentialRow | None = None  # the paper whose file it is, byte for byte
    must_be_exact: bool = False  # nothing but the very bytes proves such a file
    elsewhere: str = ""  # the other site to which its address leads


class Verdict(Struct, frozen=True):
    """What anybody may know of a number. `full_name` is masked unless there is a right to see it."""

    number: str
    state: str  # valid, suspended, revoked, replaced, expired; altered, not_ours, unproven, unknown
    checked_at: int
    credential: queries.CredentialRow | None = None
    full_name: str = ""
    unmasked: bool = False
    protected: bool = False  # the birth date fits, but its holder is a minor: no names of minors in public
    reason: str = ""
    changed_at: int | None = None
    successor: str = ""
    in_log: bool = False  # its entry has a place in the signed log, so there is a proof of it
    looked: tuple[Looked, ...] = ()
    why: Text | None = None  # what is wrong with what was shown
    form: str = "number"
    exact: bool = False  # what was shown is exactly the file that was issued
    forgotten: bool = False  # the holder asked for it; number and state stay
    official: bool = False  # shown by right of an official
    record: UUID | None = None  # of the official's record
    day: date | None = None
    on_day: str = ""  # the state at the end of that day

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        row = self.credential
        out: dict[str, Any] = {
            "number": self.number,
            "state": self.state,
            "checked_at": clock.from_seconds(self.checked_at).isoformat(),
        }
        if row is not None:
            said: Mapping[str, Any] = {} if self.forgotten else row.paper
            out |= {
                "kind": kind_of(row),
                "title": title_of(row),
                "name": self.full_name,
                "name_masked": not self.unmasked,
                "programme": "" if self.forgotten else programme_of(row),
                "framework": after_label(said.get("framework_line")),
                "rules": after_label(said.get("rules_line")),
                "rules_standing": "system_default" if DEFAULT_RULES in (said.get("rules_line") or "") else "",
                "issuer": "" if self.forgotten else issuer_of(row),
                "issued_on": issued_on(row).isoformat(),
                "identity_level": _LEVELS.get(said.get("identity_line", ""), 0),
                "signed": row.signed_key is not None,
                "notes": [] if self.forgotten else list(row.paper["notes"]),
            }
            if row.expires_on:
                out["expires_on"] = row.expires_on.isoformat()
        if self.reason:
            out["reason"] = self.reason
        if self.successor:
            out["successor"] = self.successor
        if self.day is not None and self.on_day:
            out |= {"on": self.day.isoformat(), "state_on": self.on_day}
        return out


def after_label(line: str | None) -> str:
    """A line of a paper without what stands before its colon."""
    return (line or "").partition(": ")[2]


def issued_on(row: CredentialRow) -> date:
    """The day on which a paper was issued, in Việt Nam."""
    return clock.local(clock.from_seconds(row.issued_at)).date()


def title_of(row: CredentialRow) -> str:
    """What kind of paper it is: by its number, which says so for ever."""
    return "GIẤY XÁC NHẬN" if row.kind == ATTAINMENT else "GIẤY CHỨNG NHẬN"


def kind_of(row: CredentialRow) -> PaperKind:
    """Of a level attained, a course or a contest. Of somebody forgotten the number alone is told: level or not."""
    if row.kind == ATTAINMENT:
        return "attainment"
    return "contest" if row.paper["full_name"] != FORGOTTEN and row.paper["kind"] == "contest" else "course"


def issuer_of(row: CredentialRow) -> str:
    """The body that gave a paper, as it stands on it."""
    lines = row.paper["issuer_lines"]
    return str(lines[-1]) if lines else ""


def programme_of(row: CredentialRow) -> str:
    """What a paper is about: its own first line.

    What is kept beside the paper (`facts`) is not in its digest, so nothing of it is told.
    """
    lines = row.paper["statement_lines"]
    return str(lines[0]).removeprefix("Đã hoàn thành: ") if lines else ""


def canonical(text: str) -> str:
    """The number as it is stored, from however it was typed. Raises Invalid saying what to look at."""
    try:
        return str(parse_number(text))
    except BadNumber as error:
        strange = look_alikes(text)
        if error.code == "check":
            words = _("One letter or digit seems to be wrong. Please compare the number with the paper, sign by sign.")
        elif strange:
            words = _(
                "In this number are letters that only look Latin: {signs}. A real number has none. Please type it"
                " yourself, as it stands on the paper; if it was sent to you like this, be careful.",
                signs=strange,
            )
        else:
            words = _("This is not a whole number of a paper. It looks like this: HVS-XN-2026-000123-36.")
        raise Invalid(words, number=words) from None


def look_alikes(text: str) -> str:
    """The letters of other alphabets in a number, e.g. Cyrillic Н for H; empty where there are none."""
    found = []
    for sign in unicodedata.normalize("NFKC", text[:200]):
        if sign.isalpha() and not unicodedata.name(sign, "LATIN").startswith("LATIN") and sign not in found:
            found.append(sign)
    return " ".join(found[:8])


def let_in(asker: Asker, many: int = 1) -> None:
    """Counts an ask in the open unit of work.

    Raises TooMany for who guesses, with what to do instead; an ask that was refused is not counted, once undone by it.
    """
    if asker.official is not None:
        take("verify-official", str(asker.official.id), most=OFFICIAL, seconds=600)
        return
    found = take_all(
        Bucket("verify", asker.who, FREE, 600),
        beside=(
            Bucket("verify-miss", asker.who, MISSES, MISS_SECONDS),
            Bucket("verify-miss-anywhere", "all", ANYWHERE, 600),
        ),
    )
    misses, anywhere = found.left
    least = 1 + (MISSES - IN_ALARM if anywhere < 1 else 0)
    if misses < least:
        wait = math.ceil((least - misses) * MISS_SECONDS / MISSES)
        words = _(
            "From this connection too many numbers were asked that no paper has. Please wait {n} minutes, then look at"
            " the number again, sign by sign. Officials who check papers can sign in and go on at once.",
            n=math.ceil(wait / 60),
        )
        raise TooMany(words, retry_after=wait)
    if not found.there[0]:
        words = _(
            "From this connection very many papers were checked. Please wait a minute, or sign in as an official."
        )
        raise TooMany(words, retry_after=60)


def count_miss(asker: Asker) -> None:
    """Counts a number that no paper has. In the open unit of work, which must be committed."""
    if asker.official is not None:
        return
    for action, who, most, seconds in (
        ("verify-miss", asker.who, MISSES, MISS_SECONDS),
        ("verify-miss-anywhere", "all", ANYWHERE, 600),
    ):
        with suppress(TooMany):  # an empty bucket refuses the next one who asks
            take(action, who, most, seconds)


def verify(
    number: str,
    asker: Asker,
    channel: str,
    birth_date: date | None = None,
    shown: Shown | None = None,
    day: date | None = None,
) -> Verdict:
    """Looks a canonical number up and records the check, in the open unit of work. Raises TooMany for who guesses.

    `shown`: the file or code from which the number is, which is then checked too. `day`: was it valid on that day?
    """
    let_in(asker)
    if birth_date is not None:
        take("verify-birth-date", number, most=5, seconds=3600)
    row, entries = queries.credential_with_log(number)
    now = clock.seconds()
    judged = judge(row, entries, shown)
    record = _recorded(asker, row, number, judged.state, channel, now, shown)
    form = shown.form if shown else "number"
    if row is None:
        count_miss(asker)
        return Verdict(number, judged.state, now, looked=judged.looked, why=judged.why, form=form, record=record)
    if judged.ours_changed:
        # nothing of it may be believed, so nothing of it is shown
        return Verdict(number, ALTERED, now, looked=judged.looked, form=form, record=record)
    name = str(row.paper["full_name"])
    forgotten = name == FORGOTTEN
    fits = birth_date is not None and row.paper.get("birth_date") == f"{birth_date:%d/%m/%Y}"
    protected = fits and is_minor(birth_date)
    official = asker.may_see(row)
    unmasked = official or (fits and not protected)
    change = queries.last_change(row.id) if row.state != VALID else None
    return Verdict(
        number,
        judged.state,
        now,
        row,
        name if unmasked or forgotten else mask_name(name),
        unmasked and not forgotten,
        protected and not official,
        change.reason if change else "",
        change.at if change else None,
        queries.number_of(row.successor_id) if row.successor_id else "",
        judged.in_log,
        judged.looked,
        judged.why,
        form,
        judged.exact,
        forgotten,
        official,
        record,
        day,
        state_on(row, queries.changes_of(row.id), day) if day is not None else "",
    )


def check(shown: Shown, asker: Asker, channel: str, birth_date: date | None = None) -> Verdict:
    """What came of something that was shown, recorded, in the open unit of work. Raises TooMany for who guesses."""
    number = shown.presented.number
    if number is not None:
        with suppress(Invalid):
            return verify(canonical(number), asker, channel, birth_date, shown)
    let_in(asker)
    judged = _without_paper(replace(shown, presented=replace(shown.presented, number=None)))
    now = clock.seconds()
    record = _recorded(asker, None, None, judged.state, channel, now, shown)
    return Verdict("", judged.state, now, looked=judged.looked, why=judged.why, form=shown.form, record=record)


class Judged(Struct, frozen=True):
    """What came of looking."""

    state: str
    looked: tuple[Looked, ...] = ()
    why: Text | None = None
    in_log: bool = False
    exact: bool = False
    ours_changed: bool = False


@dataclass
class _Found:
    """What came of holding what was shown against what was issued."""

    state: str = ""
    why: Text | None = None
    looked: list[Looked] = field(default_factory=list)

    def wrong(self, state: str, why: Text) -> None:
        if self.state != ALTERED:  # the worst stays
            self.state, self.why = state, why


def judge(row: CredentialRow | None, entries: Sequence[EntryRow], shown: Shown | None = None) -> Judged:
    """The state of a paper of which the log has these entries, and of what was shown of it. Reads nothing."""
    if row is None:
        return _without_paper(shown) if shown else Judged(UNKNOWN)
    kept = _("The record says what was issued")
    if not (is_as_logged(row, entries) and _beside_fits(row, entries)):
        return Judged(ALTERED, (Looked(kept, False),), ours_changed=True)
    in_log = bool(entries) and entries[0].place is not None
    looked = [
        Looked(kept, True),
        Looked(
            _("Stands in the transparency log"),
            True if in_log else None,
            None if in_log else _("It was issued just now; its place follows in a few seconds."),
        ),
    ]
    state = state_now(row, clock.today())
    if shown is None:
        return Judged(state, tuple(looked), in_log=in_log)
    found = held_against(row, shown)
    looked += found.looked
    if found.state == ALTERED or found.state == NOT_OURS or (found.state and state == VALID):
        state = found.state
    exact = shown.exact is not None and shown.exact.id == row.id
    return Judged(state, tuple(looked), found.why, in_log, exact)


def _without_paper(shown: Shown) -> Judged:
    """What is to be said of something that names no paper of ours."""
    presented = shown.presented
    if presented.not_ours:
        return Judged(NOT_OURS, presented.looked, presented.broken or _MADE_ELSEWHERE)
    if presented.broken is not None:
        return Judged(ALTERED, presented.looked, presented.broken)
    if presented.number is not None:
        return Judged(UNKNOWN, presented.looked)
    if shown.must_be_exact:
        looked = (*presented.looked, Looked(_EXACT, False))
        return Judged(
            UNPROVEN, looked, _("This file was not issued here in this form, and no number can be read in it.")
        )
    return Judged(UNPROVEN, presented.looked, _("No number of a paper can be read in it."))


def _beside_fits(row: CredentialRow, entries: Sequence[EntryRow]) -> bool:
    """Whether what is kept beside the paper, which its digest does not hold, says the same as paper, number and log."""
    paper = row.paper
    at = next((msgspec.json.decode(e.body)["at"] for e in entries if e.kind in (ISSUED, ADOPTED)), None)
    until = paper.get("valid_until")
    if row.paper["full_name"] == FORGOTTEN:
        return at == row.issued_at and parse_number(row.number).kind == row.kind
    same = (
        at == row.issued_at,
        parse_number(row.number).kind == row.kind,
        paper["number"] == row.number,
        paper["check_code"] == row.check_code,
        until == (row.expires_on.isoformat() if row.expires_on else None),
    )
    return all(same)


def held_against(row: CredentialRow, shown: Shown) -> _Found:
    """What was shown, thing by thing, against what was issued."""
    presented, found = shown.presented, _Found(looked=list(shown.presented.looked))
    if presented.not_ours:
        found.wrong(NOT_OURS, _MADE_ELSEWHERE)
    if presented.broken is not None:
        found.wrong(ALTERED, presented.broken)
    compared = False
    for key, value in presented.shown.items():
        issued = _issued(row, key)
        if issued is None and key not in row.paper and key not in _OF_ROW:
            found.looked.append(Looked(_TOLD.get(key, Text(key)), None, _("This cannot be compared here.")))
            found.wrong(UNPROVEN, _("It says more than can be compared with what was issued."))
        elif _plain(value) != _plain(issued):
            found.looked.append(Looked(_TOLD.get(key, Text(key)), False, DIFFERS))
            found.wrong(ALTERED, _("What it shows is not what was issued under this number."))
        else:
            compared = True
    if presented.same_as is not None:
        compared = True
        if not presented.same_as(row):
            found.looked.append(Looked(_("Shows what was issued"), False, DIFFERS))
            found.wrong(ALTERED, _("What it shows is not what was issued under this number."))
    exact = shown.exact is not None and shown.exact.id == row.id
    if exact or shown.must_be_exact:
        found.looked.append(Looked(_EXACT, exact))
    if shown.must_be_exact and not exact:
        found.wrong(
            UNPROVEN,
            _(
                "There is a paper with this number, but this file is not the one that was issued. Do not rely on what"
                " the file says; compare it with the facts above."
            ),
        )
    elif shown.elsewhere:
        found.looked.append(Looked(_("The code leads to this site"), False, Text(shown.elsewhere)))
        found.wrong(
            UNPROVEN,
            _("There is a paper with this number, but the code leads to another site. Do not trust that site."),
        )
    elif not (exact or compared or shown.form in ("number", "address")):
        found.wrong(UNPROVEN, _("There is a paper with this number, but what was shown proves nothing of it."))
    return found


def _issued(row: CredentialRow, key: str) -> object:
    """What was issued under a key: of the paper itself, else what follows from it."""
    born = str(row.paper.get("birth_date") or "")
    if key in row.paper:
        return row.paper[key]
    if key in _OF_ROW:
        return getattr(row, key)
    follows: dict[str, object] = {
        "birth_year": born[-4:] or None,
        "issued_on": issued_on(row).isoformat(),
        "expires_on": row.expires_on.isoformat() if row.expires_on else "",
        "issuer": issuer_of(row),
    }
    return follows.get(key)


def _plain(value: object) -> object:
    """A value as it is compared: letters composed, blanks alike; days as 2026-11-20; nothing is nothing."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).split())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return "" if value is None else str(value)


def _recorded(
    asker: Asker, row: CredentialRow | None, number: str | None, outcome: str, channel: str, at: int,
    shown: Shown | None,
) -> UUID | None:  # fmt: skip
    credential_id = row.id if row else None
    if asker.official is None:
        _RECORD.run(credential_id=credential_id, outcome=outcome, channel=channel, at=at)
        return None
    record = uuid4()
    _RECORD_OF.run(
        credential_id=credential_id, outcome=outcome, channel=channel, at=at, by_id=asker.official.id,
        org_id=asker.units[0] if asker.units else None, uuid=record, number=number,
        form=shown.form[:16] if shown else "number",
    )  # fmt: skip
    return record
