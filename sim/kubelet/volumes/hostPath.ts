import type { HostFiles } from '../containerRuntime.ts'
import { directoryVolume, VolumeError, type MountedVolume } from './mountedVolumes.ts'

type Kind = NonNullable<ReturnType<HostFiles['kindOf']>>

/** hostPath.type -> what must be there, in words of the host_path plug-in. */
const EXPECTED: Record<string, { kind: Kind; words: string; create?: 'directory' | 'file' }> = {
  Directory: { kind: 'directory', words: 'a directory' },
  DirectoryOrCreate: { kind: 'directory', words: 'a directory', create: 'directory' },
  File: { kind: 'file', words: 'a file' },
  FileOrCreate: { kind: 'file', words: 'a file', create: 'file' },
  Socket: { kind: 'socket', words: 'a socket file' },
  CharDevice: { kind: 'characterDevice', words: 'a character device' },
  BlockDevice: { kind: 'blockDevice', words: 'a block device' },
}

/** Type check of pkg/volume/hostpath (1.34). Throws VolumeError. */
export function mountHostPath(
  host: HostFiles,
  source: { path: string; type?: string },
  readonly = false,
): MountedVolume {
  const kind = host.kindOf(source.path)
  const expected = EXPECTED[source.type ?? '']
  if (!expected) {
    if (source.type) throw new VolumeError(`hostPath type check failed: ${source.type} is an invalid volume type`)
    // without a type the kubelet looks at nothing and containerd makes a missing directory
    if (kind === null) host.makeDirectory(source.path, 0o755)
    return directoryVolume(source.path, { readonly })
  }
  if (kind === null && expected.create === 'directory') host.makeDirectory(source.path, 0o755)
  else if (kind === null && expected.create === 'file') host.writeFile(source.path, '', 0o644)
  else if (kind !== expected.kind)
    throw new VolumeError(`hostPath type check failed: ${source.path} is not ${expected.words}`)
  return directoryVolume(source.path, { readonly })
}
