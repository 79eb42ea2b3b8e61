"""Frameworks (Decision 757 and others, as data), programmes, rule sets, attainments."""
