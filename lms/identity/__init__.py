"""Accounts, sign-in, grants (a role at an org), assurance levels."""
