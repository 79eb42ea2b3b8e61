"""The exchange with a provider: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636), RFC 9207.

Everything that comes from outside is checked here, and what cannot be trusted raises Refused. Callers get claims that
are signed by the provider, for us, for this very sign-in.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from msgspec import Struct

from lms.api.plugins import is_safe_address
from lms.api.work import clock
from plugins.openid.calling import Answer, call
from plugins.openid.providers import Endpoints, Provider
from plugins.openid.refusing import AGAIN, ANSWER, DOWN, NO, Refused

KEEP = 3600  # seconds that a discovery document and a key set are kept
REST = 30  # seconds that a provider which did not answer is left alone
LEEWAY = 120  # seconds that clocks may differ
LONGEST = 255  # letters of a subject (Core 2)
SHORTEST = 2048  # bits of an RSA key
FORM = "application/x-www-form-urlencoded"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
ALGORITHM_OF = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
_KEPT = "openid.known"


class Described(Struct, frozen=True):
    """What a provider says about itself, or the operator about it."""

    endpoints: Endpoints
    algorithms: tuple[str, ...]
    says_who: bool  # whether its answers always carry `iss` (RFC 9207)


@dataclass
class Known:
    """What this process remembers of a provider."""

    described: Described | None = None
    described_at: int = 0
    keys: KeySet | None = None
    keys_at: int = 0
    keys_failed_at: int = 0
    down_at: int = 0


class Exchange(Struct, frozen=True):
    """The secrets of one sign-in; they are made anew for each and are good once."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True)
class Claims:
    """What the provider said, checked. Never kept, never logged: `claims.take` picks what may be."""

    id_token: Mapping[str, object] = field(repr=False)
    userinfo: Mapping[str, object] = field(repr=False)

    @property
    def session(self) -> str | None:
        """The provider's name for its own session, which back-channel logout may use."""
        sid = self.id_token.get("sid")
        return sid if isinstance(sid, str) and 0 < len(sid) <= LONGEST else None


def known(provider: Provider) -> Known:
    """What is remembered of a provider in this process."""
    kept: dict[str, Known] = current_app.extensions.setdefault(_KEPT, {})
    return kept.setdefault(provider.key, Known())


# --- what the provider says about itself ------------------------------------------------------------------------------


def described(provider: Provider) -> Described:
    """The provider's endpoints: as the operator wrote them, or by discovery, kept for an hour."""
    if provider.endpoints is not None:
        return Described(provider.endpoints, provider.algorithms, provider.iss_required)
    memory, now = known(provider), clock.seconds()
    if memory.described is not None and now - memory.described_at < KEEP:
        return memory.described
    if now - memory.down_at < REST:
        raise Refused(DOWN, "rests")
    try:
        memory.described = _discover(provider)
    except Refused:
        if memory.described is not None:
            return memory.described  # better an hour old than nobody let in
        memory.down_at = now
        raise
    memory.described_at = now
    return memory.described


def _discover(provider: Provider) -> Described:
    answer = call("GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if answer.status != 200:
        raise Refused(DOWN, f"discovery-{answer.status}")
    said = answer.json()
    if said.get("issuer") != provider.issuer:
        raise Refused(ANSWER, "discovery-issuer")
    names = {
        "authorization": "authorization_endpoint", "token": "token_endpoint", "jwks": "jwks_uri",
        "userinfo": "userinfo_endpoint", "end_session": "end_session_endpoint",
    }  # fmt: skip
    found: dict[str, str] = {}
    for name, key in names.items():
        address = said.get(key)
        if address is None and name in ("userinfo", "end_session"):
            continue
        if not isinstance(address, str) or not is_safe_address(address):
            raise Refused(ANSWER, f"discovery-{name}")
        found[name] = address
    offered = said.get("id_token_signing_alg_values_supported")
    algorithms = tuple(a for a in provider.algorithms if not isinstance(offered, list) or a in offered)
    if not algorithms:
        raise Refused(ANSWER, "discovery-algorithms")
    says_who = said.get("authorization_response_iss_parameter_supported") is True or provider.iss_required
    return Described(Endpoints(**found), algorithms, says_who)


def keys(provider: Provider, anew: bool = False) -> KeySet:
    """The provider's public keys, kept for an hour."""
    memory, now = known(provider), clock.seconds()
    if memory.keys is not None and now - memory.keys_at < KEEP and not anew:
        return memory.keys
    try:
        memory.keys, memory.keys_at = _fetched_keys(provider), now
    except Refused:
        memory.keys_failed_at = now
        raise
    return memory.keys


def _fetched_keys(provider: Provider) -> KeySet:
    answer = call("GET", described(provider).endpoints.jwks)
    if answer.status != 200:
        raise Refused(DOWN, f"keys-{answer.status}")
    listed = answer.json().get("keys")
    usable = [key for one in (listed if isinstance(listed, list) else []) if (key := _key(one)) is not None]
    if not usable:
        raise Refused(ANSWER, "no-keys")
    return KeySet(usable)


def _key(one: object) -> Any:
    """A public key for signatures; None for any other. A symmetric or a short key would let others sign."""
    if not isinstance(one, dict) or one.get("kty") not in ("RSA", "EC", "OKP") or one.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key({k: v for k, v in one.items() if k not in ("d", "p", "q", "dp", "dq", "qi")})
        short = isinstance(key, RSAKey) and key.public_key.key_size < SHORTEST
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError, AttributeError):
        return None
    return None if short else key


