import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { ping } from '../../helpers/guest/ping.ts'
import { throughputGbps } from '../../helpers/guest/throughput.ts'
import { type ClassCondition, classes, decide, onNode } from '../../helpers/oracles/applicability.ts'
import { busybox, pod } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const addressOf = (server: PodHandle): string => podIPs(server)[0] ?? ''

/** The guide's 0.3 ms are of nested virtualization: three times as much is no longer noise. */
const mostAddedMs = 1

behaviour('KATA-NET-004', {
  on: classes(onNode),
  pods: ({ runtimeClass }) => ({
    server: busybox(runtimeClass).unshared(),
    client: busybox(runtimeClass).unshared(),
    standardServer: busybox(undefined).unshared(),
    standardClient: busybox(undefined).unshared(),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    await expectInVm(context, pods.server)
    const count = 20
    const kata = await ping(pods.client, addressOf(pods.server), { count })
    const standard = await ping(pods.standardClient, addressOf(pods.standardServer), { count })
    expect([kata.received, standard.received], 'answers to the pings of both pairs').to.deep.equal([count, count])
    const [own, without] = [kata.averageMs ?? Number.NaN, standard.averageMs ?? Number.NaN]
    measure('round trip between two Kata pods', own, 'ms')
    measure('round trip between two standard pods', without, 'ms')
    expect(measure('round trip that Kata adds', own - without, 'ms'), 'ms that Kata adds to a round trip').to.be.below(
      mostAddedMs,
    )
  },
  exclusive: true,
  timeoutMs: 180_000,
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'network-latency-grown': 'ms that Kata adds to a round trip',
  },
})

/** Of Dragonball the guide says another figure (KATA-BENCH-007). */
const notDragonball: ClassCondition = ({ hypervisor }) =>
  decide('hypervisor', hypervisor, (value) => value !== 'dragonball')

/** The guide's table has 6.2 to 6.8; twice that is another network. */
const mostTimesSlower = 12

behaviour('KATA-NET-005', {
  on: classes(onNode, notDragonball),
  pods: ({ runtimeClass }) => ({
    server: pod('iperf3', runtimeClass).command(['iperf3', '-s']).unshared(),
    client: pod('iperf3', runtimeClass).command(['iperf3', '-s']).unshared(),
    standardServer: pod('iperf3', undefined).command(['iperf3', '-s']).unshared(),
    standardClient: pod('iperf3', undefined).command(['iperf3', '-s']).unshared(),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    await expectInVm(context, pods.server)
    const kata = measure(
      'throughput between two Kata pods',
      await throughputGbps(pods.client, addressOf(pods.server)),
      'Gbit/s',
    )
    const standard = measure(
      'throughput between two standard pods',
      await throughputGbps(pods.standardClient, addressOf(pods.standardServer)),
      'Gbit/s',
    )
    expect(
      measure('times that a Kata pair is slower', standard / kata, 'times'),
      'times that throughput between Kata pods is lower',
    ).to.be.below(mostTimesSlower)
  },
  exclusive: true,
  timeoutMs: 180_000,
  killedBy: {
    'runc-behind-kata-handlers': "boot_id of the pod beside the node's",
    'network-throughput-collapsed': 'times that throughput between Kata pods is lower',
  },
})
