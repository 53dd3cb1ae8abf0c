# Builds once: a stamp newer than every source file means that there is nothing to do. Sourced by ./dataforge.

sources_changed() { # stamp
  [ ! -e "$1" ] || [ -n "$(find "$root" \( -path "$artifacts" -o -path "$root/.git" -o -path "$root/workspace" -o -name node_modules \) -prune \
    -o -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.cpp' -o -name '*.sln' -o -name '*.sh' -o -name 'global.json' \
    -o -path '*/Assets/*' -o -path '*/Licenses/*' \) -newer "$1" -print -quit)" ]
}

# Builds a project (or the solution) with the native shim, unless the stamp of that name is fresh.
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
    for project in "$@"; do
      if ! dotnet build "$root/$project" -c Release -v q --nologo -clp:NoSummary -p:RestoreLockedMode=true 9>&- >"$artifacts/build.log" 2>&1; then
        cat "$artifacts/build.log" >&2
        say 'dataforge: the build failed.'
        exit 1
      fi
    done
    mv "$stamp.new" "$stamp"
  ) 9>"$artifacts/stamps/lock" || exit $?
}
