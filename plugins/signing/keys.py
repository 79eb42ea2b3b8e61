"""Where keys are: in a file, on a token (PKCS#11), with a service (CSC API). Each signs digests, nothing else."""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from lms.api.work import _
from plugins.signing import calling, signers
from plugins.signing.protocol import Approval, Away, Broken, Refused, Signer, Waiting
from plugins.signing.signers import SignerSetup

_SHA256 = "2.16.840.1.101.3.4.2.1"
_RSA, _ECDSA = "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"  # with SHA-256
_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo of SHA-256, before the 32 bytes
_ONE_AT_A_TIME = threading.Lock()  # a token has one reader
_chains: dict[tuple[tuple[str, int], ...], tuple[bytes, ...]] = {}  # by files and when they changed


def signer_of(s: SignerSetup) -> Signer:
    """The signer that a part of the file describes."""
    if s.kind == "file":
        return KeyFile(s)
    return Token(s) if s.kind == "pkcs11" else Service(s)


def _changed_at(path: str) -> int:
    """When a file changed last; 0 where there is none, which whoever opens it then says in words."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


class KeyFile:
    """A key in a file of this machine: for trials, and where nothing better is at hand."""

    needs_pin = needs_code = False

    def __init__(self, s: SignerSetup) -> None:
        self._setup = s

    def certificate_chain(self) -> tuple[bytes, ...]:
        """The certificates of the file. It is opened again only when it has changed: looking at a key is slow."""
        files = tuple((path, _changed_at(path)) for path in (self._setup.file, self._setup.certificate) if path)
        if files not in _chains:
            _key, own, above = self._held()
            _chains[files] = (own, *above)
        return _chains[files]

    def sign_digests(
        self, digests: Sequence[bytes], algorithm: str, approval: Approval, handle: str
    ) -> list[bytes] | Waiting:
        """Signs at once."""
        key, _own, _above = self._held()
        hashed = Prehashed(hashes.SHA256())
        if isinstance(key, rsa.RSAPrivateKey):
            return [key.sign(digest, padding.PKCS1v15(), hashed) for digest in digests]
        return [key.sign(digest, ec.ECDSA(hashed)) for digest in digests]

    def _held(self) -> Any:
        try:
            return signers.held_in(self._setup)
        except ValueError as error:
            raise Broken(_("The key for signing cannot be used: {what}.", what=str(error))) from error


class Token:
    """A USB token or a hardware module, by its PKCS#11 library. The PIN is the operator's, or typed for each batch."""

    needs_code = False

    def __init__(self, s: SignerSetup) -> None:
        self._setup = s
        self.needs_pin = "pin" not in s.secrets

    def certificate_chain(self) -> tuple[bytes, ...]:
        """The certificates of the file that the setup names; else the one on the token."""
        if self._setup.certificate:
            return signers.certificates(self._setup.certificate)
        import pkcs11

        with _ONE_AT_A_TIME, self._session("") as session:
            for held in session.get_objects(
                {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: self._setup.key_label}
            ):
                return (bytes(held[pkcs11.Attribute.VALUE]),)
        raise Broken(
            _(
                "There is no certificate called {label} on the token. Please look at key_label.",
                label=self._setup.key_label,
            )
        )

    def sign_digests(
        self, digests: Sequence[bytes], algorithm: str, approval: Approval, handle: str
    ) -> list[bytes] | Waiting:
        """Signs all digests in one session, with one PIN."""
        import pkcs11

        pin = approval.pin or self._setup.secrets.get("pin", "")
        if not pin:
            raise Broken(_("Please type the PIN of the token."))
        with _ONE_AT_A_TIME, self._session(pin) as session:
            try:
                key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._setup.key_label)
                if key.key_type == pkcs11.KeyType.RSA:
                    return [bytes(key.sign(_INFO + d, mechanism=pkcs11.Mechanism.RSA_PKCS)) for d in digests]
                return [_der(bytes(key.sign(d, mechanism=pkcs11.Mechanism.ECDSA))) for d in digests]
            except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
                raise Broken(
                    _("There is not exactly one key called {label} on the token. Please look at key_label.",
                      label=self._setup.key_label)
                ) from error  # fmt: skip
            except pkcs11.PKCS11Error as error:
                raise Away(
                    _("The token did not sign: {what}. It is tried again.", what=type(error).__name__)
                ) from error

    def _session(self, pin: str) -> Any:
        import pkcs11

        try:
            token = pkcs11.lib(self._setup.module).get_token(token_label=self._setup.token)
            return token.open(user_pin=pin) if pin else token.open()
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            raise Broken(
                _("The PIN is not right. A token locks itself after some wrong PINs: please look before you try again.")
            ) from error
        except pkcs11.PinLocked as error:
            raise Broken(_("The token has locked itself. Whoever gave it out can open it again.")) from error
        except (pkcs11.NoSuchToken, pkcs11.TokenNotPresent, pkcs11.DeviceRemoved) as error:
            raise Away(_("The token {name} is not plugged in.", name=self._setup.token)) from error
        except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
            raise Broken(_("The token's library cannot be used: {what}.", what=repr(error)[:200])) from error


def _der(raw: bytes) -> bytes:
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


