import { expect } from 'chai'
import { detectGpus } from '../../../helpers/facts/gpus.ts'
import { detectTee } from '../../../helpers/facts/tee.ts'
import { known, unknown } from '../../../helpers/facts/fact.ts'
import type { ClassFacts, ClusterFacts, NodeFacts } from '../../../helpers/facts/facts.ts'
import { parseMemoryProtection } from '../../../helpers/guest/memoryProtection.ts'
import { imageContent } from '../../../helpers/node/imageContent.ts'
import {
  confidentialOn,
  hasHardware,
  isCocoDev,
  runnableHere,
  teeOf,
} from '../../../helpers/oracles/confidentialClass.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import { unmetNeeds } from '../../../engine/plan/needs.ts'
import { nodeInMemory } from '../node/host.ts'

const object = (labels: Record<string, string> = {}, capacity: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', labels },
  status: { capacity },
})

describe('hardware for confidential guests', () => {
  it('is what the host says by the parameters of KVM, not what its processor could do', async () => {
    const flags = 'flags\t\t: fpu vmx tdx_host_platform\n'
    const on = await nodeInMemory({ '/sys/module/kvm_intel/parameters/tdx': 'Y\n', '/proc/cpuinfo': flags })
    expect((await detectTee(object(), on.probe)).value).to.deep.equal(['tdx'])
    const off = await nodeInMemory({ '/sys/module/kvm_intel/parameters/tdx': 'N\n', '/proc/cpuinfo': flags })
    const fact = await detectTee(object(), off.probe)
    expect(fact.value).to.deep.equal([])
    expect(fact.how).to.include('/sys/module/kvm_intel/parameters/tdx: N').and.include('tdx_host_platform')
  })

  it('is known without a probe where node-feature-discovery wrote it', async () => {
    const label = 'feature.node.kubernetes.io/cpu-security.sev.snp.enabled'
    expect((await detectTee(object({ [label]: 'true' }), null)).value).to.deep.equal(['snp'])
    expect((await detectTee(object(), null)).value).to.equal(null)
  })

  it('finds the GPUs that a device plug-in offers', () => {
    expect(detectGpus(object({}, { cpu: '8', 'nvidia.com/gpu': '2' })).value).to.deep.equal(['nvidia.com/gpu'])
    expect(detectGpus(object({}, { cpu: '8', 'nvidia.com/gpu': '0' })).value).to.deep.equal([])
  })
})

const ofHandler = (handler: string, nodes: readonly string[] = ['n1']) =>
  ({ name: handler, handler: known(handler, 'API'), nodes }) as unknown as ClassFacts
const node = (name: string, tee: readonly string[] | null, snapshotters = ['overlayfs', 'nydus']) =>
  ({
    name,
    tee: tee === null ? unknown('no probe') : known(tee, 'KVM'),
    snapshotters: known(snapshotters, 'config.toml'),
  }) as unknown as NodeFacts

describe('classes for confidential guests', () => {
  it('are told by their shim', () => {
    expect(
      [
        'kata-qemu-tdx',
        'kata-qemu-snp-runtime-rs',
        'kata-qemu-nvidia-gpu-snp',
        'kata-qemu-se',
        'kata-qemu',
        'kata-custom-tdx',
      ].map((name) => teeOf(ofHandler(name))),
    ).to.deep.equal(['tdx', 'snp', 'snp', 'se', null, null])
    expect(isCocoDev(ofHandler('kata-qemu-coco-dev-runtime-rs'))).to.equal(true)
  })

  it('need their own hardware, and images that can be unpacked', () => {
    const tdx = ofHandler('kata-qemu-tdx')
    expect([['tdx'], ['snp'], null].map((tee) => hasHardware(tdx, node('n1', tee)))).to.deep.equal([true, false, null])
    expect(
      confidentialOn(node('n1', []), [tdx, ofHandler('kata-qemu'), ofHandler('kata-qemu-snp', ['n2'])]),
    ).to.deep.equal([tdx])
    expect(confidentialOn(node('n1', [], ['overlayfs']), [tdx])).to.deep.equal([])
  })

  it('run where some node of theirs has the hardware', () => {
    const among = (...nodes: NodeFacts[]) =>
      runnableHere(ofHandler('kata-qemu-tdx', ['n1', 'n2']), { nodes } as unknown as ClusterFacts)
    expect(among(node('n1', []), node('n2', ['tdx']))).to.equal(true)
    expect(among(node('n1', []))).to.deep.equal({ no: 'no node has tdx: n1: KVM' })
    expect(among(node('n1', null))).to.have.property('unknown')
  })

  it('the need says what the node has instead', () => {
    const options = { quietNodes: false, slow: false, allowNodeChanges: false, allowDisruptive: false }
    const unmet = (tee: readonly string[] | null) =>
      unmetNeeds(['tee:tdx|snp|cca'], {
        facts: { nodes: [] } as unknown as ClusterFacts,
        node: node('n1', tee),
        options,
      })
    expect(unmet(['snp'])).to.deep.equal([])
    expect(unmet(['se'])).to.deep.equal(['needs hardware for confidential guests (tdx|snp|cca), which n1 has not: KVM'])
    expect(unmet(null)[0]).to.include('unknown, no probe')
  })
})

describe("protection of a guest's memory", () => {
  const cpuinfo = (flags: string) => `processor\t: 0\nflags\t\t: ${flags}\n`
  it('is what its kernel says', () => {
    const log = '[    0.4] Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP\n'
    expect(parseMemoryProtection(cpuinfo('fpu tdx_guest'), '', null).tee).to.equal('tdx')
    expect(parseMemoryProtection(cpuinfo('fpu'), '', log).tee).to.equal('snp')
    expect(parseMemoryProtection('', '1\n', '').tee).to.equal('se')
    expect(
      parseMemoryProtection(cpuinfo('fpu'), '', '[    0.4] Memory Encryption Features active: AMD SME\n').tee,
    ).to.equal(null)
  })

  it('is not known to be none where the log is refused', () => {
    expect(parseMemoryProtection(cpuinfo('fpu'), '', null)).to.include({ tee: null, whole: false })
    expect(parseMemoryProtection(cpuinfo('fpu'), '', '')).to.include({ tee: null, whole: true })
  })
})

describe('layers of an image on its node', () => {
  const [index, manifest, layer] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string]
  const store = '/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256'
  const platform = { os: 'linux', architecture: 'amd64' }
  const metadata = {
    [`${store}/${index}`]: JSON.stringify({ manifests: [{ digest: `sha256:${manifest}`, platform }] }),
    [`${store}/${manifest}`]: JSON.stringify({ layers: [{ digest: `sha256:${layer}` }] }),
  }
  const pod = (imageID: string) =>
    ({ object: { status: { containerStatuses: [{ imageID }] } } }) as unknown as PodHandle
  const look = async (files: Record<string, string>, imageID = `docker.io/library/x@sha256:${index}`) =>
    imageContent((await nodeInMemory(files)).probe, pod(imageID), 'amd64')

  it('are found by index and manifest, there or not', async () => {
    expect((await look(metadata))?.layers).to.deep.equal([{ digest: layer, there: false }])
    expect((await look({ ...metadata, [`${store}/${layer}`]: 'x' }))?.layers).to.deep.equal([
      { digest: layer, there: true },
    ])
  })

  it('are not known of an image that was imported, or of another store', async () => {
    expect(await look(metadata, `sha256:${index}`)).to.equal(null)
    expect(await look({})).to.equal(null)
  })
})
