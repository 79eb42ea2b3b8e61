"""Lessons on a phone without a network: an app to install, courses to take along, answers that wait to be sent."""
