#!/usr/bin/env bash
# Compiles the C++ files beside this script against the libtorch found on this machine.
#   usage: build.sh OUTPUT_DIR
# libtorch is looked for in: $LIBTORCH, `python3 -c "import torch"`, /usr/bin/python3's torch, Debian's libtorch-dev.
# Writes OUTPUT_DIR/libdataforge_torch.so and beside it libdataforge_torch.txt, which says what it was made of; does nothing
# when that file already says the same. Exits 2 with one line where there is no libtorch or no compiler.
set -euo pipefail

out=${1:?usage: build.sh OUTPUT_DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cxx=${CXX:-g++}

fail() { echo "build.sh: $*" >&2; exit 2; }
command -v "$cxx" >/dev/null || fail "no C++ compiler ($cxx); install g++, or name one in CXX"

# Asks one Python for its torch: "folder-with-include-and-lib|version|abi flag".
ask_python() {
  "$1" -c 'import os, torch
root = os.path.dirname(torch.__file__)
print(root, torch.__version__, int(torch._C._GLIBCXX_USE_CXX11_ABI), sep="|")' 2>/dev/null | tail -1
}

header_version() { # the version that these headers belong to; its macro is put together from parts, so ask the compiler
  printf '#include <torch/version.h>\nDFT TORCH_VERSION\n' | "$cxx" -E -x c++ -I"$1" -I"$1/torch/csrc/api/include" - 2>/dev/null |
    sed -n 's/^DFT //p' | tr -d '" '
}

mkdir -p "$out"
so=$out/libdataforge_torch.so
note=$out/libdataforge_torch.txt
source_hash=$( (cat "$here"/*.cpp "$here"/*.h "$here/build.sh"; ls -d /usr/include/gloo 2>/dev/null || true) | sha256sum | cut -d" " -f1)

# What a build is made of; the same text means that there is nothing to do. Asking a Python for its torch takes a second, so a
# second start trusts the folder in the note as long as the library there is the same.
note_for() { # LIB
  printf 'lib %s\nlibrary %s\nLIBTORCH %s\nsource %s\n' "$1" "$(stat -Lc '%s %Y' "$1/libtorch_cpu.so" 2>/dev/null)" "${LIBTORCH:-}" "$source_hash"
}
if [ -f "$so" ] && [ -f "$note" ]; then
  lib=$(sed -n 's/^lib //p' "$note")
  if [ "$(note_for "$lib")" = "$(grep -v '^#' "$note")" ]; then
    echo "libdataforge_torch.so is up to date ($(sed -n 's/^# //p' "$note"))"
    exit 0
  fi
fi

include= lib= version= abi=1 origin=
use_root() { # ROOT ABI ORIGIN: takes it when it has headers and libraries
  local root=$1
  [ -f "$root/include/ATen/ATen.h" ] && [ -e "$root/lib/libtorch_cpu.so" ] || return 1
  include=$root/include lib=$root/lib abi=$2 origin=$3
}

if [ -n "${LIBTORCH:-}" ]; then
  use_root "$LIBTORCH" "${LIBTORCH_CXX11_ABI:-1}" "LIBTORCH" || fail "LIBTORCH=$LIBTORCH has no include/ATen/ATen.h or lib/libtorch_cpu.so"
fi
for python in python3 /usr/bin/python3; do
  [ -z "$include" ] && command -v "$python" >/dev/null || continue
  found=$(ask_python "$python" || true)
  [ -n "$found" ] || continue
  IFS='|' read -r root _ flag <<<"$found"
  use_root "$root" "$flag" "$python's torch" || true
done
if [ -z "$include" ] && [ -f /usr/include/torch/csrc/api/include/torch/version.h ]; then
  for folder in /usr/lib/*-linux-gnu /usr/lib64 /usr/lib; do
    if [ -e "$folder/libtorch_cpu.so" ]; then
      include=/usr/include lib=$folder origin="the system's libtorch"
      break
    fi
  done
fi
[ -n "$include" ] || fail "no libtorch found; install libtorch-dev (with libopenblas0-openmp), or set LIBTORCH to its folder"
version=$(header_version "$include")
[ -n "$version" ] || fail "the headers in $include name no libtorch version"
link= cuda=
for folder in "$lib" "$(dirname "$(readlink -f "$lib/libtorch_cpu.so")")"; do # Debian's Python links to it only from the system's folder
  [ -e "$folder/libtorch_cuda.so" ] || continue
  link="-L$folder -ltorch_cuda -lc10_cuda" cuda=-DDFT_CUDA
  # pip has the headers of CUDA and NCCL in packages of their own, beside torch's: one for each library up to CUDA 12, nvidia/cu13 and the
  # others' own from then on; what these lack of the compiler's part (crt/) Triton brings. Debian has all in the compiler's own path.
  for headers in "$lib"/../../nvidia/*/include "${CUDA_HOME:-/usr/local/cuda}/include" "$lib"/../../triton/backends/nvidia/include; do
    [ -d "$headers" ] && cuda="$cuda -isystem $headers"
  done
  break
done
flags="-O3 -fPIC -shared -fno-math-errno -fno-trapping-math -Wno-deprecated-declarations -D_GLIBCXX_USE_CXX11_ABI=$abi"

echo "compiling libdataforge_torch.so against libtorch $version ($origin, $lib)"
rm -f "$note" "$so"
log=$(mktemp)
trap 'rm -f "$log" "$so.$$"' EXIT
first_log=
for with in ${cuda:+"$cuda"} ""; do # without CUDA's headers it still trains on a GPU, only without graphs, copies beside the computation, and NCCL
  for std in c++17 c++20; do # newer libtorch headers ask for C++20
    # shellcheck disable=SC2086
    if "$cxx" -std=$std $flags $with -I"$include" -I"$include/torch/csrc/api/include" "$here"/*.cpp -o "$so.$$" \
      -L"$lib" -Wl,-rpath,"$lib" -Wl,--no-as-needed -ltorch -ltorch_cpu $link -lc10 >"$log" 2>&1; then
      mv "$so.$$" "$so"
      if [ -n "$cuda" ] && [ -z "$with" ]; then
        printf '%s\n' "$first_log" >&2
        echo "build.sh: CUDA's headers are missing or do not fit (above): compiled without CUDA graphs, copies beside the computation, and NCCL" >&2
      fi
      { echo "# libtorch $version, $origin,${link:+ $link}${with:+ $with} $std"; note_for "$lib"; } >"$note"
      exit 0
    fi
    first_log=${first_log:-$(grep -m 3 error "$log" || true)}
  done
done
cat "$log" >&2
fail "the compiler failed (above)"
