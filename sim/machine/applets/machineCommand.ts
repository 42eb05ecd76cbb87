import type { MachineCommand } from '../machine.ts'
import type { Program } from '../fs/inode.ts'

/** A program of the node, in TypeScript, as the kernel runs it. */
export function commandProgram(name: string, command: MachineCommand): Program {
  return {
    name,
    async run(process, argv) {
      return process.during(
        command({
          argv,
          env: process.context.env,
          cwd: process.context.cwd,
          uid: process.uid,
          stdin: () => process.readAll(),
          stdout: (text) => void process.out(text),
          stderr: (text) => void process.err(text),
          sleep: (ms) => process.sleep(ms),
        }),
      )
    },
  }
}
