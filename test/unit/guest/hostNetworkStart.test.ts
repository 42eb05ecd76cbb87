import { expect } from 'chai'
import { startedOnHostNetwork } from '../../../helpers/guest/hostNetworkStart.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'

const message = 'failed to create shim task: Host networking requested, not supported by runtime'
const refused = { outcome: 'not-started', node: 'n', failure: { message } } as unknown as PodHandle

/** On a node with this runtime. */
const context = (containerRuntimeVersion: string, findings: string[] = []) => ({
  api: { find: async () => ({ status: { nodeInfo: { containerRuntimeVersion } } }), raw: async () => null } as never,
  expect,
  finding: (text: string) => void findings.push(text),
  runtimeClass: 'kata-qemu',
})

describe('a Kata pod with hostNetwork that is refused', () => {
  it('is as good as one that starts, under CRI-O', async () => {
    const findings: string[] = []
    expect(await startedOnHostNetwork(context('cri-o://1.34.0', findings), refused)).to.equal(false)
    expect(findings.join()).to.include('Host networking requested')
  })

  it('is a failure under containerd, which asks for nothing of the kind', async () => {
    const error = await startedOnHostNetwork(context('containerd://2.1.0'), refused).catch((thrown: Error) => thrown)
    expect((error as Error).message).to.include('why a pod with hostNetwork does not start')
  })
})
