"""Sheets to print: one way to write PDF, one set of fonts, one way to draw QR codes. Pure; designs are the plugins'."""
