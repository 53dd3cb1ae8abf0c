# Runs the tests: all projects and a sum, or one project with a filter. Sourced by ./dataforge.

# The longest first: two run at a time, and none is to be left over at the end.
test_projects=(EndToEnd.Tests Crawler.Tests Pretrain.Tests Dedup.Tests Evaluation.Tests TorchSharp.Tests Cleaner.Tests Inspection.Tests
  Service.Tests Parquet.Tests Python.Tests Orchestrator.Tests Forge.Tests Corpus.Tests ModelServer.Tests)

# Reasons for which a test may skip even where every optional part is required: they depend on the processor, a GPU, the version of libtorch,
# files beside the project, or the test is a child process or a long proof. Any other reason names a missing tool.
allowed_skips='as a child process|takes minutes|takes hours|DATAFORGE_|no GPU|has a GPU|libtorch .* has no|the reference tensors|not beside the project|are not there|is not here|no transformers|no right to mount|does not let bubblewrap run|other Unicode|Unicode'

# npm's packages, exactly as tests/npm/package-lock.json has them. What else is missing is named, and the tests that need it skip.
install_test_needs() {
  local missing
  missing=$( (missing_test_packages; missing_native_packages) | tr '\n' ' ')
  if [ -n "$missing" ]; then
    say "Not found here, so the tests that need them are skipped: ${missing% }."
  fi
  command -v npm >/dev/null || return 0
  local wanted="$root/tests/npm/package-lock.json" stamp="$artifacts/npm/stamp"
  if ! cmp -s "$wanted" "$stamp"; then
    say "Installing independent readers from npm …"
    mkdir -p "$artifacts/npm"
    cp "$root/tests/npm/package.json" "$wanted" "$artifacts/npm/"
    if npm ci --ignore-scripts --no-audit --no-fund --prefix "$artifacts/npm" >"$artifacts/npm.log" 2>&1; then
      cp "$wanted" "$stamp"
    else
      tail -n 3 "$artifacts/npm.log" >&2
      say 'dataforge: npm could not install the independent readers; the tests that need them will be skipped.'
    fi
  fi
}

# dataforge test                       all projects
# dataforge test PROJECT [FILTER …]    one project, built alone; FILTER goes to xunit's runner, such as -class NAME or -method '*name*'
# dataforge test --require-all [...]   a test that skips because an optional tool is missing fails
run_tests() {
  if [ "${1-}" = --require-all ]; then
    require_all=1
    shift
  fi
  require_basics
  if [ $# -gt 0 ]; then
    run_one_project "$@"
    return
  fi
  install_test_needs
  build_once solution DataForge.sln
  run_all_projects
}

# One project, without building the others' tests. A class may be named without its namespace.
run_one_project() { # PROJECT [FILTER …]
  local project=${1%.Tests}.Tests
  shift
  if [ ! -d "$root/tests/$project" ]; then
    say "dataforge: there is no test project '$project'. The projects: ${test_projects[*]}."
    exit 2
  fi
  local filter=()
  while [ $# -gt 0 ]; do
    filter+=("$1")
    if [[ $1 == -class && $# -gt 1 && $2 != *.* ]]; then
      filter+=("*.$2")
      shift
    fi
    shift
  done
  install_test_needs
  quick=1 build_once "test-$project" "tests/$project"
  run_project "$project" "${filter[@]}"
}

# Runs a project's tests; leaves the log in artifacts/test-PROJECT.log and fails where a test failed, or skipped without an allowed reason.
run_project() { # PROJECT [FILTER …]
  local project=$1 log="$artifacts/test-$1.log" code=0
  shift
  dotnet "$artifacts/bin/$project/release/DataForge.$project.dll" -noColor -noLogo "$@" >"$log" 2>&1 || code=$?
  grep -vE '^ *(Discover|Start|Finish|===)' "$log" || true
  if [ -n "${require_all-}" ]; then
    local missing
    missing=$(grep -A 1 ' \[SKIP\]$' "$log" | grep -vE ' \[SKIP\]$|^--$' | grep -vE "$allowed_skips" | sort -u || true)
    if [ -n "$missing" ]; then
      say "dataforge: $project skipped tests for want of a tool, and --require-all forbids that:"
      say "$missing"
      code=1
    fi
  fi
  return "$code"
}

# Many tests wait for processes and servers, so two projects run at a time where there are two cores. What each printed appears when it ends.
run_all_projects() {
  local total=0 failed=0 skipped=0 status=0 start=$SECONDS at_once=2
  [ "$(nproc)" -gt 1 ] || at_once=1
  rm -f "$artifacts"/test-*.result
  set -m # each project in a process group of its own: without it, the tests' processes would ignore Ctrl-C, which some tests send
  trap stop_projects INT TERM
  local project
  for project in "${test_projects[@]}"; do
    wait_until_running_below "$at_once"
    measure_project "$project" </dev/null &
  done
  wait_until_running_below 1
  [ "$failed" -eq 0 ] || status=1
  echo "All of it took $((SECONDS - start)) s."
  echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
  exit "$status"
}

stop_projects() {
  local job
  for job in $(jobs -p); do
    kill -INT -- "-$job" 2>/dev/null || true
  done
  wait
  exit 130
}

measure_project() { # PROJECT
  local begun=$SECONDS code=0
  run_project "$1" >"$artifacts/test-$1.out" 2>&1 || code=$?
  echo "$code $((SECONDS - begun))" >"$artifacts/test-$1.partial"
  mv "$artifacts/test-$1.partial" "$artifacts/test-$1.result"
}

wait_until_running_below() { # MOST
  while [ "$(jobs -rp | wc -l)" -ge "$1" ]; do
    wait -n || true
    count_finished
  done
  count_finished
}

# Prints what the projects that have ended printed, and adds to the sums of run_all_projects.
count_finished() {
  local result
  for result in "$artifacts"/test-*.result; do
    [ -e "$result" ] || continue
    local project=${result##*/test-} code seconds
    project=${project%.result}
    read -r code seconds <"$result"
    rm "$result"
    say "== $project"
    cat "$artifacts/test-$project.out"
    local line
    line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$artifacts/test-$project.log" | tail -n 1 || true)
    if [ -z "$line" ]; then
      say "dataforge: $project ended without a summary (exit code $code)."
      failed=$((failed + 1)); status=1
      continue
    fi
    # shellcheck disable=SC2206
    local n=(${line//[^0-9]/ })
    total=$((total + n[0])); failed=$((failed + n[1] + n[2])); skipped=$((skipped + n[3]))
    [ "$code" -eq 0 ] || status=1
    say "   $seconds s"
  done
}
