#!/usr/bin/env bash
# debian.sh FOLDER: unpacks there the Debian packages that a node needs. Nothing is installed; worker.sh links the files
# into a node's own root.
set -euo pipefail
packages=(
  containerd runc containernetworking-plugins busybox-static
  # kube-proxy calls nft, the CNI plugin portmap calls iptables
  nftables libnftables1 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0 libxtables12
  iptables libip4tc2 libip6tc2 libnetfilter-conntrack3 libnfnetlink0
)
cd "$1"
# As root without the sandbox user, who cannot write here.
get() { apt-get -q -o APT::Sandbox::User=root download "${packages[@]}" >apt.log 2>&1; }
get || { apt-get -q update >/dev/null && get; } || {
  cat apt.log >&2
  exit 1
}
for d in *.deb; do dpkg -x "$d" .; done
rm -rf ./*.deb apt.log etc lib/systemd usr/share
# /bin, /sbin and /lib are links into /usr: a folder of that name would hide them.
for d in bin sbin lib; do
  [ -d "$d" ] || continue
  mkdir -p "usr/$d"
  cp -a "$d/." "usr/$d/"
  rm -r "$d"
done
for p in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -sf xtables-nft-multi "usr/sbin/$p" # what its post-install script would do
done
