import { behaviour } from '../../helpers/behaviour.ts'
import { copyInMemory } from '../../helpers/guest/copyWork.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { classes, hotplugSized, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { cpuLimits } from '../../helpers/oracles/sandboxSize.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/**
 * The guide compresses with gzip; what its figures speak of is CPU time, so that here a fixed amount is copied in memory, by one thread a worker, with
 * nothing to read or write. Only ratios are asserted: seconds are the machine's.
 */
const on = classes(hotplugSized, onNode, notConfidential)

/** 16 GiB: some seconds of one CPU, many enforcement periods. */
const workMiB = 16_384

/** Seconds until the last of several workers that start together has done its share. */
const parallel = async (pod: PodHandle, workers: number, mebibytes: number): Promise<number> =>
  Math.max(...(await Promise.all(Array.from({ length: workers }, () => copyInMemory(pod, mebibytes)))))

behaviour('KATA-CPU-011', {
  on,
  pods: ({ runtimeClass, facts }) => ({
    unlimited: busybox(runtimeClass).unshared(),
    half: busybox(runtimeClass).limits(cpuLimits(facts.class, '500m')).unshared(),
  }),
  async check({ pods, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.unlimited)
    const unlimited = measure('work without limit', await copyInMemory(pods.unlimited, workMiB), 's')
    const half = measure('work with limits.cpu 500m', await copyInMemory(pods.half, workMiB), 's')
    // Half a CPU takes twice as long; the catalogue asks for 1.6.
    expect(half / unlimited, 'time with limits.cpu 500m by time without limit').to.be.at.least(1.6)
  },
  exclusive: true,
  timeoutMs: 180_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'cpu-quota-not-set': 'time with limits.cpu 500m',
    'cpu-quota-not-enforced': 'time with limits.cpu 500m',
    'cpu-quota-rounded-up': 'time with limits.cpu 500m',
  },
})

behaviour('KATA-CPU-013', {
  on,
  pods: ({ runtimeClass, facts }) => ({
    one: busybox(runtimeClass).unshared(),
    two: busybox(runtimeClass).limits(cpuLimits(facts.class, '1')).requests({ cpu: '100m' }).unshared(),
    three: busybox(runtimeClass).limits(cpuLimits(facts.class, '2')).requests({ cpu: '100m' }).unshared(),
    five: busybox(runtimeClass).limits(cpuLimits(facts.class, '4')).requests({ cpu: '100m' }).unshared(),
  }),
  async check({ pods, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.one)
    const base = measure('4 workers on 1 vCPU', await parallel(pods.one, 4, workMiB), 's')
    const speedup = async (name: 'two' | 'three' | 'five'): Promise<number> =>
      measure(`speed-up on ${name} vCPUs`, base / (await parallel(pods[name], 4, workMiB)), '')
    // 0.96, 1.9 and 3.5 in the guide; a limit of 1 gives a second vCPU and no more CPU time.
    expect(await speedup('two'), 'speed-up of 4 workers with limits.cpu 1').to.be.within(0.8, 1.2)
    expect(await speedup('three'), 'speed-up of 4 workers with limits.cpu 2').to.be.within(1.5, 2.5)
    expect(await speedup('five'), 'speed-up of 4 workers with limits.cpu 4').to.be.within(2.6, 4.4)
  },
  exclusive: true,
  timeoutMs: 600_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'vcpu-hotplug-ignored': 'speed-up of 4 workers with limits.cpu 2',
    'cpu-quota-not-set': 'speed-up of 4 workers with limits.cpu 1',
    'cpu-quota-not-enforced': 'speed-up of 4 workers with limits.cpu 1',
  },
})

behaviour('KATA-CPU-015', {
  on,
  pods: ({ runtimeClass, facts }) => ({
    one: busybox(runtimeClass).unshared(),
    two: busybox(runtimeClass).limits(cpuLimits(facts.class, '1')).requests({ cpu: '100m' }).unshared(),
  }),
  async check({ pods, api, runtimeClass, measure, expect }) {
    await expectInVm({ api, expect, runtimeClass }, pods.one)
    const [one, two] = [await parallel(pods.one, 4, workMiB), await parallel(pods.two, 4, workMiB)]
    const speedup = measure('speed-up of 4 workers on two vCPUs', one / two, '')
    expect(speedup, 'speed-up of two vCPUs with limits.cpu 1').to.be.at.most(1.2)
  },
  exclusive: true,
  timeoutMs: 300_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'cpu-quota-not-set': 'speed-up of two vCPUs with limits.cpu 1',
    'cpu-quota-not-enforced': 'speed-up of two vCPUs with limits.cpu 1',
  },
})
