import { behaviour, type Expect } from '../../helpers/behaviour.ts'
import { expectInVm, printsBootId } from '../../helpers/guest/inVirtualMachine.ts'
import { controlledPods, logOf } from '../../helpers/objects/controlledPods.ts'
import { becomesAvailable, deployment } from '../../helpers/objects/deployment.ts'
import { job, jobCounts } from '../../helpers/objects/job.ts'
import { refuseForeign } from '../../helpers/objects/unstartedPods.ts'
import { anyKata, theCluster } from '../../helpers/oracles/applicability.ts'
import { someClass } from '../../helpers/oracles/someClass.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

const notInVm = "boot_id of the pod beside the node's"

const qualities = {
  // Where the VM is sized once and for all, the limit is what its kernel has to boot in, too.
  guaranteed: {
    qos: 'Guaranteed',
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { cpu: '100m', memory: '256Mi' },
  },
  burstable: { qos: 'Burstable', requests: { cpu: '10m', memory: '16Mi' }, limits: {} },
  'best-effort': { qos: 'BestEffort', requests: {}, limits: {} },
}

// A pod that is guaranteed its CPUs is one whose overhead the scheduler counts besides: the class of the pod does not change by it.
behaviour('KATA-UPSTREAM-013', {
  on: anyKata,
  control: true,
  cases: qualities,
  pods: ({ runtimeClass, case: { requests, limits } }) => ({
    pod:
      Object.keys(requests).length === 0
        ? busybox(runtimeClass)
        : busybox(runtimeClass)
            .requests(requests as Record<string, string>)
            .limits(limits as Record<string, string>),
  }),
  async check(context) {
    const { pods, case: expected, expect } = context
    await expectInVm(context, pods.pod)
    const { qosClass } = pods.pod.object['status'] as { qosClass?: string }
    expect(qosClass, 'QoS class of the pod').to.equal(expected.qos)
  },
  killedBy: { 'runc-behind-kata-handlers': notInVm, 'qos-class-counts-overhead': 'QoS class of the pod' },
})

behaviour('KATA-UPSTREAM-019', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({
    exceeding: busybox(runtimeClass).requests({ memory: '700Mi' }).limits({ memory: '50Mi' }).awaits('settled'),
    within: busybox(runtimeClass).requests({ memory: '16Mi' }).limits({ memory: '800Mi' }),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.within)
    expect(pods.exceeding.outcome, 'outcome of a pod whose request exceeds its limit').to.equal('refused')
    expect(pods.exceeding.refusal?.message, 'why it is refused').to.include(
      'must be less than or equal to memory limit',
    )
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'requests-lowered-to-limits': 'outcome of a pod whose request exceeds its limit',
  },
})

const jobs = { one: { completions: 1, parallelism: 1 }, parallel: { completions: 3, parallelism: 3 } }

const END_MS = 150_000

behaviour('KATA-UPSTREAM-014', {
  on: theCluster,
  cases: jobs,
  pods: () => ({}),
  furtherPods: Math.max(...Object.values(jobs).map(({ parallelism }) => parallelism)),
  timeoutMs: 180_000,
  async check({ createObject, api, facts, case: wanted, expect }) {
    const made = await createObject('job', job(busybox(someClass(facts).name).script(printsBootId), wanted))
    const ended = await made.waitFor(
      'the end of the Job',
      (object) => jobCounts(object).succeeded >= wanted.completions || jobCounts(object).failed > 0,
      END_MS,
    )
    if (jobCounts(ended).failed > 0) await refuseForeign(api, made, await controlledPods(api, made), END_MS)
    expect(jobCounts(ended), 'pods of the Job').to.deep.equal({ succeeded: wanted.completions, failed: 0 })
    const printed = await Promise.all((await controlledPods(api, made)).map((pod) => logOf(api, pod)))
    expectKernels(expect, printed, wanted.completions, await api.bootId(facts.node.name))
  },
  killedBy: {
    'runc-behind-kata-handlers': 'kernels of the pods',
    'guests-cloned-from-one-template': 'kernels of the pods',
    'stdout-lost': 'kernels of the pods',
  },
})

const REPLICAS = 3

behaviour('KATA-UPSTREAM-015', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: REPLICAS,
  timeoutMs: 240_000,
  async check({ createObject, api, facts, expect }) {
    // Ready when it has printed: nobody waits for its log.
    const replica = busybox(someClass(facts).name)
      .script(`${printsBootId}; touch /tmp/printed; ${idle}`)
      .readinessExec(['test', '-e', '/tmp/printed'])
    const made = await createObject('scaled', deployment(replica))
    expect(await becomesAvailable(api, made, 90_000), 'one replica').to.equal('available')
    await made.patch({ spec: { replicas: REPLICAS } })
    expect(await becomesAvailable(api, made, 120_000, REPLICAS), `${REPLICAS} replicas`).to.equal('available')
    const printed = await Promise.all((await controlledPods(api, made)).map((pod) => logOf(api, pod)))
    expectKernels(expect, printed, REPLICAS, await api.bootId(facts.node.name))
  },
  killedBy: {
    'runc-behind-kata-handlers': 'kernels of the pods',
    'guests-cloned-from-one-template': 'kernels of the pods',
    'stdout-lost': 'kernels of the pods',
    'exec-probes-fail': 'one replica',
  },
})

/** Each pod has printed the boot_id of a kernel that is neither the node's nor another pod's. */
function expectKernels(expect: Expect, printed: readonly string[], count: number, node: string): void {
  const kernels = new Set(
    printed.map((log) => log.trim().split('\n')[0] ?? '').filter((id) => id !== '' && id !== node),
  )
  expect(kernels.size, `kernels of the pods that are not the node's`).to.equal(count)
}
