# A container image as an OCI archive (https://github.com/opencontainers/image-spec), made without Docker: one layer of Debian with git,
# one with the program. Sourced by launcher/pack.sh.

image_suite=trixie
image_user=10001

# Debian, cleaned of what differs from one installation to the next; what Debian's archive holds that day is what it consists of.
make_image_base() {
  local target="$roots/image"
  require_roots
  bootstrap_root image "$image_suite" ca-certificates,git
  leave_root image
  [ ! -e "$target.stamp" ] || return 0
  (
    cd "$target"
    rm -rf var/cache/apt/* var/lib/apt/lists/* var/cache/ldconfig/* var/cache/debconf/*-old var/lib/dpkg/*-old var/log/* tmp/* run/* dev/* \
      etc/*- etc/hostname etc/resolv.conf etc/apt/apt.conf.d/90dataforge
    : >etc/machine-id
    # The day of the last change of a password.
    sed -i -E 's/^([^:]*:[^:]*:)[0-9]+:/\11:/' etc/shadow
    echo "dataforge:x:$image_user:$image_user:DataForge:/home/dataforge:/usr/sbin/nologin" >>etc/passwd
    echo "dataforge:x:$image_user:" >>etc/group
    echo 'dataforge:!:1::::::' >>etc/shadow
    install -d -o "$image_user" -g "$image_user" home/dataforge work
  )
  touch "$target.stamp"
}

digest() { sha256sum "$1" | cut -d ' ' -f 1; }

# Moves a file into the layout under its digest, and prints a descriptor of it.
add_blob() { # FILE MEDIA_TYPE [MORE_JSON]
  local name
  name=$(digest "$1")
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%s%s}' "$2" "$name" "$(stat -c %s "$1")" "${3-}"
  mv "$1" "$layout/blobs/sha256/$name"
}

# Compresses a layer's tar into the layout; sets diff_id to the tar's own digest and layer to its descriptor.
add_layer() { # TAR
  diff_id="\"sha256:$(digest "$1")\""
  gzip -n "$1"
  layer=$(add_blob "$1.gz" application/vnd.oci.image.layer.v1.tar+gzip)
}

pack_image() {
  local layout="$staging/image" created diff_id layer layers diff_ids config manifest
  say 'Packing the container image …'
  make_image_base
  stage_program
  rm -rf "$layout" "$staging/layer"
  mkdir -p "$layout/blobs/sha256" "$staging/layer/opt" "$staging/layer/usr/local/bin"

  tar -C "$roots/image" --format=gnu --sort=name --numeric-owner --mtime="@$commit_time" -cf "$staging/base.tar" .
  add_layer "$staging/base.tar"
  layers=$layer diff_ids=$diff_id

  cp -al "$program_folder" "$staging/layer/opt/dataforge"
  ln -s /opt/dataforge/dataforge "$staging/layer/usr/local/bin/dataforge"
  write_tar "$staging/layer" opt usr >"$staging/program.tar"
  add_layer "$staging/program.tar"
  layers="$layers,$layer" diff_ids="$diff_ids,$diff_id"

  created=$(date -u -d "@$commit_time" +%Y-%m-%dT%H:%M:%SZ)
  cat >"$staging/config.json" <<JSON
{"created":"$created","architecture":"amd64","os":"linux",
"config":{"User":"$image_user:$image_user","Env":["PATH=/usr/local/bin:/usr/bin:/bin","HOME=/home/dataforge","LANG=C.UTF-8"],
"Entrypoint":["/usr/local/bin/dataforge"],"WorkingDir":"/work","Volumes":{"/work":{}},
"Labels":{"org.opencontainers.image.title":"DataForge","org.opencontainers.image.version":"$version","org.opencontainers.image.licenses":"MIT"}},
"rootfs":{"type":"layers","diff_ids":[$diff_ids]},
"history":[{"created":"$created","created_by":"debootstrap $image_suite"},{"created":"$created","created_by":"dataforge pack image"}]}
JSON
  config=$(add_blob "$staging/config.json" application/vnd.oci.image.config.v1+json)
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' "$config" "$layers" \
    >"$staging/manifest.json"
  manifest=$(add_blob "$staging/manifest.json" application/vnd.oci.image.manifest.v1+json \
    ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"$version\",\"io.containerd.image.name\":\"docker.io/library/dataforge:$version\"}")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' "$manifest" >"$layout/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  write_tar "$layout" oci-layout index.json blobs >"$packages/dataforge-$version-image.tar"
  rm -rf "$staging/layer"
  packed "$packages/dataforge-$version-image.tar"
}
