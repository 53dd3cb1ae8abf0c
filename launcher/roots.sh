# Debian roots under artifacts/roots, made by debootstrap and entered by chroot. Sourced by the checks that need them.

mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
roots="$artifacts/roots"

impossible() { say "dataforge: $*"; exit 2; }

require_roots() {
  [ "$(id -u)" -eq 0 ] || impossible "it must run as root (debootstrap, chroot, mount)"
  command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null 2>&1 ||
    impossible "debootstrap is not there and could not be installed"
}

# Where .NET is installed on this machine.
dotnet_folder() { dirname "$(readlink -f "$(command -v dotnet)")"; }

leave_root() { # NAME: takes every mount out of it
  local point
  while read -r point; do
    umount -l "$point" || true
  done < <(awk -v under="$roots/$1/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | sort -r)
}

# An empty Debian: the packages that every Debian has, and certificates or what else is named.
bootstrap_root() { # NAME SUITE [PACKAGE,…]
  local target="$roots/$1"
  [ ! -x "$target/usr/bin/apt-get" ] || return 0
  say "Making a Debian $2 in artifacts/roots/$1 …"
  leave_root "$1"
  ! grep -qF " $target/" /proc/self/mounts || impossible "$target has mounts in it that do not go"
  rm -rf "$target"
  mkdir -p "$roots"
  debootstrap --variant=minbase --include="${3-ca-certificates}" "$2" "$target" "$mirror" >"$target.log" 2>&1 ||
    impossible "debootstrap of $2 from $mirror failed: $(tail -n 1 "$target.log") ($target.log)"
  printf 'APT::Install-Recommends "false";\nAPT::Keep-Downloaded-Packages "false";\n' >"$target/etc/apt/apt.conf.d/90dataforge"
}

# /proc, this machine's names of hosts, and folders of this machine at the same paths, to be read only.
enter_root() { # NAME FOLDER …
  local name=$1 folder
  shift
  leave_root "$name"
  cp /etc/resolv.conf /etc/hosts "$roots/$name/etc/"
  mount -t proc proc "$roots/$name/proc" || impossible "mounting /proc into artifacts/roots/$name failed"
  for folder in "$@"; do
    [ ! -d "$folder" ] || bind_read_only "$name" "$folder"
  done
}

# Binds a folder of this machine, read only, at the same path in the root.
bind_read_only() { # NAME FOLDER
  local target="$roots/$1"
  mkdir -p "$target$2"
  mount --bind "$2" "$target$2" && mount -o remount,bind,ro "$target$2" || impossible "mounting $2 into artifacts/roots/$1 failed"
}
