# Runs every test project and sums up. Sourced by ./dataforge.

npm_packages=(@duckdb/node-api@1.5.6-r.1 parquet-wasm@0.8.0 hyparquet@1.31.5 hyparquet-compressors@1.1.2 @huggingface/tokenizers@0.2.0 spdx-license-list@6.12.0 pyodide@314.0.7
  @octokit/openapi@23.0.2 @octokit/fixtures@23.1.2 @stoplight/prism-cli@5.14.2)

install_test_needs() {
  # shellcheck disable=SC2046
  install_packages $(missing_test_packages)
  install_postgres
  local stamp="$artifacts/npm/stamp"
  if [ "$(cat "$stamp" 2>/dev/null)" != "${npm_packages[*]}" ]; then
    say "Installing independent readers from npm …"
    mkdir -p "$artifacts/npm"
    if npm install --ignore-scripts --no-audit --no-fund --prefix "$artifacts/npm" "${npm_packages[@]}" >"$artifacts/npm.log" 2>&1; then
      printf '%s' "${npm_packages[*]}" >"$stamp"
    else
      tail -n 3 "$artifacts/npm.log" >&2
      say 'dataforge: npm could not install the independent readers; the tests that need them will be skipped.'
    fi
  fi
}

run_tests() { # [test project names, such as Corpus.Tests]
  require_dotnet
  install_test_needs
  build_once solution DataForge.sln
  local projects=("$@")
  [ ${#projects[@]} -gt 0 ] || projects=(Python.Tests Parquet.Tests Corpus.Tests Crawler.Tests Cleaner.Tests Dedup.Tests Pretrain.Tests Inspection.Tests Orchestrator.Tests Forge.Tests EndToEnd.Tests)
  local total=0 failed=0 skipped=0 status=0 start=$SECONDS
  for project in "${projects[@]}"; do
    say "== $project"
    local log="$artifacts/test-$project.log" begun=$SECONDS code=0
    dotnet "$artifacts/bin/$project/release/DataForge.$project.dll" -noColor -noLogo >"$log" 2>&1 || code=$?
    grep -vE '^ *(Discover|Start|Finish|===)' "$log" || true
    local line
    line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1 || true)
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
