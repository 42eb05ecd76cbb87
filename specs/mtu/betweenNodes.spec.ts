import { behaviour } from '../../helpers/behaviour.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { deviceMtu } from '../../helpers/guest/links.ts'
import { podIPs } from '../../helpers/guest/network.ts'
import { ping, pingHeaders } from '../../helpers/guest/ping.ts'
import { httpUntil } from '../../helpers/guest/reach.ts'
import { routeMtu } from '../../helpers/guest/routeMtu.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { httpPort, httpServer } from '../../helpers/pods/httpServer.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const mebibytes = 4

const serving = (runtimeClass: string | undefined) =>
  httpServer(runtimeClass, 'ready', `dd if=/dev/zero of=/tmp/www/large bs=1M count=${mebibytes} 2>/dev/null`).unshared()

/** The largest packet that a pod sends whole to another: what its route allows, else its interface. */
async function largest(pod: PodHandle, to: PodHandle): Promise<number> {
  const device = await deviceMtu(pod)
  return (await routeMtu(pod, podIPs(to)[0] ?? '', device)) ?? device
}

/** Bytes that a pod gets from another by HTTP. */
async function fetched(client: PodHandle, server: PodHandle): Promise<number> {
  const address = podIPs(server)[0] ?? ''
  const script = `timeout 60 wget -qO- http://${address}:${httpPort}/large | wc -c`
  return Number((await client.read(['sh', '-c', script], { timeoutMs: 90_000 })).stdout.trim())
}

behaviour('KATA-MTU-005', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ kata: serving(runtimeClass), standard: serving(undefined).onAnotherNode() }),
  async check(context) {
    const { pods, measure, expect } = context
    const { kata, standard } = pods
    expect(kata.node, 'node of the Kata pod').to.not.equal(standard.node)
    await expectInVm(context, kata)
    const ways = [
      { way: 'from the Kata pod', from: kata, to: standard },
      { way: 'from the standard pod', from: standard, to: kata },
    ]
    for (const { way, from, to } of ways) {
      const first = await ping(from, podIPs(to)[0] ?? '', { count: 1 })
      expect(first.sent, `pings ${way}: ${first.error}`).to.equal(1)
      const size = measure(`largest packet ${way}`, await largest(from, to), 'bytes')
      // Where the path takes less than the route says, the first one is lost and tells the sender (RFC 1191).
      await ping(from, podIPs(to)[0] ?? '', { count: 1, bytes: size - pingHeaders })
      const { sent, received } = await ping(from, podIPs(to)[0] ?? '', { count: 5, bytes: size - pingHeaders })
      expect(sent, `pings of ${size} bytes ${way}`).to.equal(5)
      expect(received, `answers to ${sent} pings of ${size} bytes ${way}`).to.equal(sent)
      // The file is there once anything is served.
      await httpUntil(from, podIPs(to)[0] ?? '', httpPort)
      const bytes = await fetched(from, to)
      expect(bytes, `bytes of ${mebibytes} MiB that were transferred to where the pings came ${way}`).to.equal(
        mebibytes * 1024 ** 2,
      )
    }
  },
  control: true,
  timeoutMs: 240_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'large-packets-of-guests-lost': 'bytes from the Kata pod',
    'guest-address-missing': 'pings from the Kata pod',
    'guest-route-missing': 'pings from the Kata pod',
  },
})
