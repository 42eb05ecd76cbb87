import type { VersionChange } from '../../helpers/deployment/versions/versionChange.ts'
import { knownShims } from '../../helpers/facts/kataShims.ts'
import type { Profile } from '../../helpers/profile/profile.ts'

/** What a profile makes of changes between two releases. */
export interface Concern {
  /** Changes that concern the declared classes, or every installation. */
  readonly changes: readonly VersionChange[]
  /** How many were left out, as they are about shims that the profile does not declare. */
  readonly others: number
}

/**
 * @param values dotted keys that the file sets, with their values: of chart values only, else empty. A default that changes does nothing to a value that is set;
 * a key that is gone does.
 */
export function forProfile(
  changes: readonly VersionChange[],
  { classes }: Pick<Profile, 'classes'>,
  values: ReadonlyMap<string, unknown>,
): Concern {
  const declared =
    classes === null ? null : new Set(classes.flatMap(({ name, handler, base }) => shimsNamed(name, handler, base)))
  // New shims stay off there.
  const off = values.get('shims.disableAll') === true
  const concerning = changes.filter(
    (change) => declared === null || (change.kind === 'class-new' ? !off : concerns(change, declared)),
  )
  return { changes: concerning.map((change) => ofValues(change, values)), others: changes.length - concerning.length }
}

function shimsNamed(...names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => (name === undefined ? [] : [name.replace(/^kata-/, '')]))
}

function concerns({ subject }: VersionChange, declared: ReadonlySet<string>): boolean {
  const [, named] = /RuntimeClass kata-([\w-]+)$/.exec(subject) ?? /^shims\.([^.]+)\./.exec(subject) ?? []
  if (named !== undefined && named !== 'disableAll') return declared.has(named)
  const of = / of ([\w-]+)$/.exec(subject)?.[1]
  if (of !== undefined && knownShims.some(({ shim }) => shim === of)) return declared.has(of)
  const family = / of the (Go|Rust) shims$/.exec(subject)?.[1]?.toLowerCase()
  if (family !== undefined) return shims(declared).some((each) => each.family === family)
  const hypervisor = hypervisors[subject]
  return hypervisor === undefined || shims(declared).some((each) => each.hypervisor === hypervisor)
}

const shims = (declared: ReadonlySet<string>) => knownShims.filter(({ shim }) => declared.has(shim))

const hypervisors: Readonly<Record<string, string>> = {
  QEMU: 'qemu',
  'Cloud Hypervisor': 'cloud-hypervisor',
  Firecracker: 'firecracker',
  'guest kernel of Dragonball': 'dragonball',
}

function ofValues(change: VersionChange, values: ReadonlyMap<string, unknown>): VersionChange {
  const { kind, subject } = change
  const set = [...values.keys()].find((key) => key === subject || key.startsWith(`${subject}.`))
  if (set === undefined) return change
  const own = `the profile sets it to ${JSON.stringify(values.get(set))}`
  if (kind === 'value-gone') return { ...change, weight: 'act', consequence: `${own}: ${change.consequence}` }
  if (kind !== 'value-changed' && kind !== 'default-shim') return change
  return { ...change, weight: 'know', consequence: `${own}: another default changes nothing` }
}
