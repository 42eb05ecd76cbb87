/** Prints what the namespaces of a process are. */
export const namespacesArgv = (pid: number): string[] => ['ls', '-l', `/proc/${pid}/ns`]

/** Reads what `namespacesArgv` printed: `mnt` -> `4026531841`. Source: namespaces(7). */
export function parseNamespaces(stdout: string): Readonly<Record<string, string>> {
  const found = [...stdout.matchAll(/ (\w+) -> \w+:\[(\d+)\]$/gm)]
  return Object.fromEntries(found.map(([, name = '', inode = '']) => [name, inode]))
}

/** Prints what is mounted for a process of the node. */
export const processMountsArgv = (pid: number): string[] => ['cat', `/proc/${pid}/mounts`]
