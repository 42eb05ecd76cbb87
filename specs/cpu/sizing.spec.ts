import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { withoutLimit } from '../../helpers/guest/admittedLimits.ts'
import { cgroupLimits } from '../../helpers/guest/cgroupLimits.ts'
import { cpus, nproc } from '../../helpers/guest/cpus.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { classes, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { cpuRequestsDoNotCount } from '../../helpers/oracles/documentedFigures.ts'
import { cpuLimits, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import { expectBareVcpus } from './bareVcpus.ts'

/** Classes whose vCPUs follow from defaults and limits; how, by hot-plug or at boot, is the oracle's. */
const sized = classes(onNode, notConfidential)

behaviour('KATA-CPU-001', {
  on: sized,
  pods: ({ runtimeClass }) => ({ bare: busybox(runtimeClass) }),
  async check({ pods, facts, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.bare)
    const expected = sandboxVcpus(facts.class, facts.node, []).total
    const seen = await cpus(pods.bare)
    expect(measure('vCPUs', seen.nproc, ''), 'nproc of a pod without limits').to.equal(expected)
    expect(seen.processors, 'processors of /proc/cpuinfo without limits').to.have.lengthOf(expected)
    expect((await cgroupLimits(pods.bare)).cpuQuotaUs, 'CPU quota without limits').to.equal(null)
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'cpu-quota-without-limit': 'CPU quota without limits',
  },
})

/** What a node with little left can still schedule beside the class's overhead and other pods: 2 CPUs of the guide, or 1. */
const requestable = ({ facts }: Pick<CheckContext<string, unknown>, 'facts'>): string => {
  const free = need(facts.node.allocatableMillicores, 'allocatable CPU') - (facts.node.requestedMillicores.value ?? 0)
  return free >= 2500 ? '2' : '1'
}

behaviour('KATA-CPU-002', {
  on: classes(onNode, notConfidential, cpuRequestsDoNotCount),
  pods: ({ runtimeClass, facts }) => ({ requesting: busybox(runtimeClass).requests({ cpu: requestable({ facts }) }) }),
  async check({ pods, facts, api, runtimeClass, measure, expect }) {
    withoutLimit(pods.requesting, 'cpu')
    await expectInVm({ api, expect, runtimeClass }, pods.requesting)
    const vcpus = measure('vCPUs', await nproc(pods.requesting), '')
    expect(vcpus, 'nproc with requests.cpu alone').to.equal(sandboxVcpus(facts.class, facts.node, []).total)
  },
  killedBy: {
    'cpu-requests-counted': 'nproc with requests.cpu alone',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

/** Rows of the guide's table whose limit is whole CPUs: how many vCPUs, and the limit itself as quota. */
const wholeCpus = { 'KATA-CPU-003': 1, 'KATA-CPU-006': 2, 'KATA-CPU-007': 4 } as const

for (const [id, limit] of Object.entries(wholeCpus)) {
  behaviour(id, {
    on: sized,
    pods: ({ runtimeClass, facts }) => ({
      bare: busybox(runtimeClass),
      limited: busybox(runtimeClass)
        .limits(cpuLimits(facts.class, String(limit)))
        .requests({ cpu: '100m' }),
    }),
    async check(context) {
      const { pods, facts, measure, expect } = context
      await expectInVm(context, pods.limited)
      await expectBareVcpus(context, pods.bare)
      const vcpus = measure('vCPUs', await nproc(pods.limited), '')
      expect(vcpus, `nproc with limits.cpu ${limit}`).to.equal(
        sandboxVcpus(facts.class, facts.node, [1000 * limit]).total,
      )
      const { cpuQuotaUs, cpuPeriodUs } = await cgroupLimits(pods.limited)
      expect(cpuQuotaUs, `CPU quota with limits.cpu ${limit}`).to.equal(limit * cpuPeriodUs)
    },
    killedBy: {
      'vcpu-hotplug-ignored': `nproc with limits.cpu ${limit}`,
      'vcpu-one-more': `nproc with limits.cpu ${limit}`,
      'cpu-quota-not-set': `CPU quota with limits.cpu ${limit}`,
      'runc-behind-kata-handlers': 'this pod is not in a VM',
      ...(limit === 4 ? { 'vcpus-capped-at-four': 'nproc with limits.cpu 4' } : {}),
    },
  })
}

/** Limits of the containers of one pod, millicores: half a CPU twice is one vCPU more, 1.25 CPUs are two. */
const pairs = { halves: [500, 500], uneven: [750, 500] } as const

behaviour('KATA-CPU-010', {
  on: sized,
  pods: ({ runtimeClass, facts }) => ({
    halves: twoContainers(runtimeClass, cpuLimits(facts.class, '500m'), cpuLimits(facts.class, '500m')),
    uneven: twoContainers(runtimeClass, cpuLimits(facts.class, '750m'), cpuLimits(facts.class, '500m')),
  }),
  async check({ pods, facts, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.halves)
    for (const name of ['halves', 'uneven'] as const) {
      const limits = pairs[name]
      const vcpus = measure(`vCPUs of ${limits.join('m + ')}m`, await nproc(pods[name]), '')
      const expected = sandboxVcpus(facts.class, facts.node, limits).total
      expect(vcpus, `nproc with containers limited to ${limits.join('m + ')}m`).to.equal(expected)
    }
  },
  killedBy: {
    'vcpus-rounded-per-container': 'nproc with containers limited to 500m + 500m',
    'vcpu-hotplug-ignored': 'nproc with containers limited to 500m + 500m',
    'vcpu-one-more': 'nproc with containers limited to 500m + 500m',
    'vm-per-container': 'nproc with containers limited to 750m + 500m',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

type Limits = ReturnType<typeof cpuLimits>

function twoContainers(runtimeClass: string | undefined, first: Limits, second: Limits) {
  return busybox(runtimeClass)
    .limits(first)
    .requests({ cpu: '50m' })
    .container('second', (container) => container.limits(second).requests({ cpu: '50m' }))
}
