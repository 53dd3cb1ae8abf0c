# Builds once: a stamp newer than every source file means that there is nothing to do. Sourced by ./dataforge.

sources_changed() { # stamp
  [ ! -e "$1" ] || [ -n "$(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -path "$root/workspace" -o -name node_modules \) -prune \
    -o -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.sln' -o -name 'global.json' \
    -o -name packages.lock.json -o -name '*.cpp' -o -name '*.h' -o -name '*.sh' -o -name '*.tsv' -o -path '*/Licenses/*' \
    -o -path '*/Evaluation/Python/*' \) -newer "$1" -print -quit)" ]
}

# The packages are restored, none was removed since (NuGet's folder emptied, or another home folder), and no list of packages changed: a restore
# would only read them again.
is_restored() { # project folder
  local objects="$artifacts/obj/$(basename "$1")" file
  local assets="$objects/project.assets.json"
  [ -e "$assets" ] && [ -e "$objects/project.nuget.cache" ] || return 1
  [ -z "$(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -name node_modules \) -prune \
    -o -type f \( -name '*.csproj' -o -name '*.props' -o -name packages.lock.json -o -name global.json \) -newer "$assets" -print -quit)" ] || return 1
  while read -r file; do
    [ -e "$file" ] || return 1
  done < <(grep -o '/[^"]*\.nupkg\.sha512' "$objects/project.nuget.cache")
}

# Assemblies that a quick build compiled without the style's analyzers are compiled again by the next full build.
compile_unchecked_again() {
  [ -e "$artifacts/stamps/unchecked" ] || return 0
  xargs -r -d '\n' rm -f <"$artifacts/stamps/unchecked"
  rm -f "$artifacts/stamps/unchecked"
}

# Compiles the native training engine's library, unless it is up to date.
compile_native_engine() {
  if ! "$root/Pretrain/Torch/native/build.sh" "$artifacts/native" >"$artifacts/native.log" 2>&1; then
    tail -n 20 "$artifacts/native.log" >&2
    say 'dataforge: the native training engine did not compile (artifacts/native.log).'
    exit 1
  fi
}

# ./dataforge native: compiles the native training engine, or prints the one command that installs what it needs.
build_native() {
  local missing
  missing=$(missing_native_packages | tr '\n' ' ')
  if [ -n "$missing" ]; then
    say "dataforge: the native training engine needs ${missing% }. Run this, then ./dataforge native again:"
    # shellcheck disable=SC2086
    print_install_command $missing
    exit 2
  fi
  mkdir -p "$artifacts"
  compile_native_engine
  tail -n 1 "$artifacts/native.log"
}

# NuGet keeps a package's archive beside the files it unpacked from it, and reads it no more: libtorch's would take 128 MB. What it writes last
# (.nupkg.metadata) is what tells it that a package is there.
remove_libtorch_archive() {
  local metadata
  for metadata in "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/libtorch-cpu-linux-x64/*/.nupkg.metadata; do
    [ ! -e "$metadata" ] || rm -f "${metadata%/*}"/*.nupkg
  done
}

# Builds a project (or the solution) with the native shim, unless the stamp of that name is fresh. With quick=1 it builds without the
# analyzers, for one project's tests: a full build runs them.
build_once() { # stamp project…
  local stamp="$artifacts/stamps/$1"
  shift
  sources_changed "$stamp" || return 0
  mkdir -p "$artifacts/stamps"
  (
    flock 9
    sources_changed "$stamp" || exit 0
    require_basics
    # Sources changed while it builds must not look built.
    touch "$stamp.new"
    say 'Building DataForge (once; a minute or two) …'
    if [ -z "$(missing_native_packages)" ]; then
      compile_native_engine
    else
      say 'No native training engine here (./dataforge native says what it needs); TorchSharp trains instead.'
    fi
    # The lock is not inherited (9>&-): a compiler server that outlives the build would hold it.
    [ -n "${quick-}" ] || compile_unchecked_again
    for project in "$@"; do
      local arguments=(-p:RestoreLockedMode=true)
      if [ -n "${quick-}" ]; then
        is_restored "$project" && arguments=(--no-restore)
        arguments+=(-p:RunAnalyzers=false)
      fi
      if ! DOTNET_TieredPGO=0 dotnet build "$root/$project" -c Release -v q --nologo -clp:NoSummary "${arguments[@]}" 9>&- \
          >"$artifacts/build.log" 2>&1; then
        cat "$artifacts/build.log" >&2
        say 'dataforge: the build failed.'
        exit 1
      fi
      remove_libtorch_archive
      [ -z "${quick-}" ] || find "$artifacts/obj" -path '*/release/DataForge.*.dll' -newer "$stamp.new" >>"$artifacts/stamps/unchecked"
    done
    mv "$stamp.new" "$stamp"
  ) 9>"$artifacts/stamps/lock" || exit $?
}
