# The blocks of commands in README and docs, those that take minutes too, in a fresh clone. Sourced by ./dataforge.

check_docs() {
  require_basics
  install_test_needs
  build_once solution DataForge.sln
  # Not local: the trap needs it when the function has ended.
  docs_clone=$(mktemp -d)
  trap 'rm -rf "$docs_clone"' EXIT
  git clone -q "$root" "$docs_clone/project"
  DATAFORGE_TEST_DOCS="$docs_clone/project" dotnet "$artifacts/bin/EndToEnd.Tests/release/DataForge.EndToEnd.Tests.dll" -noColor -noLogo \
    -showLiveOutput -class DataForge.EndToEnd.Tests.DocumentationTests
}
