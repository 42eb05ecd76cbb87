import path from 'node:path'
import type { Behaviour } from '../../helpers/behaviour.ts'
import type { ListedFault } from '../../sim/faults/listedFaults.ts'
import { plainTable } from '../../cli/terminal/plainTable.ts'
import { writePage } from '../book/formatted.ts'
import type { Outcome } from './compare.ts'

export const matrixFile = path.join(import.meta.dirname, '../../docs/mutation.md')

interface Named {
  readonly id: string
  readonly definition: Pick<Behaviour, 'killedBy'>
}

/** A fault, a check that it must turn red, and what the check must say then. */
interface Pair {
  readonly fault: string
  readonly check: string
  readonly message: string
}

/** Every fault with the checks that name it: in the order of the faults, then of the checks' ids. */
export const pairsOf = (faults: readonly ListedFault[], registered: readonly Named[]): Pair[] =>
  faults.flatMap(({ name }) =>
    [...registered]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .flatMap(({ id, definition }) =>
        name in definition.killedBy ? [{ fault: name, check: id, message: definition.killedBy[name] ?? '' }] : [],
      ),
  )

/** What became of a pair: `red` as announced, or `survived`; `expected` where it was not run. */
const seenOf = ({ fault, check }: Pair, outcomes: readonly Outcome[]): string => {
  const outcome = outcomes.find((each) => each.fault === fault)
  if (!outcome) return 'expected'
  return outcome.survived.some((text) => text.startsWith(`${check} `)) ? 'survived' : 'red'
}

/**
 * docs/mutation.md. It has neither dates nor durations: the same outcomes give the same page.
 * @param outcomes of a full pass; empty when the page is made from the definitions alone
 */
export function matrixPage(
  faults: readonly ListedFault[],
  registered: readonly Named[],
  outcomes: readonly Outcome[],
): string {
  const pairs = pairsOf(faults, registered)
  const checks = new Set(pairs.map(({ check }) => check))
  const count = ({ name }: ListedFault) => String(pairs.filter(({ fault }) => fault === name).length)
  return [
    '# Faults and the checks that they turn red',
    '',
    'Written by `npm run mutation` at the end of a full pass (by `node --import=tsx test/mutation/writeMatrix.ts` from the definitions alone). A fault is a departure from the documented',
    'behaviour in the simulated cluster. It is killed when exactly the checks that name it turn red, each with its message, and no other arm changes beside its healthy run.',
    '',
    'Faults that change different things, and that no check names together, are tried in groups of up to twelve in one run: each check says which of them it owes its red to, and whatever is not as',
    'announced is tried again in smaller groups, and alone at last. Who meets whom a seed decides, another one each day: a check that turned red for the wrong one of a group shows with the next. `--alone`',
    'tries each fault in a run of its own.',
    '',
    ...totals(faults, pairs, checks.size, outcomes),
    '',
    '## Faults',
    '',
    'Where nothing is said the cluster is the one that most faults need (scenario `small` of `sim/scenarios`, with the release that it names), and a class of each kind of hypervisor is looked at, with the classes that the others of its group name.',
    '',
    row(['fault', 'departure', 'where', 'checks']),
    row(['---', '---', '---', '---:']),
    ...faults.map((fault) => row([fault.name, fault.departure, whereOf(fault), count(fault)])),
    '',
    '## Checks by fault',
    '',
    row(['fault', 'check', 'message, in part', 'seen']),
    row(['---', '---', '---', '---']),
    ...pairs.map((pair) => row([pair.fault, pair.check, code(pair.message), seenOf(pair, outcomes)])),
    '',
  ].join('\n')
}

/** The matrix for a terminal. */
export const matrixTable = (
  faults: readonly ListedFault[],
  registered: readonly Named[],
  outcomes: readonly Outcome[],
): string =>
  plainTable(
    ['FAULT', 'CHECK', 'SEEN', 'MESSAGE'],
    pairsOf(faults, registered).map((pair) => [pair.fault, pair.check, seenOf(pair, outcomes), pair.message]),
  )

/** At the end of a full pass: writes the page, and gives the table to print. */
export async function finishMatrix(
  faults: readonly ListedFault[],
  registered: readonly Named[],
  outcomes: readonly Outcome[],
): Promise<string> {
  await writePage(matrixFile, matrixPage(faults, registered, outcomes))
  return matrixTable(faults, registered, outcomes)
}

function totals(
  faults: readonly ListedFault[],
  pairs: readonly Pair[],
  checks: number,
  outcomes: readonly Outcome[],
): string[] {
  const all = `${faults.length} faults, ${checks} checks, ${pairs.length} pairs of them.`
  if (outcomes.length === 0) return [`${all} Written from the definitions: no pass has been made since they changed.`]
  const names = (of: readonly Outcome[]): string =>
    of.length === 0
      ? ''
      : `: ${of
          .map(({ fault }) => fault)
          .sort()
          .join(', ')}`
  const unnamed = faults.filter(({ name }) => !pairs.some(({ fault }) => fault === name)).map(({ name }) => name)
  const survived = outcomes.filter((each) => each.survived.length > 0 || unnamed.includes(each.fault))
  const unrelated = outcomes.filter((each) => each.unrelated.length > 0)
  return [
    `${all} In the last full pass:`,
    '',
    `- killed: ${outcomes.length - survived.length}`,
    `- survived: ${survived.length}${names(survived)}`,
    `- with unrelated changes: ${unrelated.length}${names(unrelated)}`,
  ]
}

const whereOf = ({ scenario, kataVersion, classes, stops }: ListedFault): string =>
  [
    ...(scenario === undefined ? [] : [`scenario ${scenario}`]),
    ...(kataVersion === undefined ? [] : [`Kata ${kataVersion}`]),
    ...(classes === undefined ? [] : [classes.join(', ')]),
    ...(stops === undefined ? [] : [`no pod of ${stops.join(', ')} starts`]),
  ].join('; ')

const row = (texts: readonly string[]): string => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`

const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('`', "'")}\``)
