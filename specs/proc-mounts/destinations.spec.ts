import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { termination } from '../../helpers/guest/termination.ts'
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
behaviour<'pod', { destination: string; symbolic?: true }>('KATA-PROC-002', {
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
    // Below /proc/net, which is a link to self/net: runc 1.1 resolves it first and refuses /proc/1/net/dev. Told, not asserted.
    h: { destination: '/proc/net/dev', symbolic: true },
  },
  async check({ pods: { pod }, case: { destination, symbolic }, finding, expect }) {
    const start = startOf(pod)
    if (symbolic && start !== 'started') {
      finding(`a mount on ${destination} is refused: ${start}`)
      expect(start, `what became of a container with a file mounted on ${destination}`).to.match(/Error: /)
      return
    }
    expect(start, `pod with a file mounted on ${destination} (${start})`).to.equal('started')
    const { stdout } = await pod.read(['cat', destination])
    // /proc/net is a link to self/net: what is mounted there covers the process that did it, not one that looks later.
    if (destination === '/proc/net/dev' && stdout.trim() !== marker)
      return finding(`${destination} does not show the file`)
    expect(stdout.trim(), `content of ${destination}`).to.equal(marker)
  },
  control: true,
  killedBy: {
    'allowed-proc-destinations-refused': 'pod with a file mounted on /proc/',
    'subpath-files-are-directories': 'pod with a file mounted on /proc/',
  },
})

const refusal = 'cannot be mounted because it is inside /proc'

behaviour('KATA-PROC-003', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    version: marked(runtimeClass, '/proc/version').awaits('settled'),
    hostname: marked(runtimeClass, '/proc/sys/kernel/hostname').awaits('settled'),
    // What CVE-2019-16884 began with: an empty directory on the attributes of the process itself.
    attributes: busybox(runtimeClass).emptyDir('/proc/self/attr').awaits('settled'),
  }),
  async check(context) {
    const { pods, runtimeClass, finding, expect } = context
    expect(startOf(pods.version), 'pod with a file mounted on /proc/version').to.not.equal('started')
    classify(context, pods.version, '/proc/version', refusal)
    expect(startOf(pods.hostname), 'pod with a file mounted on /proc/sys/kernel/hostname').to.not.equal('started')
    classify(context, pods.hostname, '/proc/sys/kernel/hostname', refusal)
    // The agent checks mounts of type bind, and Kata makes an emptyDir in the guest itself: on 3.26.0 the pod starts, with nothing of the node in it.
    if (startOf(pods.attributes) !== 'started') classify(context, pods.attributes, '/proc/self/attr', refusal)
    else {
      expect(runtimeClass, 'class of a pod that starts with an emptyDir on /proc/self/attr').to.not.equal(undefined)
      finding(
        'a pod with an emptyDir on /proc/self/attr starts: the destination is checked for mounts from outside the guest only',
      )
    }
  },
  control: true,
  killedBy: { 'proc-destinations-all-accepted': 'pod with a file mounted on /proc/version' },
})

behaviour('KATA-PROC-004', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).hostPath('/etc', '/proc', { readOnly: true }).awaits('settled'),
  }),
  async check(context) {
    const { pods, expect } = context
    expect(startOf(pods.pod), 'pod with a directory of the node mounted on /proc').to.not.equal('started')
    classify(context, pods.pod, '/proc', 'not of type proc')
  },
  control: true,
  killedBy: { 'host-directory-mounted-on-proc': 'pod with a directory of the node mounted on /proc' },
})

/** "started", or why not: for assertions that show it. Throws when the pod met something else on its way than its mounts. */
function startOf(pod: PodHandle): string {
  if (pod.outcome === 'ready') return 'started'
  if (pod.outcome === 'refused') return `refused by the API server: ${pod.refusal?.message ?? ''}`
  const { reason, message } = pod.failure ?? termination(pod) ?? { reason: pod.outcome, message: '' }
  if (!containerErrors.includes(reason)) {
    throw new Error(`pod ${pod.name} did not come as far as its mounts: ${reason}: ${message}`)
  }
  return `${reason}: ${message}`
}

/** Reasons that kubelet and containerd give when a container could not be created or started. */
const containerErrors = ['StartError', 'RunContainerError', 'CreateContainerError', 'ContainerCannotRun', 'Failed']

/** The refusal is the claim, its wording the runtime's: another one is told. */
function classify(
  { finding }: Pick<CheckContext<string, unknown>, 'finding'>,
  pod: PodHandle,
  destination: string,
  words: string,
): void {
  const seen = startOf(pod)
  if (!seen.includes(words))
    finding(`the mount on ${destination} is refused with other words: ${seen.split('\n')[0] ?? ''}`)
}
