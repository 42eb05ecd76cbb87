import { expect } from 'chai'
import { containerdOf } from '../../../helpers/deployment/containerdOf.ts'
import { FactUnknownError } from '../../../helpers/facts/armFacts.ts'
import type { NodeProbe } from '../../../helpers/node/nodeProbe.ts'
import { kataFiles } from '../facts/kataFiles.ts'
import { nodeInMemory } from '../node/host.ts'

const seen = (probe: NodeProbe) => containerdOf(probe).catch((error: unknown) => error)

describe("containerd's configuration on a node", () => {
  it('is what its files say', async () => {
    const { probe } = await nodeInMemory(kataFiles)
    expect(await seen(probe)).to.have.property('runtimes')
  })

  it('is unknown where none is found: its handlers are not missing then', async () => {
    const { probe } = await nodeInMemory({ '/etc/crio/crio.conf': '' })
    expect(await seen(probe)).to.be.instanceOf(FactUnknownError)
  })
})
