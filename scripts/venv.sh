#!/usr/bin/env bash
# Makes .venv with what setup.cfg asks for, in the versions of constraints.txt; `venv.sh test` adds the test tools.
# Does nothing when all of it is there. Says in one line which package of the system is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

need() { # what is missing, and the package that brings it
  echo "$1 is missing. Install it: apt-get install $2" >&2
  exit 1
}

key() { cat -- setup.cfg "$@" <(pwd) | cksum | cut -d' ' -f1; } # the checkout's place counts: an installation is bound to it

make_venv() {
  command -v git >/dev/null || need git git
  local python found='' without_venv=''
  for python in python3.14 python3.13 python3.12 python3.11 python3; do
    command -v "$python" >/dev/null || continue
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || continue
    if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
      found=$python
      break
    fi
    without_venv=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  done
  if [ -z "$found" ]; then
    [ -z "$without_venv" ] || need "Python's venv" "python3-venv (or $without_venv)"
    need "Python 3.11, 3.12, 3.13 or 3.14" "python3 python3-venv"
  fi
  echo "… making .venv with $("$found" -V)"
  "$found" -m venv --clear .venv
}

install() { # one line for each package as pip comes to it
  local file=$1 total seen=0 line
  total=$(grep -c '==' "$file")
  .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
    --only-binary :all: --no-deps --requirement "$file" | while IFS= read -r line; do
    case $line in
    Collecting* | "Requirement already satisfied"*)
      seen=$((seen + 1))
      if [ -t 1 ]; then
        printf '\r… %d/%d packages of %s' "$seen" "$total" "$file"
      elif [ $((seen % 10)) -eq 0 ]; then
        echo "… $seen/$total packages of $file"
      fi
      ;;
    Installing*) if [ -t 1 ]; then echo; fi; echo "… unpacking" ;;
    esac
  done
}

run_key=$(key constraints.txt)
if [ "$(cat .venv/.installed 2>/dev/null || true)" != "$run_key" ]; then
  .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
  rm -f .venv/.installed .venv/.tools
  echo "… installing (about a minute, only this once)"
  install constraints.txt
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-build-isolation --no-deps --editable .
  echo "$run_key" >.venv/.installed
fi

if [ "${1:-}" = test ]; then
  test_key=$(key constraints.txt constraints-test.txt)
  if [ "$(cat .venv/.tools 2>/dev/null || true)" != "$test_key" ]; then
    echo "… installing the test tools (about a minute, only this once)"
    install constraints-test.txt
    echo "$test_key" >.venv/.tools
  fi
fi
