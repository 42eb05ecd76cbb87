import type { MachineCommand } from '../machineCommand.ts'
import type { Program } from '../fs/inode.ts'

/** A program of the node, in TypeScript, as the kernel runs it. */
export function commandProgram(name: string, command: MachineCommand): Program {
  return {
    name,
    async run(process, argv) {
      // A full pipe makes a program wait: it ends when all that it wrote was taken.
      const written: Promise<void>[] = []
      const write = (text: string, to: (text: string) => Promise<void> | void) => {
        const last = written.at(-1)
        const next = last === undefined ? to(text) : last.then(() => to(text))
        if (next === undefined) return
        next.catch(() => undefined)
        written.push(next)
      }
      const status = await process.during(
        command({
          argv,
          env: process.context.env,
          cwd: process.context.cwd,
          uid: process.uid,
          stdin: () => process.readAll(),
          stdout: (text) => write(text, (more) => process.out(more)),
          stderr: (text) => write(text, (more) => process.err(more)),
          sleep: (ms) => process.sleep(ms),
        }),
      )
      await written.at(-1)
      return status
    },
  }
}
