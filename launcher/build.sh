# Builds once: a stamp newer than every source file means that there is nothing to do. Sourced by ./dataforge.

sources_changed() { # stamp
  [ ! -e "$1" ] || [ -n "$(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -path "$root/workspace" -o -name node_modules \) -prune \
    -o -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.cpp' -o -name '*.sln' -o -name '*.sh' -o -name 'global.json' \
    -o -path '*/Assets/*' -o -path '*/Licenses/*' \) -newer "$1" -print -quit)" ]
}

# The packages are restored and no list of packages changed since: a restore would only read them again.
is_restored() { # project folder
  local assets="$artifacts/obj/$(basename "$1")/project.assets.json"
  [ -e "$assets" ] && [ -z "$(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -name node_modules \) -prune \
    -o -type f \( -name '*.csproj' -o -name '*.props' -o -name packages.lock.json -o -name global.json \) -newer "$assets" -print -quit)" ]
}

# Assemblies that a quick build compiled without the style's analyzers are compiled again by the next full build.
compile_unchecked_again() {
  [ -e "$artifacts/stamps/unchecked" ] || return 0
  xargs -r -d '\n' rm -f <"$artifacts/stamps/unchecked"
  rm -f "$artifacts/stamps/unchecked"
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
    require_dotnet
    # shellcheck disable=SC2046
    install_packages $(missing_packages)
    # Sources changed while it builds must not look built.
    touch "$stamp.new"
    say 'Building DataForge (once; a minute or two) …'
    if ! "$root/Pretrain/Torch/native/build.sh" "$artifacts/native" >"$artifacts/native.log" 2>&1; then
      tail -n 20 "$artifacts/native.log" >&2
      say 'dataforge: the libtorch shim did not compile (artifacts/native.log); training and generating will not work.'
      exit 1
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
      [ -z "${quick-}" ] || find "$artifacts/obj" -path '*/release/DataForge.*.dll' -newer "$stamp.new" >>"$artifacts/stamps/unchecked"
    done
    mv "$stamp.new" "$stamp"
  ) 9>"$artifacts/stamps/lock" || exit $?
}
