import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { differing, inBoth, installed, type Installed } from '../../helpers/deployment/installed.ts'
import { installationFolder } from '../../helpers/deployment/kataDeploy.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import type { ShimFamily } from '../../helpers/facts/facts.ts'
import type { HostProcess, NodeProbe } from '../../helpers/node/nodeProbe.ts'
import {
  classes,
  cluster,
  goShim,
  hypervisorIs,
  notConfidential,
  onArchitecture,
  onNode,
  rustShim,
} from '../../helpers/oracles/applicability.ts'
import {
  hypervisorPaths,
  installsAll,
  isAzureLinux,
  programBehind,
  shimPath,
} from '../../helpers/oracles/kataInstallation.ts'
import { onEachNode } from '../../helpers/node/onEachNode.ts'
import { resolved } from '../../helpers/node/resolved.ts'
import { onHomeOf } from '../../helpers/oracles/homeArchitecture.ts'
import { kataProbes, someKataNode, withKataNodes } from '../../helpers/oracles/kataNodes.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

type Context = Pick<CheckContext<string, unknown>, 'api' | 'facts' | 'node' | 'expect' | 'finding'>

/** Asserts that an executable lies at a path of the node. Nothing of Kata is run for it: what it is shows in its permissions. */
async function expectExecutable({ expect }: Pick<Context, 'expect'>, node: NodeProbe, path: string): Promise<void> {
  const found = await node.fileStatus(path)
  expect(found?.kind ?? 'absent', `${path} on ${node.node}`).to.equal('regular file')
  expect(((found?.mode ?? 0) & 0o111) !== 0 ? 'executable' : 'not executable', `${path} on ${node.node}`).to.equal(
    'executable',
  )
}

/** The release is a constant of the binary (config-settings.go.in; the Rust shim's VERSION): one that was left from before holds another. */
async function expectRelease(
  { facts, expect }: Pick<Context, 'facts' | 'expect'>,
  node: NodeProbe,
  path: string,
): Promise<void> {
  const release = need(facts.cluster.kataVersion, 'the release of Kata')
  const holds = await node.holds(path, release)
  expect(holds ? release : 'another', `release in ${path} of ${node.node}`).to.equal(release)
}

/** What a process really runs. A binary that was replaced since is still its own. */
const programOf = ({ exe }: HostProcess): string => exe.replace(/ \(deleted\)$/, '')

const programsOf = async (node: NodeProbe, processes: readonly HostProcess[]): Promise<string[]> =>
  Promise.all(processes.map((each) => resolved(node, programOf(each))))

/**
 * kata-deploy takes nothing away (install.rs): a node that was upgraded keeps programs, kernels and from 4.1 whole components that one that came later never
 * had. What the handlers run and boot must be the same on all of them.
 */
behaviour('KATA-DEPLOY-002', {
  on: withKataNodes,
  pods: () => ({}),
  async check({ api, facts, probes, measure, finding, expect }) {
    const folder = await installationFolder(api)
    const seen: Installed[] = []
    await onEachNode(kataProbes({ probes, facts, finding }), async (probe) => {
      seen.push(await installed(probe, folder))
    })
    seen.sort((one, other) => one.node.localeCompare(other.node))
    for (const { node, parts, used, files } of seen) {
      // From 4.1 an installation of Rust shims alone may have no program beside them.
      const held = parts.map((part) => (part === 'runtime-rs' ? 'bin' : part))
      expect(held, `parts of ${folder} on ${node}`).to.include.members(['bin', 'share'])
      const lacking = Object.keys(used).filter((name) => used[name] === null)
      // Whether all of them are there is KATA-TROUBLE-003.
      if (lacking.length > 0) finding(`files that handlers of ${node} name and that it lacks: ${lacking.join(', ')}`)
      measure(`files below ${folder} on ${node}`, Object.keys(files).length, 'files')
    }
    if (seen.every(({ used }) => Object.keys(used).length === 0))
      throw new FactUnknownError('what handlers run and boot', `containerd of ${seen[0]?.node} names no Kata handler`)
    for (const { node, used, files } of seen) {
      const like = seen.find((each) => buildOf(facts.cluster, each.node) === buildOf(facts.cluster, node))
      if (!like || like.node === node) continue
      const beside = `on ${node}, beside ${like.node}`
      expect(inBoth(used, like.used), `SHA-256 of what handlers run and boot ${beside}`).to.deep.equal(
        inBoth(like.used, used),
      )
      const left = differing(files, like.files)
      if (left.length > 0) finding(`files that differ in size, or are there once only, ${beside}: ${left.join(', ')}`)
    }
  },
  // Several hundred MiB of guest images, read once on every node.
  timeoutMs: 300_000,
  killedBy: {
    'firecracker-missing-on-second-node': 'SHA-256 of what handlers run and boot on kata-2, beside kata-1',
    'second-node-boots-another-image': 'SHA-256 of what handlers run and boot on kata-2, beside kata-1',
    'second-node-with-another-shim': 'SHA-256 of what handlers run and boot on kata-2, beside kata-1',
  },
})

