#!/usr/bin/env bash
# up.sh [--impostor] [--dns] [--workers N] [--no-stream-translation]: brings up a Kubernetes cluster on this machine and
# prints the path of its kubeconfig as the last line. Safe to run again: a cluster that runs is left alone, one that is
# damaged is replaced by a new, empty one. --impostor may be added to one that runs.
# Exit status 2: this machine cannot run a cluster, and the line says why; 1: something failed.
set -euo pipefail
. "$(dirname "$0")/requirements.sh"
. "$(dirname "$0")/settings.sh"
. "$HERE/remove.sh"

impostor='' dns='' workers=1 translation=true
usage="usage: up.sh [--impostor] [--dns] [--workers N] [--no-stream-translation]"
while [ $# != 0 ]; do
  case $1 in
  --impostor) impostor=1 ;;
  --dns) dns=dns ;;
  --no-stream-translation) translation=false ;;
  --workers)
    workers=${2:-}
    [[ $workers =~ ^[1-9]$ ]] || die "$usage, N from 1 to 9"
    shift
    ;;
  *) die "$usage" ;;
  esac
  shift
done

export HOME=${HOME:-/root}
for c in ip unshare nsenter setsid flock awk; do command -v "$c" >/dev/null || cannot "the command $c is missing"; done
for c in apt-get dpkg; do command -v "$c" >/dev/null || cannot "the command $c is missing: a node is made of Debian's packages"; done
command -v go >/dev/null || cannot "Go is missing: Kubernetes is built from its modules"
go=$(go env GOVERSION)
[ "$(printf '%s\n' go1.24 "$go" | sort -V | head -1)" = go1.24 ] || cannot "Go is $go, Kubernetes 1.34 needs 1.24"
for c in "${CGROUPS[@]}"; do [ -w "/sys/fs/cgroup/$c" ] || cannot "no writable cgroup v1 hierarchy /sys/fs/cgroup/$c"; done
grep -qw overlay /proc/filesystems || cannot "the kernel has no overlayfs"
unshare -m -n -p -i -u -C --fork true 2>/dev/null || cannot "no right to make namespaces"

# One start at a time. No child has the lock: a start that is killed gives it back, whatever it leaves.
mkdir -p "$CACHE"
exec 9>"$CACHE/lock-$NAME"
flock -n 9 || {
  say "waiting for another start of '$NAME'"
  flock 9
}
cache_folders
# What cannot be changed while it runs.
settings=$(printf '%s\n' "workers $workers" "dns ${dns:-no}" "stream translation $translation" "port $PORT" "memory $MEMORY" \
  "handlers $HANDLERS" "shared folders $SHARE" "images $IMAGES" "sources $(key .)")
runs=''
if [ -n "$(cluster_init)" ] && kubectl get --raw=/readyz >/dev/null 2>&1; then
  runs=1
  [ "$(cat "$STATE/settings")" = "$settings" ] || {
    diff <(cat "$STATE/settings") <(echo "$settings") >&2 || true
    die "a cluster '$NAME' runs with other settings (< its own, > wanted): end it first with npm run cluster:down"
  }
