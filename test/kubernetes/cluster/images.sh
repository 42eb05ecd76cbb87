#!/usr/bin/env bash
# images.sh FOLDER: makes there the images that a node imports, with no registry: Debian's static busybox under the name
# that manifests use, and pause. Called by cache.sh.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
cache_folders
w=$1/roots
path='"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'

mkdir -p "$w/pause"
cp "$TOOLS/pause" "$w/pause/"
"$TOOLS/clustertool" image "$1/pause.tar" "$w/pause" "{$path,\"Entrypoint\":[\"/pause\"],\"User\":\"65535:65535\"}" localhost/pause:1

b=$w/busybox
mkdir -p "$b"/{bin,etc,root,tmp,var/tmp,var/www,home,usr/bin,usr/sbin,sbin,dev,proc,sys,lib}
chmod 1777 "$b/tmp" "$b/var/tmp"
cp "$DEBIAN/usr/bin/busybox" "$b/bin/"
for a in $("$b/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$b/bin/$a"; done
ln -s ../../bin/env "$b/usr/bin/env"
printf '%s\n' root:x:0:0:root:/root:/bin/sh www-data:x:33:33:www-data:/var/www:/bin/false nobody:x:65534:65534:nobody:/home:/bin/false >"$b/etc/passwd"
printf '%s\n' root:x:0: www-data:x:33: nogroup:x:65534: >"$b/etc/group"
"$TOOLS/clustertool" image "$1/busybox.tar" "$b" "{$path,\"Cmd\":[\"sh\"]}" docker.io/library/busybox:1.36 docker.io/library/busybox:latest
rm -r "$w"
