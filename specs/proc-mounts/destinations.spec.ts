import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

/**
 * A file of the node that the suite does not write: the kubelet projects the pod's annotation into a volume, and subPath bind-mounts that regular file on
 * the destination. For the runtime that is what a hostPath of a file is.
 */
const marker = 'kata-conformance-marker'

const marked = (runtimeClass: string | undefined, destination: string) =>
  busybox(runtimeClass).configFile(destination, marker)

/** The eight destinations of check_proc_mount (agent, rustjail/src/mount.rs), the same as runc's. */
behaviour<'pod', { destination: string }>('KATA-PROC-002', {
  on: anyKata,
  pods: ({ runtimeClass, case: { destination } }) => ({ pod: marked(runtimeClass, destination).awaits('settled') }),
  cases: {
    a: { destination: '/proc/cpuinfo' },
    b: { destination: '/proc/meminfo' },
    c: { destination: '/proc/stat' },
    d: { destination: '/proc/diskstats' },
    e: { destination: '/proc/swaps' },
    f: { destination: '/proc/uptime' },
    g: { destination: '/proc/loadavg' },
    h: { destination: '/proc/net/dev' },
  },
  async check({ pods: { pod }, case: { destination }, expect }) {
    expect(startOf(pod), `pod with a file mounted on ${destination}`).to.equal('started')
    const { stdout } = await pod.read(['cat', destination])
    expect(stdout.trim(), `content of ${destination}`).to.equal(marker)
  },
  control: true,
  killedBy: { 'allowed-proc-destinations-refused': 'pod with a file mounted on /proc/' },
})

const refusal = 'cannot be mounted because it is inside /proc'

behaviour('KATA-PROC-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    version: marked(runtimeClass, '/proc/version').awaits('settled'),
    hostname: marked(runtimeClass, '/proc/sys/kernel/hostname').awaits('settled'),
    // A directory cannot be covered by a file: what CVE-2019-16884 is about, an empty one on the attributes of the process itself.
    attributes: busybox(runtimeClass).emptyDir('/proc/self/attr').awaits('settled'),
  }),
  async check(context) {
    const { pods, expect } = context
    for (const [pod, destination] of [
      [pods.version, '/proc/version'],
      [pods.hostname, '/proc/sys/kernel/hostname'],
      [pods.attributes, '/proc/self/attr'],
    ] as const) {
      expect(startOf(pod), `pod with a mount on ${destination}`).to.not.equal('started')
      classify(context, pod, destination, refusal)
    }
  },
  control: true,
  killedBy: { 'proc-destinations-all-accepted': 'pod with a mount on /proc/version' },
})

behaviour('KATA-PROC-004', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).hostPath('/etc', '/proc').awaits('settled') }),
  async check(context) {
    const { pods, expect } = context
    expect(startOf(pods.pod), 'pod with a directory of the node mounted on /proc').to.not.equal('started')
    classify(context, pods.pod, '/proc', 'not of type proc')
  },
  control: true,
  killedBy: { 'host-directory-mounted-on-proc': 'pod with a directory of the node mounted on /proc' },
})

/** "started", or why not: for assertions that show it. */
function startOf(pod: PodHandle): string {
  switch (pod.outcome) {
    case 'ready':
      return 'started'
    case 'refused':
      return `refused by the API server: ${pod.refusal?.message ?? ''}`
    case 'finished':
      return 'finished'
    case 'not-started':
      return `${pod.failure?.reason ?? ''}: ${pod.failure?.message ?? ''}`
  }
}

/** The refusal is the claim, its wording the runtime's: another one is told. It must come from a mount, and not from an image or a node. */
function classify({ finding }: Pick<CheckContext<string, unknown>, 'finding'>, pod: PodHandle, destination: string, words: string): void {
  const message = pod.failure?.message ?? ''
  if (!message.includes(words)) finding(`the mount on ${destination} is refused with other words: ${startOf(pod).split('\n')[0] ?? ''}`)
}
