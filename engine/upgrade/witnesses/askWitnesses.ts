import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import { findInList } from '../../../helpers/cluster/objects.ts'
import type { Testimony, Witness } from '../../../reports/record/upgradeJournal.ts'
import { isReady } from '../observe.ts'
import { judge, type Seen } from './judge.ts'
import { blockDevice, writerFile } from './witnessPod.ts'

const READ_MS = 20_000

/** What the witnesses say now. A question that gets no answer is an answer: unknown, with why. */
export async function askWitnesses(
  cluster: Cluster,
  witnesses: readonly Witness[],
  stallSeconds: number,
): Promise<Testimony[]> {
  const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node' })
  const lost = (name: string) => !nodes.some((node) => node.metadata.name === name && isReady(node))
  const said = await Promise.all(
    witnesses.map(async (witness) => judge(witness, await look(cluster, witness, lost(witness.node)), stallSeconds)),
  )
  return said.flat()
}

async function look(cluster: Cluster, witness: Witness, nodeLost: boolean): Promise<Seen> {
  const { namespace, name, kinds } = witness
  const pod = await findInList(cluster.list)({ apiVersion: 'v1', kind: 'Pod', namespace, name })
  const nothing = { bootId: null, log: '', file: null, block: null, now: null, nodeLost }
  if (nodeLost || pod === null)
    return { ...nothing, pod: pod && statusOf(pod), why: nodeLost ? 'it is not Ready' : await endOf(cluster, witness) }
  const troubles: string[] = []
  const asked = async (argv: readonly string[]): Promise<string | null> => {
    try {
      const { stdout, stderr, exitCode } = await cluster.exec({ namespace, name }, argv, {
        readOnly: true,
        timeoutMs: READ_MS,
      })
      if (exitCode === 0) return stdout
      troubles.push(stderr.trim() || `exit code ${exitCode}`)
    } catch (error) {
      troubles.push((error as Error).message)
    }
    return null
  }
  // The log comes first: what it says is written must be in the file that is read after it.
  const log = await logsOf(cluster, witness, troubles)
  const [bootId, now, file, block] = await Promise.all([
    asked(['cat', '/proc/sys/kernel/random/boot_id']),
    asked(['date', '+%s']),
    kinds.includes('writer') ? asked(['cat', writerFile]) : null,
    kinds.includes('block')
      ? asked(['sh', '-c', `dd if=${blockDevice} bs=512 count=20000 2>/dev/null | tr -d '\\000'`])
      : null,
  ])
  return {
    pod: statusOf(pod),
    bootId: bootId?.trim() ?? null,
    log,
    file,
    block: block === null ? null : block.split('\n').flatMap((line) => (line === '' ? [] : [Number(line)])),
    now: now === null ? null : Number(now.trim()),
    why: troubles.join('; '),
    nodeLost,
  }
}

/** Also of the container before a restart: it is what the first VM said. */
async function logsOf(cluster: Cluster, { namespace, name }: Witness, troubles: string[]): Promise<string> {
  const previous = await cluster.logs({ namespace, name }, { previous: true, timeoutMs: READ_MS }).catch(() => '')
  const now = await cluster.logs({ namespace, name }, { timeoutMs: READ_MS }).catch((error: unknown) => {
    troubles.push((error as Error).message)
    return ''
  })
  return `${previous}${now}`
}

function statusOf(pod: KubeObject): Seen['pod'] {
  const status = (pod['status'] ?? {}) as {
    phase?: string
    conditions?: { type: string; status: string }[]
    containerStatuses?: { restartCount: number }[]
  }
  return {
    uid: pod.metadata.deletionTimestamp === undefined ? (pod.metadata.uid ?? '') : 'being deleted',
    phase: status.phase ?? '',
    ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
  }
}

async function endOf(cluster: Cluster, { namespace, name, uid }: Witness): Promise<string> {
  const events = await cluster.eventsOf({ namespace, name, uid }).catch(() => [])
  const last = events.at(-1)
  return last ? `${String(last['reason'])}: ${String(last['message'])}` : 'no event says why'
}
