import type { ArmRecord } from '../../reports/record/arm.ts'
import { foldJournal } from '../../reports/record/foldJournal.ts'
import type { ClaimRecord, JournalEvent } from '../../reports/record/journal.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { type Role, type Verdict, verdicts } from '../../reports/record/verdict.ts'

/** Texts as a guest, a server or an operator may give them: markup, control characters, a lone surrogate, the end of CDATA. */
export const nasty = '\u001b[31m\u0000 ]]> <script>alert("1")</script> & \ud800 \u{1f600}\u000b'

const startedAt = '2026-02-03T04:05:06.007Z'

interface Options {
  runId?: string
  simulated?: boolean
  context?: string
}

/** A journal with every verdict in every role, and texts that reports must get right. */
export function journalOfEverything({ runId = '20260203-040506-abcd', simulated = false, context }: Options = {}) {
  const roles: readonly Role[] = ['check', 'control', 'canary']
  const arms = roles.flatMap((role) =>
    verdicts.flatMap((verdict, index) => (role === 'check' || index < 5 ? [armOf(role, verdict, index)] : [])),
  )
  const planned = arms.map(
    ({ id, behaviour, chapter, title, level, gate, role, runtimeClass, node, case: row, repeat }) => ({
      id,
      behaviour,
      chapter,
      title,
      level,
      gate,
      role,
      runtimeClass,
      node,
      case: row,
      repeat,
    }),
  )
  const at = startedAt
  const events: JournalEvent[] = [
    {
      event: 'run.started',
      at,
      schemaVersion: 1,
      runId,
      simulated,
      suiteVersion: '0.1.0',
      nodeVersion: 'v22.0.0',
      command: ['run', '--context', nasty],
      cluster: { context: context ?? 'production', server: 'https://10.0.0.1:6443', kubernetesVersion: 'v1.34.4' },
    },
    { event: 'note', at, text: `a note: ${nasty}` },
    {
      event: 'facts',
      at,
      facts: [
        { subject: 'cluster', name: 'kataVersion', value: '3.26.0', unit: null, how: 'VERSION', evidence: null },
        { subject: 'node/n1', name: 'memory', value: 65536, unit: 'MiB', how: nasty, evidence: nasty },
        { subject: 'node/n1', name: 'kvmUsable', value: null, unit: null, how: 'no probe', evidence: null },
      ],
    },
    { event: 'claims', at, claims: [...arms.map(claimOf), withoutCheck] },
    { event: 'plan', at, arms: planned },
    ...arms.flatMap((arm): JournalEvent[] => {
      const { verdict, startedAt, durationMs, expected, observed, message } = arm
      const { assertions, measurements, figures, findings, timeline, evidence } = arm
      const texts = { expected, observed, message, assertions, measurements, figures, findings, timeline, evidence }
      return [
        { event: 'arm.started', at, arm: arm.id },
        { event: 'arm.finished', at, arm: arm.id, result: { verdict, startedAt, durationMs, ...texts } },
      ]
    }),
    { event: 'api.retried', at, request: 'GET /version', attempt: 2, because: 'reset' },
    {
      event: 'run.finished',
      at: '2026-02-03T04:05:16.007Z',
      exitCode: 4,
      wallMs: 9000.5,
      lowerBoundMs: 8000,
      apiRequests: 12,
      watches: 3,
      leaked: [],
    },
  ]
  return events
}

export const recordOfEverything = (options?: Options): RunRecord => foldJournal(journalOfEverything(options))

function armOf(role: Role, verdict: Verdict, index: number): ArmRecord {
  const number = String(index + 1).padStart(3, '0')
  const behaviour = `KATA-${role.toUpperCase()}-${number}`
  const said = verdict === 'passed' ? '' : `${verdict}: ${nasty}\nsecond line`
  return {
    id: [behaviour, role === 'check' ? 'kata-qemu' : role, ...(index === 1 ? ['a case'] : [])].join(' '),
    behaviour,
    chapter: role.toUpperCase(),
    title: `Title with <angle> & "quotes" ${verdict}`,
    level: index % 2 === 0 ? 'MUST' : 'SHOULD',
    gate: role === 'check' && verdict !== 'known',
    role,
    runtimeClass: role === 'check' ? 'kata-qemu' : null,
    node: 'n1',
    case: index === 1 ? 'a case' : null,
    repeat: 1,
    verdict,
    startedAt: `2026-02-03T04:05:${String(7 + index).padStart(2, '0')}.250Z`,
    durationMs: 1234.567 + index,
    expected: verdict === 'skipped' ? null : `to be ${nasty}`,
    observed: verdict === 'skipped' ? null : nasty,
    message: said,
    assertions: verdict === 'skipped' ? [] : [{ ok: verdict === 'passed', text: nasty, expected: '1', observed: '2' }],
    measurements: [{ name: 'MemTotal delta', value: 256.25, unit: 'MiB' }],
    figures: [],
    findings: verdict === 'failed' ? [nasty] : [],
    timeline: [{ atMs: 0.1, what: 'pods requested' }],
    evidence: [],
  }
}

const claimOf = ({ behaviour, chapter, title, level, gate }: ArmRecord): ClaimRecord => ({
  id: behaviour,
  chapter,
  title,
  statement: nasty,
  source: ['guide 3.26.0 > Memory'],
  level,
  kind: 'functional',
  gate,
  executable: true,
  reason: null,
  notApplicable: [],
  killedBy: ['memory-hotplug-ignored'],
})

const withoutCheck: ClaimRecord = {
  id: 'KATA-DOC-001',
  chapter: 'DOC',
  title: 'Says so only',
  statement: 'The guide says so.',
  source: ['guide'],
  level: 'INFO',
  kind: 'documentation-only',
  gate: false,
  executable: false,
  reason: 'nothing to observe',
  notApplicable: [],
  killedBy: [],
}
