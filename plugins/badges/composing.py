"""Pure: what a badge says, from what is frozen of its paper. Always Vietnamese; nothing is asked again later."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

from msgspec import UNSET, Struct, to_builtins

from plugins.badges import shapes
from plugins.badges.encoding import base64url
from plugins.badges.shapes import CONTEXTS

HANOI: Final = timedelta(hours=7)  # Việt Nam keeps UTC+7 all year
REVOCATION, SUSPENSION = "revocation", "suspension"
NO_ISSUER: Final = "Nơi cấp chưa được khai báo"  # as papers say it
_ALIGNED = "bản nháp làm việc, không phải văn bản của Bộ"
CAPTION: Final = {
    "attainment": "Ngọn đèn dầu có ngọn lửa bằng ô vuông, trên huy hiệu đỏ sáu cạnh",
    "course": "Ngọn đèn dầu có ngọn lửa bằng ô vuông, trên huy hiệu xanh tròn",
    "contest": "Ngọn đèn dầu có ngọn lửa bằng ô vuông, trên bông hồng xanh lam mười sáu cánh",
}
_TYPES: Final = {"attainment": "Achievement", "course": "CertificateOfCompletion", "contest": "Award"}
_ASKED = {
    "lessons_completed": "học đủ các bài của chương trình",
    "skills_taught": "các bài học phủ đủ mọi kỹ năng của khung",
    "quiz_passed": "đạt bài kiểm tra cuối",
}


class Part(Struct, frozen=True):
    """A part of a framework that was taught: a domain (miền) with its skills."""

    code: str
    name: str
    skills: tuple[tuple[str, str], ...]  # (code, name)


class Achieved(Struct, frozen=True):
    """What was attained, in words: the same for all who attained it by the same rules."""

    slug: str
    kind: str  # attainment, course, contest
    name: str
    description: str
    narrative: str
    version: str
    framework: str
    framework_warning: str
    parts: tuple[Part, ...] = ()

    @property
    def key(self) -> str:
        """Its short name in addresses: other words, another key, so that what a badge points to never changes."""
        content = json.dumps(to_builtins(self), ensure_ascii=False, sort_keys=True).encode()
        return f"{self.slug[:60]}-{hashlib.sha256(content).hexdigest()[:10]}"


class Site(Struct, frozen=True):
    """Where this installation is reached, and the issuer's name there."""

    base: str  # https://hocvuso.example.vn

    @property
    def did(self) -> str:
        """The issuer by did:web: its document lies at /.well-known/did.json."""
        return f"did:web:{quote(urlsplit(self.base).netloc, safe='')}"

    def method(self, kid: str) -> str:
        """The address of a key in that document."""
        return f"{self.did}#{kid}"

    def key_url(self, kid: str) -> str:
        """Where a key lies as a JSON Web Key."""
        return f"{self.base}/issuers/1/keys/{kid}"

    def badge_url(self, uuid: UUID) -> str:
        """A badge's own address, without a name on it."""
        return f"{self.base}/huy-hieu/{uuid}.json"

    def achievement_url(self, key: str) -> str:
        """The page of what was attained."""
        return f"{self.base}/thanh-tuu/{key}"

    def list_url(self, name: str, purpose: str) -> str:
        """A public list of what is not valid."""
        return f"{self.base}/status/{name}/{purpose}"


class Holder(Struct, frozen=True):
    """How a badge knows its holder without naming them."""

    said: str  # name, birth date and a long code: what is hashed; only the holder can show it
    salt: str

    @property
    def hashed(self) -> str:
        """As Open Badges writes it."""
        return "sha256$" + hashlib.sha256((self.said + self.salt).encode()).hexdigest()


def holder(paper: Mapping[str, Any], secret: bytes) -> Holder:
    """The holder of a paper. `secret`: the paper's salt, which nobody else has.

    A name and a birth date are soon guessed, and the salt of a badge is public: so 130 bits that follow from the
    secret are hashed with them. Who holds the badge can show all three; who only has the badge finds out nothing.
    """
    code = base64.b32encode(hmac.digest(secret, b"badge recipient", "sha256"))[:26].decode()
    said = "; ".join(part for part in (paper["full_name"], paper["birth_date"], code) if part)
    return Holder(said, hmac.digest(secret, b"badge salt", "sha256").hex()[:16])


def achieved(row_kind: str, paper: Mapping[str, Any], evidence: Mapping[str, Any], parts: Sequence[Part]) -> Achieved:
    """What a paper attests, from its own words and the frozen evidence of its attainment (empty where it has none)."""
    programme, framework = evidence.get("programme", {}), evidence.get("framework", {})
    rules = evidence.get("rules", {})
    name = programme.get("title") or str(paper["statement_lines"][0]).removeprefix("Đã hoàn thành: ")
    asked = [_condition(c) for c in rules.get("conditions", ())]
    lines = [f"Để được cấp, người học phải: {'; '.join(filter(None, asked))}." if any(asked) else ""]
    lines += [f"{paper[key]}." for key in ("rules_line", "framework_line") if paper.get(key)]
    title = f"{paper['title'].capitalize()}. {paper.get('subtitle') or ''}".strip()
    return Achieved(
        slug=programme.get("slug") or row_kind.lower(),
        kind=paper["kind"],
        name=name,
        description=" ".join([f"{title}: {name}.", *(f"{note}." for note in paper.get("notes", ()))]),
        narrative="\n\n".join(filter(None, lines)) or title,
        version=str(rules.get("version", "1")),
        framework=f"{_short(framework['title'])}, phiên bản {framework['version']}" if framework else "",
        framework_warning=framework.get("warning", ""),
        parts=tuple(parts),
    )


