# Pretrain's native library and tests with newer libtorch than this machine's, in Debian roots under artifacts/roots: trixie (2.6, also its
# build with CUDA) and sid (the newest, with transformers). Sourced by launcher/check.sh.

source "$root/launcher/roots.sh"

# A root with some packages; made once, and stamped with what is in it.
make_root() { # NAME SUITE PACKAGE …
  local name=$1 suite=$2 target="$roots/$1"
  shift 2
  [ "$(cat "$target.stamp" 2>/dev/null)" != "$*" ] || return 0
  bootstrap_root "$name" "$suite"
  echo "deb $mirror $suite main contrib non-free" >"$target/etc/apt/sources.list"
  enter_project "$name"
  { in_root "$name" apt-get update && in_root "$name" env DEBIAN_FRONTEND=noninteractive apt-get install -y "$@"; } >>"$target.log" 2>&1 ||
    { grep -q '^dpkg: error processing package nvidia-cudnn' "$target.log" && stub_cudnn "$name" >>"$target.log" 2>&1; } || impossible "packages for $suite could not be installed: $(tail -n 1 "$target.log") ($target.log)"
  printf '%s' "$*" >"$target.stamp"
}

# Debian's cuDNN package downloads the library from NVIDIA. Where that fails, functions that only fail stand in for it: enough to load.
stub_cudnn() { # NAME
  printf '#!/bin/sh\nexit 0\n' >"$roots/$1/var/lib/dpkg/info/nvidia-cudnn.postinst"
  # shellcheck disable=SC2016
  in_root "$1" bash -e -c 'dpkg --configure -a
    cd /tmp; lib=$(dirname "$(find /usr/lib -name "libtorch_cuda.so" | head -n 1)")
    nm -D --undefined-only "$lib"/libtorch*.so* 2>/dev/null | grep -oE "\bcudnn[A-Za-z0-9_]+@" | tr -d @ | sort -u | sed "s/.*/int &(void) { return 1; }/" >stub.c
    echo "libcudnn.so.9 { global: *; };" >map
    gcc -shared -fPIC -Wl,--version-script=map -Wl,-soname,libcudnn.so.9 -o "$lib/libcudnn.so.9" stub.c; ldconfig'
}

# The project, what lies beside it and .NET.
enter_project() { enter_root "$1" "$root" "$(cd "$root/.." && pwd)/shared" "$(dotnet_folder)"; }

in_root() { # NAME COMMAND …
  chroot "$roots/$1" env HOME=/root DATAFORGE_NATIVE=/opt/dataforge DOTNET_ROOT="$(dotnet_folder)" "${@:2}"
}

test_root() { # NAME filter…: compiles the native library against the root's libtorch and runs tests
  local name=$1 log="$roots/$1.tests"
  shift
  in_root "$name" bash "$root/Pretrain/Torch/native/build.sh" /opt/dataforge
  in_root "$name" "$(readlink -f "$(command -v dotnet)")" "$artifacts/bin/Pretrain.Tests/release/DataForge.Pretrain.Tests.dll" -noColor -noLogo "$@" >"$log" 2>&1 ||
    verdict=1
  grep -vE '^ *(Discover|Start|Finish|===)' "$log" | grep -E 'FAIL|Total:' -A 3 || true
}

wanted() { # PART: whether it is among those asked for; all are where none is named
  [ "${#parts[@]}" -eq 0 ] || [[ " ${parts[*]} " == *" $1 "* ]]
}

check_libtorch() { # [trixie|sid|cuda …]
  parts=("$@")
  require_roots
  require_dotnet
  build_once tests-pretrain tests/Pretrain.Tests
  trap 'leave_root trixie; leave_root sid; leave_root cuda' EXIT
  verdict=0
  local packages=(g++ binutils libtorch-dev python3-torch python3-numpy libopenblas0-openmp libgloo-dev procps)
  if wanted trixie; then
    say "== libtorch of trixie"
    make_root trixie trixie "${packages[@]}"
    enter_project trixie
    test_root trixie
  fi

  if wanted sid; then
    say "== libtorch of sid, with transformers"
    make_root sid sid "${packages[@]}" python3-transformers
    enter_project sid
    test_root sid
    local mode
    for mode in eager compiled; do
      in_root sid python3 "$root/tests/Benchmarks/gpu/reference.py" "$mode" "$(cd "$root/../shared" && pwd)/golden/tiny" 2 32 3 >"$roots/sid.$mode" 2>&1 &&
        [ "$(grep -c "^$mode " "$roots/sid.$mode")" -eq 3 ] && say "   reference.py $mode runs" || { verdict=1; tail -n 3 "$roots/sid.$mode" >&2; }
    done
  fi

  if wanted cuda; then
    say "== libtorch of trixie with CUDA, without a GPU"
    make_root cuda trixie g++ binutils libtorch-cuda-dev python3-torch-cuda python3-numpy nvidia-cuda-dev libnccl-dev libopenblas0-openmp libgloo-cuda-dev procps
    enter_project cuda
    test_root cuda
    grep -q DFT_CUDA "$roots/cuda/opt/dataforge/libdataforge_torch.txt" || { verdict=1; say "   it was compiled without CUDA"; }
  fi

  [ "$verdict" -eq 0 ] || { say "dataforge: check libtorch failed; the tests' output is in artifacts/roots/*.tests"; exit 1; }
  say "All good."
}
