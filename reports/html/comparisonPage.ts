import type { VNode } from 'preact'
import { type Change, changeKinds } from '../compare/change.ts'
import type { Comparison } from '../compare/comparison.ts'
import type { Decision } from '../gate/decide.ts'
import type { Finding } from '../gate/finding.ts'
import { answerWords, findingsOf, runLine, sentence, weights, weightTitles } from '../gate/gateWords.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { effectOf } from '../statistics/effect.ts'
import { columnOf } from './columns.ts'
import { document } from './document.ts'
import { chartsPlace, matrixPlace } from './drawn.ts'
import { markup } from './markup.ts'
import { packRuns, placesOf } from './packRuns.ts'
import type { ChangeData, EffectData, PageData } from './pageData.ts'

/** Two runs side by side; with the gate's decision, that comes first. */
export function comparisonPage(
  comparison: Comparison,
  { decision = null, forced = [] }: { decision?: Decision | null; forced?: readonly string[] },
): Promise<string> {
  const { before, after } = comparison
  const packed = packRuns('comparison', [renamedTo(comparison, before), after])
  const simulated = before.simulated || after.simulated
  const what = decision ? `gate: ${answerWords[decision.answer]}` : 'comparison'
  return document({
    title: `${simulated ? 'SIMULATED ' : ''}kata-conformance ${what} ${before.runId} ${after.runId}`,
    body: body(comparison, decision, forced),
    data: {
      ...packed,
      changes: changesOf(comparison, packed),
      effects: decision ? judgedEffects(decision) : effectsOf(comparison),
    },
  })
}

/** Claims and classes of the first run by the names that they have in the second: its arms stand in the same cells. */
function renamedTo({ identities }: Comparison, before: RunRecord): RunRecord {
  return {
    ...before,
    claims: before.claims.map((claim) => ({ ...claim, id: identities.behaviourOf(claim.id) })),
    facts: before.facts.map((fact) =>
      fact.subject.startsWith('class/')
        ? { ...fact, subject: `class/${identities.classOf(fact.subject.slice('class/'.length))}` }
        : fact,
    ),
    arms: before.arms.map((arm) => ({
      ...arm,
      behaviour: identities.behaviourOf(arm.behaviour),
      runtimeClass: arm.runtimeClass === null ? null : identities.classOf(arm.runtimeClass),
    })),
  }
}

function changesOf({ changes, identities }: Comparison, { claims, columns }: PageData): ChangeData[] {
  const [rows, names] = [placesOf(claims.map(({ id }) => id)), placesOf(columns)]
  const found = new Map<string, ChangeData>()
  for (const { behaviour, kind, what, after, before } of changes) {
    const arm = (after ?? before)?.arms[0]
    if (!arm) continue
    const named = arm.runtimeClass === null ? arm : { ...arm, runtimeClass: identities.classOf(arm.runtimeClass) }
    const [claim = -1, column = -1] = [rows.get(identities.behaviourOf(behaviour)), names.get(columnOf(named))]
    const key = `${claim} ${column}`
    const known = found.get(key)
    found.set(key, known ? { ...known, what: `${known.what}; ${what}` } : { claim, column, kind, what })
  }
  return [...found.values()]
}

const effectsOf = ({ figures }: Comparison): EffectData[] =>
  figures.flatMap(({ key, behaviour, unit, better, logRatios }) =>
    logRatios.size < 2
      ? []
      : [{ figure: key, behaviour, unit, better, ...effectOf([...logRatios.values()]), weight: null }],
  )

const judgedEffects = ({ figures }: Decision): EffectData[] =>
  figures.flatMap(({ pair: { key, behaviour, unit, better }, effect, finding }) =>
    effect === null ? [] : [{ figure: key, behaviour, unit, better, ...effect, weight: finding.weight }],
  )

const colours = { ship: 'conformant', 'do-not-ship': 'not-conformant', 'cannot-tell': 'incomplete' } as const

function body(comparison: Comparison, decision: Decision | null, forced: readonly string[]): VNode {
  const { before, after, changes, unchanged, figures, notes } = comparison
  const measured = figures.length > 0
  return markup`
    <header class=${`answer ${decision ? colours[decision.answer] : ''}`}>
      ${(before.simulated || after.simulated) && markup`<p class="simulated">SIMULATED cluster: these results are no evidence about a real one.</p>`}
      <h1>${decision ? answerWords[decision.answer] : differ(changes.length)}</h1>
      <p>${decision ? sentence(decision) : `${unchanged} do not.`}</p>
      <dl class="pair"><dt>before</dt><dd>${runLine(before)}</dd><dt>after</dt><dd>${runLine(after)}</dd></dl>
      ${[...forced, ...notes].map((note) => markup`<p class="note">${note}</p>`)}
    </header>
    <nav aria-label="Sections">
      <a href="#findings">What differs</a> <a href="#matrix">Matrix</a> ${measured && markup`<a href="#charts">Charts</a>`}
    </nav>
    <main>
      <section id="findings" aria-labelledby="findings-title">
        <h2 id="findings-title">What differs</h2>
        ${decision ? findings(decision) : changeTables(changes)}
        <p>${unchanged} checks came to the same in both runs.</p>
      </section>
      ${matrixPlace()}
      ${measured && chartsPlace()}
    </main>
    <footer>kata-conformance ${after.suiteVersion}</footer>
  `
}

const differ = (count: number): string => (count === 1 ? '1 check differs' : `${count} checks differ`)

/** So many of one kind; the matrix has all. */
const MOST = 200

const findings = (decision: Decision): VNode[] =>
  weights.flatMap((weight) => {
    const found = findingsOf(decision, weight)
    const rows = found.map((finding) => [finding.subject, finding.title, finding.what, because(finding)])
    return found.length === 0
      ? []
      : [table(weightTitles[weight], ['What', 'Claim', 'Before → after', 'Why'], rows, weight !== 'told')]
  })

const because = ({ because: why, settledBy, weight }: Finding): string =>
  weight === 'open' && settledBy !== undefined ? `${why}; settled by: ${settledBy}` : why

const changeTables = (changes: readonly Change[]): VNode[] =>
  changeKinds.flatMap((kind) => {
    const found = changes.filter((change) => change.kind === kind)
    const rows = found.map(({ key, title, level, what }) => [key, title, what, level])
    const title = `${kind[0]?.toUpperCase()}${kind.slice(1).replaceAll('-', ' ')}`
    return found.length === 0
      ? []
      : [table(title, ['Check', 'Claim', 'Difference', 'Level'], rows, kind !== 'changed-value')]
  })

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[], open: boolean): VNode {
  const rest = rows.length - MOST
  return markup`
    <details open=${open}>
      <summary><strong>${title} (${rows.length})</strong></summary>
      <div class="scroll" role="region" aria-label=${title} tabindex="0">
        <table>
          <thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${rows.slice(0, MOST).map(([name, ...cells]) => markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
      ${rest > 0 && markup`<p>And ${rest} more, which the matrix has.</p>`}
    </details>
  `
}
