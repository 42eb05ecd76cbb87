import { exitCodeOf, oneLine } from '../../cli/failure.ts'
import { runSuite } from '../../cli/runSuite.ts'
import type { RunSettings } from '../../cli/runSettings.ts'

export interface Asked {
  readonly settings: RunSettings
  readonly argv: readonly string[]
  /** Written to standard error when the run has ended. */
  readonly mark: string
}

// One run of the suite a message, as `kata-conformance run` makes it, in a process whose modules are loaded already.
process.on('message', (asked: Asked) => {
  void run(asked).then((code) => {
    process.stderr.write(`${asked.mark} ${code}\n`)
  })
})

async function run({ settings, argv }: Asked): Promise<number> {
  try {
    return await runSuite(settings, argv)
  } catch (error) {
    process.stderr.write(`${oneLine(error)}\n`)
    return exitCodeOf(error)
  }
}
