import type { HostFiles } from '../containerRuntime.ts'

export interface VolumeFile {
  path: string
  content: Uint8Array | string
  mode: number
}

/**
 * Writes a set of files as the kubelet's AtomicWriter does: into a directory with a time stamp that `..data` points to; the names in the
 * volume are links through it, so that a reader sees the old set or the new one.
 */
export function writeAtomically(
  host: HostFiles,
  directory: string,
  files: readonly VolumeFile[],
  now: number,
  previous: AtomicVersion | null,
): AtomicVersion {
  const date = new Date(now).toISOString().replace(/[-:T]/g, '_').slice(0, 19)
  const stamp = `..${date}.${String((previous?.serial ?? 0) + 1).padStart(10, '0')}`
  host.makeDirectory(`${directory}/${stamp}`, 0o755)
  for (const file of files) {
    const at = file.path.lastIndexOf('/')
    if (at > 0) host.makeDirectory(`${directory}/${stamp}/${file.path.slice(0, at)}`, 0o755)
    host.writeFile(`${directory}/${stamp}/${file.path}`, file.content, file.mode)
  }
  host.symlink(stamp, `${directory}/..data`)
  const names = [...new Set(files.map((file) => file.path.split('/')[0]!))]
  for (const name of names) if (!previous?.names.includes(name)) host.symlink(`..data/${name}`, `${directory}/${name}`)
  for (const name of previous?.names ?? []) if (!names.includes(name)) host.remove(`${directory}/${name}`)
  if (previous) host.remove(`${directory}/${previous.stamp}`)
  return { stamp, names, serial: (previous?.serial ?? 0) + 1 }
}

export interface AtomicVersion {
  stamp: string
  names: string[]
  serial: number
}
