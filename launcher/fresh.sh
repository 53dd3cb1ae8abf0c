# The first hour of a stranger: Debian 12 and 13 with the .NET SDK and git alone, a user without root. The quickstart from a clone of the
# last commit and from each package that `pack` makes of it, and the tests. DATAFORGE_TEST_STEPS shortens the training. Sourced by
# launcher/check.sh.

source "$root/launcher/roots.sh"
source "$root/launcher/pack.sh"

TIMEFORMAT='   took %0R s; %0U s of the processor for the program, %0S s for the system'

# A root with git, a user and this machine's certificates, which its proxy may need.
make_fresh_root() { # SUITE
  local name=fresh-$1 target="$roots/fresh-$1"
  bootstrap_root "$name" "$1"
  enter_root "$name" "$(dotnet_folder)"
  cp -L /etc/ssl/certs/ca-certificates.crt "$target/etc/ssl/certs/"
  if [ ! -x "$target/usr/bin/git" ]; then
    { chroot "$target" apt-get update && chroot "$target" env DEBIAN_FRONTEND=noninteractive apt-get install -y git; } \
      >>"$target.log" 2>&1 || impossible "git could not be installed ($target.log)"
  fi
  chroot "$target" id stranger >/dev/null 2>&1 || chroot "$target" useradd -m stranger
  copy_forge "$target" "$(chroot "$target" id -u stranger)"
}

# A folder's repositories belong to the user there: git serves nobody else's.
copy_forge() { # TARGET UID
  [ -n "$forge_folder" ] || return 0
  rm -rf "$1$forge_folder"
  mkdir -p "$(dirname "$1$forge_folder")"
  cp -r "$forge_folder" "$1$forge_folder"
  chown -R "$2:$2" "$1$forge_folder"
}

# An empty home for the user, so that nothing of an earlier run is found.
empty_home() { # SUITE
  local home="$roots/fresh-$1/home/stranger"
  rm -rf "$home"
  mkdir -p "$home"
  chroot "$roots/fresh-$1" chown stranger: /home/stranger
}

# Runs a command as the user at home, with nothing of this machine's environment but the certificates.
as_stranger() { # SUITE COMMAND
  chroot --userspec=stranger:stranger "$roots/fresh-$1" /usr/bin/env -i HOME=/home/stranger USER=stranger LANG=C.UTF-8 \
    PATH="$(dotnet_folder):/usr/bin:/bin" SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    NUGET_CERT_REVOCATION_MODE="${NUGET_CERT_REVOCATION_MODE-online}" bash -c "cd && $2"
}

failed() { say "   $1"; verdict=1; }

dataset_hash() { (cd "$1/runs/quickstart/3-dataset/data" && sha256sum -- * | sha256sum | cut -d ' ' -f 1); }

# A quickstart's dataset has the bytes of this machine's, and its model is exported.
examine_quickstart() { # WORKSPACE
  local got
  got=$(dataset_hash "$1") || { failed 'there is no dataset'; return; }
  if [ "$got" = "$expected" ]; then say '   the dataset has the bytes of this machine'"'"'s'; else failed "the dataset has other bytes: $got"; fi
  [ -s "$1/runs/quickstart/5-model/export/model.safetensors" ] || { failed 'there is no exported model'; return; }
  say "   the exported model has $(stat -c %s "$1/runs/quickstart/5-model/export/model.safetensors") bytes"
}

# What the same commit makes of the same input here. One step of training: the dataset does not depend on it.
build_expected() {
  local here="$artifacts/fresh-here"
  say '== This machine'
  rm -rf "$here"
  quietly "$here.log" dotnet "$program" quickstart --input pinned --forge "$forge" --workspace "$here" --set pretrain.steps=1 \
    --set pretrain.maxvalidationblocks=1
  expected=$(dataset_hash "$here")
  say "   dataset $expected"
}

clone_source() { # SUITE
  git clone -q --no-hardlinks "$root" "$roots/fresh-$1/home/stranger/dataforge"
  chroot "$roots/fresh-$1" chown -R stranger: /home/stranger/dataforge
}

size_in_mb() { du -smc "$@" | tail -n 1 | cut -f 1; }

# From the source folder: what it says without the SDK, the build, what all of it takes, the quickstart.
fresh_source() { # SUITE
  local home="$roots/fresh-$1/home/stranger"
  say "== Debian $1: from the source folder"
  empty_home "$1"
  clone_source "$1"
  say "   $(as_stranger "$1" 'cd dataforge && PATH=/usr/bin:/bin ./dataforge quickstart 2>&1' && echo 'it did not end with an error')"
  time as_stranger "$1" 'cd dataforge && ./dataforge --version' || { failed 'the build failed'; return; }
  say "   set up: $(size_in_mb "$home") MB in all: $(size_in_mb "$home/.nuget") MB of packages," \
    "$(size_in_mb "$home/dataforge/artifacts") MB of artifacts, the rest is the clone and what .NET leaves at home"
  time as_stranger "$1" "cd dataforge && ./dataforge $quickstart" || { failed 'the quickstart failed'; return; }
  examine_quickstart "$home/dataforge/workspace"
}

# As a .NET tool.
fresh_tool() { # SUITE
  local home="$roots/fresh-$1/home/stranger"
  say "== Debian $1: the .NET tool"
  empty_home "$1"
  cp "$packages/DataForge.$version.nupkg" "$home/"
  # The SDK itself needs ICU's library or this variable; a bare Debian has none.
  as_stranger "$1" "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 dotnet tool install --global --source . --version $version DataForge" ||
    { failed 'it could not be installed'; return; }
  time as_stranger "$1" "DOTNET_ROOT=$(dotnet_folder) .dotnet/tools/dataforge $quickstart" ||
    { failed 'the quickstart failed'; return; }
  say "   tool and libtorch take $(size_in_mb "$home/.dotnet" "$home/.nuget") MB"
  examine_quickstart "$home/workspace"
}