def _short(title: str) -> str:
    return title.partition(" (")[0] or title


def _condition(condition: Mapping[str, Any]) -> str:
    kind = condition["kind"]
    if kind == "task_done":
        return "làm một việc thật, có cán bộ xác nhận" if condition.get("confirmed") else "làm một việc thật và kể lại"
    if kind == "lessons_completed" and condition.get("least"):
        return f"học ít nhất {condition['least']} bài của chương trình"
    return _ASKED.get(kind, "")


def achievement(what: Achieved, site: Site) -> shapes.Achievement:
    """What was attained, as a badge carries it."""
    url = site.achievement_url(what.key)
    framework = what.framework + (f" ({_ALIGNED})" if what.framework_warning else "")
    aligned = [
        shapes.Alignment(("Alignment",), part.code, part.name, framework, f"{url}#{part.code}", "CFItem")
        for part in what.parts
    ]
    return shapes.Achievement(
        id=url,
        type=("Achievement",),
        achievementType=_TYPES[what.kind],
        name=what.name,
        description=what.description,
        criteria=shapes.Criteria(url, what.narrative),
        image=shapes.Image(f"{site.base}/huy-hieu/hinh/{what.kind}.png", "Image", CAPTION[what.kind]),
        inLanguage="vi",
        version=what.version,
        alignment=aligned or UNSET,
    )


def compose(
    *,
    site: Site,
    uuid: UUID,
    number: str,
    paper: Mapping[str, Any],
    issuer: str,
    what: Achieved,
    who: Holder,
    issued_at: int,
    expires_on: date | None,
    status_list: str,
    status_index: int,
    name: str = "",
) -> shapes.Badge:
    """A badge without its proof. Moments are seconds since 1970; `name`: only where the holder asked for it."""
    identity = [shapes.Identity("IdentityObject", True, who.hashed, "ext:paperHolder", who.salt)]
    if name:
        identity.append(shapes.Identity("IdentityObject", False, name, "name"))
    said = [f"Đã hoàn thành: {what.name}", *(paper[k] for k in ("identity_line", "rules_line", "framework_line"))]
    return shapes.Badge(
        context=CONTEXTS,
        id=site.badge_url(uuid),
        type=("VerifiableCredential", "OpenBadgeCredential"),
        name=f"{paper['title'].capitalize()}: {what.name}",
        description=". ".join([*filter(None, said), *paper.get("notes", ())]) + ".",
        issuer=shapes.Issuer(site.did, ("Profile",), issuer, f"{site.base}/issuers/1"),
        validFrom=moment(issued_at),
        validUntil=moment(end_of(expires_on)) if expires_on else UNSET,
        credentialSubject=shapes.Subject(("AchievementSubject",), identity, number, achievement(what, site)),
        credentialStatus=(
            _status(site, status_list, REVOCATION, status_index),
            _status(site, status_list, SUSPENSION, status_index),
        ),
    )


def _status(site: Site, name: str, purpose: Any, index: int) -> shapes.Status:
    url = site.list_url(name, purpose)
    return shapes.Status(f"{url}#{index}", "BitstringStatusListEntry", purpose, str(index), url)


def claims(badge: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of a badge's JWT: the badge itself, and the registered claims that repeat it."""
    times = {claim: seconds(badge[key]) for claim, key in (("nbf", "validFrom"), ("exp", "validUntil")) if key in badge}
    return {**badge, "iss": badge["issuer"]["id"], "jti": badge["id"], **times}


def status_list(
    *, site: Site, name: str, purpose: Any, marked: bytes, since: int, until: int, ttl: int
) -> shapes.StatusList:
    """A list of what is not valid, without its proof. `ttl`: seconds after which it is worth asking again."""
    url = site.list_url(name, purpose)
    packed = gzip.compress(marked, 9, mtime=0)
    return shapes.StatusList(
        context=(CONTEXTS[0],),
        id=url,
        type=("VerifiableCredential", "BitstringStatusListCredential"),
        issuer=site.did,
        validFrom=moment(since),
        validUntil=moment(until),
        credentialSubject=shapes.ListSubject(
            f"{url}#list", "BitstringStatusList", purpose, "u" + base64url(packed), ttl * 1_000
        ),
    )


def moment(at: int) -> str:
    """2026-11-20T12:00:00Z."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds(text: str) -> int:
    """The reverse."""
    return int(datetime.fromisoformat(text).timestamp())


def end_of(day: date) -> int:
    """The last second of a day in Việt Nam."""
    return int((datetime.combine(day, time(), UTC) + timedelta(days=1) - HANOI).timestamp()) - 1
