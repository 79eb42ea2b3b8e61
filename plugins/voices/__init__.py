"""Machines that read aloud: an external program of the operator's, and espeak-ng as the last resort."""
