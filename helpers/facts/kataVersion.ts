import type { KubeObject } from '../cluster/cluster.ts'
import { runsKata, type ContainerdConfig } from '../node/containerdConfig.ts'
import type { NodeProbe } from '../node/nodeProbe.ts'
import { agree } from './agree.ts'
import { known, unknown, type Fact } from './fact.ts'
import { probed } from './probed.ts'

/** Written by Kata's release tarballs; the node's own word. No Kata binary is run to ask for its version. */
const versionFile = 'VERSION'

const usualFolder = '/opt/kata'

/** Folders that the node's Kata shims were installed to: another prefix or a second installation is not in /opt/kata. */
function installations(containerd: ContainerdConfig | null): string[] {
  const shims = (containerd?.runtimes ?? []).flatMap((each) => (runsKata(each) && each.path ? [each.path] : []))
  const folders = shims.map((path) => path.replace(/(\/runtime-rs)?\/bin\/containerd-shim-kata-v2$/, ''))
  return [...new Set([...folders, usualFolder])]
}

const release = /\b(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\d*)?)\b/

/** The release that a node has installed. */
export const detectNodeKataVersion = (
  probe: NodeProbe | null,
  containerd: ContainerdConfig | null,
): Promise<Fact<string>> =>
  probed(probe, async (node) => {
    const files = installations(containerd).map((folder) => `${folder}/${versionFile}`)
    const found: { node: string; fact: Fact<string> }[] = []
    for (const file of files) {
      const text = await node.readFileIfThere(file)
      if (text === null) continue
      const version = release.exec(text)?.[1]
      const fact = version ? known(version, file) : unknown<string>(`${file} holds ${JSON.stringify(text.trim())}`)
      found.push({ node: `${node.node} in ${file}`, fact })
    }
    return agree(found, `${files.join(', ')} does not exist`)
  })

/** The release that kata-deploy is of: the tag of its image, or its chart's label. `workloads`: its DaemonSets and Jobs. */
export function detectDeployedVersion(workloads: readonly KubeObject[] | null, why: string): Fact<string> {
  if (!workloads) return unknown(why)
  const found = workloads.map((each) => ({ each, image: kataDeployImage(each) })).filter(({ image }) => image !== null)
  if (found.length === 0) return unknown('no DaemonSet or Job runs a kata-deploy image')
  for (const { each, image } of found) {
    const where = `${each.kind} ${each.metadata.namespace ?? ''}/${each.metadata.name ?? ''}`
    const tag = release.exec((image ?? '').split('@')[0]?.split(':').at(-1) ?? '')?.[1]
    if (tag) return known(tag, `image tag of ${where}`, image ?? '')
    const chart = release.exec(each.metadata.labels?.['helm.sh/chart'] ?? '')?.[1]
    if (chart) return known(chart, `label helm.sh/chart of ${where}`, each.metadata.labels?.['helm.sh/chart'] ?? '')
  }
  return unknown(`the image ${found[0]?.image ?? ''} carries no release as its tag`)
}

/** The image of a workload's container when it is kata-deploy's (not its job dispatcher's or kata-monitor's). */
export function kataDeployImage(workload: KubeObject): string | null {
  const spec = workload['spec'] as { template?: { spec?: { containers?: { image?: string }[] } } } | undefined
  const images = (spec?.template?.spec?.containers ?? []).map((each) => each.image ?? '')
  return images.find((image) => /(^|\/)kata-deploy([:@]|$)/.test(image)) ?? null
}

/** What the nodes have wins over what was deployed: artifacts that failed to install are what runs. */
export function settleKataVersion(
  nodes: readonly { node: string; fact: Fact<string> }[],
  deployed: Fact<string>,
): Fact<string> {
  const installed = agree(nodes, 'no node was probed')
  if (installed.value === null) {
    const disagree = nodes.some((each) => each.fact.value !== null)
    return disagree || deployed.value === null
      ? unknown(disagree ? installed.how : `${deployed.how}; ${installed.how}`)
      : deployed
  }
  if (deployed.value !== null && deployed.value !== installed.value) {
    return { ...installed, how: `${installed.how}; but ${deployed.how} says ${deployed.value}` }
  }
  return installed
}

/** Where a cluster tells no release, the one that its operator declares is what it is held to. Nodes that disagree do tell. */
export const declaredKataVersion = (found: Fact<string>, declared: string | null): Fact<string> =>
  found.value !== null || declared === null || found.how.startsWith('nodes disagree')
    ? found
    : known(declared, `the profile says so, the cluster does not tell: ${found.how}`)

/** [3, 26] of "3.26.0". Null when it is no version. */
export function majorMinor(version: string | null): [number, number] | null {
  const match = /^(\d+)\.(\d+)/.exec(version ?? '')
  return match ? [Number(match[1]), Number(match[2])] : null
}
