import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import type { Target } from './clusters/target.ts'
import { podsOf } from './clusters/target.ts'
import type { FaultPlan } from './faultPlan.ts'
import type { FaultProxy } from './proxy/faultProxy.ts'
import type { SmallDisk } from './smallDisk.ts'
import type { RunningSuite } from './suite.ts'

export interface Stage {
  readonly target: Target
  readonly proxy: FaultProxy
  readonly suite: RunningSuite
  /** Null where none can be made: the file system is the machine's. */
  readonly disk: SmallDisk | null
}

/** What a strike did, for the report. Null: there was nothing to strike. */
export type Struck = string | null

/** Does to the run what its plan says. Resolves when it is over: the API server runs again, the node is back, the disk has room. */
export async function strike({ strike, seed }: FaultPlan, { target, proxy, suite, disk }: Stage): Promise<Struck> {
  switch (strike.on) {
    case 'proxy':
      proxy.disturb(strike.rule, strike.durationMs)
      await passed(strike.durationMs)
      return JSON.stringify(strike.rule.act)
    case 'apiServer': {
      const start = await target.killApiServer(proxy)
      await passed(strike.durationMs)
      await start()
      return `for ${strike.durationMs} ms`
    }
    case 'node': {
      const nodes = [...new Set((await podsOf(target.cluster)).map((pod) => nodeOf(pod)).filter(Boolean))].sort()
      const node = nodes[seed % Math.max(1, nodes.length)]
      if (node === undefined || !target.silenceNode) return null
      const awayMs = strike.durationMs * target.nodeTime
      const restore = await target.silenceNode(node, strike.how)
      await passed(awayMs)
      await restore()
      return `${node} ${strike.how} for ${awayMs} ms`
    }
    case 'pod': {
      const deleted: string[] = []
      for (let time = 0; time < strike.times; time += 1) {
        if (time > 0) await passed(strike.everyMs)
        const name = await deleteOne(target, strike.which + time, strike.graceSeconds)
        if (name !== null) deleted.push(name)
      }
      return deleted.length > 0 ? deleted.join(', ') : null
    }
    case 'disk':
      if (!disk) return null
      disk.fill(strike.leftBytes)
      if (strike.durationMs !== null) {
        await passed(strike.durationMs)
        disk.free()
      }
      return `${strike.leftBytes} bytes left${strike.durationMs === null ? '' : ` for ${strike.durationMs} ms`}`
    case 'suite':
      suite.kill()
      return 'SIGKILL'
  }
}

/** The pods of a run in the order of their names; its probe is one of many. */
async function deleteOne({ cluster }: Target, which: number, graceSeconds: 0 | null): Promise<string | null> {
  const pods = (await podsOf(cluster)).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const pod = pods[which % Math.max(1, pods.length)]
  if (!pod) return null
  const { namespace, name = '' } = pod.metadata
  const grace = graceSeconds === null ? {} : { gracePeriodSeconds: graceSeconds }
  await cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name }, grace)
  return name
}

const nodeOf = (pod: KubeObject): string => (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? ''

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
