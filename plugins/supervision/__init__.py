"""Checks where somebody is there: rooms, seats, tickets; papers that run in a hall without a network."""
