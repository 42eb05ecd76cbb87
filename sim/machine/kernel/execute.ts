import { MachineError } from '../machineError.ts'
import { allowed, find } from '../fs/files.ts'
import type { Program, RegularFile } from '../fs/inode.ts'
import type { Process } from './process.ts'
import { shellProgram } from '../shell/shellProgram.ts'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The program that a name stands for, searched on PATH like execvp. @throws MachineError ENOENT, EACCES, ENOEXEC */
export function findProgram(process: Process, name: string, path = DEFAULT_PATH): { program: Program; path: string } {
  if (name.includes('/')) return { program: programAt(process, name), path: absolute(process, name) }
  let refused: MachineError | null = null
  for (const directory of path.split(':')) {
    const candidate = `${directory === '' ? '.' : directory}/${name}`
    const { cwd, root, mountNs } = process.context
    if (!mountNs.search(candidate, process, { cwd, root })) continue
    try {
      return { program: programAt(process, candidate), path: absolute(process, candidate) }
    } catch (error) {
      if (!(error instanceof MachineError)) throw error
      if (error.errno === 'EACCES') refused = error
    }
  }
  throw refused ?? new MachineError('ENOENT', 'No such file or directory')
}

function absolute(process: Process, path: string): string {
  return find(process, path).path.replace(process.context.root, '') || path
}

function programAt(process: Process, path: string): Program {
  const { inode } = find(process, path)
  if (inode.kind === 'directory' || !allowed(process, inode, 1)) throw new MachineError('EACCES', 'Permission denied')
  if (inode.kind !== 'file') throw new MachineError('EACCES', 'Permission denied')
  return inode.program ?? script(process, path, inode)
}

/** A text file: its interpreter with the file as argument; a shell's without "#!". */
function script(process: Process, path: string, file: RegularFile): Program {
  const head = Buffer.from(file.content.read(0, 256))
  if (head.length > 0 && head.includes(0)) throw new MachineError('ENOEXEC', 'Exec format error')
  const match = /^#!\s*(\S+)(?:[ \t]+(.*\S))?/.exec(head.toString().split('\n')[0] ?? '')
  const interpreter = match ? programAt(process, match[1] as string) : shellProgram('sh')
  const before = match ? [match[1] as string, ...(match[2] ? [match[2]] : [])] : ['sh']
  return {
    name: interpreter.name,
    run: (child, argv) => {
      child.argv = [...before, path, ...argv.slice(1)]
      return interpreter.run(child, child.argv)
    },
  }
}
