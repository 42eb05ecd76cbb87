import type { ArmRecord } from '../../reports/record/arm.ts'
import type { Figure } from '../../reports/record/figure.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import type { Verdict } from '../../reports/record/verdict.ts'
import { noisyFigure } from '../gate/noisyFigure.ts'
import { runDouble } from '../gate/runDouble.ts'
import { type Random, randomOf } from '../reliability/random.ts'

interface Size {
  readonly behaviours: number
  readonly classes: number
  /** Checks that measure, the first ones. */
  readonly metrics: number
}

/** A run as a cluster of that size gives it: every arm with assertions, measurements and a timeline. @param number from 0: two days and a release later each time */
export function syntheticRun(number: number, { behaviours, classes, metrics }: Size): RunRecord {
  const random = randomOf(number + 1)
  const chapters = ['MEM', 'CPU', 'STORAGE', 'NETWORK', 'SEC']
  const chapterOf = (behaviour: number) => chapters[Math.floor((behaviour / behaviours) * chapters.length)] ?? 'MEM'
  const idOf = (behaviour: number) => `KATA-${chapterOf(behaviour)}-${String(behaviour).padStart(3, '0')}`
  const verdicts = new Map<string, Verdict>()
  const checks = Array.from({ length: behaviours * classes }, (_, index) => {
    const [behaviour, runtimeClass] = [idOf(Math.floor(index / classes)), `kata-qemu-${index % classes}`]
    const verdict: Verdict = verdictOf(random, index, number)
    verdicts.set(`${behaviour} ${runtimeClass}`, verdict)
    const figures =
      Math.floor(index / classes) < metrics ? figuresOf(Math.floor(index / classes), index, number, random) : []
    return { behaviour, runtimeClass, verdicts: [verdict], figures }
  })
  const run = runDouble(`run-${String(number).padStart(2, '0')}`, checks)
  const startedAt = new Date(Date.UTC(2026, 2, 1 + 2 * number, 10)).toISOString()
  const failed = [...verdicts.values()].filter((verdict) => verdict === 'failed').length
  return {
    ...run,
    startedAt,
    arms: run.arms.map((arm, index) => ({
      ...arm,
      ...seen(arm, index, random),
      chapter: arm.behaviour.split('-')[1] ?? '',
    })),
    claims: run.claims.map((claim) => ({
      ...claim,
      chapter: claim.id.split('-')[1] ?? '',
      title: `The limit of ${claim.id} reaches the guest`,
      killedBy: ['memory-hotplug-ignored', 'runc-behind-kata-handlers'],
    })),
    facts: [
      ...run.facts,
      ...[
        {
          subject: 'cluster',
          name: 'kataVersion',
          value: `3.${25 + Math.floor(number / 5)}.0`,
          unit: null,
          how: 'VERSION',
          evidence: null,
        },
      ],
    ],
    outcome: failed > 0 ? 'not-conformant' : 'conformant',
  }
}

/** A few always skip, a few fail since the twelfth run, a few now and then. */
function verdictOf(random: Random, index: number, number: number): Verdict {
  if (index % 37 === 3) return 'skipped'
  if (index % 211 === 5 && number >= 12) return 'failed'
  return random.next() < 0.002 ? 'failed' : 'passed'
}

function figuresOf(metric: number, index: number, number: number, random: Random): Figure[] {
  const value = 1 + (index % 12) * 0.15
  const of = (name: string, part: number): Figure => {
    const made = noisyFigure(name, random, undefined, {
      value: value * part,
      shift: number >= 12 ? 0.2 : 0,
      blocks: 9,
      samples: 3,
    })
    const samples = made.samples.map((sample) => ({ ...sample, invalid: sample.block === 0 ? 'warm-up' : null }))
    return { ...made, unit: 's', documented: metric === 0 ? value : null, samples }
  }
  return metric === 0
    ? [of('cold-start', 1), of('cold-start-sandbox', 0.6), of('cold-start-ready', 0.95)]
    : [of(`metric-${metric}`, 1)]
}

function seen({ behaviour, runtimeClass, verdict }: ArmRecord, index: number, random: Random): Partial<ArmRecord> {
  const delta = 250 + Math.round(12 * random.next())
  const ok = verdict !== 'failed'
  const text = `MemTotal delta of ${behaviour} on ${runtimeClass}: expected ${delta} to be close to 256 +/- 4`
  return {
    durationMs: 1000 + 4000 * random.next(),
    expected: 'to be close to 256 +/- 4',
    observed: String(delta),
    message: verdict === 'passed' ? '' : verdict === 'skipped' ? 'needs a block device' : text,
    assertions: [
      { ok: true, text: `boot_id of the pod beside the node's: expected to differ`, expected: null, observed: null },
      { ok, text, expected: '256', observed: String(delta) },
    ],
    measurements: [
      { name: 'RSS of the shim', value: 40 + 5 * random.next(), unit: 'MiB' },
      { name: 'RSS of the VMM', value: 180 + 40 * random.next(), unit: 'MiB' },
      { name: 'RSS of virtiofsd', value: 20 + 5 * random.next(), unit: 'MiB' },
    ],
    timeline: [
      { atMs: 0, what: 'pods requested' },
      { atMs: 800 + 400 * random.next(), what: 'pod pod ready' },
      { atMs: 1300, what: 'check started' },
      { atMs: 2500, what: verdict },
    ],
    evidence: ok ? [] : [{ name: 'arm.yaml', path: `evidence/${index}/arm.yaml`, mediaType: 'application/yaml' }],
  }
}
