import { behaviour } from '../../helpers/behaviour.ts'
import { type GuestProcess, listed, processes } from '../../helpers/guest/processes.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

/** Scripts that can be told apart in a list of processes: `:` does nothing, and its argument stays in argv. */
const script = {
  first: `: first-container; ${idle}`,
  second: `: second-container; ${idle}`,
  other: `: other-pod; ${idle}`,
}
const runs = (which: string) => (process: GuestProcess) => process.args.includes(`: ${which}`)
const entrypoint = (seen: readonly GuestProcess[]) => seen.find(({ pid }) => pid === 1)?.args ?? 'no process'

behaviour('KATA-PIDNS-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).script(script.first).container('second', script.second) }),
  async check({ pods, expect }) {
    const [first, second] = await Promise.all([processes(pods.pod, 'main'), processes(pods.pod, 'second')])
    expect(entrypoint(first), 'PID 1 in the first container').to.equal(`sh -c ${script.first}`)
    expect(entrypoint(second), 'PID 1 in the second container').to.equal(`sh -c ${script.second}`)
    expect(strangers(first), 'what the first container sees besides its own processes').to.deep.equal([])
    expect(strangers(second), 'what the second container sees besides its own processes').to.deep.equal([])
  },
  killedBy: { 'pause-is-pid-1-by-default': "PID 1 in the first container: expected '/pause'" },
  control: true,
})

/** All but PID 1, what it started, and the exec'd ps, which comes from outside the namespace (parent 0). */
const strangers = (seen: readonly GuestProcess[]): string[] =>
  seen
    .filter(({ pid, ppid, comm }) => pid !== 1 && ppid !== 1 && !(ppid === 0 && comm === 'ps'))
    .map(({ args }) => args)

behaviour('KATA-PIDNS-005', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).script(script.first).container('second', script.second).shareProcessNamespace(),
    other: busybox(runtimeClass).script(script.other),
  }),
  async check({ pods, expect }) {
    expect(pods.pod.node, 'node of both pods').to.equal(pods.other.node)
    const seen = await processes(pods.pod, 'main')
    expect(entrypoint(seen), 'PID 1 of the shared namespace').to.equal('/pause')
    const neighbour = seen.find(runs('second-container'))
    expect(neighbour?.args ?? listed(seen), 'the second container, seen from the first').to.equal(
      `sh -c ${script.second}`,
    )
    expect(seen.filter(runs('other-pod')), 'processes of another pod').to.deep.equal([])

    const signalled = await pods.pod.read(['kill', '-0', String(neighbour?.pid)], { container: 'main' })
    expect(signalled.exitCode, `kill -0 of the second container's process: ${signalled.stderr}`).to.equal(0)
  },
  killedBy: {
    'vm-per-container': 'the second container, seen from the first',
    'process-namespace-sharing-ignored': "PID 1 of the shared namespace: expected 'sh -c : first-container",
  },
  control: true,
})
