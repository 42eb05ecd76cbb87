import type { ClaimChange } from '../../engine/versions/claimChanges.ts'
import { chaptersOf } from '../../engine/versions/chaptersOf.ts'
import type { VersionChange } from '../../helpers/deployment/versions/versionChange.ts'

/** What changes between two releases of kata-deploy, and for whom. */
export interface VersionsReport {
  readonly from: string
  readonly to: string
  /** The profile's file; null: for anybody. */
  readonly profile: string | null
  readonly changes: readonly VersionChange[]
  /** Left out, as they are about shims that the profile does not declare. */
  readonly others: number
  readonly claims: readonly ClaimChange[]
}

const titles: Readonly<Record<VersionChange['weight'], string>> = {
  disrupts: 'Disrupts: running or new pods can be lost by it',
  act: 'Act: something has to be done, or checked',
  know: 'Worth knowing',
}
const weights = ['disrupts', 'act', 'know'] as const

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

function head({ from, to, profile, changes, others, claims }: VersionsReport): string[] {
  const of = weights.map((weight) => `${changes.filter((each) => each.weight === weight).length} ${weight}`)
  return [
    `kata-deploy ${from} -> ${to}${profile === null ? '' : `, for ${profile}`}: ${counted(changes.length, 'change')} (${of.join(', ')}), ${counted(claims.length, 'claim')}`,
    ...(others === 0 ? [] : [`${counted(others, 'change')} about shims that the profile does not declare left out`]),
  ]
}

const step = ({ before, after }: VersionChange): string =>
  before === null && after === null ? '' : `${before ?? 'not there'} -> ${after ?? 'gone'}`

/** For a terminal. */
export const versionsText = (report: VersionsReport): string =>
  [
    ...head(report),
    ...weights.flatMap((weight) => {
      const found = report.changes.filter((each) => each.weight === weight)
      if (found.length === 0) return []
      return ['', titles[weight], ...found.flatMap(changeLines)]
    }),
    ...(['begins', 'ends'] as const).flatMap((change) => {
      const found = report.claims.filter((each) => each.change === change)
      if (found.length === 0) return []
      const title =
        change === 'begins'
          ? `Claims of ${report.to} and not of ${report.from}`
          : `Claims of ${report.from} and not of ${report.to}`
      return [
        '',
        `${title} (${found.length})`,
        ...found.map(
          ({ behaviour, level, gate, versions, title: claim }) =>
            `  ${behaviour} ${level}${gate ? '' : ' (not gate-relevant)'} ${versions}: ${claim}`,
        ),
      ]
    }),
    '',
  ].join('\n')

function changeLines(change: VersionChange): string[] {
  const chapters = chaptersOf(change)
  const values = step(change)
  return [
    `  ${change.subject}${values === '' ? '' : `: ${values}`}`,
    `    ${change.consequence}`,
    `    ${change.source}${chapters.length === 0 ? '' : `; run --chapter ${chapters.join(',')}`}`,
  ]
}

/** For a pull request. */
export const versionsMarkdown = (report: VersionsReport): string =>
  [
    `## kata-deploy ${report.from} → ${report.to}`,
    '',
    ...head(report).map(escape),
    ...weights.flatMap((weight) => {
      const found = report.changes.filter((each) => each.weight === weight)
      if (found.length === 0) return []
      return [
        '',
        `### ${titles[weight]}`,
        '',
        '| what | change | consequence | chapters |',
        '|---|---|---|---|',
        ...found.map((change) =>
          row([change.subject, step(change), change.consequence, chaptersOf(change).join(', ')]),
        ),
      ]
    }),
    ...(report.claims.length === 0
      ? []
      : [
          '',
          `### Claims of one release only`,
          '',
          '| claim | level | made of | what |',
          '|---|---|---|---|',
          ...report.claims.map(({ behaviour, level, versions, title }) => row([behaviour, level, versions, title])),
        ]),
    '',
  ].join('\n')

const row = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`

const escape = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|#]/g, (mark) => `\\${mark}`).replace(/\s*\n\s*/g, ' ')

/** For programs. */
export const versionsJson = (report: VersionsReport): string =>
  `${JSON.stringify({ schemaVersion: 1, ...report, changes: report.changes.map((change) => ({ ...change, chapters: chaptersOf(change) })) }, null, 2)}\n`
