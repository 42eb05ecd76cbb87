#!/usr/bin/env bash
# Ends the cluster and removes all that it made outside its cache. Safe to run at any time, also when parts of the cluster
# were killed before, or while up.sh is at work: that ends too. Where no cluster can run there is nothing to do.
set -euo pipefail
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
  echo "cluster: nothing to do: only root on Linux can have started one" >&2
  exit 0
fi
. "$(dirname "$0")/settings.sh"
. "$HERE/remove.sh"
[ $# = 0 ] || die "usage: down.sh, with the KATA_CONFORMANCE_CLUSTER_NAME and _STATE that up.sh had"

if [ -d "$CACHE" ]; then
  # An up.sh that waits for its turn would begin while we remove. When it has its turn it is in the cgroup, and ends.
  exec 9>"$CACHE/lock-$NAME"
  until flock -n 9; do
    kill_all
    sleep 0.1
  done
fi
remove
# A build that was killed leaves its folder; one that is at work has the lock.
[ ! -d "$CACHE" ] || (
  flock -n 8 || exit 0
  rm -rf "$CACHE"/tmp.*
) 8>"$CACHE/lock"