/** What decides which of a release's files a node gets: its architecture, and Azure Linux, which has a Cloud Hypervisor and an initrd of its own. */
function buildOf({ nodes }: Context['facts']['cluster'], name: string): string {
  const node = nodes.find((each) => each.name === name)
  return `${node?.architecture.value} ${isAzureLinux(node?.osImage.value ?? null)}`
}

function shimClaim(id: string, family: ShimFamily, killedBy: Readonly<Record<string, string>>): void {
  behaviour(id, {
    on: classes(family === 'go' ? goShim : rustShim, onNode),
    pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
    async check(context) {
      const { pods, api, node, expect } = context
      const path = shimPath(await installationFolder(api), family)
      await expectExecutable(context, node, path)
      await expectRelease(context, node, path)
      const { shims } = await node.sandbox(pods.pod.uid)
      expect([...new Set(await programsOf(node, shims))], 'what the shim of a pod runs').to.deep.equal([
        await resolved(node, path),
      ])
    },
    killedBy,
  })
}
shimClaim('KATA-DEPLOY-003', 'go', {
  'go-shim-of-an-older-release': 'release in /opt/kata/bin/containerd-shim-kata-v2',
  'runc-behind-kata-handlers': 'what the shim of a pod runs',
})
shimClaim('KATA-DEPLOY-004', 'rust', {
  'rust-shim-of-an-older-release': 'release in /opt/kata/runtime-rs/bin/containerd-shim-kata-v2',
  'kata-qemu-runtime-rs-run-by-the-go-shim': 'what the shim of a pod runs',
  'kata-cloud-hypervisor-run-by-the-go-shim': 'what the shim of a pod runs',
})

/** The node's copies at the first of the paths that the class may use, and what the pod's VM runs. */
async function expectHypervisor(context: Context, pod: PodHandle, asProcess: boolean): Promise<void> {
  const { api, facts, node, expect } = context
  const folder = await installationFolder(api)
  const hypervisor = need(facts.class.hypervisor, 'hypervisor')
  const [wanted = '', ...others] = hypervisorPaths(folder, hypervisor, facts.node.osImage.value)
  await expectExecutable(context, node, wanted)
  const toml = await node.effectiveToml(need(facts.class.handler, 'handler'))
  const table = Object.values((toml?.values['hypervisor'] ?? {}) as Record<string, { path?: string }>)[0]
  expect([wanted, ...others], 'hypervisors that the class may be configured with').to.include(table?.path)
  const { hypervisors } = await node.sandbox(pod.uid)
  expect(hypervisors, 'hypervisors of a pod').to.have.lengthOf(1)
  const program = await resolved(node, programOf(hypervisors[0]!))
  const configured = programBehind(table?.path ?? '')
  if (asProcess) expect(program, 'what the hypervisor of a pod runs').to.equal(await resolved(node, configured))
  else expect(program.split('/').at(-1), 'name of what the hypervisor of a pod runs').to.equal(wanted.split('/').at(-1))
}

behaviour('KATA-DEPLOY-005', {
  on: classes(hypervisorIs('qemu'), notConfidential, onArchitecture('amd64')),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  check(context) {
    onHomeOf('amd64', context.facts)
    return expectHypervisor(context, context.pods.pod, true)
  },
  killedBy: {
    'qemu-of-the-distribution': 'hypervisors that the class may be configured with',
    'runc-behind-kata-handlers': 'hypervisors of a pod',
    'second-hypervisor-per-sandbox': 'hypervisors of a pod',
  },
})

