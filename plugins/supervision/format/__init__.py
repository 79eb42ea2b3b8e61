"""Papers that leave the house: signed, sealed until they are opened, and the answers that come back. Pure.

docs/station.md describes the format for whoever reads or writes it with another program.
"""
