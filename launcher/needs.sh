# What must be on the machine, and how to get it. Sourced by ./dataforge.

say() { printf '%s\n' "$*" >&2; }

# Runs a command and shows its output only where it fails.
quietly() { # LOG COMMAND…
  local log=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    say "dataforge: failed: $*"
    exit 1
  fi
}

# The list is read whole first: grep -q leaves a pipe early, which pipefail takes for a failure.
has_library() {
  local all
  all=$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null) || return 1
  grep -q "$1" <<<"$all"
}

has_libtorch() {
  [ -n "${LIBTORCH-}" ] && [ -d "$LIBTORCH/include" ] && return 0
  [ -d /usr/include/torch/csrc/api/include ] && return 0
  python3 -c 'import torch' >/dev/null 2>&1 || /usr/bin/python3 -c 'import torch' >/dev/null 2>&1
}

# What must be on the machine: the .NET SDK and git, on a system with glibc.
require_basics() {
  # musl's ldd prints its version and fails.
  if [[ $(ldd --version 2>&1 || true) == *musl* ]]; then
    say 'dataforge: this system has the C library musl, for which there is no libtorch: use one with glibc, such as Debian, Ubuntu or Fedora.'
    exit 2
  fi
  require_dotnet
  require_aspnet
  if ! command -v git >/dev/null; then
    say 'dataforge: git is missing; install it with the system'"'"'s package manager and run the same command again.'
    exit 2
  fi
}

# Debian's names of what the native training engine lacks, one a line. It is optional.
missing_native_packages() {
  command -v "${CXX:-g++}" >/dev/null || echo g++
  has_libtorch || echo libtorch-dev
  has_library 'libopenblas\.so' || echo libopenblas0-openmp
  [ -d /usr/include/gloo ] || echo libgloo-dev
}

# Debian's names of what some tests lack, one a line. It is optional: these tests skip and say so.
missing_test_packages() {
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
  command -v python3 >/dev/null || echo python3
  command -v bwrap >/dev/null || echo bubblewrap
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
}

require_dotnet() {
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
    say 'dataforge: the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run the same command again.'
    exit 2
  fi
}

# Some systems install ASP.NET's runtime, which the model server needs, apart from the SDK.
require_aspnet() {
  if [[ $(dotnet --list-runtimes 2>/dev/null) != *'Microsoft.AspNetCore.App 10.'* ]]; then
    say 'dataforge: the ASP.NET Core 10 runtime is missing beside the .NET SDK; install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run the same command again.'
    exit 2
  fi
}

# The one command that installs these packages.
print_install_command() { # package…
  say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
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
    print_install_command "$@"
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
