#!/usr/bin/env bash
# nodeFiles.sh NODE IP FOLDER: writes what a kubelet of another kind needs to join as NODE: kubelet.kubeconfig (for the
# control plane's own network: enter.sh network), kubelet-serving.crt and .key for its endpoint at IP, ca.crt.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
[ $# = 3 ] || die "usage: nodeFiles.sh NODE IP FOLDER"
[ -n "$(cluster_init)" ] || die "no cluster '$NAME' runs"
cache_folders
mkdir -p "$3"
"$TOOLS/clustertool" pki -dir "$STATE/pki" -internal-server "https://$GATEWAY:6443" -node "$1" -node-sans "$2" -node-dir "$3"
