# Packs the program, so that it can be used without this folder. Sourced by ./dataforge.

source "$root/launcher/roots.sh"
packages="$artifacts/packages"
staging="$artifacts/pack"

list_packages() {
  cat <<'LIST'
./dataforge pack PART …   packs into artifacts/packages
  tool      a .NET tool: dotnet tool install --global --source artifacts/packages DataForge
  archive   a .tar.gz that needs no .NET: unpack it and run dataforge-VERSION-linux-x64/dataforge
  image     a container image with git, as an OCI archive made without Docker (root, debootstrap, network)
  all       all of them
Each holds THIRD-PARTY-NOTICES.txt, and none is made where a package has no licence that is known.
LIST
}

program_property() { dotnet msbuild "$root/Orchestrator" -getProperty:"$1"; }

# The licences of all that is packed; with .NET's own where that is packed too.
write_notices() { # OUTPUT [FOLDER_OF_.NET]
  mkdir -p "$(dirname "$1")"
  quietly "$artifacts/notices.log" dotnet run "$root/launcher/notices.cs" -- "$root" "$@"
}

pack_tool() {
  say 'Packing the .NET tool …'
  write_notices "$staging/tool/THIRD-PARTY-NOTICES.txt"
  rm -rf "$artifacts/publish/Orchestrator"
  quietly "$artifacts/pack.log" dotnet pack "$root/Orchestrator" -c Release --no-build -v q --nologo -o "$packages" \
    -p:DeterministicTimestamp="$commit_time" -p:ThirdPartyNotices="$staging/tool/THIRD-PARTY-NOTICES.txt"
  packed "$packages/DataForge.$version.nupkg"
}

# The program with .NET beside it in dotnet/, where its start file looks for it (AppHostRelativeDotNet), and with libtorch.
stage_program() {
  local runtime framework nuget file
  [ ! -e "$program_folder/.complete" ] || return 0
  rm -rf "$program_folder" "$artifacts/publish/Orchestrator"
  mkdir -p "$program_folder/dotnet/host/fxr"
  quietly "$artifacts/pack.log" dotnet publish "$root/Orchestrator" -c Release --no-build -v q --nologo
  cp -r "$artifacts/publish/Orchestrator/release/." "$program_folder/"
  find "$program_folder" -name '*.pdb' -delete
  mv "$program_folder/DataForge.Orchestrator" "$program_folder/dataforge"
  runtime=$(program_property BundledNETCoreAppPackageVersion)
  cp -r "$(dotnet_folder)/host/fxr/$runtime" "$program_folder/dotnet/host/fxr/"
  # The frameworks that the program names: .NET's own, and ASP.NET's where it references that.
  for framework in $(grep -oE '"Microsoft\.[A-Za-z]+\.App"' "$program_folder/DataForge.Orchestrator.runtimeconfig.json" | tr -d '"' | sort -u); do
    [ -d "$(dotnet_folder)/shared/$framework/$runtime" ] || impossible "$framework $runtime is not in $(dotnet_folder); install it"
    mkdir -p "$program_folder/dotnet/shared/$framework"
    cp -r "$(dotnet_folder)/shared/$framework/$runtime" "$program_folder/dotnet/shared/$framework/"
  done
  nuget=$(program_property NuGetPackageRoot)
  for file in libtorch.so libtorch_cpu.so libc10.so 'libgomp-*.so.1' libLibTorchSharp.so; do
    # shellcheck disable=SC2086
    cp "$nuget"libtorch-cpu-linux-x64/*/runtimes/linux-x64/native/$file "$program_folder/" 2>/dev/null ||
      cp "$nuget"torchsharp/*/runtimes/linux-x64/native/$file "$program_folder/"
  done
  write_notices "$program_folder/THIRD-PARTY-NOTICES.txt" "$(dotnet_folder)"
  cp "$root/LICENSE" "$root/README.md" "$program_folder/"
  mkdir -p "$program_folder/docs"
  cp "$root"/docs/*.md "$root"/docs/dataforge.{1,service} "$root"/docs/*.{json,svg} "$program_folder/docs/"
  touch "$program_folder/.complete"
}

# The same files give the same bytes: sorted, of one owner, with the commit's time.
write_tar() { # FOLDER NAME … [OPTION …]
  tar -C "$1" --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$commit_time" --mode='u+rw,go-w,a+rX' \
    --exclude=.complete -cf - "${@:2}"
}

pack_archive() {
  say 'Packing the archive …'
  stage_program
  write_tar "$staging" "$(basename "$program_folder")" | gzip -n >"$packages/$(basename "$program_folder").tar.gz"
  packed "$packages/$(basename "$program_folder").tar.gz"
}

packed() { printf '%s  %s MB\n' "$1" "$(du -m "$1" | cut -f 1)"; }

run_pack() { # PART …
  local part version commit_time program_folder
  for part in "$@"; do
    case "$part" in
      tool|archive|image|all) ;;
      *) list_packages; say "dataforge: there is nothing called '$part' to pack."; exit 2 ;;
    esac
  done
  [ $# -gt 0 ] || { list_packages; return; }
  [ "$*" != all ] || set -- tool archive image
  require_basics
  build_once program Orchestrator
  version=$(program_property Version)
  commit_time=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}
  program_folder="$staging/dataforge-$version-linux-x64"
  mkdir -p "$packages"
  rm -f "$program_folder/.complete"
  [[ " $* " != *' image '* ]] || source "$root/launcher/image.sh"
  for part in "$@"; do "pack_$part"; done
}
