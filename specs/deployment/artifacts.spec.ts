import { behaviour, type CheckContext } from '../../helpers/behaviour.ts'
import { installationFolder } from '../../helpers/deployment/kataDeploy.ts'
import { need } from '../../helpers/facts/armFacts.ts'
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
import { hypervisorPaths, shimPath } from '../../helpers/oracles/kataInstallation.ts'
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

// Everything that is installed for all, and nothing that is a node's own: drop-ins depend on its distribution, containerd's on its version.
const shared = /^(bin|libexec|runtime-rs\/bin|share\/kata-containers)\//
const programs =
  /^(bin|libexec|runtime-rs\/bin)\/(containerd-shim-kata-v2|kata-runtime|qemu-system-[^/]*|cloud-hypervisor[^/]*|firecracker|jailer|virtiofsd)$/

behaviour('KATA-DEPLOY-002', {
  on: withKataNodes,
  pods: () => ({}),
  async check({ api, facts, probes, measure, expect }) {
    const folder = await installationFolder(api)
    const seen = await Promise.all(kataProbes(probes, facts.cluster).map((probe) => installed(probe, folder)))
    for (const { node, files } of seen) {
      const parts = new Set(files.map(([path]) => path.split('/')[0]))
      expect([...parts], `parts of ${folder} on ${node}`).to.include.members(['bin', 'share'])
      measure(`files below ${folder} on ${node}`, files.length, 'files')
    }
    // Binaries differ by architecture, and by nothing else.
    for (const { node, files, digests } of seen) {
      const architecture = architectureOf(facts.cluster, node)
      const like = seen.find((each) => architectureOf(facts.cluster, each.node) === architecture)
      if (!like || like.node === node) continue
      expect(new Map(files), `files below ${folder} on ${node}, beside ${like.node}`).to.deep.equal(new Map(like.files))
      expect(digests, `SHA-256 of Kata's programs on ${node}, beside ${like.node}`).to.deep.equal(like.digests)
    }
  },
  killedBy: {
    'firecracker-missing-on-second-node': 'files below /opt/kata on kata-2, beside kata-1',
    'second-node-lacks-a-program': 'files below /opt/kata on kata-2, beside kata-1',
    'second-node-with-another-shim': "SHA-256 of Kata's programs on kata-2, beside kata-1",
  },
})

async function installed(probe: NodeProbe, folder: string) {
  const inventory = ((await probe.inventory(folder)) ?? []).filter(({ path }) => shared.test(path))
  const hashed = inventory.map(({ path }) => path).filter((path) => programs.test(path))
  const digests = await probe.digests(folder, hashed)
  return {
    node: probe.node,
    files: inventory.map(({ path, bytes }) => [path, bytes] as const),
    digests: Object.fromEntries(digests),
  }
}

const architectureOf = ({ nodes }: Context['facts']['cluster'], name: string) =>
  nodes.find((node) => node.name === name)?.architecture.value ?? null

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
      expect([...new Set(shims.map(programOf))], 'what the shim of a pod runs').to.deep.equal([path])
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
  const program = programOf(hypervisors[0]!)
  if (asProcess) expect(program, 'what the hypervisor of a pod runs').to.equal(table?.path)
  else expect(program.split('/').at(-1), 'name of what the hypervisor of a pod runs').to.equal(wanted.split('/').at(-1))
}

behaviour('KATA-DEPLOY-005', {
  on: classes(hypervisorIs('qemu'), notConfidential, onArchitecture('amd64')),
  pods: ({ runtimeClass }) => ({ pod: busybox(runtimeClass) }),
  check: (context) => expectHypervisor(context, context.pods.pod, true),
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
    expect(shims.map(programOf), 'shims of a Dragonball pod').to.deep.equal([
      shimPath(await installationFolder(api), 'rust'),
    ])
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
    for (const probe of kataProbes(probes, facts.cluster)) {
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

behaviour('KATA-DEPLOY-021', {
  on: withKataNodes,
  pods: () => ({}),
  async check(context) {
    const { api, facts, probes } = context
    const path = `${await installationFolder(api)}/bin/kata-runtime`
    for (const probe of kataProbes(probes, facts.cluster)) {
      await expectExecutable(context, probe, path)
      await expectRelease(context, probe, path)
    }
  },
  killedBy: { 'kata-runtime-of-an-older-release': 'release in /opt/kata/bin/kata-runtime of kata-1' },
})
