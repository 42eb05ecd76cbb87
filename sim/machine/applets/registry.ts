import type { Program } from '../fs/inode.ts'
import type { Process } from '../kernel/process.ts'
import { shellProgram } from '../shell/shellProgram.ts'
import { UsageError } from './applet.ts'
import type { Applet } from './applet.ts'
import { BASIC } from './basic.ts'
import { CLIENTS } from './clients.ts'
import { dd } from './dd.ts'
import { FILE_STATUS } from './fileStatus.ts'
import { FILE_TREE } from './fileTree.ts'
import { ls } from './ls.ts'
import { MOUNTING } from './mounting.ts'
import { NETWORK } from './network.ts'
import { pgrep, pidof, pkill, ps, top } from './ps.ts'
import { STREAMS } from './streams.ts'
import { SYSTEM } from './system.ts'
import { tar } from './tar.ts'
import { TEXT } from './text.ts'
import { TEXT_TOOLS } from './textTools.ts'

/** All commands of busybox. The shell is one too. */
const APPLETS: Record<string, Applet> = {
  ...BASIC,
  ...SYSTEM,
  ...STREAMS,
  ...TEXT,
  ...TEXT_TOOLS,
  ...FILE_TREE,
  ...FILE_STATUS,
  ...MOUNTING,
  ...NETWORK,
  ...CLIENTS,
  dd,
  tar,
  ls,
  ps,
  top,
  pgrep,
  pkill,
  pidof,
}

/** Applets that busybox's shell runs in a fork of itself, without execve: /proc/PID/cmdline stays the shell's (APPLET_NOEXEC). */
const NO_EXEC = new Set(
  'awk base64 cat chgrp chmod chown cksum cp cut date dd df du env expr find grep head hexdump id install ln ls md5sum mkdir mkfifo mknod mktemp mv nl od paste printf ps rm rmdir sed seq sha1sum sha256sum sha512sum sort stat strings tail tar tee test touch tr truncate tty uname uniq wc which xargs xxd yes'.split(
    ' ',
  ),
)

const programs = new Map<string, Program>()

export function appletNames(): string[] {
  return [...Object.keys(APPLETS), 'sh', 'ash', 'busybox'].sort()
}

/** The program of busybox that a name stands for. */
export function appletProgram(name: string): Program {
  let program = programs.get(name)
  if (!program) {
    program = make(name)
    programs.set(name, program)
  }
  return program
}

function make(name: string): Program {
  if (name === 'sh' || name === 'ash' || name === 'bash') return shellProgram(name)
  if (name === 'busybox') return { name, run: busybox }
  const applet = APPLETS[name]
  if (!applet) throw new Error(`busybox has no applet "${name}"`)
  const program: Program = { name, run: (process, argv) => guarded(process, name, argv, applet) }
  if (NO_EXEC.has(name)) program.noExec = true
  return program
}

async function guarded(process: Process, name: string, argv: string[], applet: Applet): Promise<number> {
  try {
    return await applet(process, argv)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await process.err(
      `${error.message === '' ? '' : `${name}: ${error.message}\n`}BusyBox v1.36.1 multi-call binary.\n\nUsage: ${name} [OPTIONS]\n`,
    )
    return 1
  }
}

async function busybox(process: Process, argv: string[]): Promise<number> {
  const [, name, ...rest] = argv
  if (name === undefined || name === '--help') {
    await process.out(
      `BusyBox v1.36.1 multi-call binary.\n\nCurrently defined functions:\n\t${appletNames().join(', ')}\n`,
    )
    return 0
  }
  if (name === '--list') {
    await process.out(`${appletNames().join('\n')}\n`)
    return 0
  }
  if (!Object.hasOwn(APPLETS, name) && name !== 'sh' && name !== 'ash') {
    await process.err(`${name}: applet not found\n`)
    return 127
  }
  return appletProgram(name).run(process, [name, ...rest])
}
