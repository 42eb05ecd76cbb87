import type { Behaviour } from '../../../helpers/behaviour.ts'
import type { NodeFacts } from '../../../helpers/facts/facts.ts'
import type { PodHandle } from '../../../helpers/pods/podHandle.ts'
import type { PodSpec } from '../../../helpers/pods/podSpec.ts'
import type { Claim } from '../../../engine/catalog/claim.ts'
import type { Arm } from '../../../engine/plan/arm.ts'

export const podSpec = (overrides: Partial<PodSpec> & { memory?: string; tag?: string } = {}): PodSpec => {
  const { memory = '100Mi', tag = 'a', ...rest } = overrides
  return {
    awaited: 'ready',
    timeoutMs: 1000,
    shared: true,
    privileged: false,
    after: null,
    manifest: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { annotations: { tag } },
      spec: { containers: [{ name: 'main', resources: { requests: { memory, cpu: '100m' } } }] },
    },
    ...rest,
  }
}

export const podHandle = (name: string): PodHandle =>
  ({
    name,
    namespace: 'ns',
    uid: `uid-${name}`,
    node: 'n1',
    outcome: 'ready',
    refusal: null,
    failure: null,
  }) as PodHandle

export const claimDouble = (overrides: Partial<Claim> = {}): Claim => ({
  id: 'KATA-MEM-001',
  title: 't',
  statement: 's',
  source: ['guide'],
  level: 'MUST',
  kind: 'functional',
  gate: true,
  versions: 'all',
  needs: [],
  danger: [],
  ...overrides,
})

/** An arm around a check, on node n1. */
export function arm(
  id: string,
  check: Behaviour['check'],
  overrides: Partial<Omit<Arm, 'definition'>> & { definition?: Partial<Behaviour> } = {},
): Arm {
  const { definition, ...rest } = overrides
  return {
    planned: {
      id,
      behaviour: id,
      chapter: 'TEST',
      title: id,
      level: 'MUST',
      gate: true,
      role: 'check',
      runtimeClass: 'kata',
      node: 'n1',
      case: null,
      repeat: 1,
    },
    claim: claimDouble({ id, title: id, statement: id }),
    definition: { on: { scope: 'cluster', applies: () => true }, pods: () => ({}), check, killedBy: {}, ...definition },
    file: '/specs/test.spec.ts',
    classFacts: undefined,
    nodeFacts: { name: 'n1' } as NodeFacts,
    caseValue: undefined,
    pods: {},
    objects: {},
    otherNode: undefined,
    decided: null,
    control: null,
    ...rest,
  }
}
