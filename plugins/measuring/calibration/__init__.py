"""Finding difficulties from answers. The only part that knows numpy and scipy, and it runs in a process of its own.

`python -m plugins.measuring.calibration` reads one job at its standard input and writes what it found at its standard
output; see jobs.py. Nothing of the application is imported here, and nothing of the application imports this.
"""
