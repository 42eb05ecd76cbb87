#!/usr/bin/env bash
# Fills the cache with what up.sh needs: `cache.sh [dns]`. Each part is made once, in a folder that gets its name when it
# is complete; the name has a hash of the part's sources. Modules come from wherever Go is set up to take them.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
cache_folders
mkdir -p "$CACHE"
exec 8>"$CACHE/lock"
flock 8 # another cluster's start may be filling it
rm -rf "$CACHE"/tmp.*

# made FOLDER WHAT COMMAND...: calls COMMAND with the folder to fill
made() {
  local dir=$1 what=$2 tmp
  shift 2
  [ ! -d "$dir" ] || return 0
  say "making $what"
  tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
  mkdir "$tmp/go" "$tmp/out"
  GOTMPDIR=$tmp/go "$@" "$tmp/out"
  chmod 755 "$tmp/out"
  mv -T "$tmp/out" "$dir"
  rm -rf "$tmp"
}
room() { # room MIB: for the first build, in the cache
  local free
  free=$(df -Pm "$CACHE" | awk 'END { print $4 }')
  [ "$free" -ge "$1" ] || cannot "$free MiB are free in $CACHE, the first build needs $1"
  [ "$TOTAL" -ge 3500 ] || cannot "$TOTAL MiB of memory, linking Kubernetes needs 3500"
}
go_build() { (cd "$HERE/$1" && GOWORK=off CGO_ENABLED=0 go build -trimpath -buildvcs=false "${@:2}"); }
tools() { go_build tools -ldflags='-s -w' -o "$1/" ./...; }
hyperkube() {
  room 3000
  GOWORK=off "$HERE/hyperkube/build.sh" "$1/hyperkube"
  ln -s hyperkube "$1/kubectl"
}
coredns() { go_build coredns -tags grpcnotrace -ldflags='-s -w' -o "$1/coredns" .; }

made "$TOOLS" "tools" tools
made "$DEBIAN" "the node's Debian packages" "$HERE/debian.sh"
made "$IMAGE_DIR" "images" "$HERE/images.sh"
made "$HYPERKUBE" "Kubernetes (about 10 minutes of CPU, once)" hyperkube
[ "${1:-}" != dns ] || made "$COREDNS" "CoreDNS" coredns
