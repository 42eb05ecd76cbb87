import type { Bash, IFileSystem } from 'just-bash'
import { MachineError } from '../machineError.ts'
import { find, makeDirectory, openFile, readFile, remove } from '../fs/files.ts'
import type { Process } from '../kernel/process.ts'
import { sizeOf } from '../fs/inode.ts'
import type { Applet } from './applet.ts'

/** awk, sed and diff are just-bash's, over this process's files. They take all of their input before they begin. */
export const TEXT_TOOLS: Record<string, Applet> = {
  awk: borrowed,
  sed: borrowed,
  diff: borrowed,
  paste: borrowed,
  comm: borrowed,
  join: borrowed,
  expand: borrowed,
  column: borrowed,
}

async function borrowed(process: Process, argv: string[]): Promise<number> {
  const { Bash } = await import('just-bash')
  const name = argv[0] as string
  const stdin = needsInput(name, argv) ? await process.readAll() : Buffer.alloc(0)
  const shell: Bash = new Bash({
    fs: filesOf(process),
    cwd: process.context.cwd,
    commands: [name as 'awk'],
    env: process.context.env,
    // It would replace globals of this whole process while it runs (setTimeout, process, performance), for everybody else too.
    defenseInDepth: false,
  })
  const result = await process.during(
    shell.exec(name, {
      args: argv.slice(1),
      stdin: stdin.toString('latin1'),
      stdinKind: 'bytes',
      cwd: process.context.cwd,
      env: process.context.env,
    }),
  )
  await process.spend(300 + stdin.length / 50)
  const bytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary'
  await process.out(Buffer.from(result.stdout, bytes ? 'latin1' : 'utf8'))
  await process.err(result.stderr.replace(/^bash: /, ''))
  return result.exitCode
}

/** Without file operands, or with "-", it reads standard input. */
function needsInput(name: string, argv: string[]): boolean {
  const operands = argv
    .slice(1)
    .filter((word, index, all) => !word.startsWith('-') && !/^-[efFv]$/.test(all[index - 1] ?? ''))
  const scriptGiven = argv.some((word) => /^-[a-zA-Z]*[ef]/.test(word))
  const files = name === 'awk' || name === 'sed' ? operands.slice(scriptGiven ? 0 : 1) : operands
  if (argv.includes('-')) return true
  if (name === 'awk' && /^\s*BEGIN\s*\{[^]*\}\s*$/.test(operands[0] ?? '') && !/\}\s*\S+[^]*\{/.test(operands[0] ?? ''))
    return false
  return files.filter((word) => !/^[A-Za-z_]\w*=/.test(word)).length === 0
}

function filesOf(process: Process): IFileSystem {
  const refuse = (): never => {
    throw new Error('EPERM: operation not permitted')
  }
  const translate = (path: string, error: unknown): never => {
    if (error instanceof MachineError) throw new Error(`${error.errno}: ${error.message}, '${path}'`)
    throw error
  }
  const stat = async (path: string, follow: boolean) => {
    try {
      const { inode } = find(process, path, follow)
      return {
        isFile: inode.kind !== 'directory' && inode.kind !== 'symlink',
        isDirectory: inode.kind === 'directory',
        isSymbolicLink: inode.kind === 'symlink',
        mode: inode.mode,
        size: sizeOf(inode, process),
        mtime: new Date(inode.mtime),
      }
    } catch (error) {
      return translate(path, error)
    }
  }
  const write = async (path: string, content: string | Uint8Array, append: boolean) => {
    try {
      await openFile(process, path, {
        write: true,
        create: true,
        ...(append ? { append: true } : { truncate: true }),
      }).write(Buffer.from(content as string))
    } catch (error) {
      translate(path, error)
    }
  }
  const read = (path: string) => readFile(process, path).catch((error: unknown) => translate(path, error))
  return {
    readFile: (path) => read(path),
    readFileBuffer: async (path) => Buffer.from(await read(path)),
    writeFile: (path, content) => write(path, content, false),
    appendFile: (path, content) => write(path, content, true),
    exists: async (path) =>
      stat(path, true).then(
        () => true,
        () => false,
      ),
    stat: (path) => stat(path, true),
    lstat: (path) => stat(path, false),
    mkdir: async (path) => {
      try {
        makeDirectory(process, path)
      } catch (error) {
        if (!(error instanceof MachineError) || error.errno !== 'EEXIST') translate(path, error)
      }
    },
    readdir: async (path) => {
      const { inode } = find(process, path)
      return inode.kind === 'directory' ? inode.names(process) : refuse()
    },
    rm: async (path) => remove(process, path),
    cp: refuse,
    mv: refuse,
    resolvePath: (base, path) => new URL(path, `file://${base.endsWith('/') ? base : `${base}/`}`).pathname,
    getAllPaths: () => [],
    chmod: async () => undefined,
    symlink: refuse,
    link: refuse,
    readlink: refuse,
    realpath: async (path) => find(process, path).path,
    utimes: async () => undefined,
  }
}
