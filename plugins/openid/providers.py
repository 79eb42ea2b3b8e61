"""The providers of this installation, as the operator wrote them down in one file; read and checked at start.

The file is TOML and is named by LMS_OPENID_FILE. It holds no secret: it says in which environment variable or in which
file each secret stands. docs/openid.md explains every line of it, deploy/openid.toml is an example.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from lms.api.people import WAYS_IN, WayIn
from lms.api.plugins import PluginError, Secret, WrittenPart, is_safe_address, read_written, secret_at, wrong_in

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey, RSAKey

SETTING = "LMS_OPENID_FILE"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
AUTHENTICATIONS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")
HIGHEST = 3  # the assurance level of who was proved by VNeID


class Endpoints(WrittenPart, frozen=True):
    """The addresses of a provider that has no discovery document."""

    authorization: str
    token: str
    jwks: str
    userinfo: str = ""
    end_session: str = ""


class LevelRule(WrittenPart, frozen=True):
    """The assurance level that the values of a claim stand for; `otherwise` for values that are not listed."""

    claim: str = ""
    values: dict[str, int] = {}
    otherwise: int = 0


class ClaimMap(WrittenPart, frozen=True):
    """Which of the provider's claims are taken. Whatever is not named here is dropped unread. Empty: not taken."""

    name: str = ""
    birth_date: str = ""
    identity_number: str = ""
    level: LevelRule = LevelRule()


# `vneid` is drawn from public traces of the single sign-on of the national population database; no official description
# of the interface is public, so every name and value here is to be confirmed under the contract.
PROFILES: dict[str, ClaimMap] = {
    "standard": ClaimMap(name="name", birth_date="birthdate"),
    "vneid": ClaimMap(
        name="HoVaTen",
        birth_date="NgayThangNamSinh",
        identity_number="SoDinhDanh",
        level=LevelRule(claim="loAs", values={"2": 3, "LoA2": 3, "1": 1, "LoA1": 1}, otherwise=0),
    ),
}


class Provider(WrittenPart, frozen=True):
    """One system that people may sign in through, as the file describes it."""

    key: str  # in addresses and in the log; never changed once people have signed in
    label: str  # on the button
    issuer: str
    client_id: str
    client_secret: Secret = Secret()
    private_key: Secret = Secret()  # PEM, for private_key_jwt
    private_key_id: str = ""
    authentication: str = ""  # empty: client_secret_basic with a secret, private_key_jwt with a key
    endpoints: Endpoints | None = None  # None: by discovery
    scopes: tuple[str, ...] = ("openid",)
    acr_values: tuple[str, ...] = ()
    prompt: str = ""
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    iss_required: bool = False  # RFC 9207 where the discovery document does not say so
    profile: str = "standard"
    claims: ClaimMap | None = None  # None: the profile's
    order: int = 20  # among the buttons
    secret: str = ""  # what `client_secret` or `private_key` led to; never written in the file

    def __repr__(self) -> str:
        return f"Provider({self.key!r})"  # without its secret, wherever it may be printed

    @property
    def name(self) -> str:
        """What its subjects and sessions are kept under: a subject means something only together with its issuer."""
        return f"openid:{self.key}:{hashlib.sha256(self.issuer.encode()).hexdigest()[:8]}"

    @property
    def claim_map(self) -> ClaimMap:
        return self.claims or PROFILES[self.profile]

    @property
    def signing_key(self) -> RSAKey | ECKey | OKPKey:
        """Our key for private_key_jwt."""
        return _private_key(self.secret, self.private_key_id)


class _File(WrittenPart, frozen=True):
    provider: tuple[Provider, ...] = ()


class ProviderWay(WayIn, frozen=True):
    """The button of a provider. The running application knows its providers by these."""

    provider: Provider | None = None


def all_providers() -> tuple[Provider, ...]:
    """Those of the running application, in the order of their buttons."""
    found = [way.provider for way in WAYS_IN if isinstance(way, ProviderWay) and way.provider is not None]
    return tuple(sorted(found, key=lambda p: (p.order, p.key)))


