import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openJournal } from '../../engine/journal/journal.ts'
import { createLedger } from '../../engine/cluster/ledger.ts'
import type { Arm } from '../../engine/plan/arm.ts'
import { wholeRun } from '../../engine/options.ts'
import { type RunParts, startRun } from '../../engine/run/startRun.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { loadImages } from '../../helpers/pods/images.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { arm } from '../unit/engine/armDouble.ts'

// Run in a process of its own: 10,000 arms through plan, pool, schedule, verdict and journal, on a cluster that answers at once. Prints CPU and memory.
const ARMS = 10_000
const ARMS_PER_POD = 8

const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-bench-'))
const journal = openJournal(path.join(folder, 'run'))
journal.write({
  event: 'run.started',
  schemaVersion: 1,
  runId: 'bench',
  simulated: true,
  suiteVersion: '0',
  nodeVersion: process.version,
  command: [],
  cluster: { context: 'bench', server: '', kubernetesVersion: '' },
})

const arms: Arm[] = Array.from({ length: ARMS }, (_, index) =>
  arm(
    `KATA-BENCH-${String(index).padStart(5, '0')}`,
    async ({ expect, pods, measure }) => {
      expect(pods['bare']?.outcome).to.equal('ready')
      expect(measure('index', index, 'arms')).to.equal(index)
    },
    {
      pods: {
        bare: busybox(undefined)
          .annotations({ group: String(Math.floor(index / ARMS_PER_POD)) })
          .build(),
      },
    },
  ),
)

const cpu = process.cpuUsage()
const run = startRun({
  options: { ...wholeRun, runId: 'bench' },
  cluster: clusterDouble(),
  catalog: { chapters: [], claims: new Map() },
  registered: [],
  images: loadImages([]),
  signal: new AbortController().signal,
  onJournal: () => undefined,
  journal,
  ledger: createLedger(journal),
  namespaces: { baseline: 'baseline', privileged: null },
  probes: { on: () => null, require: () => undefined, notes: [] },
  facts: { nodes: [], classes: [] },
  plan: { arms, claims: [] },
} as unknown as RunParts)
run.start(new Set(arms.map(({ planned }) => planned.id)))
const record = await run.finish()
const { user, system } = process.cpuUsage(cpu)
rmSync(folder, { recursive: true, force: true })
const passed = record.summary.verdicts.passed
if (passed !== ARMS)
  throw new Error(
    `${passed} of ${ARMS} arms passed: ${record.arms.find(({ verdict }) => verdict !== 'passed')?.message}`,
  )
process.stdout.write(
  `${JSON.stringify({ cpuMsPerArm: (user + system) / 1000 / ARMS, rssMiB: process.resourceUsage().maxRSS / 1024 })}\n`,
)

/** Every pod is ready as soon as it is asked for. */
function clusterDouble(): Cluster {
  let count = 0
  const live = new Map<string, KubeObject>()
  const double = {
    stats: { requests: 0, watches: 0, retries: [] },
    async create(object: KubeObject): Promise<KubeObject> {
      count += 1
      const created = {
        ...object,
        metadata: { ...object.metadata, uid: `uid-${count}` },
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [{ name: 'main', ready: true, state: { running: {} } }],
        },
      }
      live.set(created.metadata.name ?? '', created)
      return created
    },
    waitFor: async ({ name }: { name: string }) => live.get(name),
    eventsOf: async () => [],
    delete: async ({ name }: { name: string }) => live.delete(name),
    waitForDeleted: async () => undefined,
    find: async ({ kind, name }: { kind: string; name: string }) =>
      kind === 'Node'
        ? { metadata: { name }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }
        : (live.get(name) ?? null),
    list: async () => [...live.values()],
    troubleSince: () => null,
    raw: async () => null,
  }
  return double as unknown as Cluster
}
