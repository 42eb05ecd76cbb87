import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { KubeObject } from '../../helpers/cluster/cluster.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { loadScenario } from '../../sim/scenarios/loadScenario.ts'
import { type Simulation, startSimulation } from '../../sim/simulation.ts'
import { runChecks } from '../mutation/simulatedRun.ts'

// What the check that kills a VMM does to a cluster: to its own pod alone, and to nothing where that pod is in no VM.

interface Seen {
  readonly record: RunRecord
  /** Pods that the run made, by name. */
  readonly pods: readonly string[]
  /** Of somebody else's Kata pod on each Kata node: its hypervisors before the run, and those that live after it. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const somebodyElses = (node: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `database-${node}`, namespace: 'default' },
  spec: {
    nodeName: node,
    runtimeClassName: 'kata-qemu',
    containers: [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', 'while :; do sleep 3601; done'] }],
  },
})

const hypervisors = ({ nodes }: Simulation): string[] =>
  nodes.flatMap(({ name, machine }) =>
    machine
      .processes()
      .filter(({ comm }) => comm.startsWith('qemu'))
      .map(({ pid }) => `${name}: ${pid}`),
  )

async function seen(faults: readonly string[]): Promise<Seen> {
  const pods: string[] = []
  const simulation = await startSimulation({
    scenario: await loadScenario('small', { faults }),
    speed: Infinity,
    auditLevel: 'RequestResponse',
    audit: ({ stage, verb, objectRef, responseObject }) => {
      const made = stage === 'ResponseComplete' && verb === 'create' && objectRef?.resource === 'pods'
      if (made && objectRef.subresource === undefined)
        pods.push((responseObject as { metadata: { name: string } }).metadata.name)
    },
  })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-vmm-'))
  const kubeconfig = path.join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, simulation.kubeconfig, { mode: 0o600 })
  const cluster = await connect({ kubeconfig })
  try {
    for (const node of ['kata-1', 'kata-2']) {
      const { metadata } = await cluster.create(somebodyElses(node))
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: metadata.name ?? '' }
      const running = (pod: KubeObject) => (pod['status'] as { phase?: string } | undefined)?.phase === 'Running'
      await cluster.waitFor(ref, running, { timeoutMs: 30_000, what: 'running' })
    }
    const before = hypervisors(simulation)
    const record = await runChecks(kubeconfig, { behaviours: ['KATA-UPSTREAM-028'], classes: ['kata-qemu'] })
    return { record, pods, before, after: hypervisors(simulation) }
  } finally {
    await cluster.close()
    await simulation.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const verdict = ({ record }: Seen): string[] =>
  record.arms.filter(({ role }) => role === 'check').map(({ verdict, message }) => `${verdict}: ${message}`)

const workshops = ({ pods }: Seen): string[] => pods.filter((name) => name.startsWith('node-workshop-'))

describe('the check that kills the VMM of a pod', function () {
  this.timeout(120_000)

  it('kills that of its own pod, and nobody else loses one', async () => {
    const run = await seen([])
    expect(verdict(run)).to.have.length(1)
    expect(verdict(run)[0]).to.match(/^passed/)
    expect(workshops(run)).to.have.length(1)
    expect(run.before).to.have.length(2)
    expect(run.after).to.deep.equal(run.before)
  })

  it('signals nothing on a node whose pods are in no VM: no pod that could is even started', async () => {
    const run = await seen(['runc-behind-kata-handlers'])
    expect(verdict(run)).to.have.length(1)
    expect(verdict(run)[0]).to.match(/^failed: .*this pod is not in a VM/)
    expect(workshops(run)).to.deep.equal([])
  })
})
