import { expect } from 'chai'
import { chartRelease } from '../../../helpers/oracles/chart/chartRelease.ts'

const shims = (version: string) => chartRelease(version)?.shims ?? []

describe('chart of a release', () => {
  const changes: [shim: string, last: string, first: string][] = [
    ['qemu-snp-runtime-rs', '3.25.0', '3.26.0'],
    ['clh-runtime-rs', '3.29.0', '3.30.0'],
    ['qemu-nvidia-gpu-runtime-rs', '3.30.0', '3.31.0'],
    ['clh-azure', '3.31.0', '3.32.0'],
    ['qemu-nvidia-cpu', '3.32.0', '4.0.0'],
    ['openvmm-azure-runtime-rs', '4.0.0', '4.1.0'],
  ]
  for (const [shim, without, first] of changes)
    it(`${shim} came with ${first}`, () => {
      expect(shims(without)).to.not.include(shim)
      expect(shims(first)).to.include(shim)
    })

  it('cloud-hypervisor went with 3.30 and qemu-cca with 3.29', () => {
    expect(shims('3.29.0')).to.include('cloud-hypervisor').and.not.include('qemu-cca')
    expect(shims('3.28.0')).to.include('qemu-cca')
    expect(shims('3.30.0')).to.not.include('cloud-hypervisor')
  })

  it('no release has StratoVirt among its shims', () => {
    for (const version of ['3.25.0', '3.26.0', '3.29.0', '3.32.0', '4.0.0', '4.1.0'])
      expect(shims(version), version).to.include('qemu').and.not.include('stratovirt')
  })

  it('the default shim changed with 4.0', () => {
    expect(chartRelease('3.32.0')?.defaultShim).to.include({ amd64: 'qemu', ppc64le: 'qemu' })
    expect(chartRelease('4.0.0')?.defaultShim).to.include({ amd64: 'qemu-runtime-rs', ppc64le: 'qemu' })
    expect(chartRelease('4.1.0')?.defaultShim).to.include({ ppc64le: 'qemu-runtime-rs' })
  })

  it('overheads', () => {
    const memory = (version: string, shim: string) => chartRelease(version)?.overhead(shim)?.memory ?? null
    expect([memory('3.32.0', 'qemu'), memory('4.0.0', 'qemu')]).to.deep.equal(['160Mi', '320Mi'])
    expect([memory('4.0.0', 'qemu-coco-dev'), memory('4.0.0', 'qemu-coco-dev-runtime-rs')]).to.deep.equal([
      '160Mi',
      '320Mi',
    ])
    expect([memory('3.26.0', 'dragonball'), memory('3.26.0', 'fc'), memory('3.26.0', 'clh')]).to.deep.equal([
      '130Mi',
      '130Mi',
      '130Mi',
    ])
    expect([memory('3.26.0', 'qemu-snp'), memory('3.26.0', 'qemu-se'), memory('3.26.0', 'remote')]).to.deep.equal([
      '2048Mi',
      '1024Mi',
      '120Mi',
    ])
    expect([memory('3.27.0', 'qemu-nvidia-gpu'), memory('3.28.0', 'qemu-nvidia-gpu')]).to.deep.equal([
      '4096Mi',
      '10240Mi',
    ])
    expect([memory('3.26.0', 'clh-azure'), memory('3.27.0', 'qemu-nvidia-gpu-snp')]).to.deep.equal([null, null])
  })

  it('Job mode from 3.32, unprivileged and with classes for debugging from 4.1', () => {
    const of = (version: string) => {
      const { jobMode, privileged, debugClasses } = chartRelease(version)!
      return { jobMode, privileged, debugClasses }
    }
    expect(of('3.31.0')).to.deep.equal({ jobMode: false, privileged: true, debugClasses: false })
    expect(of('3.32.0')).to.deep.equal({ jobMode: true, privileged: true, debugClasses: false })
    expect(of('4.1.0')).to.deep.equal({ jobMode: true, privileged: false, debugClasses: true })
  })

  it('knows nothing of releases that are not written down', () => {
    for (const version of ['3.24.0', '4.2.0', 'latest', null])
      expect(chartRelease(version), String(version)).to.equal(null)
  })
})
