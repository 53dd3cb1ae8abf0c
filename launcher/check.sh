# Long proofs: the test suite's own checks at full size. Sourced by ./dataforge.

list_checks() {
  cat <<'LIST'
./dataforge check NAME [FOLDER …]   FOLDERs hold Python code; default: where python3 imports from
  parser          verdicts against CPython's ast.parse on every file, and on 100,000 mutated ones
  parser-fuzz     the lexer and the parser on mutated files for ten minutes
  parquet-fuzz    1,000,000 mutated Parquet files
  parquet-readers round trips of 1,000,000 rows through DuckDB, parquet-wasm and hyparquet
  libraries       both libraries packed, and used by programs outside the solution
  tokenizer       ids against Hugging Face's on 10,000 files
  licenses        licences against Debian's declarations, all of them
  licenses-generated   1,000 near misses of permissive licences and 1,000 harmless changes, from generators
  secrets         3,000 planted secrets and 3,000 look-alikes, from generators
  redaction       Python's standard library, redacted: it parses, and its own tests pass on it; a python3 that has its tests can be named
                  in place of FOLDERs
  rules           the rules against their transcription in Python, on every file
  dedup           duplicates against brute force, at four thresholds
  inspection      explain, stats and verify (with 50 planted faults) on a build of the FOLDERs
  dashboard       1,000 runs of 1,000 events and one of 1,000,000 open in under 2 s and 300 MB; a real run in progress, shown in Debian's
                  Chromium with the figures of stats; screenshots in artifacts/dashboard
  training        a step beside the same computation in plain PyTorch; memory over 5,000 steps
  libtorch        the training tests with newer libtorch, transformers and CUDA's build, in Debian roots (root, network, 15 GB);
                  trixie, sid or cuda in place of FOLDERs runs that part
  fresh           on Debian 12 and 13 without root: quickstart from the source folder, the .NET tool, the archive and the image, with the
                  same dataset as here, and the tests (root, network, 8 GB); in place of FOLDERs
                  [FORGE] [bookworm|trixie …] [source|tool|archive|image|test …]: where the pinned repositories are, systems, parts
  forge           crawls of a forge of 25,000 repositories; others killed 20 times, one of two on a shared catalog too
  forge-hostile   a blob of 1 GiB, from git and by hand, with and without partial fetches (3 GB of temporary disk)
  forge-limits    discovery of 25,000 repositories within GitHub's limits, with faults
  optout          an opt-out killed 20 times; 200 workspaces drawn from seeds
  serve           the service's schedules over 10,000 simulated hours of crashes, restarts and changes of clocks, five times; a service
                  that crawls a forge every minute and is killed; two services on one PostgreSQL; SIGTERM in each stage;
                  2,000 idle connections (16 minutes)
  soak            a service that is killed, paused and starved, with clocks that jump, for 60 minutes and 20 runs or more; in place of FOLDERs
                  the number of minutes (root)
  slurm           submit with arrays of 4 on Slurm, two nodes on this machine; tasks killed; a training of 2 processes (Debian 12, network)
  metrics         the page of metrics and the manual's alerts by Prometheus's own tool; metrics and spans over OTLP (Debian, network)
  operating       docs/operating.md followed by its own commands on a Debian of its own: service, alert, second instance, backup
                  (root, network, 3 GB)
  passk           confidence intervals of pass@k on simulated problems, 29 settings of 3,000 runs
  evaluation      the sandbox on all hostile programs; every set's references, empty completions and constants, and every cheat on
                  every problem of HumanEval; names of sets in place of FOLDERs run those sets alone
  load            verdicts of 3,280 samples, quiet, beside 16 busy processes, and with twice the workers
  docs            the blocks of commands in README and docs, in a fresh clone: a quickstart and the tests among them
  bench NAME …    a benchmark (its own arguments follow); without a NAME it lists them
LIST
}

