import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { longestChainMs } from '../../engine/schedule/longestChain.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { command, recordOf, scratch } from '../harness/commandLine.ts'
import { passesOnRunc } from '../kubernetes/impostor.ts'
import { execute, ownSettings, script, startCluster, type TestCluster } from '../kubernetes/testCluster.ts'
import { atKubeletsSpeed, type PodTimes, podTimes, runningTimes } from './kubeletStarts.ts'
import { quantile, row, type Row, Skipped } from './row.ts'
import { checksWithPods, serialScript } from './serialChecks.ts'

const CLASS = 'kata-qemu'
const CHECKS = 20
const DEADLINE_MS = 1_800_000
const profile = path.join(import.meta.dirname, '..', 'kubernetes', 'impostorProfile.yaml')

/** Claims that pass under runc and have pods: on the simulator and on the real cluster their arms do the same. */
const sameOnBoth = Object.keys(passesOnRunc).filter((id) => /-(ARCH|PIDNS|PROC)-/.test(id))

/** A real Kubernetes of this machine; it is ended whatever happens. Throws Skipped where there can be none. */
export async function realCluster(): Promise<Row[]> {
  const environment = await ownSettings('bench-suite')
  await script('down.sh', [], environment)
  try {
    const first = await startCluster(environment, '--impostor')
    if ('reason' in first) throw new Skipped(first.reason)
    // The first start may have built what the second one finds.
    await first.down()
    const began = performance.now()
    const cluster = await startCluster(environment, '--impostor')
    if ('reason' in cluster) throw new Skipped(cluster.reason)
    const seconds = (performance.now() - began) / 1000
    return [
      row('real cluster: cluster:up with a filled cache', seconds, 60, 's'),
      await againstScript(cluster),
      await requestsPerArm(cluster),
      await wholeSuite(cluster),
    ]
  } finally {
    await script('down.sh', [], environment)
  }
}

interface Run {
  readonly record: RunRecord
  readonly schedule: NonNullable<RunRecord['schedule']>
  /** Of the whole command, ms. */
  readonly ms: number
}

async function run<Result>(argv: readonly string[], use: (run: Run, folder: string) => Result): Promise<Result> {
  const results = scratch()
  const began = performance.now()
  try {
    const end = await command(['run', ...argv, '--out', results.folder], {}, DEADLINE_MS)
    const ms = performance.now() - began
    const folder = results.runs()[0]
    if (folder === undefined) throw new Error(`the run left no results: ${end.stderr}`)
    const record = recordOf(folder)
    if (!record.schedule) throw new Error('the run did not finish')
    return use({ record, schedule: record.schedule, ms }, folder)
  } finally {
    results.remove()
  }
}

const tried = ({ arms }: RunRecord): number =>
  arms.filter(({ verdict, timeline }) => verdict !== 'skipped' || timeline.length > 0).length
const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** The bound is max(longest chain, pod-seconds / room of the node), as if the kubelet alone decided when pods run. */
async function wholeSuite({ kubeconfig, folder }: TestCluster): Promise<Row> {
  const exclusive = new Set((await loadSpecs()).filter(({ definition }) => definition.exclusive).map(({ id }) => id))
  return run(['--kubeconfig', kubeconfig, '--profile', profile], ({ record, schedule }, results) => {
    const { wallMs, lowerBoundMs } = schedule
    const pods = podTimes(results, runningTimes(path.join(folder, 'worker-1', 'log', 'kubelet.log')))
    if (pods.length === 0) throw new Error('the kubelet says of no pod when it ran')
    const start = quantile(
      pods.map(({ kubeletMs }) => kubeletMs),
      0.5,
    )
    const chain = (took: (arm: RunRecord['arms'][number]) => number): number =>
      longestChainMs(
        record.arms.map((arm) => ({ node: arm.node, exclusive: exclusive.has(arm.behaviour), ms: took(arm) })),
      )
    // Where the record's bound is its longest chain, that of the nodes' room is below. Pods kept the room for as long as their starts took, too.
    const ofRooms = lowerBoundMs > chain(({ durationMs }) => durationMs) + 1 ? lowerBoundMs : 0
    const kept = (startMs: (pod: PodTimes) => number): number =>
      pods.reduce((ms, pod) => ms + startMs(pod) + pod.restMs, 0)
    const startedAtOnce = kept(({ kubeletMs }) => Math.min(kubeletMs, start)) / kept(({ kubeletMs }) => kubeletMs)
    const bound = Math.max(
      ofRooms * startedAtOnce,
      chain((arm) => atKubeletsSpeed(arm, start)),
    )
    const note = `${inSeconds(wallMs)} against ${inSeconds(bound)}, ${tried(record)} arms, ${pods.length} pods, a pod's start p50 ${inSeconds(start)}`
    return row('real cluster: whole suite, wall / lower bound', wallMs / bound, 1.25, 'x', note)
  })
}

async function requestsPerArm({ kubeconfig }: TestCluster): Promise<Row> {
  const chosen = ['--runtime-class', CLASS, ...sameOnBoth.flatMap((id) => ['--behaviour', id])]
  const measure = (argv: readonly string[]) =>
    run([...argv, ...chosen], ({ record, schedule }) => ({
      perArm: schedule.apiRequests / tried(record),
      arms: tried(record),
    }))
  const real = await measure(['--kubeconfig', kubeconfig])
  // One node each: every node is probed, whatever is checked.
  const simulated = await measure(['--sim', '--scenario', 'small', '--speed', '1', '--node', 'kata-1'])
  const note = `${real.perArm.toFixed(1)} on ${real.arms} arms against ${simulated.perArm.toFixed(1)} on ${simulated.arms}`
  const deviation = Math.abs(real.perArm / simulated.perArm - 1)
  return row('real cluster: API requests per arm, deviation from the simulator', deviation, 0.1, 'share', note)
}

/**
 * The same checks' pods one after the other with kubectl, against the suite's schedule: its arms, controls and canaries among them. Its start, the facts and
 * the last clean-up, of which a script has nothing, are in the note.
 */
async function againstScript({ kubeconfig, folder }: TestCluster): Promise<Row> {
  const checks = await checksWithPods(CLASS, CHECKS)
  const manifests = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-serial-'))
  try {
    const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECTL: path.join(folder, 'kubectl') }
    const began = performance.now()
    const serial = await execute('bash', ['-c', serialScript(checks, manifests)], env)
    const serialMs = performance.now() - began
    if (serial.code !== 0) throw new Error(`the serial script failed: ${serial.stderr}`)
    const chosen = checks.flatMap(({ id }) => ['--behaviour', id])
    return await run(['--kubeconfig', kubeconfig, '--runtime-class', CLASS, ...chosen], ({ record, schedule, ms }) => {
      const pods = checks.flatMap((each) => each.pods).length
      const note =
        `${pods} pods in ${inSeconds(serialMs)}; suite ${inSeconds(schedule.wallMs)} for ${tried(record)} arms, ` +
        `${inSeconds(ms)} with start, facts and clean-up`
      return row(`real cluster: suite / serial kubectl, ${CHECKS} checks`, schedule.wallMs / serialMs, 0.2, 'x', note)
    })
  } finally {
    rmSync(manifests, { recursive: true, force: true })
  }
}
