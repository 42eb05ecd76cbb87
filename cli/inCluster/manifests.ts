import { dump } from 'js-yaml'
import { accessFor } from '../../engine/access/accessRules.ts'
import { MANAGED_BY, MANAGER } from '../../engine/cluster/labels.ts'
import { inClusterObjects } from './objects.ts'
import { sonobuoyPlugin } from './sonobuoyPlugin.ts'

export const purposes = ['job', 'shards', 'sonobuoy'] as const
export type Purpose = (typeof purposes)[number]

export interface ManifestOptions {
  readonly image: string
  /** Pods of the Indexed Job. */
  readonly shards: number
  /** Where kata-deploy is; null: what its ConfigMaps say is not read. */
  readonly kataNamespace: string | null
}

/** Files of the repository that hold the manifests for each purpose. */
export const manifestFiles: Readonly<Record<Purpose, string>> = {
  job: 'fixtures/in-cluster/job.yaml',
  shards: 'fixtures/in-cluster/shards.yaml',
  sonobuoy: 'fixtures/sonobuoy/kata-conformance-plugin.yaml',
}

const heads: Readonly<Record<Purpose, string>> = {
  job: `# The suite as a Job: kubectl apply -f job.yaml. Its log ends with the command that fetches the results:
#   kubectl logs -n kata-conformance job/kata-conformance -c results`,
  shards: `# The suite as an Indexed Job, a part of the run in each pod: kubectl apply -f shards.yaml. The log of each pod ends with the command that
# fetches its results; kata-conformance merge makes one run of them. A second run needs another --run-id, or the first one's namespaces gone.`,
  sonobuoy: '# The suite as a plugin: sonobuoy run --plugin kata-conformance-plugin.yaml',
}

/** What a person applies by hand, as YAML: the same objects that `run --in-cluster` makes. */
export function manifests(purpose: Purpose, { image, shards, kataNamespace }: ManifestOptions): string {
  const head = `${heads[purpose]}\n# Printed by: kata-conformance manifests --for ${purpose}\n`
  if (purpose === 'sonobuoy') return head + yaml(sonobuoyPlugin(image, ['--no-summary']))
  const objects = inClusterObjects({
    name: 'kata-conformance',
    namespace: 'kata-conformance',
    makeNamespace: true,
    labels: { [MANAGED_BY]: MANAGER },
    image,
    arguments: purpose === 'shards' ? ['--run-id', 'sharded'] : [],
    profile: null,
    pullConfig: null,
    shards: purpose === 'shards' ? shards : null,
    rules: accessFor({ command: 'run', probe: true, nodeChanges: false, shards: purpose === 'shards', minor: null }),
    kataNamespace,
  })
  return head + objects.map(yaml).join('---\n')
}

const yaml = (object: object): string => dump(object, { lineWidth: -1, noRefs: true })
