# The steps of `check operating`, in the root: the page's blocks, and what must be so after each.

step() { echo "== $1"; bash -euo pipefail "/check/$2.sh"; }
fail() { echo "$*" >&2; exit 1; }
expect() { [[ $2 == *"$1"* ]] || fail "'$1' is not in: $2"; }
api() { curl -fsS "localhost:${port:-8710}/$1"; }
post() { curl -fsS -X POST -H "Authorization: Bearer $(</etc/dataforge/token)" "localhost:${port:-8710}/api/$1"; }

settle() {
  local left
  for ((left = 240; left > 0; left--)); do
    [[ $(api api/schedules) != *'"unfinished":0'* ]] || return 0
    sleep 0.5
  done
  fail "the build does not end: $(api api/history)"
}

ready() {
  local left
  for ((left = 60; left > 0; left--)); do
    [ "$(api readyz 2>/dev/null)" != ok ] || return 0
    sleep 0.5
  done
  fail 'the service does not become ready'
}

build() { # STATE
  post schedules/nightly/start >/dev/null
  settle
  expect "\"lastState\":\"$1\"" "$(api api/schedules)"
}

ask_cron() { sh -c "$(sed -n 's/^0 \* \* \* \* root //p' /etc/cron.d/dataforge)" || true; }

[ "$(ls /check/*.sh | wc -l)" -eq 8 ] || fail 'the page has other blocks than these steps expect'
ip link set lo up
for i in {1..12}; do
  printf 'def function_%d(values):\n    """Return number %d of the values."""\n' "$i" "$i"
  printf '    found = []\n    for value in values:\n        if value > %d:\n            found.append(value * %d)\n    return found[%d:]\n\n\n' "$i" "$i" "$i"
done >/srv/src/package/functions.py

cd /root
step 'install as a service' 1
expect ok "$(api readyz)"

step 'start, read, stop, resume' 2
settle
post history/1/resume >/dev/null 2>&1 || true   # it was stopped while it ran
settle
build completed
expect '"repositoriesRead": 1' "$(api api/schedules/nightly/runs/nightly/statistics)"
expect '<html' "$(api runs/nightly)"

step 'an alert when a build fails' 3
[ -z "$(ask_cron)" ] || fail 'an alert without a reason'
mv /srv/src /srv/away
build failed
expect 'the last build of a schedule failed' "$(ask_cron)"
expect 'dataforge_schedule_last_failed{otel_scope_name="DataForge",schedule="nightly"} 1' "$(api metrics)"
expect 'Why it failed' "$(api runs/nightly)"
expect '/srv/src' "$(grep '^dataforge:' /var/log/dataforge.log)"
mv /srv/away /srv/src
build completed
[ -z "$(ask_cron)" ] || fail 'an alert after the build was repaired'
systemctl stop
expect 'curl:' "$(ask_cron 2>&1)"
systemctl start
ready

# The package's own service of PostgreSQL, begun anew.
postgres=$(basename /usr/lib/postgresql/*)
pg_dropcluster --stop "$postgres" main 2>/dev/null || true
pg_createcluster "$postgres" main --start >/dev/null
step 'a database' 4
step 'its instances' 5
expect ok "$(api readyz)"
build completed

# A second one here, at another port.
sed '1a "listen": "127.0.0.1:8711",' /etc/dataforge/service.json >/etc/dataforge/second.json
PGPASSWORD=change-me setpriv --reuid=dataforge --regid=dataforge --init-groups /opt/dataforge/dataforge serve \
  --config /etc/dataforge/second.json </dev/null >>/var/log/dataforge-second.log 2>&1 &
second=$!
port=8711
ready
expect '"completed"' "$(api api/history)"
kill -KILL "$(</run/dataforge.pid)"
build completed
kill -TERM "$second"
wait "$second"
port=8710
systemctl start
ready
before=$(api api/history)

step 'backup' 6
ready
build completed
rm -rf /var/lib/dataforge/workspace/runs
su postgres -c 'psql -q dataforge' <<<'DELETE FROM attempts; DELETE FROM due_times;'

step 'restore' 7
ready
[ "$(api api/history)" = "$before" ] || fail "the history is not that of the backup: $(api api/history)"
build completed
systemctl stop
expect 'service stopped' "$(tail -n 3 /var/log/dataforge.log)"
