import { expect } from 'chai'
import { runsKata } from '../../../helpers/node/containerdConfig.ts'
import { containerdFolder } from '../../../helpers/oracles/kataInstallation.ts'
import { healthy } from '../../../sim/faults/departures.ts'
import type { MachineFiles } from '../../../sim/machine/machineFiles.ts'
import { writeContainerdConfig } from '../../../sim/node/containerdConfig.ts'
import { distribution, distributionNames } from '../../../sim/node/distributions.ts'
import { handlersOf } from '../../../sim/node/handlersOf.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import { kataRelease } from '../../../sim/shims/kataRelease.ts'
import { nodeInMemory } from '../../unit/node/host.ts'

// The node probe reads what each distribution's node has, as kata-deploy leaves it there.
describe('containerd of each distribution', () => {
  for (const name of distributionNames)
    it(`of ${name} has Kata's handlers`, async () => {
      const scenario = await loadScenario('small')
      const handlers = handlersOf(scenario, kataRelease('3.26.0'), healthy)
      const files: Record<string, string> = {}
      const write = (path: string, text: string) => void (files[path] = text)
      writeContainerdConfig({ write } as unknown as MachineFiles, {
        scenario: scenario.nodes[0]!,
        kataNumber: 1,
        distribution: distribution(name),
        handlers,
        departures: healthy,
      })
      const { probe } = await nodeInMemory(files)
      const containerd = await probe.containerd()
      expect(containerd?.notImported).to.equal(null)
      expect(containerd?.runtimes.filter(runsKata).map((each) => each.handler)).to.have.members(
        handlers.map((each) => each.name),
      )
      expect(containerd?.files.some((file) => file.startsWith(containerdFolder(name)))).to.equal(true)
    })
})
