import { parseArgs } from 'node:util'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { loadScenario } from '../../sim/scenarios/loadScenario.ts'
import { joinableCluster, startJoined } from '../kubernetes/joinedCluster.ts'
import type { TestCluster } from '../kubernetes/testCluster.ts'
import { runChecks, simulatedRun } from './simulatedRun.ts'

// `node --import=tsx test/mutation/joined.ts [--fault NAME]...`: the healthy nodes and a sample of faults, once on the embedded API server and once joined
// to a real control plane. What turns red must be the same, in the same words: what differs is a fault of the embedded API server, scheduler or controllers.

const SCENARIO = 'small'
const CLASSES = ['kata-qemu', 'kata-qemu-minimal', 'kata-clh']
/** On a real control plane nothing is free: more at once only wait for each other. */
const MAX_ARMS = 24

/** Of every part of the model that API server, scheduler or controllers have a say in, and of those that they have none in. */
const SAMPLE = [
  'runc-behind-kata-handlers',
  'guest-sees-node-memory',
  'memory-hotplug-ignored',
  'host-pid-namespace-leaked',
  'kata-qemu-class-missing',
  'oom-kills-the-vm',
  'oom-reason-lost',
  'runtimeclass-overhead-missing',
  'runtimeclass-scheduling-missing',
  'kata-clh-class-with-qemu-handler',
  'undeclared-runtimeclass',
  'missing-handler-falls-back-to-runc',
  'exec-exit-code-lost',
  'stdout-lost',
  'exec-probes-fail',
  'sigterm-not-forwarded',
  'init-container-not-awaited',
  'container-restart-recreates-vm',
  'node-without-kvm',
  'kata-pod-cuts-the-nodes-network',
  'allowed-proc-destinations-refused',
  'hypervisor-survives-deletion',
]

const { values } = parseArgs({ options: { fault: { type: 'string', multiple: true } } })
const say = (text: string) => void process.stdout.write(`${text}\n`)

const found = await joinableCluster('faults')
if ('reason' in found) {
  say(`skipped: ${found.reason}`)
  process.exit(0)
}
let different = 0
try {
  for (const fault of [null, ...(values.fault ?? SAMPLE)]) {
    const began = performance.now()
    const faults = fault === null ? [] : [fault]
    const embedded = redsOf(await simulatedRun({ scenario: SCENARIO, faults, options: { classes: CLASSES } }))
    const joined = redsOf(await joinedRun(found, faults))
    const differences = [
      ...[...embedded].filter((red) => !joined.has(red)).map((red) => `embedded only: ${red}`),
      ...[...joined].filter((red) => !embedded.has(red)).map((red) => `joined only: ${red}`),
    ]
    if (differences.length > 0) different += 1
    const seconds = Math.round((performance.now() - began) / 1000)
    say(`${differences.length === 0 ? 'same' : 'DIFFERENT'} ${fault ?? 'healthy'}: ${embedded.size} red (${seconds} s)`)
    for (const difference of differences) say(`  ${difference.split('\n').join('\n    ')}`)
  }
} finally {
  await found.down()
}
process.exit(different > 0 ? 1 : 0)

async function joinedRun(cluster: TestCluster, faults: readonly string[]): Promise<RunRecord> {
  const argv = faults.flatMap((fault) => ['--fault', fault])
  const joined = await startJoined(cluster, ['--scenario', SCENARIO, '--no-latencies', ...argv])
  const { runtimeClasses } = await loadScenario(SCENARIO)
  const declaredClasses = runtimeClasses.map(({ name, handler }) => ({ name, handler }))
  try {
    return await runChecks(cluster.kubeconfig, { classes: CLASSES, declaredClasses, maxArms: MAX_ARMS })
  } finally {
    await joined.close()
  }
}

/** Arms that are not as on a healthy cluster, with their messages but for names and numbers of this one run. */
function redsOf({ arms }: RunRecord): Set<string> {
  const good = (role: string) => (role === 'canary' ? ['failed'] : ['passed', 'skipped'])
  return new Set(
    arms
      .filter(({ role, verdict }) => !good(role).includes(verdict))
      .map(({ id, verdict, message }) => `${id}: ${verdict}: ${withoutNumbers(message)}`),
  )
}

function withoutNumbers(message: string): string {
  return (
    message
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UUID')
      .replace(/\b[0-9a-f]{12,64}\b/g, 'HEX')
      .replace(/\b(([0-9a-f]{2}:){5}[0-9a-f]{2})\b/g, 'MAC')
      .replace(/\b\d+(\.\d+)*\b/g, '#')
      // which of the arms that share a pod gives it its name is a matter of order
      .replace(/\bshared-[a-z-]+-#/g, 'shared pod')
  )
}
