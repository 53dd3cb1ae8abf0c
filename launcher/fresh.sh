# The first hour of a stranger: Debian 12 and 13 with the .NET SDK and git alone, a user without root, a clone of the last commit.
# Sourced by launcher/check.sh.

source "$root/launcher/roots.sh"

# A root with git, a user and this machine's certificates, which its proxy may need.
make_fresh_root() { # SUITE
  local name=fresh-$1 target="$roots/fresh-$1"
  bootstrap_root "$name" "$1"
  enter_root "$name" "$(dotnet_folder)" ${forge_folder:+"$forge_folder"}
  cp -L /etc/ssl/certs/ca-certificates.crt "$target/etc/ssl/certs/"
  if [ ! -x "$target/usr/bin/git" ]; then
    { chroot "$target" apt-get update && chroot "$target" env DEBIAN_FRONTEND=noninteractive apt-get install -y git; } \
      >>"$target.log" 2>&1 || impossible "git could not be installed ($target.log)"
  fi
  chroot "$target" id stranger >/dev/null 2>&1 || chroot "$target" useradd -m stranger
  rm -rf "$target/home/stranger"
  mkdir -p "$target/home/stranger"
  git clone -q --no-hardlinks "$root" "$target/home/stranger/dataforge"
  chroot "$target" chown -R stranger: /home/stranger
}

# Runs a command as the user, in the clone, with nothing of this machine's environment but the certificates.
as_stranger() { # SUITE COMMAND
  chroot --userspec=stranger:stranger "$roots/fresh-$1" /usr/bin/env -i HOME=/home/stranger USER=stranger LANG=C.UTF-8 \
    PATH="$(dotnet_folder):/usr/bin:/bin" SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    NUGET_CERT_REVOCATION_MODE="${NUGET_CERT_REVOCATION_MODE-online}" bash -c "cd ~/dataforge && $2"
}

dataset_hash() { (cd "$1/runs/quickstart/3-dataset/data" && sha256sum -- * | sha256sum | cut -d ' ' -f 1); }

check_fresh() { # [FORGE] [SUITE …]
  local forge=https://github.com suites=() suite verdict=0 here="$artifacts/fresh-here"
  forge_folder=
  case "${1-}" in
    file://*) forge=$1 forge_folder=${1#file://}; shift ;;
    https://*) forge=$1; shift ;;
  esac
  suites=("$@")
  [ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)
  require_roots
  require_basics
  trap 'for target in "$roots"/fresh-*/; do leave_root "$(basename "$target")"; done' EXIT
  build_once program Orchestrator
  say "== this machine"
  rm -rf "$here"
  dotnet "$program" quickstart --input pinned --forge "$forge" --workspace "$here" >"$here.log" 2>&1 || { tail -n 3 "$here.log"; exit 1; }
  local expected begun
  expected=$(dataset_hash "$here")
  say "   dataset $expected"
  for suite in "${suites[@]}"; do
    say "== Debian $suite, the .NET SDK and git alone, without root"
    make_fresh_root "$suite"
    begun=$SECONDS
    as_stranger "$suite" './dataforge --version' || { verdict=1; continue; }
    say "   built in $((SECONDS - begun)) s; the clone and the packages take $(du -sm "$roots/fresh-$suite/home/stranger" | cut -f 1) MB"
    begun=$SECONDS
    as_stranger "$suite" "./dataforge quickstart --forge $forge" || { verdict=1; say '   the quickstart failed'; continue; }
    say "   quickstart took $((SECONDS - begun)) s"
    local got
    got=$(dataset_hash "$roots/fresh-$suite/home/stranger/dataforge/workspace")
    say "   dataset $got"
    [ "$got" = "$expected" ] || { verdict=1; say '   the dataset has other bytes than on this machine'; }
    [ -e "$roots/fresh-$suite/home/stranger/dataforge/workspace/runs/quickstart/5-model/export/model.safetensors" ] ||
      { verdict=1; say '   there is no exported model'; }
    begun=$SECONDS
    as_stranger "$suite" './dataforge test' || { verdict=1; say '   the tests failed'; }
    say "   the tests took $((SECONDS - begun)) s"
  done
  [ "$verdict" -eq 0 ] || { say 'dataforge: check fresh failed.'; exit 1; }
  say 'All good.'
}
