# docs/operating.md, followed by its own commands on a Debian of its own, with the archive that `pack` makes of the last commit. In place of
# systemd, a script runs the unit's command line as the unit's user. Sourced by launcher/check.sh.

source "$root/launcher/roots.sh"
source "$root/launcher/pack.sh"

# The page's blocks as 1.sh, 2.sh …; a folder there is crawled instead of GitHub.
write_page_blocks() { # FOLDER
  awk -v folder="$1" '
    /^<!-- runs: on a clean machine -->$/ { marked = 1; next }
    marked && /^```sh$/ { file = folder "/" (++blocks) ".sh"; inside = 1; marked = 0; next }
    /^```$/ { inside = 0 }
    inside { sub(/github:language:python stars:>=10/, "dir:/srv/src"); print >file }
  ' "$root/docs/operating.md"
}

# Packages are installed before: the steps run without network. Services of the packages are not started meanwhile.
make_operating_root() {
  local target="$roots/operating"
  bootstrap_root operating trixie
  enter_root operating
  printf '#!/bin/sh\nexit 101\n' >"$target/usr/sbin/policy-rc.d"
  chmod +x "$target/usr/sbin/policy-rc.d"
  [ -e "$target/.installed" ] || {
    { chroot "$target" apt-get update && chroot "$target" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y ca-certificates curl git tzdata postgresql iproute2; } >>"$target.log" 2>&1 ||
      impossible "packages could not be installed ($target.log)"
    touch "$target/.installed"
  }

  # As new: nothing of an earlier check.
  rm -rf "$target"/opt/dataforge "$target"/etc/dataforge "$target"/var/lib/dataforge* "$target"/var/backups/dataforge* "$target"/check \
    "$target"/srv/src "$target"/root/dataforge-* "$target"/etc/cron.d/dataforge "$target"/etc/systemd/system/dataforge.service
  chroot "$target" userdel dataforge 2>/dev/null || true
  mkdir -p "$target/check" "$target/srv/src/package" "$target/etc/systemd/system" "$target/etc/cron.d"
  cp "$root/LICENSE" "$target/srv/src/package/"
  install -d -m 1777 "$target/dev/shm"
}

check_operating() {
  local target="$roots/operating" version
  require_roots
  require_basics
  build_once program Orchestrator
  version=$(program_property Version)
  [ -n "${DATAFORGE_TEST_KEEP_ARCHIVE-}" ] && [ -e "$packages/dataforge-$version-linux-x64.tar.gz" ] || run_pack archive
  make_operating_root
  trap 'leave_root operating' EXIT
  write_page_blocks "$target/check"
  cp "$root/launcher/operating-steps.sh" "$target/check/steps.sh"
  install -m 755 "$root/launcher/operating-systemctl.sh" "$target/usr/local/bin/systemctl"
  cp "$packages/dataforge-$version-linux-x64.tar.gz" "$target/root/"

  # All processes end with the last step; ports are not those of this machine.
  unshare --net --pid --fork --kill-child --mount-proc="$target/proc" chroot "$target" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -euo pipefail /check/steps.sh ||
    { say "dataforge: check operating failed; the service's log is $target/var/log/dataforge.log."; exit 1; }
  say 'All good.'
}
