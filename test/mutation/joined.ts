import { parseArgs } from 'node:util'
import { joinableCluster } from '../kubernetes/joinedCluster.ts'
import { redsOfBoth } from './joinedComparison.ts'

// `npm run mutation:joined [-- --fault NAME]...`: the healthy nodes and a sample of faults, once on the embedded API server and once joined to a real
// control plane. Exit code 1 when anything else is red there, or in other words.

const CLASSES = ['kata-qemu', 'kata-qemu-minimal', 'kata-clh']

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
    const { embedded, joined } = await redsOfBoth(found, fault, { classes: CLASSES })
    const differences = [
      ...embedded.filter((red) => !joined.includes(red)).map((red) => `embedded only: ${red}`),
      ...joined.filter((red) => !embedded.includes(red)).map((red) => `joined only: ${red}`),
    ]
    if (differences.length > 0) different += 1
    const seconds = Math.round((performance.now() - began) / 1000)
    say(
      `${differences.length === 0 ? 'same' : 'DIFFERENT'} ${fault ?? 'healthy'}: ${embedded.length} red (${seconds} s)`,
    )
    for (const difference of differences) say(`  ${difference.split('\n').join('\n    ')}`)
  }
} finally {
  await found.down()
}
process.exit(different > 0 ? 1 : 0)