# The archive, where there is no .NET.
fresh_archive() { # SUITE
  local home="$roots/fresh-$1/home/stranger" name="dataforge-$version-linux-x64"
  say "== Debian $1: the archive, without .NET"
  empty_home "$1"
  enter_root "fresh-$1"
  tar -C "$home" --no-same-owner -xzf "$packages/$name.tar.gz"
  time as_stranger "$1" "$name/dataforge $quickstart" || { failed 'the quickstart failed'; return; }
  examine_quickstart "$home/workspace"
  enter_root "fresh-$1" "$(dotnet_folder)"
}

# The tests, with the reasons of those that skip.
fresh_test() { # SUITE
  local log="$roots/fresh-$1.tests"
  say "== Debian $1: ./dataforge test (artifacts/roots/fresh-$1.tests)"
  [ -d "$roots/fresh-$1/home/stranger/dataforge" ] || { empty_home "$1"; clone_source "$1"; }
  time as_stranger "$1" 'cd dataforge && ./dataforge test' >"$log" 2>&1 || failed 'tests failed'
  grep -A 4 ' \[FAIL\]$' "$log" || true
  say '   skipped:'
  grep -A 1 ' \[SKIP\]$' "$log" | grep -vE ' \[SKIP\]$|^--$' | sed 's/^ */   /' | sort | uniq -c | sort -rn >&2 || true
  tail -n 1 "$log" >&2
}

# The image's layers as a root, entered as its configuration says. A container would bring /proc, /dev and a name server.
fresh_image() {
  local target="$roots/fresh-image" layout="$artifacts/fresh-image" digests digest config settings
  say '== The container image'
  leave_root fresh-image
  ! grep -qF " $target/" /proc/self/mounts || impossible "$target has mounts in it that do not go"
  rm -rf "$target" "$layout"
  mkdir -p "$target" "$layout"
  tar -C "$layout" -xf "$packages/dataforge-$version-image.tar"
  digests=$(grep -oE 'sha256:[0-9a-f]{64}' "$layout/index.json")
  # The manifest names the configuration, then the layers from the lowest up.
  digests=$(grep -oE 'sha256:[0-9a-f]{64}' "$layout/blobs/sha256/${digests#sha256:}")
  config="$layout/blobs/sha256/$(head -n 1 <<<"$digests" | cut -d : -f 2)"
  for digest in $(tail -n +2 <<<"$digests"); do
    tar -C "$target" --numeric-owner -xzpf "$layout/blobs/sha256/${digest#sha256:}"
  done
  mkdir -p "$target/proc" "$target/dev"
  mknod -m 666 "$target/dev/null" c 1 3
  mknod -m 666 "$target/dev/urandom" c 1 9
  enter_root fresh-image
  [[ $forge == file://* ]] || cp -L /etc/ssl/certs/ca-certificates.crt "$target/etc/ssl/certs/"
  copy_forge "$target" "$(sed -n 's/.*"User":"\([0-9]*\).*/\1/p' "$config")"
  mapfile -t settings < <(grep -oE '"Env":\[[^]]*\]' "$config" | sed 's/^"Env":\[//; s/\]$//' | tr -d '"' | tr ',' '\n')
  time chroot --userspec="$(sed -n 's/.*"User":"\([^"]*\)".*/\1/p' "$config")" "$target" /usr/bin/env -i "${settings[@]}" sh -c \
    "cd $(sed -n 's/.*"WorkingDir":"\([^"]*\)".*/\1/p' "$config") && exec $(sed -n 's/.*"Entrypoint":\["\([^"]*\)".*/\1/p' "$config") \
    $quickstart" || { failed 'the quickstart failed'; return; }
  examine_quickstart "$target/work/workspace"
}

check_fresh() { # [FORGE] [SUITE …] [PART …]
  local forge=https://github.com suites=() parts=() packed_parts=() word suite part verdict=0 expected version quickstart
  forge_folder=
  for word in "$@"; do
    case "$word" in
      file://*) forge=$word forge_folder=${word#file://} ;;
      https://*) forge=$word ;;
      bookworm|trixie) suites+=("$word") ;;
      source|tool|archive|image|test) parts+=("$word") ;;
      *) impossible "check fresh knows no '$word': name a forge, bookworm, trixie, source, tool, archive, image or test" ;;
    esac
  done
  [ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)
  [ ${#parts[@]} -gt 0 ] || parts=(source tool archive image test)
  require_roots
  require_basics
  [ -z "$(git -C "$root" status --porcelain)" ] || impossible 'there are changes without a commit; the roots get a clone of the last one'
  trap 'for target in "$roots"/fresh-*/; do leave_root "$(basename "$target")"; done' EXIT
  build_once program Orchestrator
  version=$(program_property Version)
  quickstart="quickstart --forge $forge${DATAFORGE_TEST_STEPS:+ --set pretrain.steps=$DATAFORGE_TEST_STEPS}"
  for part in tool archive image; do
    [[ " ${parts[*]} " != *" $part "* ]] || packed_parts+=("$part")
  done
  [ ${#packed_parts[@]} -eq 0 ] || run_pack "${packed_parts[@]}"
  build_expected
  for suite in "${suites[@]}"; do
    make_fresh_root "$suite"
    for part in "${parts[@]}"; do
      [ "$part" = image ] || "fresh_$part" "$suite"
    done
  done
  [[ " ${parts[*]} " != *' image '* ]] || fresh_image
  [ "$verdict" -eq 0 ] || { say 'dataforge: check fresh failed.'; exit 1; }
  say 'All good.'
}
