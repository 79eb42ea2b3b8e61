"""Handing confirmations over to the side that shows them in VNeID."""