# --- a sign-in --------------------------------------------------------------------------------------------------------


def authorization_url(provider: Provider, exchange: Exchange, prompt: str = "") -> str:
    """Where the browser is sent. May ask the provider for its description first."""
    endpoint = described(provider).endpoints.authorization
    more = {"acr_values": " ".join(provider.acr_values), "prompt": prompt or provider.prompt, "ui_locales": "vi"}
    url: str = prepare_grant_uri(
        endpoint,
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=exchange.redirect_uri,
        scope=" ".join(provider.scopes),
        state=exchange.state,
        nonce=exchange.nonce,
        code_challenge=create_s256_code_challenge(exchange.verifier),
        code_challenge_method="S256",
        **{name: value for name, value in more.items() if value},
    )
    return url


def code_of(provider: Provider, returned: Mapping[str, str]) -> str:
    """The code that the browser brings back. Raises Refused for an error, or for another provider's answer."""
    said = returned.get("iss")
    if said is not None and said != provider.issuer:
        raise Refused(ANSWER, "iss-mixed-up")
    if said is None and described(provider).says_who:
        raise Refused(ANSWER, "iss-missing")
    error = returned.get("error")
    if error == "access_denied":
        raise Refused(NO, "access-denied")
    if error in ("login_required", "interaction_required", "consent_required", "account_selection_required"):
        raise Refused(AGAIN, "interaction")
    if error in ("server_error", "temporarily_unavailable"):
        raise Refused(DOWN, "error-there")
    if error is not None:
        raise Refused(ANSWER, "error-there")
    code = returned.get("code", "")
    if not code or len(code) > 4096:
        raise Refused(AGAIN, "no-code")
    return code


def redeem(provider: Provider, code: str, exchange: Exchange) -> Claims:
    """Changes the code for what the provider knows: the ID token, checked, and what userinfo adds."""
    endpoints = described(provider).endpoints
    asked = prepare_token_request(
        "authorization_code", code=code, redirect_uri=exchange.redirect_uri, code_verifier=exchange.verifier
    )
    url, headers, body = _client(provider).prepare("POST", endpoints.token, {"Content-Type": FORM}, asked)
    answer = call("POST", url, headers, body)
    if answer.status != 200:
        raise Refused(AGAIN if _says_spent(answer) else DOWN if answer.status >= 500 else ANSWER, "token-refused")
    token = answer.json()
    id_token, access_token = token.get("id_token"), token.get("access_token")
    if not isinstance(id_token, str):
        raise Refused(ANSWER, "no-id-token")
    claims = _id_token(provider, id_token, exchange.nonce, access_token)
    userinfo: Mapping[str, object] = {}
    if endpoints.userinfo and isinstance(access_token, str) and access_token:
        userinfo = _userinfo(provider, endpoints.userinfo, access_token, claims["sub"])
    return Claims(claims, userinfo)


def _client(provider: Provider) -> ClientAuth:
    if provider.authentication == "private_key_jwt":
        key = provider.signing_key
        header = {"kid": provider.private_key_id} if provider.private_key_id else None
        algorithm = ALGORITHM_OF[str(key.as_dict(private=False).get("crv", "RSA"))]
        return ClientAuth(provider.client_id, key, PrivateKeyJWT(headers=header, alg=algorithm))
    return ClientAuth(provider.client_id, provider.secret, provider.authentication)


def _says_spent(answer: Answer) -> bool:
    try:
        return answer.status == 400 and answer.json().get("error") == "invalid_grant"
    except Refused:
        return False


def _id_token(provider: Provider, text: str, nonce: str, access_token: object) -> dict[str, Any]:
    token = _verified(provider, text, "id-token")
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
    }
    params = {"nonce": nonce, "client_id": provider.client_id}
    if isinstance(access_token, str) and _hash_is_defined(token.header):
        params["access_token"] = access_token
    claims = CodeIDToken(token.claims, token.header, options, params)
    _check_shape(claims, "id-token")
    try:
        claims.validate(now=clock.seconds(), leeway=LEEWAY)
    except JoseError as error:
        raise Refused(ANSWER, f"id-token-{_claim(error)}") from error
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise Refused(ANSWER, "id-token-nonce")
    return dict(claims)


def _hash_is_defined(header: Mapping[str, object]) -> bool:
    return str(header.get("alg"))[:2] in ("RS", "PS", "ES")


