/** The path of a socket is short (sun_path, 108 bytes). */
const ID_LENGTH = 32

/**
 * Where the Go shim keeps a Firecracker VM on the node: below the name of the binary and the first 32 characters of the sandbox's id (Kata 3.26
 * virtcontainers/fc.go: truncateID, setPaths). `root` is that of the jailer, with or without one.
 */
export function firecrackerFolder(sandboxId: string): { vm: string; root: string } {
  const vm = `/run/vc/firecracker/${sandboxId.slice(0, ID_LENGTH)}`
  return { vm, root: `${vm}/root` }
}
