import type { OpenFile } from '../fs/openFile.ts'
import { Pipe } from '../fs/streams.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Process } from '../kernel/process.ts'

const CONTROL_C = 3
const CONTROL_D = 4
const CARRIAGE_RETURN = 13

/** Standard input of a process, from outside of the machine. */
export interface ProcessInput {
  readonly file: OpenFile
  write(data: Uint8Array): void
  end(): void
}

/**
 * A pipe, or a terminal in cooked mode.
 * @param echo what a terminal shows of the keys
 */
export function processInput(
  kernel: Kernel,
  process: Process,
  tty: boolean,
  echo: (data: Uint8Array) => void,
): ProcessInput {
  const { readEnd, writeEnd } = new Pipe(kernel.takeNumber())
  writeEnd.references++
  const end = () => {
    if (writeEnd.references === 0) return
    writeEnd.references = 0
    writeEnd.close()
  }
  const type = (data: Uint8Array) => void writeEnd.write(data)
  return {
    file: tty ? { ...readEnd, references: 0, tty: true, describe: () => '/dev/pts/0' } : readEnd,
    end,
    write(data) {
      if (process.dead) return
      if (tty) return keystrokes(process, data, echo, type, end)
      try {
        type(data)
      } catch {
        // Nobody reads any more: the rest is dropped.
      }
    },
  }
}

/** What a terminal in cooked mode makes of keys: echo, newline for return, signals, end of input. */
function keystrokes(
  process: Process,
  data: Uint8Array,
  echo: (data: Uint8Array) => void,
  type: (data: Uint8Array) => void,
  end: () => void,
): void {
  for (const byte of data) {
    if (byte === CONTROL_C) {
      echo(Buffer.from('^C\r\n'))
      for (const child of foreground(process)) child.signalled('INT')
    } else if (byte === CONTROL_D) end()
    else if (byte === CARRIAGE_RETURN || byte === 10) {
      echo(Buffer.from('\r\n'))
      type(Buffer.from('\n'))
    } else {
      echo(Uint8Array.of(byte))
      type(Uint8Array.of(byte))
    }
  }
}

function foreground(process: Process): Process[] {
  const all: Process[] = []
  const walk = (at: Process) => {
    for (const child of at.children) walk(child)
    all.push(at)
  }
  walk(process)
  return all
}
