import { writeContainerdConfig } from '../node/containerdConfig.ts'
import { distribution } from '../node/distributions.ts'
import { handlersOf } from '../node/handlersOf.ts'
import { bootFiles, installKata, programText } from '../node/kataArtifacts.ts'
import { kataRuntimeCheck } from '../node/kataRuntimeCheck.ts'
import type { SimNode } from '../node/simNode.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { configDirectory, kataPrefix } from '../shims/kataHandler.ts'
import { kataRelease, kataVersions } from '../shims/kataRelease.ts'
import type { UpgradeCourse } from './upgradeFaults.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * What kata-deploy does on a node that has another release: artifacts are replaced (running VMs keep the files that they have open), containerd's
 * drop-in is written anew. What runs goes on; what starts from now on is of this release.
 * @param original what the cluster was handed over with: an installation of that release is as it was
 * @param scenario as the chart of the release makes it
 */
export function installRelease(
  node: SimNode,
  scenario: Scenario,
  course: UpgradeCourse,
  original: Pick<SimNode, 'departures'> & { version: string },
): void {
  const release = kataRelease(scenario.kataVersion)
  const changed = release.version !== original.version
  const departures = changed
    ? { ...original.departures, hypervisorExtraMiB: course.hypervisorExtraMiB, ...course.departures }
    : original.departures
  const handlers = handlersOf(scenario, release, departures)
  const second = node.kataNumber === 2
  const { files } = node.machine
  const older = kataVersions.indexOf(release.version) < kataVersions.indexOf(node.release.version)
  const former = bootFiles(node.release)
  files.remove(kataPrefix)
  installKata(files, { handlers, release, departures, second })
  if (changed && course.dropIns === 'lost')
    for (const handler of handlers.filter(({ custom }) => custom !== null))
      files.remove(`${configDirectory(handler)}/config.d`)
  files.registerCommand(
    `${kataPrefix}/bin/kata-runtime`,
    (call) => kataRuntimeCheck(call, node.machine, node.kvm, release),
    programText('bin/kata-runtime', { release, departures, second }),
  )
  if (older && course.rollbackLeaves !== 'nothing')
    for (const path of [`${former.kernel}-newer`, `${kataPrefix}/share/kata-containers/kata-newer.image`])
      files.write(path, `of ${node.release.version}\n`)
  writeContainerdConfig(files, {
    scenario: node.scenario,
    kataNumber: node.kataNumber,
    distribution: distribution(scenario.distribution),
    handlers,
    departures,
  })
  const installed = node as Mutable<SimNode>
  installed.release = release
  installed.departures = departures
  installed.startFactor = changed ? course.coldStartFactor : 1
  installed.handlers = new Map(handlers.map((handler) => [handler.name, handler]))
}
