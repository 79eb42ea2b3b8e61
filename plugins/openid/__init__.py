"""Signing in through other systems: an OpenID Connect relying party with claim maps as configuration."""
