import { behaviour } from '../../helpers/behaviour.ts'
import { nproc } from '../../helpers/guest/cpus.ts'
import { vmmRss } from '../../helpers/guest/vmm.ts'
import { classes, hotplugSized, notConfidential, onNode } from '../../helpers/oracles/applicability.ts'
import { cpuLimits, sandboxVcpus } from '../../helpers/oracles/sandboxSize.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** CPU limits, millicores, by the pod that has them. */
const limits = { bare: 0, one: 1000, two: 2000, four: 4000 } as const

behaviour('KATA-CPU-014', {
  on: classes(hotplugSized, onNode, notConfidential),
  pods: ({ runtimeClass, facts }) => ({
    bare: busybox(runtimeClass),
    one: busybox(runtimeClass).limits(cpuLimits(facts.class, '1')).requests({ cpu: '100m' }),
    two: busybox(runtimeClass).limits(cpuLimits(facts.class, '2')).requests({ cpu: '100m' }),
    four: busybox(runtimeClass).limits(cpuLimits(facts.class, '4')).requests({ cpu: '100m' }),
  }),
  async check(context) {
    const { pods, facts, measure, expect } = context
    const point = async ([name, millicores]: [keyof typeof limits, number]) => {
      const [vcpus, rss] = await Promise.all([nproc(pods[name]), vmmRss(context, pods[name])])
      const expected = sandboxVcpus(facts.class, facts.node, millicores === 0 ? [] : [millicores]).total
      expect(vcpus, `nproc with limits.cpu ${millicores}m`).to.equal(expected)
      return { vcpus, rss: measure(`RSS of the VMM, ${vcpus} vCPUs`, rss, 'MiB') }
    }
    const points = await Promise.all((Object.entries(limits) as [keyof typeof limits, number][]).map(point))
    const perVcpu = measure('RSS for each vCPU', slope(points), 'MiB')
    // 215 to 227 MiB for 1 to 5 vCPUs in the guide; 8 and 40 are the catalogue's bounds.
    expect(perVcpu, 'RSS of the VMM for each vCPU, MiB').to.be.at.most(8)
    const sizes = points.map(({ rss }) => rss)
    expect(Math.max(...sizes) - Math.min(...sizes), 'RSS between the smallest and the largest VMM, MiB').to.be.at.most(
      40,
    )
  },
  timeoutMs: 120_000,
  killedBy: {
    'vcpus-cost-host-memory': 'RSS of the VMM for each vCPU',
    'vcpu-hotplug-ignored': 'nproc with limits.cpu',
    'vcpu-one-more': 'nproc with limits.cpu',
    'vcpus-capped-at-four': 'nproc with limits.cpu 4000m',
    'runc-behind-kata-handlers': 'VMM processes of pod',
  },
})

/** Slope of the line of least squares. */
function slope(points: readonly { vcpus: number; rss: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(({ vcpus }) => vcpus)), mean(points.map(({ rss }) => rss))]
  const above = points.reduce((sum, { vcpus, rss }) => sum + (vcpus - x) * (rss - y), 0)
  return above / points.reduce((sum, { vcpus }) => sum + (vcpus - x) ** 2, 0)
}
