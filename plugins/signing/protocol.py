"""What a signer is: it holds a key somewhere and signs digests. Nothing else of a paper ever leaves the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from lms.api.work import Text

ALGORITHM = "sha256"  # of every digest that is signed


class Approval(Struct, frozen=True):
    """What an official typed to approve a batch. Never written anywhere: it lives as long as the request does."""

    pin: str = ""
    code: str = ""  # a one-time code, where the service asks for one

    def __repr__(self) -> str:
        return "Approval(…)"


NONE = Approval()


class Waiting(Struct, frozen=True):
    """The signer has been asked and has not answered yet; `handle` is how it is asked again, at most 500 characters."""

    handle: str


class Refused(Exception):  # noqa: N818
    """The person who signs said no. It is not asked again unless an official wants it."""

    def __init__(self, words: Text) -> None:
        super().__init__(str(words))
        self.words = words


class Away(Exception):  # noqa: N818
    """The signer cannot be reached now, or is busy: it is asked again later. `words` say what was found."""

    def __init__(self, words: Text) -> None:
        super().__init__(str(words))
        self.words = words


class Broken(Exception):  # noqa: N818
    """The signer cannot sign as it is set up: somebody has to do something. `words` say what."""

    def __init__(self, words: Text) -> None:
        super().__init__(str(words))
        self.words = words


class Signer(Protocol):
    """A key that signs. `needs_pin`, `needs_code`: what an official has to type for each batch."""

    needs_pin: bool
    needs_code: bool

    def certificate_chain(self) -> tuple[bytes, ...]:
        """The signer's certificate first, then those above it, each in DER. Raises Broken, Away."""

    def sign_digests(
        self, digests: Sequence[bytes], algorithm: str, approval: Approval, handle: str
    ) -> list[bytes] | Waiting:
        """The signatures of digests in their order, all with one authorisation; or that it is waited for.

        RSA signatures are PKCS#1 v1.5, those of elliptic curves DER. `handle`: what Waiting gave last time, else empty.
        Never called in a unit of work. Raises Refused, Away, Broken.
        """
