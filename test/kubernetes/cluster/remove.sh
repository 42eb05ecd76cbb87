# remove: ends all that is in the cluster's cgroup and removes all that the cluster made outside its cache. To be sourced
# after settings.sh; the caller must not be in the cgroup.

# Again and again: one may have forked while we read.
kill_all() {
  local pids
  for _ in $(seq 100); do
    pids=$(cluster_pids)
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086
    kill -9 $pids 2>/dev/null || true
    sleep 0.1
  done
  die "still running: $(cluster_pids | tr '\n' ' ')"
}

# Mounts, links, addresses and firewall rules go with the namespaces, and these with their processes.
remove() {
  local init c
  init=$(cluster_init)
  kill_all
  # Process 1 leaves its cgroup before it has ended all below it.
  for _ in $(seq 50); do
    [ -n "$init" ] && [ -e "/proc/$init" ] || break
    sleep 0.1
  done
  for c in "${CGROUPS[@]}"; do
    for _ in $(seq 50); do
      [ -d "/sys/fs/cgroup/$c/$ID" ] || break
      find "/sys/fs/cgroup/$c/$ID" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    [ ! -d "/sys/fs/cgroup/$c/$ID" ] || die "left: /sys/fs/cgroup/$c/$ID"
  done
  [ -e "$MARK" ] || return 0
  # The mark goes last: without it nobody would go on with a removal that was broken off.
  find "$STATE" -mindepth 1 -maxdepth 1 ! -path "$MARK" -exec rm -rf --one-file-system {} +
  rm -rf --one-file-system "$STATE"
}
