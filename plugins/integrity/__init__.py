"""Results that a person should look at before they count; nothing is ever decided by a machine."""
