/**
 * Ends one process of the node at once: $1 its pid, $2 the ticks since boot at which it started, the 22nd field of /proc/PID/stat (proc_pid_stat(5)). A name
 * may hold spaces and brackets: the fields are counted from the last bracket. Where the pid is another process's by now, nothing is signalled.
 */
export const killScript = `pid=$1 started=$2
stat=$(cat "/proc/$pid/stat") || exit 3
set -- \${stat##*) }
if [ "\${20}" != "$started" ]; then
  echo "process $pid started at \${20} ticks, not at $started: nothing was signalled" >&2
  exit 3
fi
kill -9 "$pid"`
