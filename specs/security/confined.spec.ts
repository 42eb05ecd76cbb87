import { behaviour } from '../../helpers/behaviour.ts'
import { bootId } from '../../helpers/guest/bootId.ts'
import { clockOffset, parseClockOffset } from '../../helpers/guest/clock.ts'
import { addedDisks, disksInCommon } from '../../helpers/guest/disks.ts'
import { expectInVm, expectOwnKernel } from '../../helpers/guest/inVirtualMachine.ts'
import { kernelLog, writeKernelLog } from '../../helpers/guest/kernel.ts'
import { networkInterface } from '../../helpers/guest/network.ts'
import { nodeDisks } from '../../helpers/node/nodeDisks.ts'
import { nodeView } from '../../helpers/pods/nodeView.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** Leaves nothing behind in the container. */
const mounts = `mkdir -p /tmp/mounted && mount -t tmpfs none /tmp/mounted && grep -c ' /tmp/mounted tmpfs ' /proc/mounts
status=$?
umount /tmp/mounted
exit $status`

behaviour('KATA-SEC-004', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass).privileged(),
    // Its process 1 is not its own: the root directory of that one is the way to a node's files where the namespaces are the node's.
    rooted: busybox(runtimeClass).hostPID().privileged(),
  }),
  async check({ pods, api, node, expect }) {
    const [guest, ofNode] = await Promise.all([bootId(pods.pod), api.bootId(pods.pod.node)])
    expectOwnKernel(expect, 'boot_id of a privileged pod', guest, ofNode)
    const machine = (await node.readFileIfThere('/etc/machine-id'))?.trim() || 'none'
    const { stdout } = await pods.rooted.read(['sh', '-c', 'cat /proc/1/root/etc/machine-id 2>/dev/null || true'])
    expect(stdout.trim(), "machine-id of process 1's root, beside the node's").to.not.equal(machine)
    const ofHost = await nodeDisks(node)
    expect(disksInCommon(await addedDisks(pods.pod), ofHost), 'disks of the node in a privileged pod').to.deep.equal([])
    const mounted = await pods.pod.exec(['sh', '-c', mounts])
    expect(mounted.exitCode, `exit code of mount in a privileged pod (${mounted.stderr.trim()})`).to.equal(0)
    const entered = await pods.pod.exec(['nsenter', '-t', '1', '-m', 'true'])
    expect(entered.exitCode, `exit code of nsenter in a privileged pod (${entered.stderr.trim()})`).to.equal(0)
  },
  killedBy: {
    'pause-is-pid-1-by-default': 'exit code of nsenter in a privileged pod',
    'privileged-lacks-sys-admin': 'exit code of mount in a privileged pod',
    'node-disks-plugged-for-privileged': 'disks of the node in a privileged pod',
    'root-volume-plugged-for-privileged': 'disks of the node in a privileged pod',
    'runc-behind-kata-handlers': 'boot_id of a privileged pod',
  },
})

/** TEST-NET-2 (RFC 5737): nobody's. */
const address = '198.51.100.77'
const aheadS = 61

// The clock of a container that shares the node's kernel is the node's: nothing is set before it is certain that this one does not, and no pod of the default
// runtime may ever try (recorded: it set the node's clock).
behaviour('KATA-SEC-005', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({
    pod: busybox(runtimeClass)
      .capabilities({ add: ['SYS_ADMIN', 'NET_ADMIN', 'SYS_TIME'] })
      .unshared(),
    node: nodeView(),
  }),
  async check(context) {
    const { pods, measure, expect } = context
    await expectInVm(context, pods.pod)
    const before = { guest: await clockOffset(pods.pod), node: await clockOffset(pods.node) }
    // Set and read at once: chrony in the guest steps its clock back within seconds (osbuilder, rootfs.sh: makestep 1 -1).
    const step = await pods.pod.exec([
      'sh',
      '-c',
      `date -s "@$(( $(date +%s) + ${aheadS} ))" >/dev/null && cat /proc/uptime && date +%s`,
    ])
    expect(step.exitCode, `exit code of date -s with the capability (${step.stderr.trim()})`).to.equal(0)
    const commands = [
      ['ip', 'addr', 'add', `${address}/32`, 'dev', 'lo'],
      ['sh', '-c', mounts],
    ]
    for (const command of commands) {
      const { exitCode, stderr } = await pods.pod.exec(command)
      expect(
        exitCode,
        `exit code of ${command.join(' ').slice(0, 40)} with the capability (${stderr.trim()})`,
      ).to.equal(0)
    }
    const guestS = measure("step of the guest's clock", parseClockOffset(step.stdout) - before.guest, 's')
    expect(guestS, "step of the guest's clock, s").to.be.closeTo(aheadS, 2)
    const nodeS = measure("step of the node's clock", (await clockOffset(pods.node)) - before.node, 's')
    expect(nodeS, "step of the node's clock, s").to.be.closeTo(0, 2)
    const [inGuest, onNode] = await Promise.all([networkInterface(pods.pod, 'lo'), networkInterface(pods.node, 'lo')])
    expect(inGuest.addresses, "addresses of the guest's loopback").to.include(address)
    expect(onNode.addresses, "addresses of the node's loopback").to.not.include(address)
  },
  killedBy: {
    'added-capabilities-dropped': 'with the capability',
    'guest-clock-sets-node': "step of the node's clock",
    'guest-addresses-reach-node': "addresses of the node's loopback",
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-SEC-008', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).privileged(), host: busybox(undefined).privileged() }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    const mark = `kata-conformance ${pods.pod.uid}`
    await writeKernelLog(pods.pod, mark)
    const [guest, host] = await Promise.all([kernelLog(pods.pod), kernelLog(pods.host)])
    const holds = (log: string) => (log.includes(mark) ? 'the message' : 'no such message')
    expect(holds(guest), "what the guest's kernel log holds of a message to it").to.equal('the message')
    expect(holds(host), "what the node's kernel log holds of a message to the guest's").to.equal('no such message')
  },
  killedBy: {
    'guest-kmsg-reaches-node': "what the node's kernel log holds",
    'guest-dmesg-is-the-hosts': "what the guest's kernel log holds",
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
