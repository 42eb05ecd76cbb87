import { allowed, find } from '../fs/files.ts'
import type { Process } from '../kernel/process.ts'

/** Name of a user by /etc/passwd of the process's root; the number where it has none. */
export function userName(process: Process, uid: number): string {
  return nameIn(process, '/etc/passwd', uid)
}

export function groupName(process: Process, gid: number): string {
  return nameIn(process, '/etc/group', gid)
}

export function userId(process: Process, name: string): number | null {
  return idIn(process, '/etc/passwd', name)
}

export function groupId(process: Process, name: string): number | null {
  return idIn(process, '/etc/group', name)
}

/** By the bytes of the file, which never change in place: `ls -l` asks for two names a line. */
const parsed = new WeakMap<Uint8Array, string[][]>()

function rows(process: Process, file: string): string[][] {
  try {
    const { inode } = find(process, file)
    if (inode.kind !== 'file' || !allowed(process, inode, 4)) return []
    const bytes = inode.content.bytes()
    let found = parsed.get(bytes)
    if (!found) {
      const text = Buffer.from(bytes).toString()
      found = text.split('\n').map((line) => line.split(':'))
      parsed.set(bytes, found)
    }
    return found
  } catch {
    return []
  }
}

function nameIn(process: Process, file: string, id: number): string {
  return rows(process, file).find((row) => row[2] === String(id))?.[0] ?? String(id)
}

function idIn(process: Process, file: string, name: string): number | null {
  if (/^\d+$/.test(name)) return Number(name)
  const found = rows(process, file).find((row) => row[0] === name)
  return found ? Number(found[2]) : null
}
