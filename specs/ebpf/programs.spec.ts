import { randomBytes } from 'node:crypto'
import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { attachXdp, loadProgram, programs, symbols } from '../../helpers/guest/bpf.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { nodeBpfSymbols } from '../../helpers/node/bpfSymbols.ts'
import { anyKata } from '../../helpers/oracles/applicability.ts'
import { busybox, pod } from '../../helpers/pods/pod.ts'

/** A pod with bpftool that may use it. */
const withBpftool = (runtimeClass: string | undefined) =>
  pod('bpftool', runtimeClass).command(['sleep', '3601']).privileged().unshared()

/** A program's name, of at most 15 characters, that no other program has. */
const ownName = () => `kc_${randomBytes(5).toString('hex')}`

// kprobes and BTF are missing in Kata's guest kernel (recorded): a socket filter needs neither.
behaviour('KATA-EBPF-001', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ pod: withBpftool(runtimeClass) }),
  async check(context) {
    const { pods, node, expect } = context
    await expectInVm(context, pods.pod)
    const name = ownName()
    expect(await loadProgram(pods.pod, 'socket', name), 'what keeps a program from being loaded in the pod').to.equal(
      null,
    )
    const inGuest = await programs(pods.pod)
    expect(
      inGuest.map((each) => each.name ?? ''),
      'programs of the kernel under the pod',
    ).to.include(name)
    const onNode = await nodeBpfSymbols(node)
    expect(
      onNode.filter((each) => each.name === name),
      "the pod's program among those of the node",
    ).to.deep.equal([])
  },
  timeoutMs: 120_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'bpf-of-guests-reaches-the-node': "the pod's program among those of the node",
    'privileged-lacks-sys-admin': 'what keeps a program from being loaded in the pod',
  },
})

behaviour('KATA-EBPF-002', {
  on: anyKata,
  pods: ({ runtimeClass }) => ({ kata: busybox(runtimeClass).privileged(), standard: busybox(undefined).privileged() }),
  async check(context) {
    const { pods, node, measure, expect } = context
    await expectInVm(context, pods.kata)
    const [onNode, standard, kata] = await Promise.all([
      nodeBpfSymbols(node),
      symbols(pods.standard),
      symbols(pods.kata),
    ])
    const named = new Set(onNode.filter(({ name }) => name !== '').map(({ tag }) => tag))
    if (named.size === 0)
      throw new FactUnknownError(`which eBPF programs are ${node.node}'s own`, 'none of them has a name')
    measure('eBPF programs of the node', onNode.length, 'programs')
    // The method sees them: a standard pod with the same rights does.
    expect(
      standard.filter(({ tag }) => named.has(tag)).length,
      'programs of the node that a privileged standard pod sees',
    ).to.be.at.least(1)
    expect(
      kata.filter(({ tag }) => named.has(tag)).map(({ name }) => name),
      'programs of the node that a privileged Kata pod sees',
    ).to.deep.equal([])
  },
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'bpf-of-guests-reaches-the-node': 'programs of the node that a privileged Kata pod sees',
  },
})

interface Workload {
  readonly metadata: { readonly namespace?: string; readonly name?: string }
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly runtimeClassName?: string
        readonly containers?: readonly { readonly image?: string }[]
      }
    }
  }
}

type Row = { readonly products: RegExp } | { readonly products: null }

behaviour<'pod', Row>('KATA-EBPF-003', {
  on: anyKata,
  cases: {
    a: { products: /cilium|calico/ },
    b: { products: /tetragon|falco|kubescape|node-agent/ },
    c: { products: null },
  },
  pods: ({ runtimeClass, case: { products } }) =>
    (products === null ? { pod: withBpftool(runtimeClass) } : {}) as { pod: ReturnType<typeof withBpftool> },
  async check(context) {
    const { pods, case: row, node, api, runtimeClass, finding, expect } = context
    if (row.products !== null) {
      const { items } = (await api.raw('/apis/apps/v1/daemonsets')) as { items: readonly Workload[] }
      const { products } = row
      const misplaced = items.filter(({ metadata, spec }) => {
        const template = spec?.template?.spec
        const names = [metadata.name ?? '', ...(template?.containers ?? []).map(({ image }) => image ?? '')]
        return template?.runtimeClassName === runtimeClass && names.some((name) => products.test(name))
      })
      const found = misplaced.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      expect(found, `DaemonSets of this kind with runtimeClassName ${runtimeClass}`).to.deep.equal([])
      return
    }
    await expectInVm(context, pods.pod)
    const name = ownName()
    expect(await loadProgram(pods.pod, 'xdp', name), 'what keeps an XDP program from being loaded in the pod').to.equal(
      null,
    )
    const refused = await attachXdp(pods.pod, name, 'eth0')
    // Inoperative for the node in either case: the guest's eth0 is no interface of the node.
    finding(
      refused === null ? "an XDP program attaches to the guest's eth0" : `an XDP program does not attach: ${refused}`,
    )
    const onNode = await nodeBpfSymbols(node)
    expect(
      onNode.filter((each) => each.name === name),
      "the pod's XDP program among those of the node",
    ).to.deep.equal([])
  },
  timeoutMs: 120_000,
  killedBy: {
    'runc-behind-kata-handlers': 'this pod is not in a VM',
    'bpf-of-guests-reaches-the-node': "the pod's XDP program among those of the node",
    'observability-agent-under-kata': 'DaemonSets of this kind',
    'privileged-lacks-sys-admin': 'what keeps an XDP program from being loaded in the pod',
  },
})
