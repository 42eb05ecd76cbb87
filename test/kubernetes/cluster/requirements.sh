# What a machine must have; to be sourced before settings.sh, by any bash (macOS has 3.2).
cannot() {
  echo "cluster: cannot run here: $*" >&2
  exit 2
}
[ "$(uname -s)" = Linux ] || cannot "this is $(uname -s), not Linux"
[ "$(uname -m)" = x86_64 ] || cannot "the processor is $(uname -m), not x86_64"
[ "$(id -u)" = 0 ] || cannot "not root (containerd, the kubelet and their namespaces need it)"
