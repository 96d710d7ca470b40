#!/usr/bin/env bash
# Builds the Dockerfile as it is, without Docker, a registry of images or a network of its own.
#   build-image.sh <name of the image> [<more options of buildah bud>…]
set -euo pipefail
image=$1
shift
cd "$(dirname "$0")/../.."

# How this machine's npm reaches its registry.
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
echo "registry=$(npm config get registry)" >"$settings"
mounts=(--volume "$settings:/root/.npmrc:ro")
cafile=${NODE_EXTRA_CA_CERTS:-$(npm config get cafile)}
if [ "$cafile" != null ]; then
  echo "cafile=$cafile" >>"$settings"
  mounts+=(--volume "$cafile:$cafile:ro")
fi
buildah bud --pull-never --isolation chroot --network host --format docker --timestamp 0 "${mounts[@]}" --tag "$image" "$@" .
