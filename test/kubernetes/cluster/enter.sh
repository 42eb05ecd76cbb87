#!/usr/bin/env bash
# enter.sh WHERE COMMAND...: runs a command inside: in a node, in `control-plane`, or in `network`, which is the control
# plane's network and else this machine (for a server that the API server shall reach, at 10.250.0.1). Examples:
#   enter.sh worker-1 ctr -n k8s.io images ls
#   enter.sh worker-1 sh -c 'kill -9 $(cat /run/kubelet.pid)'         it comes again
#   enter.sh worker-1 sh -c 'touch /run/kubelet.hold; kill $(cat /run/kubelet.pid)'   it stays away
#   enter.sh control-plane sh -c 'kill -9 $(cat '"$STATE"'/run/kube-apiserver.pid)'
# The command is of the cluster: down.sh ends it.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
[ $# -ge 2 ] || die "usage: enter.sh NODE|control-plane|network COMMAND..."
init=$(cluster_init)
[ -n "$init" ] || die "no cluster '$NAME' runs"
where=$1
shift
case $where in
network) set -- nsenter -t "$init" -n "$@" ;;
control-plane) set -- nsenter -t "$init" -m -n -p "$@" ;;
*) set -- nsenter -t "$init" -m -n -p nsenter -t "$(cat "$STATE/run/$where.init")" -a "$@" ;;
esac
for c in "${CGROUPS[@]}"; do echo $$ >"/sys/fs/cgroup/$c/$ID/control-plane/cgroup.procs"; done
exec "$@"