else
  remove
  [ ! -e "$STATE" ] || [ -z "$(ls -A "$STATE")" ] || die "$STATE exists and is not a cluster's: remove it, or set KATA_CONFORMANCE_CLUSTER_STATE"
  (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && die "port $PORT is in use: set KATA_CONFORMANCE_CLUSTER_PORT"
fi

# From here on this process is in the cluster's cgroup itself: down.sh ends what it finds there, also this.
make_cgroup .
make_cgroup start
for c in "${CGROUPS[@]}"; do echo $$ >"/sys/fs/cgroup/$c/$ID/start/cgroup.procs"; done

start() {
  local n i groups=(control-plane)
  mkdir -p "$STATE"
  : >"$MARK"
  mkdir "$STATE"/{log,run}
  echo "$settings" >"$STATE/settings"
  pki() {
    "$TOOLS/clustertool" pki -dir "$STATE/pki" -server "https://127.0.0.1:$PORT" -internal-server "https://$GATEWAY:6443" \
      -apiserver-sans "127.0.0.1,localhost,$GATEWAY,10.96.0.1,kubernetes,kubernetes.default,kubernetes.default.svc,kubernetes.default.svc.cluster.local" "$@"
  }
  for i in $(seq "$workers"); do
    n=$(node_name "$i")
    mkdir -p "$STATE/$n"/{root,containerd,kubelet,log}
    pki -node "$n" -node-dir "$STATE/$n/node" -node-sans "$(node_ip "$i"),127.0.0.1"
    groups+=("$n")
  done
  ln -s pki/admin.kubeconfig "$STATE/kubeconfig"
  ln -s "$HYPERKUBE/kubectl" "$STATE/kubectl"
  ln -s "$DEBIAN" "$STATE/packages"
  sed "s#@KUBECONFIG@#$STATE/pki/coredns.kubeconfig#" "$HERE/config/Corefile" >"$STATE/Corefile"

  for n in "${groups[@]}"; do make_cgroup "$n"; done
  # Pods are held by the kubelet's limit on /kubepods; this one, with room for the servers, guards the machine.
  echo "$((workers * MEMORY + 3072))M" >"/sys/fs/cgroup/memory/$ID/memory.limit_in_bytes"

  # Nothing of the caller's environment: a TMPDIR that nodes do not have fails their runc, a proxy the servers' clients.
  local environment=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$HOME" KATA_CONFORMANCE_CLUSTER_NAME="$NAME"
    KATA_CONFORMANCE_CLUSTER_CACHE="$CACHE" KATA_CONFORMANCE_CLUSTER_STATE="$STATE" KATA_CONFORMANCE_CLUSTER_MEMORY="$MEMORY"
    KATA_CONFORMANCE_CLUSTER_HANDLERS="$HANDLERS" KATA_CONFORMANCE_CLUSTER_SHARE="$SHARE" KATA_CONFORMANCE_CLUSTER_IMAGES="$IMAGES")
  in_cgroup control-plane setsid env -i "${environment[@]}" unshare -m -n -p --fork --kill-child "$HERE/controlPlane.sh" "$workers" "$translation" $dns \
    >"$STATE/log/control-plane.log" 2>&1 </dev/null 9>&- &
  init() { [ -n "$(cluster_init)" ]; }
  wait_for 60 "the cluster's process 1" init
  # The machine and the cluster share nothing but this port.
  in_cgroup control-plane setsid "$TOOLS/clustertool" relay "127.0.0.1:$PORT" "/proc/$(cluster_init)/ns/net" 127.0.0.1:6443 \
    >"$STATE/log/relay.log" 2>&1 </dev/null 9>&- &
  ALIVE=init
  wait_for 300 "the API server" kubectl get --raw=/readyz
}
if [ -z "$runs" ]; then
  "$HERE/cache.sh" $dns 9>&-
  start
fi

{
  kubectl apply -f "$HERE/manifests/base.yaml" >/dev/null
  [ -z "$dns" ] || kubectl apply -f "$HERE/manifests/dns.yaml" >/dev/null
  ready() { [ -e "$STATE/$1/log/imported" ] && kubectl wait --for=condition=Ready --timeout=5s "node/$1"; }
  for i in $(seq "$workers"); do
    n=$(node_name "$i")
    wait_for 300 "node $n" ready "$n"
    kubectl patch node "$n" -p "{\"spec\":{\"podCIDR\":\"$(pod_net "$i").0/24\",\"podCIDRs\":[\"$(pod_net "$i").0/24\"]}}" >/dev/null
    [ -z "$impostor" ] || kubectl label --overwrite node "$n" katacontainers.io/kata-runtime=true >/dev/null
  done
  [ -z "$impostor" ] || kubectl apply -f "$HERE/manifests/impostor.yaml" >/dev/null
  # A Pod can be made only once its namespace has its service account.
  wait_for 30 "service account default" kubectl -n default get serviceaccount default
  say "Ready: $(kubectl get nodes -o name | tr '\n' ' ')"
} 9>&-
echo "$STATE/kubeconfig"
