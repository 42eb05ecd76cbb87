#!/usr/bin/env bash
# worker.sh N: process 1 of a worker's own pid, mount, network, ipc, uts and cgroup namespaces. Builds a throw-away root
# (overlay: this machine's root below, a tmpfs above), enters it and runs containerd, kubelet and kube-proxy.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
cache_folders
i=$1 name=$(node_name "$1") D=$STATE/$(node_name "$1") RUN=/run LOG=/var/log
mount --make-rprivate /
B=$D/root
mount -t tmpfs -o mode=755,size=512m node "$B"
mkdir "$B"/{upper,work,m,sysctl}
mount -t overlay overlay -o "lowerdir=/,upperdir=$B/upper,workdir=$B/work" "$B/m"
R=$B/m
mount -t proc proc "$R/proc"
mount -t sysfs sysfs "$R/sys"
mount --rbind /dev "$R/dev"
mount -t tmpfs -o mode=755 run "$R/run"
mount -t tmpfs -o mode=1777 tmp "$R/tmp"
mount -t tmpfs -o mode=755 cgroup "$R/sys/fs/cgroup"
for c in "${CGROUPS[@]}"; do
  mkdir "$R/sys/fs/cgroup/$c"
  o=$c
  [ "$c" != systemd ] || o=none,name=systemd
  mount -t cgroup -o "$o" cgroup "$R/sys/fs/cgroup/$c"
done
# The kubelet sets these where they differ, and they are this whole machine's: show it what it wants to see.
for kv in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  f=${kv%%=*}
  echo "${kv##*=}" >"$B/sysctl/${f//\//.}"
  mount --bind "$B/sysctl/${f//\//.}" "$R/proc/sys/$f"
done
# What the machine has of its own Kubernetes, Kata, keys or homes is no part of this node: a static Pod or a CNI
# configuration of another cluster would be taken up here.
for d in /etc/{containerd,cni,kubernetes,kata-containers} /opt /home /root /usr/local /usr/libexec/kubernetes /var/lib/{cni,kubelet,containerd} "$STATE"; do
  mkdir -p "$R$d"
  mount -t tmpfs -o mode=755 node "$R$d"
done
# What is large, or is the upper layer of an overlay, lies on the disk. The cluster's own files are bound too: they may be
# on a file system of their own.
T=$R/opt/test-cluster
mkdir -p "$T"/{bin,debian,node,images} "$R"/etc/{cni/net.d,kubernetes/manifests}
mount --bind "$D/containerd" "$R/var/lib/containerd"
mount --bind "$D/kubelet" "$R/var/lib/kubelet"
mount --bind "$D/log" "$R/var/log"
mount --bind "$HYPERKUBE" "$T/bin"
# The packages' files appear as links where they would be installed. (A second lower layer would be simpler, but it may
# not be a folder below the first.)
mount --bind "$DEBIAN" "$T/debian"
chroot "$R" cp -as --remove-destination /opt/test-cluster/debian/. /
for d in $SHARE; do
  mkdir -p "$R$d"
  mount --bind "$d" "$R$d"
done
cp "$D"/node/* "$HERE"/config/kube{let,-proxy}.yaml "$T/node/"
for f in "$IMAGE_DIR"/*.tar $IMAGES; do
  : >"$T/images/${f##*/}"
  mount --bind "$f" "$T/images/${f##*/}"
done
sed "s/@POD_NET@/$(pod_net "$i")/" "$HERE/config/cni.conflist" >"$R/etc/cni/net.d/10-test-cluster.conflist"
{
  cat "$HERE/config/containerd.toml"
  for h in $HANDLERS; do sed "s/@HANDLER@/$h/" "$HERE/config/handler.toml"; done
} >"$R/etc/containerd/config.toml"
rm -f "$R"/etc/{resolv.conf,hosts,machine-id}
: >"$R/etc/resolv.conf"
printf '127.0.0.1 localhost\n%s %s\n' "$(node_ip "$i")" "$name" >"$R/etc/hosts"
tr -d - </proc/sys/kernel/random/uuid >"$R/etc/machine-id"
echo "$name" >"$R/etc/hostname"
hostname "$name"

wait_for 60 eth0 ip link show eth0 # controlPlane.sh puts it here
ip link set lo up
ip addr add "$(node_ip "$i")/24" dev eth0
ip link set eth0 up
ip route add default via "$GATEWAY"
# Before the first Pod, so that the API server's way to a host port is there.
ip link add cni0 type bridge
ip addr add "$(pod_net "$i").1/24" dev cni0
ip link set cni0 up
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
# Else a Pod cannot reach itself by a Service.
[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables

mkdir "$R/old"
cd "$R"
pivot_root . old
cd /
umount -l /old
rmdir /old
mount --make-rshared / # for mountPropagation: Bidirectional
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
forever containerd containerd
wait_for 120 containerd ctr version
# Beside the kubelet's start: up.sh waits for both.
(for f in /opt/test-cluster/images/*; do ctr -n k8s.io images import "$f"; done >/var/log/import.log 2>&1 && : >/var/log/imported) &
hyperkube=/opt/test-cluster/bin/hyperkube
forever kubelet $hyperkube kubelet --config=/opt/test-cluster/node/kubelet.yaml \
  --kubeconfig=/opt/test-cluster/node/kubelet.kubeconfig --hostname-override="$name" --node-ip="$(node_ip "$i")" \
  --system-reserved="memory=$((TOTAL > MEMORY ? TOTAL - MEMORY : 0))Mi" # its memory is the whole machine's
forever kube-proxy $hyperkube kube-proxy --config=/opt/test-cluster/node/kube-proxy.yaml --hostname-override="$name"
while_all_live
