import type { Directory, Inode, Reader } from './inode.ts'

/** A directory which is made anew on each look: of /proc and /sys. */
export class VirtualDirectory implements Directory {
  kind = 'directory' as const
  mode: number
  uid = 0
  gid = 0
  mtime: number
  size = 0
  links?: number
  lookup: (name: string, reader: Reader) => Inode | undefined
  names: (reader: Reader) => string[]

  constructor(
    mtime: number,
    names: (reader: Reader) => string[],
    lookup: (name: string, reader: Reader) => Inode | undefined,
    mode = 0o555,
  ) {
    this.mtime = mtime
    this.names = names
    this.lookup = lookup
    this.mode = mode
  }
}

/** A directory whose contents are worked out when somebody first looks: most mounts of most containers are never looked at. */
export class LazyDirectory implements Directory {
  kind = 'directory' as const
  mode: number
  uid = 0
  gid = 0
  mtime: number
  size = 0
  readonly #make: () => Directory
  #made: Directory | null = null

  constructor(mtime: number, make: () => Directory, mode = 0o555) {
    this.mtime = mtime
    this.mode = mode
    this.#make = make
  }

  lookup(name: string, reader: Reader): Inode | undefined {
    return this.#directory().lookup(name, reader)
  }

  names(reader: Reader): string[] {
    return this.#directory().names(reader)
  }

  #directory(): Directory {
    this.#made ??= this.#make()
    return this.#made
  }
}

/** A fixed set of virtual entries, each made when it is looked up. */
export function virtualDirectory(mtime: number, entries: Record<string, () => Inode>, mode = 0o555): Directory {
  return new VirtualDirectory(
    mtime,
    () => Object.keys(entries),
    (name) => (Object.hasOwn(entries, name) ? entries[name]?.() : undefined),
    mode,
  )
}
