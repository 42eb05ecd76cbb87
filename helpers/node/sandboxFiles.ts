import { hostRoot } from './hostFile.ts'

/**
 * Where shims keep what belongs to a sandbox while it lives: the Go shim's sockets and state, the Rust shim's, and the directory that both share with
 * the guest, with the bind mounts of its containers. Source: Kata 3.26.0, virtcontainers/persist/fs, runtime-rs shim-interface; recorded for the Go shim.
 */
const folders = ['/run/vc/vm', '/run/vc/sbs', '/run/kata', '/run/kata-containers/shared/sandboxes'] as const

/** Firecracker's folder has the id cut to 32 characters (Kata fc.go, truncateID). */
const shortestId = 32

/** Shell function `sandbox_files ID`: paths on the node that carry it, one a line. */
export const sandboxFilesFunction = `sandbox_files() {
  for folder in ${folders.join(' ')}; do
    for file in "${hostRoot}$folder"/*"$1"*; do
      [ -e "$file" ] && echo "\${file#${hostRoot}}"
    done
  done
  return 0
}
`

export const sandboxFilesArgv = (sandboxId: string): string[] => [
  ...['sh', '-c', `${sandboxFilesFunction}sandbox_files "$1"`, 'probe'],
  shortened(sandboxId),
]

export const shortened = (sandboxId: string): string => sandboxId.slice(0, shortestId)
