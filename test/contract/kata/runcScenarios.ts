import { phase, ready } from '../../simulator/kubelet/testNode.ts'
import { newest, remove, restarted, type Scenario, state, waitingFor } from './scenario.ts'

const RUNC = 'runc'

/** Pods of the default runtime, as they went. */
export const runcScenarios: readonly Scenario[] = [
  {
    title: 'a container that ends well',
    recording: `${RUNC}/lifecycle`,
    pod: 'ok',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node), 0)
      await node.until(name, phase('Succeeded'), 'over')
    },
  },
  {
    title: 'a container that fails',
    recording: `${RUNC}/lifecycle`,
    pod: 'seven',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node), 7)
      await node.until(name, phase('Failed'), 'over')
    },
  },
  {
    title: 'restarts, the first at once, then with back-off',
    recording: `${RUNC}/lifecycle`,
    pod: 'crash',
    passedOver: [9],
    story: async (node, name) => {
      for (const count of [0, 1, 2]) {
        await node.until(name, restarted(count), `attempt ${count}`)
        node.runtime.exit(newest(node), 3)
        await node.until(name, state('terminated'), 'crashed')
      }
      await node.until(name, waitingFor('CrashLoopBackOff'), 'backing off')
      await remove(node, name)
    },
  },
  {
    title: 'a liveness probe fails',
    recording: `${RUNC}/lifecycle`,
    pod: 'probed',
    before: (node) => (node.runtime.onTerm = 137),
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.command = (_argv, id) =>
        id === node.runtime.ids('main')[0]
          ? { exitCode: 1, stderr: "cat: can't open '/tmp/alive': No such file or directory\n" }
          : { exitCode: 0 }
      await node.until(name, restarted(1), 'restarted')
      await remove(node, name)
    },
  },
  {
    title: 'a readiness probe passes late',
    recording: `${RUNC}/lifecycle`,
    pod: 'readiness',
    before: (node) => {
      let calls = 0
      node.runtime.onTerm = 137
      node.runtime.command = () =>
        (calls += 1) > 3
          ? { exitCode: 0 }
          : { exitCode: 1, stderr: "cat: can't open '/tmp/ready': No such file or directory\n" }
    },
    story: async (node, name) => {
      await node.until(name, state('running'), 'running')
      await node.until(name, ready, 'ready')
      await remove(node, name)
    },
  },
  {
    title: 'a sidecar starts first and ends last',
    recording: `${RUNC}/lifecycle`,
    pod: 'sidecar',
    passedOver: [4],
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      node.runtime.exit(newest(node), 0)
      await node.until(name, phase('Succeeded'), 'over')
    },
  },
  {
    title: 'an init container fails for good',
    recording: `${RUNC}/lifecycle`,
    pod: 'initfail',
    story: async (node, name) => {
      await node.until(name, state('running', 'bad'), 'init running')
      node.runtime.exit(newest(node, 'bad'), 9)
      await node.until(name, phase('Failed'), 'over')
    },
  },
  {
    title: 'a termination message',
    recording: `${RUNC}/lifecycle`,
    pod: 'termmsg',
    story: async (node, name) => {
      await node.until(name, ready, 'ready')
      const log = node.runtime
        .config(newest(node))
        .mounts.find((mount) => mount.containerPath === '/dev/termination-log')!
      node.runtime.host.writeFile(log.hostPath, 'why\n')
      node.runtime.exit(newest(node), 4)
      await node.until(name, phase('Failed'), 'over')
    },
  },
  {
    title: 'a deadline',
    recording: `${RUNC}/lifecycle`,
    pod: 'deadline',
    // the recorded pod was ready only when its time was over
    passedOver: [1],
    shown: [1],
    story: async (node, name) => void (await node.until(name, phase('Failed'), 'over its deadline')),
  },
  {
    title: 'an unsafe sysctl',
    recording: `${RUNC}/refused`,
    pod: 'unsafesysctl',
    story: async (node, name) => void (await node.until(name, phase('Failed'), 'rejected')),
  },
  {
    title: 'an image that must not be pulled',
    recording: `${RUNC}/refused`,
    pod: 'neverpull',
    passedOver: [3],
    story: async (node, name) => {
      await node.until(name, waitingFor('ErrImageNeverPull'), 'no image')
      await remove(node, name)
    },
  },
  {
    title: 'a command that is not there',
    recording: `${RUNC}/refused`,
    pod: 'nocmd',
    before: (node) =>
      (node.runtime.startError =
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/binary": stat /no/such/binary: no such file or directory: unknown'),
    story: async (node, name) => void (await node.until(name, phase('Failed'), 'failed')),
  },
  ...['missing', 'notblock'].map((pod): Scenario => ({
    title: `a hostPath of the wrong type (${pod})`,
    recording: `${RUNC}/hostpathbad`,
    pod,
    before: (node) => void node.runtime.files.set('/etc/hostname', { kind: 'file', content: '' }),
    story: async (node, name) => {
      await node.api.until(
        '/api/v1/namespaces/default/events',
        (event) => event['reason'] === 'FailedMount' && event['count'] >= 2,
        'refused twice',
      )
      await remove(node, name)
    },
  })),
]
