"""The keys with which this installation signs, and every key that it signed with before."""
