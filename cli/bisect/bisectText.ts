import path from 'node:path'
import type { BisectEnd } from './bisect.ts'

/** 0: found. 1: there is nothing to find, all are good or all bad. 3: cannot tell. */
export function bisectExitCode({ step }: BisectEnd): number {
  if ('nothingBad' in step) return 1
  if ('open' in step) return 3
  if (step.lastGood === null) return step.among.length > 1 ? 3 : 1
  return step.among.length > 1 ? 3 : 0
}

/** The answer, then every version that was looked at, with its evidence. */
export function bisectText(end: BisectEnd, folder: string, claim: string, versions: readonly string[]): string {
  const looked = versions.flatMap((version) => end.verdicts.get(version) ?? [])
  return [
    headline(end, claim, versions),
    ...looked.flatMap(({ version, verdict, why, runs }) => [
      `  ${version} ${verdict === 'skip' ? 'cannot tell' : verdict}: ${why}`,
      ...runs.map((run) => `    ${path.join(folder, run, 'report.html')}`),
    ]),
    '',
  ].join('\n')
}

function headline({ step }: BisectEnd, claim: string, versions: readonly string[]): string {
  if ('nothingBad' in step) return `no version breaks ${claim}: it holds in ${versions[0]} and in ${versions.at(-1)}`
  if ('open' in step) return `cannot tell: ${step.open.join(', ')} could not be told`
  const { firstBad, lastGood, among } = step
  if (lastGood === null && among.length === 1)
    return `${claim} does not hold in ${firstBad} already, the oldest version: give older ones`
  if (among.length > 1)
    return `the first version that breaks ${claim} is one of ${among.join(', ')}: those before ${firstBad} could not be told`
  return `the first version that breaks ${claim} is ${firstBad}; ${lastGood} is good`
}

/** For programs. */
export const bisectJson = (end: BisectEnd, claim: string, versions: readonly string[]): string =>
  `${JSON.stringify({ schemaVersion: 1, claim, versions, exitCode: bisectExitCode(end), ...end.step, verdicts: [...end.verdicts.values()] }, null, 2)}\n`