behaviour('KATA-DEPLOY-006', {
  on: classes(hypervisorIs('cloud-hypervisor'), notConfidential),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  check: (context) => expectHypervisor(context, context.pods.pod, true),
  killedBy: {
    'cloud-hypervisor-elsewhere': '/opt/kata/bin/cloud-hypervisor on kata-',
    'runc-behind-kata-handlers': 'hypervisors of a pod',
    'second-hypervisor-per-sandbox': 'hypervisors of a pod',
  },
})

// The jailer copies the binary into the VM's own folder: the process runs that copy (virtcontainers/fc.go).
behaviour('KATA-DEPLOY-007', {
  on: classes(hypervisorIs('firecracker')),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  check: (context) => expectHypervisor(context, context.pods.pod, false),
  killedBy: { 'firecracker-elsewhere': '/opt/kata/bin/firecracker on kata-' },
})

behaviour('KATA-DEPLOY-008', {
  on: classes(hypervisorIs('dragonball')),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  async check({ pods, api, node, expect }) {
    const { shims, hypervisors } = await node.sandbox(pods.pod.uid)
    expect(hypervisors.map(programOf), 'hypervisor processes of a Dragonball pod').to.deep.equal([])
    const shim = shimPath(await installationFolder(api), 'rust')
    expect(await programsOf(node, shims), 'shims of a Dragonball pod').to.deep.equal([await resolved(node, shim)])
    const files = (await Promise.all(shims.map(({ pid }) => node.fileDescriptors(pid)))).flat()
    for (const kind of ['kvm-vm', 'kvm-vcpu'])
      expect(
        files.some((file) => file.startsWith(`anon_inode:${kind}`)) ? 'held' : 'not held',
        `${kind} of KVM by the shim`,
      ).to.equal('held')
  },
  killedBy: { 'dragonball-as-a-process': 'kvm-vm of KVM by the shim' },
})

/** It is a link to the Go shim's configuration for QEMU (shim-v2/build.sh), which from 4.1 comes with that shim alone. */
const withGoQemu = cluster(someKataNode, ({ classes }) =>
  classes.some(({ shim, hypervisor }) => shim.value === 'go' && hypervisor.value === 'qemu')
    ? true
    : { no: 'no class is known to have the Go shim with QEMU' },
)

behaviour('KATA-DEPLOY-018', {
  on: withGoQemu,
  pods: () => ({}),
  async check({ api, facts, probes, finding, expect }) {
    const folder = await installationFolder(api)
    const path = `${folder}/share/defaults/kata-containers/configuration.toml`
    for (const probe of kataProbes({ probes, facts, finding })) {
      const real = await probe.realPath(path)
      expect(real?.split('/').at(-1) ?? 'nothing', `what ${path} leads to on ${probe.node}`).to.equal(
        'configuration-qemu.toml',
      )
      const text = await probe.readFile(path)
      expect(text, `${path} on ${probe.node}`).to.match(/^\[hypervisor\.qemu\]/m)
      finding(`${probe.node}: it is ${real}: of the Go shim with QEMU, and of no other class`)
    }
  },
  killedBy: { 'default-configuration-dangles': 'leads to on kata-2' },
})

/** Part of the Go shim's component. */
const withKataRuntime = cluster(someKataNode, ({ classes, kataVersion }) => {
  const all = installsAll(kataVersion.value)
  if (all === true || classes.some(({ shim, nodes }) => shim.value === 'go' && nodes.length > 0)) return true
  return all === null
    ? { unknown: `whether kata-runtime is installed: Kata is ${kataVersion.how}` }
    : { no: 'kata-runtime comes with the Go shim, which no class is known to have' }
})

behaviour('KATA-DEPLOY-021', {
  on: withKataRuntime,
  pods: () => ({}),
  async check(context) {
    const path = `${await installationFolder(context.api)}/bin/kata-runtime`
    for (const probe of kataProbes(context)) {
      await expectExecutable(context, probe, path)
      await expectRelease(context, probe, path)
    }
  },
  killedBy: { 'kata-runtime-of-an-older-release': 'release in /opt/kata/bin/kata-runtime of kata-1' },
})
