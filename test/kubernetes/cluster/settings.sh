# Settings and helpers of all scripts here. To be sourced by bash.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { echo "cluster: $*" >&2; }
die() {
  say "$@"
  exit 1
}
# Exit status 2 is for this alone: whoever called can tell "not on this machine" from "failed".
cannot() {
  say "cannot run here: $*"
  exit 2
}

NAME=${KATA_CONFORMANCE_CLUSTER_NAME:-cluster} # further names (and ports) make clusters side by side
# It becomes the name of a cgroup whose processes are killed and of a folder that is removed: nobody else's can have it.
[[ $NAME =~ ^[a-z0-9][a-z0-9-]*$ ]] || cannot "KATA_CONFORMANCE_CLUSTER_NAME is '$NAME': lower case letters, digits and '-' only"
ID=kata-conformance-$NAME
CACHE=${KATA_CONFORMANCE_CLUSTER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kata-conformance/cluster}
STATE=${KATA_CONFORMANCE_CLUSTER_STATE:-/var/lib/$ID} # on a disk: containerd's layers lie here
PORT=${KATA_CONFORMANCE_CLUSTER_PORT:-16443}          # of the API server, on 127.0.0.1
HANDLERS=${KATA_CONFORMANCE_CLUSTER_HANDLERS-kata-qemu kata-qemu-minimal kata-qemu-block-minimal kata-clh}
SHARE=${KATA_CONFORMANCE_CLUSTER_SHARE:-}   # folders that Pods' hostPath and this machine both see
IMAGES=${KATA_CONFORMANCE_CLUSTER_IMAGES:-} # further image archives to import on each node
TOTAL=$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo 2>/dev/null || echo 0)
MEMORY=${KATA_CONFORMANCE_CLUSTER_MEMORY:-$((TOTAL / 2 < 8192 ? TOTAL / 2 : 8192))} # MiB that a node offers to Pods

# The file by which down.sh knows a folder that it may remove.
MARK=$STATE/.kata-conformance-cluster

# What the parts of the cluster call each other, inside networks of their own: two clusters on one machine have the same
# addresses and never meet.
GATEWAY=10.250.0.1 # the control plane
node_name() { echo "worker-$1"; }
node_ip() { echo "10.250.0.$((10 + $1))"; }
pod_net() { echo "10.244.$1"; } # without the last part; .1 is the node's bridge

# key FOLDER...: changes when any file in them does.
key() { (cd "$HERE" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16); }
cache_folders() {
  HYPERKUBE=$CACHE/hyperkube-$(key hyperkube)
  TOOLS=$CACHE/tools-$(key tools)
  DEBIAN=$CACHE/debian-$(. /etc/os-release && echo "$ID-$VERSION_ID")-$(key debian.sh)
  IMAGE_DIR=$CACHE/images-$(key tools debian.sh images.sh)
  COREDNS=$CACHE/coredns-$(key coredns)
}

CGROUPS=(cpu cpuacct cpuset memory devices freezer blkio pids systemd)
# in_cgroup GROUP COMMAND... &: becomes that command, in that group of the cluster's cgroup.
in_cgroup() {
  local group=$1 c
  shift
  for c in "${CGROUPS[@]}"; do echo 0 >"/sys/fs/cgroup/$c/$ID/$group/cgroup.procs"; done
  exec "$@"
}
# Makes GROUP below the cluster's cgroup, in every hierarchy.
make_cgroup() {
  local c d f
  for c in "${CGROUPS[@]}"; do
    d=/sys/fs/cgroup/$c/$ID/$1
    mkdir -p "$d"
    [ "$c" = cpuset ] || continue
    # A new cpuset is empty and nothing may enter.
    for f in cpus mems; do cat "$d/../cpuset.$f" >"$d/cpuset.$f"; done
  done
}

kubectl() { "$HYPERKUBE/kubectl" --kubeconfig="$STATE/kubeconfig" "$@"; }
# Everything of this cluster is in its cgroup, whoever started it: no pid file can be stale, and no process of another
# is ever named.
cluster_pids() { find "/sys/fs/cgroup/memory/$ID" -name cgroup.procs -exec cat {} + 2>/dev/null || true; }
# The process 1 of the cluster's pid namespace, or nothing.
cluster_init() {
  local p
  for p in $(cat "/sys/fs/cgroup/memory/$ID/control-plane/cgroup.procs" 2>/dev/null); do
    if grep -qE '^NSpid:\s[0-9]+\s1$' "/proc/$p/status" 2>/dev/null; then
      echo "$p"
      return
    fi
  done
}

# wait_for SECONDS WHAT COMMAND...; not longer than what ALIVE names stays true.
wait_for() {
  local end=$((SECONDS + $1)) what=$2 logs="see $STATE/log and $STATE/worker-*/log"
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "$what: not after a long wait; $logs"
    ${ALIVE:-true} || die "$what: the cluster ended while it was awaited; $logs"
    sleep 0.1
  done
}

# forever NAME COMMAND...: a supervisor, in the background. A test may kill the process ($RUN/NAME.pid): it comes again,
# unless $RUN/NAME.hold exists.
SUPERVISORS=()
forever() {
  local name=$1
  shift
  while :; do
    if [ ! -e "$RUN/$name.hold" ]; then
      "$@" >>"$LOG/$name.log" 2>&1 &
      echo $! >"$RUN/$name.pid"
      wait $! || true
    fi
    sleep 0.2
  done &
  SUPERVISORS+=($!)
}
# The cluster is whole or gone: when a supervisor is killed, process 1 of its namespaces ends, and with it all in there.
while_all_live() {
  for p in "${SUPERVISORS[@]}"; do kill -0 "$p" || exit 1; done
  wait -n "${SUPERVISORS[@]}" || true
  say "a supervisor ended"
  exit 1
}
