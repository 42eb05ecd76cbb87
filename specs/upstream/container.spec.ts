import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { anyKata, classes } from '../../helpers/oracles/applicability.ts'
import { endsStdin } from '../../helpers/oracles/endsStdin.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const notInVm = "boot_id of the pod beside the node's"

/**
 * containerd pkg/oci, defaultUnixCaps: chown, dac_override, fsetid, fowner, mknod, net_raw, setgid, setuid, setfcap, setpcap, net_bind_service, sys_chroot, kill, audit_write.
 * CRI-O's (pkg/config, capabilities_linux.go) lack mknod, net_raw, setfcap, sys_chroot and audit_write.
 */
const defaultCapabilities = { containerd: '00000000a80425fb', 'cri-o': '00000000000005fb' }

/** /proc/PID/status of the container's own process, and of one that exec starts. */
const statuses = (pod: PodHandle): Promise<{ whose: string; stdout: string }[]> =>
  Promise.all(
    [
      { whose: 'the container', file: '/proc/1/status' },
      { whose: 'exec', file: '/proc/self/status' },
    ].map(async ({ whose, file }) => ({ whose, stdout: (await pod.read(['cat', file])).stdout })),
  )

behaviour('KATA-UPSTREAM-002', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check(context) {
    const { pods, facts, expect } = context
    await expectInVm(context, pods.pod)
    const runtime = need(facts.node.containerRuntime, 'the container runtime of the node')
    const given = defaultCapabilities[runtime.startsWith('cri-o') ? 'cri-o' : 'containerd']
    for (const { whose, stdout } of await statuses(pods.pod)) {
      for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
        expect(new RegExp(`^${set}:\\s*(\\w+)$`, 'm').exec(stdout)?.[1], `${set} of ${whose}`).to.equal(given)
    }
  },
  killedBy: {
    'pause-is-pid-1-by-default': 'CapPrm of the container',
    'runc-behind-kata-handlers': notInVm,
    'guest-adds-sys-admin': 'CapPrm of the container',
  },
})

const dns = { nameservers: ['192.0.2.53'], searches: ['kata.example'], options: [{ name: 'ndots', value: '3' }] }
const identity = { runAsUser: 1000, runAsGroup: 2000, supplementalGroups: [3000] }
const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } })

/** One pod for all claims about what a manifest says of a container. */
const various = (runtimeClass: string | undefined) =>
  busybox(runtimeClass)
    .with({ dnsPolicy: 'None', dnsConfig: dns })
    .podSecurityContext(identity)
    .sysctls({ 'kernel.shm_rmid_forced': '1' })
    .main((main) =>
      main.with({
        env: [
          { name: 'PLAIN', value: 'two words' },
          { name: 'EXPANDED', value: '$(PLAIN) more' },
          field('POD_NAME', 'metadata.name'),
          field('POD_IP', 'status.podIP'),
          field('NODE_NAME', 'spec.nodeName'),
        ],
      }),
    )

behaviour('KATA-UPSTREAM-005', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: various(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const { stdout } = await pods.pod.read(['env'])
    const { podIP } = pods.pod.object['status'] as { podIP?: string }
    expect(stdout.split('\n'), 'environment of the container').to.include.members([
      'PLAIN=two words',
      'EXPANDED=two words more',
      `POD_NAME=${pods.pod.name}`,
      `POD_IP=${podIP}`,
      `NODE_NAME=${pods.pod.node}`,
    ])
    expect((await pods.pod.read(['hostname'])).stdout.trim(), 'host name').to.equal(pods.pod.name.slice(0, 63))
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'guest-environment-lost': 'environment of the container',
    'guest-host-name-kept': 'host name: expected',
  },
})

behaviour('KATA-UPSTREAM-006', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: various(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const lines = (await pods.pod.read(['cat', '/etc/resolv.conf'])).stdout.trim().split('\n')
    expect(lines, 'lines of /etc/resolv.conf').to.have.members([
      'search kata.example',
      'nameserver 192.0.2.53',
      'options ndots:3',
    ])
  },
  killedBy: { 'runc-behind-kata-handlers': notInVm, 'guest-resolv-conf-kept': 'lines of /etc/resolv.conf' },
})