def find(key: str) -> Provider | None:
    """The provider with a key, or None."""
    return next((p for p in all_providers() if p.key == key), None)


def read(name: str, environment: Mapping[str, str]) -> tuple[Provider, ...]:
    """The providers that a file describes, with their secrets. Raises PluginError naming the file and the place."""
    providers = read_written(SETTING, name, _File).provider
    keys = [p.key for p in providers]
    if len(set(keys)) < len(keys):
        raise wrong_in(SETTING, name, f"two providers are called {max(keys, key=keys.count)!r}")
    if len({p.issuer for p in providers}) < len(providers):
        raise wrong_in(SETTING, name, "two providers have the same issuer: people would have two identities there")
    return tuple(_checked(name, p, environment) for p in providers)


def _checked(file: str, p: Provider, environment: Mapping[str, str]) -> Provider:
    def wrong(words: str) -> PluginError:
        return wrong_in(SETTING, file, f"provider {p.key!r}: {words}")

    if not re.fullmatch(r"[a-z][a-z0-9-]{1,19}", p.key):
        raise wrong("key must be 2 to 20 small letters, digits or hyphens, e.g. vneid")
    if not 0 < len(p.label) <= 40:
        raise wrong("label must be 1 to 40 letters: it stands on the button")
    if not p.client_id:
        raise wrong("client_id must not be empty")
    addresses = {"issuer": p.issuer}
    if p.endpoints is not None:
        addresses |= {f"endpoints.{k}": v for k, v in msgspec.structs.asdict(p.endpoints).items() if v}
    for what, address in addresses.items():
        if not is_safe_address(address) or "#" in address:
            raise wrong(f"{what} must be an https address, not {address!r}")
    if "?" in p.issuer:
        raise wrong("issuer must have no question mark")
    if "openid" not in p.scopes:
        raise wrong('scopes must contain "openid"')
    for algorithm in p.algorithms or ("",):
        if algorithm not in ALGORITHMS:
            raise wrong(f"algorithms: {algorithm!r} is none of {', '.join(ALGORITHMS)}")
    if p.profile not in PROFILES:
        raise wrong(f"profile must be one of {', '.join(PROFILES)}, not {p.profile!r}")
    rule = p.claim_map.level
    for level in (rule.otherwise, *rule.values.values()):
        if not 0 <= level <= HIGHEST:
            raise wrong(f"claims.level: a level is a number from 0 to {HIGHEST}, not {level}")
    if rule.values and not rule.claim:
        raise wrong("claims.level has values but no claim to find them in")
    if p.secret:
        raise wrong("a secret does not stand in this file: use client_secret = { env = … } or { file = … }")
    return _with_secret(p, environment, wrong)


def _with_secret(p: Provider, environment: Mapping[str, str], wrong: Callable[[str], PluginError]) -> Provider:
    way = p.authentication or ("private_key_jwt" if p.private_key != Secret() else "client_secret_basic")
    if way not in AUTHENTICATIONS:
        raise wrong(f"authentication must be one of {', '.join(AUTHENTICATIONS)}, not {way!r}")
    if way == "none":
        return msgspec.structs.replace(p, authentication=way)
    name = "private_key" if way == "private_key_jwt" else "client_secret"
    secret = secret_at(name, getattr(p, name), environment, wrong)
    if name == "private_key":
        try:
            _private_key(secret, p.private_key_id)
        except ValueError as error:
            raise wrong("private_key is no private key in PEM (RSA, EC or Ed25519)") from error
    return msgspec.structs.replace(p, authentication=way, secret=secret)


def _private_key(pem: str, key_id: str) -> RSAKey | ECKey | OKPKey:
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    parameters = {"kid": key_id} if key_id else None
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            key: RSAKey | ECKey | OKPKey = kind.import_key(pem, parameters)  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError):
            continue
        if key.is_private:
            return key
    raise ValueError("no private key")
