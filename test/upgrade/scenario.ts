import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { startSimulatedCluster } from '../../cli/simulatedCluster.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import type { AuditedRequest } from '../harness/auditTrail.ts'
import { command, type Ended, scratch } from '../harness/commandLine.ts'

export const setRelease = (release: string): string[] => [
  process.execPath,
  path.join(import.meta.dirname, 'setRelease.mjs'),
  release,
]

/** What an upgrade said in each of its outputs. */
export interface Outcome extends Ended {
  readonly folder: string
  readonly text: string
  readonly markdown: string
  readonly junit: string
  readonly json: {
    readonly answer: string
    readonly exitCode: number
    readonly because: string
    readonly findings: readonly { weight: string; subject: string; title: string; what: string }[]
    readonly nodesAfter: Readonly<Record<string, string | null>>
    readonly testimonies: readonly { kind: string; verdict: string; node: string }[]
  }
}

export interface Stage {
  readonly kubeconfig: string
  readonly cluster: Cluster
  readonly folder: string
  /** Runs `upgrade` to its end, to the release, with these flags. */
  upgrade(release: string, ...flags: string[]): Promise<Outcome>
  outcome(ended: Ended): Outcome
  close(): Promise<void>
}

const minutes = 60_000

/** A simulated cluster of two Kata nodes on `from`, whose upgrades go as the faults say. */
export async function stage(
  from: string,
  upgradeFaults: readonly string[] = [],
  faults: readonly string[] = [],
  { audit, speed = 10 }: { audit?: (event: AuditedRequest) => void; speed?: number } = {},
): Promise<Stage> {
  const simulated = await startSimulatedCluster({
    scenario: path.join(import.meta.dirname, 'twoNodes.yaml'),
    kataVersion: from,
    upgradeFaults,
    faults,
    ...(audit === undefined ? {} : { audit }),
    speed,
  })
  const cluster = await connect({ kubeconfig: simulated.kubeconfig })
  const place = scratch()
  const outcome = (ended: Ended): Outcome => {
    const folders = readdirSync(place.folder)
      .filter((name) => name.startsWith('upgrade-'))
      .sort()
    const folder = path.join(place.folder, folders.at(-1) ?? 'none')
    const read = (name: string) => readFileSync(path.join(folder, name), 'utf8')
    return {
      ...ended,
      folder,
      text: read('upgrade.txt'),
      markdown: read('upgrade.md'),
      junit: read('upgrade-junit.xml'),
      json: JSON.parse(read('upgrade.json')) as Outcome['json'],
    }
  }
  return {
    kubeconfig: simulated.kubeconfig,
    cluster,
    folder: place.folder,
    outcome,
    async upgrade(release, ...flags) {
      const given = [
        '--kubeconfig',
        simulated.kubeconfig,
        '--out',
        place.folder,
        '--allow-disruptive',
        '--rollout-timeout',
        '40',
        // A second in which this machine is busy is ten there.
        '--stall-seconds',
        '150',
      ]
      const ended = await command(['upgrade', ...given, ...flags, '--', ...setRelease(release)], {}, 8 * minutes)
      return outcome(ended)
    },
    async close() {
      await cluster.close()
      await simulated.close()
      place.remove()
    },
  }
}