def _check_shape(claims: Mapping[str, Any], what: str) -> None:
    """Claims of the wrong type are refused before anything compares them."""
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if not several or not all(isinstance(one, str) for one in several):
        raise Refused(ANSWER, f"{what}-aud")
    for name in ("exp", "iat", "nbf", "auth_time"):
        stamp = claims.get(name)
        if stamp is not None and (isinstance(stamp, bool) or not isinstance(stamp, int | float)):
            raise Refused(ANSWER, f"{what}-{name}")
    for name in ("iss", "sub", "nonce", "azp", "at_hash", "jti", "sid"):
        if name in claims and not isinstance(claims[name], str):
            raise Refused(ANSWER, f"{what}-{name}")
    subject = claims.get("sub")
    if subject is not None and not 0 < len(subject) <= LONGEST:
        raise Refused(ANSWER, f"{what}-sub")
    if not str(claims.get("at_hash", "")).isascii():
        raise Refused(ANSWER, f"{what}-at_hash")


def _claim(error: JoseError) -> str:
    """The name of a claim that is among ours: never anything that came from outside."""
    name = str(getattr(error, "claim", "") or "")
    return name if name in ("iss", "aud", "sub", "exp", "iat", "nbf", "nonce", "azp", "at_hash", "amr") else "invalid"


def _verified(provider: Provider, text: str, what: str, patience: int = 0) -> jwt.Token:
    """A signed token whose signature is the provider's.

    Where the keys that were kept do not fit, they are fetched anew, once: providers change their keys now and then.
    `patience`: not if that was done, or failed, within so many seconds, where anybody could make us ask on and on.
    """
    if text.count(".") != 2:
        raise Refused(ANSWER, f"{what}-shape")
    memory = known(provider)
    if clock.seconds() - memory.keys_failed_at < patience:
        raise Refused(DOWN, "rests")
    kept, kept_at = memory.keys, memory.keys_at
    found = keys(provider)
    try:
        return _decoded(provider, text, found)
    except (JoseError, ValueError, RecursionError) as error:
        if found is not kept or clock.seconds() - kept_at < patience:
            raise Refused(ANSWER, f"{what}-signature") from error
    try:
        return _decoded(provider, text, keys(provider, anew=True))
    except (JoseError, ValueError, RecursionError) as error:
        raise Refused(ANSWER, f"{what}-signature") from error


def _decoded(provider: Provider, text: str, found: KeySet) -> jwt.Token:
    registry = JWSRegistry(algorithms=described(provider).algorithms, strict_check_header=False)
    return jwt.decode(text, found, registry=registry)


def _userinfo(provider: Provider, url: str, access_token: str, subject: object) -> Mapping[str, object]:
    answer = call(
        "GET", url, {"Authorization": f"Bearer {access_token}", "Accept": "application/json, application/jwt"}
    )
    if answer.status != 200:
        raise Refused(DOWN if answer.status >= 500 else ANSWER, "userinfo-refused")
    if answer.kind == "application/jwt":
        said: dict[str, Any] = dict(_verified(provider, answer.body.decode("ascii", "replace"), "userinfo").claims)
        audience = said.get("aud", provider.client_id)
        if said.get("iss", provider.issuer) != provider.issuer or provider.client_id not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise Refused(ANSWER, "userinfo-not-ours")
    else:
        said = answer.json()
    if said.get("sub") != subject:
        raise Refused(ANSWER, "userinfo-sub")
    return said


# --- the end of a session ---------------------------------------------------------------------------------------------


class Logout(Struct, frozen=True):
    """A logout token, checked: whose session at the provider has ended (`subject`), or which one (`session`)."""

    token_id: str
    subject: str | None
    session: str | None
    issued_at: int


def logout_of(provider: Provider, text: str) -> Logout:
    """Checks a logout token (Back-Channel Logout 1.0, 2.6). Raises Refused."""
    token = _verified(provider, text, "logout", patience=REST)
    claims = token.claims
    _check_shape(claims, "logout")
    if token.header.get("typ", "logout+jwt") not in ("logout+jwt", "application/logout+jwt", "JWT"):
        raise Refused(ANSWER, "logout-typ")
    registry = jwt.JWTClaimsRegistry(
        now=clock.seconds(),
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Refused(ANSWER, f"logout-{_claim(error)}") from error
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise Refused(ANSWER, "logout-events")
    if "nonce" in claims:
        raise Refused(ANSWER, "logout-nonce")  # an ID token in disguise
    subject, session = claims.get("sub"), claims.get("sid")
    if not subject and not session:
        raise Refused(ANSWER, "logout-nobody")
    return Logout(str(claims["jti"]), subject, session, int(claims["iat"]))


def end_session_url(provider: Provider, back: str) -> str | None:
    """Where a person ends the provider's own session (RP-Initiated Logout 1.0); None where it has no such place.

    It names us by `client_id`: an ID token to show is not kept, because it may say who they are.
    """
    try:
        endpoint = described(provider).endpoints.end_session
    except Refused:
        return None
    if not endpoint:
        return None
    url: str = add_params_to_uri(endpoint, [("client_id", provider.client_id), ("post_logout_redirect_uri", back)])
    return url


def is_reachable(provider: Provider) -> bool:
    """Whether the provider answers with keys that can be used; for the doctor."""
    memory = known(provider)
    memory.described, memory.keys, memory.down_at = None, None, 0
    try:
        keys(provider)
    except Refused:
        return False
    return urlsplit(described(provider).endpoints.authorization).netloc != ""
