#!/usr/bin/env bash
# Everything about a GPU, on a machine that need have neither .NET nor a network: torch with CUDA (pip's or Debian's) and g++.
#
#   run.sh pack                where .NET is: artifacts/gpu.tar.gz, with the benchmark, the tests, .NET's runtime and the reference tensors
#   run.sh [PART] [OPTION …]   on the GPU's machine, from the packed file or a built checkout; PART is one of
#       golden       compiles the native library, then the golden tests and the tests that need a GPU, on the device
#       beside       tokens/s and MFU beside Hugging Face's GPT-Neo (eager) and a compiled GPT, and the logits against Hugging Face's
#       techniques   the same steps with each technique left out in turn
#       all          the three (default)
#   OPTIONs go to the benchmark: --batch 16 --steps 30 --rounds 3 --peak 989. With OUT set, what is printed also goes to $OUT/gpu-PART.md.
# Exit code 2: there is no GPU, no libtorch with CUDA, or no compiler; one line says which.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.." && pwd)
artifacts="$root/artifacts"
pack="$artifacts/gpu"
limit=$((64 << 20))

fail() { echo "run.sh: $*" >&2; exit 2; }

make_pack() {
  command -v dotnet >/dev/null || fail "packing needs the .NET SDK"
  local runtime project="$pack/project" bin="$pack/project/artifacts/bin" shared="$root/../shared"
  runtime=$(dirname "$(readlink -f "$(command -v dotnet)")")
  dotnet build -c Release -v q --nologo "$root/tests/Benchmarks"
  dotnet build -c Release -v q --nologo "$root/tests/Pretrain.Tests"
  rm -rf "$pack" "$artifacts/gpu.tar.gz"
  mkdir -p "$bin" "$pack/dotnet/shared/Microsoft.NETCore.App" "$project/Pretrain/Torch" "$project/tests/Benchmarks" "$project/tests/Pretrain.Tests"
  cp "$root/DataForge.sln" "$project/" # by which tests find the project
  cp -r "$root/tests/Benchmarks/gpu" "$project/tests/Benchmarks/"
  cp -r "$root/tests/Pretrain.Tests/reference" "$project/tests/Pretrain.Tests/"
  cp -r "$root/Pretrain/Torch/native" "$project/Pretrain/Torch/"
  local name
  for name in Benchmarks Pretrain.Tests; do
    cp -r "$artifacts/bin/$name/release" "$bin/$name"
    find "$bin/$name" -name '*.xml' -delete
    [ ! -d "$bin/$name/runtimes" ] || find "$bin/$name/runtimes" -mindepth 1 -maxdepth 1 ! -name linux-x64 -exec rm -r {} +
  done
  # The web framework is the forge's alone, which no GPU is measured with.
  sed -i '/"frameworks": \[/,/\]/c\    "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" },' "$bin/Benchmarks/DataForge.Benchmarks.runtimeconfig.json"
  cp -r "$runtime/dotnet" "$runtime/host" "$pack/dotnet/"
  cp -r "$runtime/shared/Microsoft.NETCore.App"/10.* "$pack/dotnet/shared/Microsoft.NETCore.App/"
  if [ -d "$shared/golden" ]; then
    mkdir -p "$pack/shared"
    cp -r "$shared/golden" "$pack/shared/"
  fi
  tar -C "$artifacts" -czf "$artifacts/gpu.tar.gz" gpu
  local size
  size=$(stat -c %s "$artifacts/gpu.tar.gz")
  [ "$size" -le "$limit" ] || fail "artifacts/gpu.tar.gz has $size bytes; no more than $limit can be carried"
  echo "artifacts/gpu.tar.gz: $((size >> 20)) MiB"
}

# Where the programs are: unpacked from the packed file, else in this checkout.
find_programs() {
  if [ -f "$artifacts/gpu.tar.gz" ]; then
    [ -d "$pack/dotnet" ] && [ "$pack/dotnet" -nt "$artifacts/gpu.tar.gz" ] || { rm -rf "$pack"; tar -C "$artifacts" -xzmf "$artifacts/gpu.tar.gz"; }
    export DOTNET_ROOT="$pack/dotnet"
    dotnet=$pack/dotnet/dotnet project=$pack/project
    benchmarks=$project/artifacts/bin/Benchmarks tests=$project/artifacts/bin/Pretrain.Tests
  else
    command -v dotnet >/dev/null || fail "there is neither artifacts/gpu.tar.gz (run.sh pack makes it) nor .NET"
    dotnet=dotnet project=$root benchmarks=$artifacts/bin/Benchmarks/release tests=$artifacts/bin/Pretrain.Tests/release
  fi
  [ -f "$benchmarks/DataForge.Benchmarks.dll" ] && [ -f "$tests/DataForge.Pretrain.Tests.dll" ] || fail "$benchmarks and $tests are not built"
}

build_shim() {
  export DATAFORGE_NATIVE="$artifacts/gpu-native"
  bash "$project/Pretrain/Torch/native/build.sh" "$DATAFORGE_NATIVE"
  grep -q ltorch_cuda "$DATAFORGE_NATIVE/libdataforge_torch.txt" || fail "the libtorch found has no CUDA: $(sed -n 's/^# //p' "$DATAFORGE_NATIVE/libdataforge_torch.txt")"
}

golden() {
  local class classes=()
  for class in Model.GoldenForwardTests Training.GoldenTrainingTests Training.GpuTests Torch.OperatorSchemaTests Model.TransformersTests; do
    classes+=(-class "DataForge.Pretrain.Tests.$class")
  done
  DATAFORGE_TEST_DEVICE=cuda "$dotnet" "$tests/DataForge.Pretrain.Tests.dll" -noColor -noLogo -showLiveOutput -parallel none "${classes[@]}"
}

bench() { # PART OPTION …
  local part=$1
  shift
  "$dotnet" "$benchmarks/DataForge.Benchmarks.dll" gpu --part "$part" "$@"
}

kept() { # NAME COMMAND …: what it prints is shown, and kept where OUT says
  local name=$1
  shift
  if [ -n "${OUT:-}" ]; then "$@" 2>&1 | tee "$OUT/gpu-$name.md"; else "$@"; fi
}

part=${1-all}
[ $# -eq 0 ] || shift
case "$part" in
  pack) make_pack ;;
  golden | beside | techniques | all)
    find_programs
    build_shim
    bench check # one line and exit code 2 where there is no GPU
    case "$part" in
      golden) kept golden golden ;;
      all) kept golden golden; kept beside bench beside "$@"; kept techniques bench techniques "$@" ;;
      *) kept "$part" bench "$part" "$@" ;;
    esac
    ;;
  *) fail "there is no part '$part': pack, golden, beside, techniques, all" ;;
esac