class Service:
    """A service that signs (CSC API 1.0.4 or 2): the key is theirs, the approval is given on a phone or typed.

    All digests of a batch are authorised by one call that names them (SCAL2): nothing else can be signed with it.
    """

    def __init__(self, s: SignerSetup) -> None:
        self._setup = s
        self.needs_pin = s.approval == "officer" and "pin" not in s.secrets
        self.needs_code = s.asks_code

    def certificate_chain(self) -> tuple[bytes, ...]:
        """The certificates of the file that the setup names, so that no paper waits for the network."""
        return signers.certificates(self._setup.certificate)

    def theirs(self) -> dict[str, Any]:
        """What the service says of the credential."""
        asked = {"credentialID": self._setup.credential, "certificates": "chain", "certInfo": True, "authInfo": True}
        return self._ask("credentials/info", asked, self._access())[1]

    def sign_digests(
        self, digests: Sequence[bytes], algorithm: str, approval: Approval, handle: str
    ) -> list[bytes] | Waiting:
        """Has the batch authorised, or asks whether it was, and has it signed."""
        access = self._access()
        given = self._authorised(digests, approval, handle, access)
        if isinstance(given, Waiting):
            return given
        hashes_ = [base64.b64encode(d).decode() for d in digests]
        key = x509.load_der_x509_certificate(self.certificate_chain()[0]).public_key()
        asked: dict[str, Any] = {
            "credentialID": self._setup.credential,
            "SAD": given,
            "signAlgo": _RSA if isinstance(key, rsa.RSAPublicKey) else _ECDSA,
        }
        asked |= (
            {"hashes": hashes_, "hashAlgorithmOID": _SHA256, "operationMode": "S"}
            if self._setup.version == 2
            else {"hash": hashes_, "hashAlgo": _SHA256}
        )
        _status, answer = self._ask("signatures/signHash", asked, access)
        try:
            signatures = [base64.b64decode(one, validate=True) for one in answer["signatures"]]
        except (KeyError, TypeError, binascii.Error) as error:
            raise Broken(_("The signing service answers with something else. Please look at its address.")) from error
        if len(signatures) != len(digests):
            raise Broken(_("The signing service gave another number of signatures than it was asked for."))
        return signatures

    def _authorised(self, digests: Sequence[bytes], approval: Approval, handle: str, access: str) -> str | Waiting:
        """What activates the key for exactly these digests."""
        if handle:
            status, answer = self._ask("credentials/authorizeCheck", {"handle": handle}, access)
        else:
            hashes_ = [base64.b64encode(d).decode() for d in digests]
            asked: dict[str, Any] = {"credentialID": self._setup.credential, "numSignatures": len(digests)}
            pin = approval.pin or self._setup.secrets.get("pin", "")
            said = {"PIN": pin, "OTP": approval.code}
            if self._setup.version == 2:
                asked |= {"hashes": hashes_, "hashAlgorithmOID": _SHA256}
                typed = [{"id": name, "value": value} for name, value in said.items() if value]
                asked |= {"authData": typed} if typed else {}
            else:
                asked |= {"hash": hashes_, **{name: value for name, value in said.items() if value}}
            asked["description"] = f"Học vụ số: {len(digests)}"
            status, answer = self._ask("credentials/authorize", asked, access)
        given = answer.get("SAD")
        if isinstance(given, str) and given:
            return given
        waiting = answer.get("handle") or handle
        if status in (200, 202) and isinstance(waiting, str) and 0 < len(waiting) <= 500:
            return Waiting(waiting)
        raise Broken(_("The signing service answers with something else. Please look at its address."))

    def _access(self) -> str:
        """The token by which we are known there."""
        secrets = self._setup.secrets
        if "access_token" in secrets:
            return secrets["access_token"]
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._setup.client_id,
            "client_secret": secrets["client_secret"],
        }
        _status, answer = self._ask("oauth2/token", asked, "")
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise Broken(_("The signing service does not know us. Please look at client_id and client_secret."))
        return token

    def _ask(self, what: str, asked: dict[str, Any], access: str) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if access:
            headers["Authorization"] = f"Bearer {access}"
        url = f"{self._setup.url.rstrip('/')}/{what}"
        status, body = calling.call("POST", url, msgspec.json.encode(asked), headers, seconds=90)
        try:
            answer = msgspec.json.decode(body) if body else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = None
        if status >= 500 or status == 429:
            raise Away(_("The signing service is busy or down ({status}). It is asked again by itself.", status=status))
        if not isinstance(answer, dict):
            raise Broken(_("The signing service answers with something else. Please look at its address."))
        if status in (200, 202):
            return status, answer
        code, words = str(answer.get("error", ""))[:60], str(answer.get("error_description", ""))[:200]
        if what == "credentials/authorizeCheck" and code in ("authorization_pending", "slow_down"):
            return 202, {}
        if code in ("access_denied", "authorization_denied", "user_refused", "user_cancelled", "signature_refused"):
            raise Refused(_("The signer said no. The paper stays unsigned."))
        raise Broken(
            _(
                "The signing service refuses ({status} {code}): {what}",
                status=status,
                code=code or "?",
                what=words or "…",
            )
        )
