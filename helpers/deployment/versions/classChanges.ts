import { chartRelease } from '../../oracles/chart/chartRelease.ts'
import { chartDefaults, shimsOf } from './chartDefaults.ts'
import type { Release } from './releases.ts'
import type { VersionChange } from './versionChange.ts'

/** Shims that another name stands for since a release: the successor has another handler name too. */
const successors: Readonly<Record<string, string>> = { 'cloud-hypervisor': 'clh-runtime-rs' }

const source = 'kata-deploy: values.yaml (shims), templates/runtimeclasses.yaml'

/** RuntimeClasses that are gone, new or renamed, as the chart makes them by default; their overhead; which shim is the default one. */
export function classChanges(from: Release, to: Release): VersionChange[] {
  const [was, is] = [shimsOf(from), shimsOf(to)]
  const gone = was.filter((shim) => !is.includes(shim))
  const fresh = is.filter((shim) => !was.includes(shim))
  return [
    ...gone.map((shim) => goneOf(shim, fresh)),
    ...fresh
      .filter((shim) => !gone.some((old) => successorOf(old, fresh) === shim))
      .map((shim) => ({ ...newClass(shim, to) })),
    ...was.filter((shim) => is.includes(shim)).flatMap((shim) => overheadChange(shim, from, to)),
    ...defaultShimChanges(from, to),
  ]
}

/** Renamed in either direction: a roll-back renames back. */
const successorOf = (shim: string, fresh: readonly string[]): string | undefined =>
  [successors[shim], Object.entries(successors).find(([, after]) => after === shim)?.[0]].find(
    (each) => each !== undefined && fresh.includes(each),
  )

function goneOf(shim: string, fresh: readonly string[]): VersionChange {
  const successor = successorOf(shim, fresh)
  const subject = `RuntimeClass kata-${shim}`
  const refused = `new pods that name kata-${shim} are refused (RuntimeClass not found), and running ones are not replaced when they end`
  if (successor === undefined)
    return {
      kind: 'class-gone',
      weight: 'disrupts',
      subject,
      before: 'there',
      after: null,
      consequence: refused,
      source,
    }
  return {
    kind: 'class-renamed',
    weight: 'disrupts',
    subject,
    before: `kata-${shim}`,
    after: `kata-${successor}`,
    consequence: `${refused}: change their runtimeClassName to kata-${successor} with the upgrade, and values that set shims.${shim}`,
    source,
  }
}

function newClass(shim: string, to: Release): VersionChange {
  const off = chartDefaults(to).get(`shims.${shim}.enabled`) === false
  return {
    kind: 'class-new',
    weight: 'know',
    subject: `RuntimeClass kata-${shim}`,
    before: null,
    after: off ? 'there when enabled' : 'there',
    consequence: off
      ? 'nothing, until values enable the shim'
      : 'a further class, unless values say shims.disableAll: true; a profile that lists all classes has to name it',
    source,
  }
}

function overheadChange(shim: string, from: Release, to: Release): VersionChange[] {
  const [before, after] = [from, to].map((release) => {
    const overhead = chartRelease(`${release}.0`)?.overhead(shim)
    return overhead ? `memory ${overhead.memory}, cpu ${overhead.cpu}` : null
  })
  if (before == null || after == null || before === after) return []
  return [
    {
      kind: 'overhead',
      weight: 'act',
      subject: `overhead of RuntimeClass kata-${shim}`,
      before,
      after,
      consequence:
        'the scheduler and quotas count it with every new pod: fewer or more fit on a node. Running pods keep what they were admitted with',
      source: 'kata-deploy: templates/runtimeclasses.yaml',
    },
  ]
}

function defaultShimChanges(from: Release, to: Release): VersionChange[] {
  const [was, is] = [chartDefaults(from), chartDefaults(to)]
  return [...was.keys()].flatMap((key): VersionChange[] => {
    const [before, after] = [was, is].map((values) => values.get(key) as string | undefined)
    if (!key.startsWith('defaultShim.') || before === after) return []
    return [
      {
        kind: 'default-shim',
        weight: 'act',
        subject: key,
        before: before ?? null,
        after: after ?? null,
        consequence: `RuntimeClass kata, where values create it, leads to another shim and hypervisor: sizing, what emptyDir is and what annotations do follow kata-${after ?? '?'}. Pods that must stay name kata-${before ?? '?'}. ${annotationWords(after ?? '')}`,
        source: 'kata-deploy: values.yaml (defaultShim)',
      },
    ]
  })
}

const annotationWords = (after: string): string =>
  after.endsWith('-runtime-rs')
    ? 'An annotation that is not enabled is ignored by it, where the Go shim refuses the pod.'
    : 'An annotation that is not enabled makes it refuse the pod, where the Rust shim ignores it.'