behaviour('KATA-UPSTREAM-007', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: various(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    for (const { whose, stdout } of await statuses(pods.pod)) {
      const ids = (name: string) => (new RegExp(`^${name}:(.*)$`, 'm').exec(stdout)?.[1] ?? '').trim().split(/\s+/)
      expect(ids('Uid'), `user ids of ${whose}`).to.deep.equal(Array(4).fill('1000'))
      expect(ids('Gid'), `group ids of ${whose}`).to.deep.equal(Array(4).fill('2000'))
      expect(ids('Groups'), `further groups of ${whose}`).to.include('3000')
    }
  },
  killedBy: {
    'pause-is-pid-1-by-default': 'user ids of the container',
    'runc-behind-kata-handlers': notInVm,
    'guest-runs-as-root': 'user ids of the container',
  },
})

// Upstream asks for 0, which is the default of the kernel: a sysctl that is ignored passes there.
behaviour('KATA-UPSTREAM-008', {
  on: anyKata,
  control: true,
  pods: ({ runtimeClass }) => ({ pod: various(runtimeClass) }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const { stdout } = await pods.pod.read(['cat', '/proc/sys/kernel/shm_rmid_forced'])
    expect(stdout.trim(), 'kernel.shm_rmid_forced').to.equal('1')
  },
  killedBy: { 'runc-behind-kata-handlers': notInVm, 'pod-sysctls-ignored': 'kernel.shm_rmid_forced: expected' },
})

behaviour('KATA-UPSTREAM-010', {
  on: classes(endsStdin),
  control: true,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .script('echo first >/tmp/which; exec sleep 3601')
      .container('second', 'echo second >/tmp/which; exec sleep 3601'),
  }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const echoed = await pods.pod.read(['cat'], { stdin: 'through stdin\n' })
    expect(echoed.stdout, 'what cat gives back of stdin').to.equal('through stdin\n')
    const ended = await pods.pod.exec(['sh', '-c', 'exit 123'], { expectOutput: false })
    expect(ended.exitCode, 'exit code of exit 123').to.equal(123)
    for (const [container, which] of [
      ['main', 'first'],
      ['second', 'second'],
    ] as const)
      expect(
        (await pods.pod.read(['cat', '/tmp/which'], { container })).stdout.trim(),
        `exec in ${container}`,
      ).to.equal(which)
  },
  killedBy: { 'runc-behind-kata-handlers': notInVm, 'exec-exit-code-lost': 'exit code of exit 123' },
})

/** Its standard output stays open until all is read: containerd would close stdin with it (ExecOptions.stdin). */
const takesIn = (command: string): string[] => ['sh', '-c', `${command} && echo read`]
const copied = Array.from({ length: 400 }, (_, line) => `line ${line} of a file that is copied`).join('\n')

// kubectl cp is tar at both ends of an exec.
behaviour('KATA-UPSTREAM-011', {
  on: classes(endsStdin),
  control: true,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).unshared() }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const into = await pods.pod.exec(takesIn('mkdir -p /tmp/a /tmp/b && cat >/tmp/a/file'), { stdin: copied })
    expect(into.exitCode, 'exit code of what takes a file in').to.equal(0)
    const packed = await pods.pod.read(['sh', '-c', 'tar cf - -C /tmp/a file | base64'])
    const back = await pods.pod.exec(takesIn('base64 -d | tar xf - -C /tmp/b'), { stdin: packed.stdout })
    expect(back.exitCode, 'exit code of tar xf').to.equal(0)
    expect((await pods.pod.read(['cat', '/tmp/b/file'])).stdout, 'the file after it went out and in again').to.equal(
      copied,
    )
  },
  killedBy: {
    'runc-behind-kata-handlers': notInVm,
    'exec-stdin-cut-at-4-kib': 'the file after it went out and in again',
  },
})
