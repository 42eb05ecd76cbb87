import path from 'node:path'
import { expect } from 'chai'
import { loadCatalog } from '../../engine/catalog/loadCatalog.ts'
import { loadSpecs } from '../../engine/catalog/loadSpecs.ts'
import { behavioursFile, behavioursPage } from './behavioursPage.ts'
import { formatted, readPage } from './formatted.ts'
import { reachOf } from './reach.ts'
import { contractName, readRecorded } from './recorded.ts'

const specs = path.join(import.meta.dirname, '../../specs')
const reached = (file: string, id: string) => reachOf(path.join(specs, file), id).map((each) => contractName(each))

describe('what a check comes to', () => {
  it('is what its own call names, and what that names in turn', () => {
    const names = reached('upstream/volumes.spec.ts', 'KATA-UPSTREAM-009')
    expect(names).to.include.members(['guest/mounts.parseMounts', 'guest/bootId.bootId', 'pods/pod.busybox'])
    expect(names).to.not.include.members(['objects/configMap.configMap'])
  })

  it('is what the node probe does for it', () => {
    expect(reached('architecture/hostProcesses.spec.ts', 'KATA-ARCH-002')).to.include.members([
      'node/createNodeProbe.sandbox',
      'node/sandboxProcesses.sandboxProcesses',
    ])
  })

  it('is what the function names that declares several', () => {
    expect(reached('out-of-memory/limit.spec.ts', 'KATA-OOM-003')).to.include('guest/termination.containerStatus')
  })
})

describe('docs/behaviours.md', function () {
  this.timeout(60_000)

  it('is what chapters, specs and contract tests say', async () => {
    const page = behavioursPage(loadCatalog(), await loadSpecs(), await readRecorded())
    expect(readPage(behavioursFile), 'node --import=tsx test/book/writeBehaviours.ts writes it anew').to.equal(
      await formatted(behavioursFile, page),
    )
  })
})
