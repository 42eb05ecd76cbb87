#!/usr/bin/env bash
# controlPlane.sh WORKERS TRANSLATION [dns]: process 1 of the cluster's own pid, network and mount namespaces, where the
# control plane runs and below which the workers are: when it is killed, the kernel ends everything in there.
set -euo pipefail
. "$(dirname "$0")/settings.sh"
cache_folders
workers=$1 translation=$2 dns=${3:-}
RUN=$STATE/run LOG=$STATE/log PKI=$STATE/pki HK=$HYPERKUBE/hyperkube
mount --make-rprivate /
mount -t proc proc /proc

ip link set lo up
ip link add nodes0 type bridge
ip addr add "$GATEWAY/24" dev nodes0
ip link set nodes0 up
# Pods of one node reach another's through here, and the API server reaches Pods and Services (webhooks, proxy). There is
# no way out: no other link, no default route.
echo 1 >/proc/sys/net/ipv4/ip_forward
for i in all nodes0; do echo 0 >"/proc/sys/net/ipv4/conf/$i/send_redirects"; done

# --unsafe-no-fsync: a cluster of tests need not survive a crash of its machine.
forever etcd "$HK" etcd \
  --name=etcd --data-dir="$STATE/etcd" --unsafe-no-fsync \
  --listen-client-urls=https://127.0.0.1:2379 --advertise-client-urls=https://127.0.0.1:2379 \
  --listen-peer-urls=https://127.0.0.1:2380 --initial-advertise-peer-urls=https://127.0.0.1:2380 \
  --initial-cluster=etcd=https://127.0.0.1:2380 \
  --cert-file="$PKI/etcd/server.crt" --key-file="$PKI/etcd/server.key" \
  --client-cert-auth --trusted-ca-file="$PKI/etcd/ca.crt" \
  --peer-cert-file="$PKI/etcd/peer.crt" --peer-key-file="$PKI/etcd/peer.key" \
  --peer-client-cert-auth --peer-trusted-ca-file="$PKI/etcd/ca.crt"
forever kube-apiserver "$HK" kube-apiserver \
  --secure-port=6443 --advertise-address="$GATEWAY" \
  --allow-privileged=true \
  --feature-gates="TranslateStreamCloseWebsocketRequests=$translation" \
  --authorization-mode=Node,RBAC \
  --enable-admission-plugins=NodeRestriction,PodSecurity,RuntimeClass \
  --audit-policy-file="$HERE/config/audit-policy.yaml" --audit-log-path="$STATE/audit.log" --audit-log-maxsize=1000 \
  --client-ca-file="$PKI/ca.crt" \
  --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
  --etcd-servers=https://127.0.0.1:2379 --etcd-cafile="$PKI/etcd/ca.crt" \
  --etcd-certfile="$PKI/apiserver-etcd-client.crt" --etcd-keyfile="$PKI/apiserver-etcd-client.key" \
  --kubelet-preferred-address-types=InternalIP \
  --kubelet-certificate-authority="$PKI/ca.crt" \
  --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt" \
  --kubelet-client-key="$PKI/apiserver-kubelet-client.key" \
  --proxy-client-cert-file="$PKI/front-proxy-client.crt" \
  --proxy-client-key-file="$PKI/front-proxy-client.key" \
  --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" \
  --requestheader-allowed-names=front-proxy-client \
  --requestheader-extra-headers-prefix=X-Remote-Extra- \
  --requestheader-group-headers=X-Remote-Group \
  --requestheader-username-headers=X-Remote-User \
  --service-account-issuer=https://kubernetes.default.svc.cluster.local \
  --service-account-key-file="$PKI/sa.pub" \
  --service-account-signing-key-file="$PKI/sa.key" \
  --service-cluster-ip-range=10.96.0.0/16
# A client that comes too early waits for seconds before it tries again.
wait_for 300 kube-apiserver "$HK" kubectl --kubeconfig="$PKI/kube-scheduler.kubeconfig" get --raw=/readyz

# Pods' networks are fixed (pod_net): the controller must not hand out others.
forever kube-controller-manager "$HK" kube-controller-manager \
  --bind-address=127.0.0.1 \
  --tls-cert-file="$PKI/kube-controller-manager.crt" --tls-private-key-file="$PKI/kube-controller-manager.key" \
  --kubeconfig="$PKI/kube-controller-manager.kubeconfig" \
  --authentication-kubeconfig="$PKI/kube-controller-manager.kubeconfig" \
  --authorization-kubeconfig="$PKI/kube-controller-manager.kubeconfig" \
  --allocate-node-cidrs=false --cluster-name=kata-conformance \
  --client-ca-file="$PKI/ca.crt" --root-ca-file="$PKI/ca.crt" \
  --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" \
  --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" \
  --service-account-private-key-file="$PKI/sa.key" \
  --use-service-account-credentials=true --leader-elect=false
forever kube-scheduler "$HK" kube-scheduler \
  --bind-address=127.0.0.1 \
  --tls-cert-file="$PKI/kube-scheduler.crt" --tls-private-key-file="$PKI/kube-scheduler.key" \
  --kubeconfig="$PKI/kube-scheduler.kubeconfig" \
  --authentication-kubeconfig="$PKI/kube-scheduler.kubeconfig" \
  --authorization-kubeconfig="$PKI/kube-scheduler.kubeconfig" \
  --leader-elect=false
[ -z "$dns" ] || forever coredns "$COREDNS/coredns" -conf "$STATE/Corefile"

for i in $(seq "$workers"); do
  n=$(node_name "$i")
  # The root of a cgroup namespace is the cgroup that its first process is in: what the kubelet calls /kubepods is really
  # /ID/NODE/kubepods.
  in_cgroup "$n" unshare -m -n -p -i -u -C --fork --kill-child "$HERE/worker.sh" "$i" >>"$LOG/$n.log" 2>&1 &
  u=$!
  SUPERVISORS+=("$u")
  p=
  while [ -z "$p" ]; do
    sleep 0.02
    read -r p _ <"/proc/$u/task/$u/children" || true # no newline in there: the status says nothing
  done
  echo "$p" >"$RUN/$n.init"
  ip link add "node$i" type veth peer name eth0 netns "$p"
  ip link set "node$i" master nodes0 up
  ip route add "$(pod_net "$i").0/24" via "$(node_ip "$i")"
done
ip route add 10.96.0.0/16 via "$(node_ip 1)" # Services: any node's kube-proxy will do
while_all_live
