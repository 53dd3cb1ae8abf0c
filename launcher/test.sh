# Runs the tests: all projects and a sum, or one project with a filter. Sourced by ./dataforge.

test_projects=(Python.Tests Parquet.Tests Corpus.Tests Crawler.Tests Cleaner.Tests Dedup.Tests Pretrain.Tests TorchSharp.Tests
  Inspection.Tests Evaluation.Tests Orchestrator.Tests Service.Tests Forge.Tests EndToEnd.Tests)

# Reasons for which a test may skip even where every optional part is required: they depend on the processor, a GPU, the version of libtorch,
# files beside the project, or the test is a child process or a long proof. Any other reason names a missing tool.
allowed_skips='as a child process|takes minutes|takes hours|DATAFORGE_|no GPU|has a GPU|libtorch .* has no|the reference tensors|not beside the project|are not there|is not here|no transformers|no right to mount|other Unicode|Unicode'

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

run_all_projects() {
  local total=0 failed=0 skipped=0 status=0 start=$SECONDS
  for project in "${test_projects[@]}"; do
    say "== $project"
    local begun=$SECONDS code=0
    run_project "$project" || code=$?
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
    say "   $((SECONDS - begun)) s"
  done
  [ "$failed" -eq 0 ] || status=1
  echo "All of it took $((SECONDS - start)) s."
  echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
  exit "$status"
}
