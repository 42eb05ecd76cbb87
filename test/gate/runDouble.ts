import type { ArmRecord } from '../../reports/record/arm.ts'
import type { Figure } from '../../reports/record/figure.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { Level, Verdict } from '../../reports/record/verdict.ts'

export interface CheckDouble {
  readonly behaviour: string
  /** Default kata-qemu; null: a claim about the cluster. */
  readonly runtimeClass?: string | null
  /** One for each repeat; default one that passed. */
  readonly verdicts?: readonly Verdict[]
  readonly message?: string
  readonly level?: Level
  readonly gate?: boolean
  readonly figures?: readonly Figure[]
  readonly measurements?: ArmRecord['measurements']
}

/** A finished run of these checks. */
export function runDouble(
  runId: string,
  checks: readonly CheckDouble[],
  overrides: Partial<RunRecord> = {},
): RunRecord {
  const arms = checks.flatMap(armsOf)
  const classes = [...new Set(arms.flatMap(({ runtimeClass }) => runtimeClass ?? []))]
  return {
    schemaVersion: 1,
    runId,
    shard: null,
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:10:00.000Z',
    durationMs: 600_000,
    simulated: false,
    suiteVersion: '0.1.0',
    nodeVersion: 'v22.0.0',
    command: ['run'],
    cluster: { context: 'prod', server: 'https://10.0.0.1:6443', kubernetesVersion: 'v1.34.4' },
    facts: [
      ...classes.map((name) => ({
        subject: `class/${name}`,
        name: 'handler',
        value: name,
        unit: null,
        how: 'h',
        evidence: null,
      })),
      { subject: 'node/n1', name: 'cpus', value: 16, unit: null, how: 'h', evidence: null },
    ],
    claims: [...new Set(arms.map(({ behaviour }) => behaviour))].map((id) => ({
      ...{ id, chapter: 'MEM', title: id, statement: `statement of ${id}`, source: ['guide'], level: 'MUST' as const },
      ...{ kind: 'functional', gate: true, executable: true, reason: null, notApplicable: [], killedBy: [] },
    })),
    arms,
    summary: {
      planned: arms.length,
      verdicts: count(arms),
      controls: count([]),
      canaries: { planned: 1, failedAsTheyMust: 1, passed: 0, undecided: 0 },
      claimsWithoutCheck: 0,
    },
    outcome: 'conformant',
    exitCode: 0,
    notes: [],
    retries: [],
    schedule: null,
    leaked: [],
    ...overrides,
  }
}

const count = (arms: readonly ArmRecord[]): Record<Verdict, number> => {
  const of = (verdict: Verdict) => arms.filter((arm) => arm.verdict === verdict).length
  return {
    ...{ passed: of('passed'), failed: of('failed'), broken: of('broken') },
    ...{ environment: of('environment'), skipped: of('skipped'), known: of('known') },
  }
}

function armsOf({ behaviour, runtimeClass = 'kata-qemu', verdicts = ['passed'], ...rest }: CheckDouble): ArmRecord[] {
  return verdicts.map((verdict, index): ArmRecord => ({
    id: [behaviour, runtimeClass, ...(index > 0 ? [`#${index + 1}`] : [])].filter((part) => part !== null).join(' '),
    behaviour,
    chapter: 'MEM',
    title: `title of ${behaviour}`,
    level: rest.level ?? 'MUST',
    gate: rest.gate ?? true,
    role: 'check',
    runtimeClass,
    node: 'n1',
    case: null,
    repeat: index + 1,
    verdict,
    startedAt: '2026-03-01T10:00:01.000Z',
    durationMs: 1000,
    expected: null,
    observed: null,
    message: verdict === 'passed' ? '' : (rest.message ?? `${verdict} it is`),
    assertions: [],
    measurements: rest.measurements ?? [],
    figures: index === 0 ? [...(rest.figures ?? [])] : [],
    findings: [],
    timeline: [],
    evidence: [],
  }))
}