# Packages from Debian, unpacked and not installed; prints the folder.
unpack_packages() { # NAME PACKAGE…
  local folder="$artifacts/$1"
  shift
  if [ ! -e "$folder/complete" ]; then
    mkdir -p "$folder"
    (cd "$folder" && apt-get -qq download "$@" 2>/dev/null) &&
      for package in "$folder"/*.deb; do dpkg -x "$package" "$folder" || return; done && touch "$folder/complete" || return
  fi
  printf '%s\n' "$folder"
}

# Runs some tests of one project with the environment as given.
check_tests() { # project filter…
  local project=$1
  shift
  require_basics
  install_test_needs
  build_once solution DataForge.sln
  exec dotnet "$artifacts/bin/$project/release/DataForge.$project.dll" -noColor -noLogo -showLiveOutput "$@"
}

run_check() {
  source "$root/launcher/test.sh"
  local name=${1-}
  [ $# -eq 0 ] || shift
  local folders
  folders=$(IFS=:; echo "$*")
  case "$name" in
    parser)
      : "${folders:=$(python3 -c 'import os; print(os.path.dirname(os.__file__))')}"
      DATAFORGE_TEST_PARSER_FILES="$folders" DATAFORGE_TEST_PARSER_MUTATIONS="${DATAFORGE_TEST_PARSER_MUTATIONS:-100000}" \
        check_tests Python.Tests -class DataForge.Python.Tests.CPythonAgreementTests
      ;;
    parser-fuzz)
      DATAFORGE_TEST_PARSER_FUZZ_SECONDS="${DATAFORGE_TEST_PARSER_FUZZ_SECONDS:-600}" check_tests Python.Tests -class DataForge.Python.Tests.PythonFuzzTests
      ;;
    parquet-fuzz)
      DATAFORGE_TEST_FUZZ="${DATAFORGE_TEST_FUZZ:-1000000}" check_tests Parquet.Tests -class DataForge.Parquet.Tests.MutationTests
      ;;
    parquet-readers)
      DATAFORGE_TEST_LONG=1 check_tests Parquet.Tests -class DataForge.Parquet.Tests.OtherReadersTests
      ;;
    libraries)
      source "$root/launcher/libraries.sh"
      check_libraries "$@"
      ;;
    tokenizer)
      DATAFORGE_TEST_CONFORMANCE_FILES="${DATAFORGE_TEST_CONFORMANCE_FILES:-10000}" check_tests Pretrain.Tests -class DataForge.Pretrain.Tests.Tokenizer.ConformanceTests
      ;;
    rules)
      DATAFORGE_TEST_ALL=1 check_tests Cleaner.Tests -class DataForge.Cleaner.Tests.Rules.RecipesAgreementTests
      ;;
    dedup)
      [ -z "$folders" ] || export DATAFORGE_TEST_FOLDERS="$folders"
      DATAFORGE_TEST_LONG=1 check_tests Dedup.Tests -class DataForge.Dedup.Tests.RealCorpusTests
      ;;
    training)
      check_tests Pretrain.Tests -class DataForge.Pretrain.Tests.Training.CpuSpeedTests -explicit only
      ;;
    libtorch)
      source "$root/launcher/libtorch.sh"
      check_libtorch "$@"
      ;;
    docs)
      source "$root/launcher/docs.sh"
      check_docs
      ;;
    fresh)
      source "$root/launcher/fresh.sh"
      check_fresh "$@"
      ;;
    forge)
      export DATAFORGE_TEST_FORGE_REPOSITORIES=25000 DATAFORGE_TEST_FORGE_CONTENT=300 DATAFORGE_TEST_FORGE_KILLS=20 DATAFORGE_TEST_FORGE_SHARED_KILLS=20
      check_tests EndToEnd.Tests -namespace DataForge.EndToEnd.Tests.GitHub
      ;;
    forge-hostile)
      DATAFORGE_TEST_FORGE_LARGE_BLOB="${DATAFORGE_TEST_FORGE_LARGE_BLOB:-1073741824}" check_tests Crawler.Tests -class DataForge.Crawler.Tests.Fetch.LargeBlobTests
      ;;
    forge-limits)
      DATAFORGE_TEST_FORGE_REPOSITORIES=25000 check_tests Crawler.Tests -class DataForge.Crawler.Tests.GitHub.ForgeDiscoveryTests \
        -class DataForge.Crawler.Tests.GitHub.ForgeLimitTests -class DataForge.Crawler.Tests.GitHub.ForgeFaultTests
      ;;
    optout)
      DATAFORGE_TEST_OPTOUT_SOAK=20 DATAFORGE_TEST_OPTOUT_SEEDS=200 check_tests EndToEnd.Tests -namespace DataForge.EndToEnd.Tests.OptOut
      ;;
    serve)
      export DATAFORGE_TEST_SIMULATED_HOURS="${DATAFORGE_TEST_SIMULATED_HOURS:-10000}" DATAFORGE_TEST_SIMULATIONS="${DATAFORGE_TEST_SIMULATIONS:-5}"
      export DATAFORGE_TEST_SERVE_CRON="${DATAFORGE_TEST_SERVE_CRON:-* * * * *}" DATAFORGE_TEST_SERVE_SHARED=1 DATAFORGE_TEST_SERVE_STOP=1 \
        DATAFORGE_TEST_SERVE_IDLE=1
      local hosting=DataForge.Service.Tests.Hosting
      check_tests Service.Tests -diagnostics -class DataForge.Service.Tests.Ledger.SimulatedMonthsTests -class "$hosting.ForgeScheduleTests" \
        -class "$hosting.SharedServeTests" -class "$hosting.ServeStopTests" -class "$hosting.ServeConnectionsTests"
      ;;
    soak)
      DATAFORGE_TEST_SOAK_MINUTES="${1:-60}" check_tests Service.Tests -class DataForge.Service.Tests.Soak.SoakTests
      ;;
    slurm)
      DATAFORGE_TEST_SLURM="$(unpack_packages slurm slurmctld slurmd slurm-client slurm-wlm-basic-plugins)" \
        check_tests EndToEnd.Tests -class DataForge.EndToEnd.Tests.Submitting.SubmitTests
      ;;
    metrics)
      unpack_packages prometheus prometheus >/dev/null || { say 'dataforge: the package prometheus could not be downloaded.'; exit 2; }
      check_tests Service.Tests -namespace DataForge.Service.Tests.Telemetry
      ;;
    operating)
      source "$root/launcher/operating.sh"
      check_operating
      ;;
    passk)
      DATAFORGE_TEST_PASSK_FULL=1 check_tests Evaluation.Tests -class DataForge.Evaluation.Tests.Scores.ScoreIntervalTests
      ;;
    evaluation)
      export DATAFORGE_TEST_EVALUATION_FULL=1
      if [ $# -gt 0 ]; then
        DATAFORGE_TEST_EVALUATION_SETS="$*" check_tests Evaluation.Tests -diagnostics \
          -method DataForge.Evaluation.Tests.Sets.BenchmarkSetTests.SelfTest_ofTheSetsOwnFile_passes
      fi
      check_tests Evaluation.Tests -diagnostics -namespace DataForge.Evaluation.Tests.Sandbox \
        -namespace DataForge.Evaluation.Tests.Sets -namespace DataForge.Evaluation.Tests.Scoring
      ;;
    load)
      DATAFORGE_TEST_EVALUATION_LOAD="${DATAFORGE_TEST_EVALUATION_LOAD:-164}" check_tests Evaluation.Tests -diagnostics \
        -class DataForge.Evaluation.Tests.Scoring.LoadTests
      ;;
    licenses)
      DATAFORGE_TEST_LICENSES=1 check_tests Cleaner.Tests -class DataForge.Cleaner.Tests.Licenses.DebianAgreementTests
      ;;
    licenses-generated)
      DATAFORGE_TEST_GENERATED="${DATAFORGE_TEST_GENERATED:-1000}" check_tests Cleaner.Tests \
        -class DataForge.Cleaner.Tests.Licenses.GeneratedNearMissTests -class DataForge.Cleaner.Tests.Licenses.GeneratedHarmlessTests
      ;;
    secrets)
      DATAFORGE_TEST_GENERATED="${DATAFORGE_TEST_GENERATED:-3000}" check_tests Cleaner.Tests -class DataForge.Cleaner.Tests.Redaction.GeneratedSecretsTests
      ;;
    redaction)
      [ -z "$folders" ] || export DATAFORGE_TEST_PYTHON="$folders"
      check_tests Cleaner.Tests -class DataForge.Cleaner.Tests.Redaction.RedactedLibraryTests -explicit only
      ;;
    dashboard)
      export DATAFORGE_TEST_DASHBOARD_RUNS=1000 DATAFORGE_TEST_DASHBOARD_EVENTS=1000000 DATAFORGE_TEST_BROWSER="$artifacts/dashboard"
      (check_tests Inspection.Tests -class DataForge.Inspection.Tests.Dashboard.ManyRunsTests)
      [ -x /usr/bin/chromium ] || say 'There is no Chromium here (apt-get install chromium), so nothing is shown in a browser.'
      check_tests Service.Tests -class DataForge.Service.Tests.Dashboard.BrowserTests
      ;;
    inspection)
      : "${folders:=/usr/lib/python3/dist-packages}"
      export DATAFORGE_TEST_FOLDERS="$folders"
      (check_tests Inspection.Tests -class DataForge.Inspection.Tests.Explanation.FileExplanationTests \
        -class DataForge.Inspection.Tests.Verification.RunVerifierTests)
      check_tests EndToEnd.Tests -class DataForge.EndToEnd.Tests.InspectionTests -class DataForge.EndToEnd.Tests.VerifyTests
      ;;
    bench)
      require_basics
      build_once solution DataForge.sln
      exec dotnet "$artifacts/bin/Benchmarks/release/DataForge.Benchmarks.dll" "$@"
      ;;
    *)
      list_checks
      [ -z "$name" ] || { say "dataforge: there is no check '$name'."; exit 2; }
      ;;
  esac
}
