import type { Clock } from '../clock.ts'
import type { MachineCommandCall } from '../machine/machineCommand.ts'

/** What systemd-journald of a node keeps, the last entries of it. */
export interface NodeJournal {
  /** @param identifier SYSLOG_IDENTIFIER: containerd, kata */
  write(identifier: string, text: string): void
  /** journalctl: --since in seconds before now, -t, -n; other options change the form alone. */
  print(call: MachineCommandCall): number
}

interface Entry {
  at: number
  identifier: string
  text: string
}

const KEPT = 2_000

export function createJournal(hostname: string, clock: Clock): NodeJournal {
  const entries: Entry[] = []
  return {
    write(identifier, text) {
      entries.push({ at: clock.now(), identifier, text })
      if (entries.length > KEPT) entries.splice(0, entries.length - KEPT)
    },
    print({ argv, stdout, stderr }) {
      const { since, identifier, lines } = options(argv.slice(1))
      if (since !== undefined && !/^-\d+(s|sec)?$/.test(since)) {
        stderr(`Failed to parse timestamp: ${since}\n`)
        return 1
      }
      const from = since === undefined ? 0 : clock.now() - Number.parseInt(since.slice(1), 10) * 1000
      const found = entries.filter((each) => each.at >= from && (!identifier || each.identifier === identifier))
      for (const each of lines === undefined ? found : found.slice(-lines)) stdout(line(hostname, each))
      return 0
    },
  }
}

/** short-iso-precise */
const line = (hostname: string, { at, identifier, text }: Entry): string =>
  `${new Date(at).toISOString().replace('Z', '000+0000')} ${hostname} ${identifier}[${identifier === 'containerd' ? 812 : 4711}]: ${text}\n`

function options(argv: readonly string[]): { since?: string; identifier?: string; lines?: number } {
  const found: { since?: string; identifier?: string; lines?: number } = {}
  for (let at = 0; at < argv.length; at++) {
    const [name = '', inline] = (argv[at] ?? '').split(/=(.*)/s)
    const value = () => inline ?? argv[++at] ?? ''
    if (name === '--since' || name === '-S') found.since = value()
    else if (name === '-t' || name === '--identifier') found.identifier = value()
    else if (name === '-n' || name === '--lines') found.lines = Number(value())
  }
  return found
}
