import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { inBlocks, type Measured, measuredOnce, medianOf, recordBlocks } from '../../helpers/figures/inBlocks.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { ping } from '../../helpers/guest/ping.ts'
import { throughputGbps } from '../../helpers/guest/throughput.ts'
import { classes, hypervisorIs, notConfidential, notRemote } from '../../helpers/oracles/applicability.ts'
import { comparableClass } from '../../helpers/oracles/comparableClass.ts'
import { guideRow } from '../../helpers/oracles/guideFigures.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { Pod } from '../../helpers/pods/podBuilder.ts'
import { killedBy } from './killedBy.ts'
import { besideQemu, type ComparedSide, defaultRuntime, goQemu, own } from './sides.ts'

/** busybox for ping and the clocks beside iperf3, in one sandbox: images of iperf3 lack ping. */
const withIperf3 = (runtimeClass: string | undefined): Pod =>
  busybox(runtimeClass).container('iperf3', { command: ['iperf3', '-s'] }, { image: 'iperf3' })

const pings = 10

/** Nine to thirteen blocks of up to three sides: two sandboxes each, ten seconds of pings and five of iperf3. */
const timeoutMs = 40 * 60_000

/** Between two pods of one class on one node. The guide does not say which end is Kata; with both, its factors come out. */
function betweenPods(
  context: CheckContext<'watcher', unknown>,
  by: string,
  sides: readonly ComparedSide[],
): Promise<Measured> {
  const { facts, createPod } = context
  const what = `network ${sides.map(({ runtimeClass }) => runtimeClass ?? '').join(' ')}`
  return measuredOnce(facts.cluster, what, by, () =>
    inBlocks(context, context.pods.watcher, {
      sides,
      pod: withIperf3,
      async measure(client, side) {
        const server = await createPod(withIperf3(side.runtimeClass).unshared())
        const address = podIPs(server)[0] ?? ''
        const { received, averageMs, error } = await ping(client, address, { count: pings })
        if (averageMs === null)
          throw new Error(`no answer from ${address} to ${pings} pings of ${client.name}: ${error}`)
        const gbps = await throughputGbps(client, address, 'iperf3')
        await server.delete()
        const row = guideRow('network_same_node_iperf3', side.facts)
        const guide = (column: string) => (typeof row?.[column] === 'number' ? row[column] : null)
        return [
          {
            metric: 'tcp-throughput',
            unit: 'Gbit/s',
            better: 'higher',
            method: 'iperf3 -t 5, one TCP stream between two pods of the class on one node, as the receiver counted it',
            documented: guide('throughput'),
            value: gbps,
          },
          {
            metric: 'ping-round-trip',
            unit: 'ms',
            better: 'lower',
            method: `mean of ${pings} pings of 56 bytes between the same pods, one a second, as ping prints it`,
            documented: guide('ping'),
            value: received > 0 ? averageMs : Number.NaN,
          },
        ]
      },
    }),
  )
}

behaviour('KATA-BENCH-006', {
  on: classes(notRemote, notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { facts, runtimeClass, finding } = context
    const measured = await betweenPods(context, 'KATA-BENCH-006', [own(facts, runtimeClass), defaultRuntime])
    recordBlocks(context, measured)
    const of = (metric: string) => medianOf(measured.taken, metric)
    finding(
      `the default runtime moves ${(of('tcp-throughput-default-runtime') / of('tcp-throughput')).toFixed(1)} times as much (the guide: ${String(guideRow('network_same_node_iperf3', facts.class)?.['overhead_x'] ?? '6 to 7')})`,
    )
  },
  exclusive: true,
  timeoutMs,
  killedBy,
})

behaviour('KATA-BENCH-007', {
  on: classes(hypervisorIs('dragonball'), notConfidential),
  pods: () => ({ watcher: busybox(undefined) }),
  async check(context) {
    const { facts, runtimeClass, finding } = context
    const qemu = comparableClass(facts.class, facts.cluster, goQemu) === null ? [] : [besideQemu(facts)]
    const sides = [own(facts, runtimeClass), defaultRuntime, ...qemu]
    const measured = await betweenPods(context, 'KATA-BENCH-007', sides)
    recordBlocks(context, measured)
    for (const { suffix } of sides.slice(1)) {
      const times = medianOf(measured.taken, `tcp-throughput${suffix}`) / medianOf(measured.taken, 'tcp-throughput')
      const guide = suffix === '-qemu' ? 5.3 : 35
      finding(`${suffix.slice(1)} moves ${times.toFixed(1)} times as much (the guide: ${guide})`)
    }
  },
  exclusive: true,
  timeoutMs,
  killedBy: { 'dragonball-clock-slow': 'clocks of guest and node' },
})
