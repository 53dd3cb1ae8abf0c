# What must be on the machine, and how to get it. Sourced by ./dataforge.

say() { printf '%s\n' "$*" >&2; }

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }

has_libtorch() {
  [ -n "${LIBTORCH-}" ] && [ -d "$LIBTORCH/include" ] && return 0
  [ -d /usr/include/torch/csrc/api/include ] && return 0
  python3 -c 'import torch' >/dev/null 2>&1 || /usr/bin/python3 -c 'import torch' >/dev/null 2>&1
}

# Debian's names of what is missing, one a line.
missing_packages() {
  command -v git >/dev/null || echo git
  command -v g++ >/dev/null || echo g++
  has_libtorch || echo libtorch-dev
  has_library 'libopenblas\.so' || echo libopenblas0-openmp
  has_library 'libgit2\.so' || echo libgit2-1.5
  has_library 'libzstd\.so\.1' || echo libzstd1
  [ -d /usr/include/gloo ] || echo libgloo-dev
}

# What only the tests need.
missing_test_packages() {
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
  command -v python3 >/dev/null || echo python3
  command -v bwrap >/dev/null || echo bubblewrap
}

# A database server for the tests of shared catalogs; without it they skip and say so.
install_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && return 0
  (install_packages postgresql) || say 'dataforge: there is no PostgreSQL here; the tests that need it will be skipped.'
}

require_dotnet() {
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
    say 'dataforge: the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run the same command again.'
    exit 2
  fi
}

# Installs the packages named, where it may; otherwise prints the one command to run.
install_packages() {
  [ $# -gt 0 ] || return 0
  local sudo=''
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo='sudo -n'; else sudo=none; fi
  fi
  if [ "$sudo" = none ] || ! command -v apt-get >/dev/null; then
    say "dataforge: missing: $*. Run this, then the same command again:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
    exit 2
  fi
  say "Installing $* …"
  mkdir -p "$artifacts"
  if ! { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends "$@"; } \
      >"$artifacts/apt.log" 2>&1; then
    tail -n 5 "$artifacts/apt.log" >&2
    say "dataforge: apt-get could not install $* (artifacts/apt.log says why)."
    exit 2
  fi
}
