#!/bin/bash
# Stands in for systemd's command in `check operating`: runs what the unit of the manual says, as its user, in the background.
set -euo pipefail
unit=/etc/systemd/system/dataforge.service
pid=/run/dataforge.pid

value() { sed -n "s/^$1=//p" "$unit"; }

start() {
  local user environment
  user=$(value User)
  install -d -m 755 -o "$user" -g "$user" "/var/lib/$(value StateDirectory)"
  environment=$(value EnvironmentFile)
  cd "$(value WorkingDirectory)"
  umask "$(value UMask)"
  # shellcheck disable=SC2046
  setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs env -i HOME="/var/lib/dataforge" USER="$user" \
    PATH=/usr/local/bin:/usr/bin:/bin $(grep -v '^#' "${environment#-}") $(value ExecStart) </dev/null >>/var/log/dataforge.log 2>&1 &
  echo $! >"$pid"
}

# No more than the unit allows, then it is killed.
stop() {
  local left
  [ -e "$pid" ] && kill -TERM "$(<"$pid")" 2>/dev/null || return 0
  for ((left = $(value TimeoutStopSec) * 5; left > 0; left--)); do
    kill -0 "$(<"$pid")" 2>/dev/null || return 0
    sleep 0.2
  done
  kill -KILL "$(<"$pid")"
}

case "$1" in
  daemon-reload) ;;
  enable|start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  *) echo "systemctl: $1 is not known here" >&2; exit 1 ;;
esac
