import { behaviour } from '../../helpers/behaviour.ts'
import { addedDisks, disksInCommon } from '../../helpers/guest/disks.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { kernelParameter } from '../../helpers/guest/kernelParameter.ts'
import { networkInterface } from '../../helpers/guest/network.ts'
import { nodeDisks } from '../../helpers/node/nodeDisks.ts'
import { nodeView } from '../../helpers/pods/nodeView.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { tuned, tunedPod } from '../../helpers/pods/tunedPod.ts'

/** Character devices that only a host has for its containers: by them a node is reached past every namespace. */
const hostDevices = ['kvm', 'mem', 'port', 'nvram', 'btrfs-control', 'loop-control', 'vhost-net', 'vhost-vsock']

behaviour('KATA-PRIV-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).privileged() }),
  async check(context) {
    const { pods, node, expect } = context
    const [listed, blockDevices] = await Promise.all([
      pods.pod.read(['ls', '/dev']),
      pods.pod.read(['find', '/dev', '-type', 'b']),
    ])
    const names = listed.stdout.split(/\s+/)
    expect(
      hostDevices.filter((name) => names.includes(name)),
      'devices of a host in /dev of a privileged pod',
    ).to.deep.equal([])
    expect(blockDevices.stdout.trim(), 'block devices in /dev of a privileged pod').to.equal('')
    const ofNode = await nodeDisks(node)
    expect(disksInCommon(await addedDisks(pods.pod), ofNode), 'disks that the guest has of its node').to.deep.equal([])
    await expectInVm(context, pods.pod)
  },
  killedBy: {
    'node-disks-plugged-for-privileged': 'disks that the guest has of its node',
    'root-volume-plugged-for-privileged': 'disks that the guest has of its node',
    'runc-behind-kata-handlers': 'devices of a host in /dev of a privileged pod',
  },
})

/** TEST-NET-2 and TEST-NET-3 (RFC 5737). The guest's kernel has no dummy interfaces: the loopback takes them. */
const address = '198.51.100.78'
const network = '203.0.113.0/24'
const parameters = { 'net.ipv4.ip_forward': '1', 'vm.swappiness': '7' } as const

const routes = async (pod: PodHandle): Promise<string> => (await pod.read(['ip', 'route'])).stdout

behaviour('KATA-PRIV-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass).privileged().unshared(), node: nodeView() }),
  async check(context) {
    const { pods, node, expect } = context
    // On the node's own kernel all of it would be done to the node.
    await expectInVm(context, pods.pod)
    const commands = [
      ['ip', 'addr', 'add', `${address}/32`, 'dev', 'lo'],
      ['ip', 'route', 'add', network, 'dev', 'lo'],
      ...Object.entries(parameters).map(([name, value]) => ['sysctl', '-w', `${name}=${value}`]),
    ]
    for (const command of commands) {
      const { exitCode, stderr } = await pods.pod.exec(command)
      expect(exitCode, `exit code of ${command.join(' ')} (${stderr.trim()})`).to.equal(0)
    }
    expect((await networkInterface(pods.pod, 'lo')).addresses, "addresses of the guest's loopback").to.include(address)
    expect(await routes(pods.pod), 'routes of the guest').to.include(network)
    for (const [name, value] of Object.entries(parameters))
      expect(await kernelParameter(pods.pod, name), `${name} in the guest`).to.equal(value)
    expect((await networkInterface(pods.node, 'lo')).addresses, "addresses of the node's loopback").to.not.include(
      address,
    )
    expect(await routes(pods.node), 'routes of the node').to.not.include(network)
    const swappiness = (await node.readFile('/proc/sys/vm/swappiness')).trim()
    expect(swappiness, 'vm.swappiness of the node').to.not.equal(parameters['vm.swappiness'])
  },
  killedBy: {
    'privileged-sysctls-read-only': 'exit code of sysctl -w net.ipv4.ip_forward=1',
    'guest-addresses-reach-node': "addresses of the node's loopback",
    'guest-sysctls-reach-node': 'vm.swappiness of the node',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})

behaviour('KATA-PRIV-003', {
  on: anyKata,
  pods: ({ runtimeClass, facts }) => ({ pod: tunedPod(runtimeClass, facts), node: nodeView() }),
  async check(context) {
    const { pods, expect } = context
    await expectInVm(context, pods.pod)
    for (const [name, value] of Object.entries(tuned)) {
      expect(await kernelParameter(pods.pod, name), `${name} after privileged tuning`).to.equal(value)
      expect(await kernelParameter(pods.node, name), `${name} of the node after it`).to.not.equal(value)
    }
    const { stderr, exitCode } = await pods.pod.exec(['sh', '-c', 'echo 1 >/proc/sys/vm/overcommit_memory'])
    expect(exitCode, `exit code of tuning by the unprivileged container (${stderr.trim()})`).to.not.equal(0)
  },
  killedBy: {
    'exec-exit-code-lost': 'exit code of tuning by the unprivileged container',
    'guest-sysctls-reach-node': 'of the node after it',
    'vm-per-container': 'after privileged tuning',
    'privileged-sysctls-read-only': 'init container tune terminated with code 1',
    'runc-behind-kata-handlers': 'this pod is not in a VM',
  },
})
