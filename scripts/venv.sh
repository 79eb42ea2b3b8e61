#!/bin/sh
# Makes .venv, or says in one line which package is missing.
set -e
command -v git >/dev/null 2>&1 || { echo "git is missing. Install it: apt-get install git"; exit 1; }
for python in python3.14 python3.13 python3.12 python3.11 python3; do
  if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    found=$python; break
  fi
done
[ -n "$found" ] || { echo "Python 3.11 or newer is missing. Install it: apt-get install python3"; exit 1; }
"$found" -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. Install it: apt-get install python3-venv"; exit 1; }
[ -x .venv/bin/python ] || "$found" -m venv .venv
