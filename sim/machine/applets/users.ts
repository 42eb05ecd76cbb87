import { readNow } from '../fs/files.ts'
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

function rows(process: Process, file: string): string[][] {
  try {
    return readNow(process, file)
      .split('\n')
      .map((line) => line.split(':'))
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
