"""All that another plugin may import from certificates."""

from certificates.events import CredentialIssued, CredentialRevoked

__all__ = ["CredentialIssued", "CredentialRevoked"]
