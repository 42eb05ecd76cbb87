import type { VNode } from 'preact'
import type { StoredRun } from '../history/store.ts'
import type { RunRecord } from '../record/runRecord.ts'
import { document } from './document.ts'
import { chartsPlace, matrixPlace } from './drawn.ts'
import { type BadCell, badCells } from './badCells.ts'
import { markup } from './markup.ts'
import { packArm } from './packArms.ts'
import { placesOf } from './packRuns.ts'
import type { PageData, Strip } from './pageData.ts'
import { digestOf, type RunDigest } from './runDigest.ts'
import { Texts } from './texts.ts'

/** Many runs: where it stands, since when, and how every behaviour and figure went. Keeps one record at a time. @throws Error when there is no run */
export function historyPage(runs: Iterable<StoredRun>): Promise<string> {
  const digests: RunDigest[] = []
  let newest: RunRecord | null = null
  for (const { name, record } of runs) {
    digests.push(digestOf(record, name))
    if (newest === null || record.startedAt >= newest.startedAt) newest = record
  }
  if (newest === null) throw new Error('a history has at least one run')
  digests.sort((a, b) => a.head.startedAt.localeCompare(b.head.startedAt) || a.head.name.localeCompare(b.head.name))
  const simulated = digests.some((digest) => digest.simulated)
  return document({
    title: `${simulated ? 'SIMULATED ' : ''}kata-conformance history of ${digests.length} runs`,
    body: body(digests),
    data: dataOf(digests, newest),
  })
}

function dataOf(digests: readonly RunDigest[], newest: RunRecord): PageData {
  const texts = new Texts()
  const claims = [...new Map(digests.flatMap((digest) => digest.claims.map((claim) => [claim.id, claim]))).values()]
  const ordered = [...new Set(claims.map(({ chapter }) => chapter))].flatMap((name) =>
    claims.filter(({ chapter }) => chapter === name),
  )
  const names = [...new Set(digests.flatMap(({ columns }) => columns))]
  const columns = [
    ...names.filter((name) => !name.startsWith('(')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    ...names.filter((name) => name.startsWith('(')),
  ]
  const places = { texts, claims: placesOf(ordered.map(({ id }) => id)), columns: placesOf(columns) }
  return {
    kind: 'history',
    runs: digests.map(({ head }) => head),
    columns,
    claims: ordered,
    arms: newest.arms.map((arm) => packArm(arm, digests.length - 1, places)),
    strips: ordered.flatMap(({ id }, claim) =>
      columns.flatMap((name, column) => stripOf([claim, column], id, name, digests, texts)),
    ),
    texts: texts.all,
    changes: [],
    figures: digests.flatMap(({ figures }, run) => figures.map((figure) => ({ ...figure, run }))),
    sandboxes: (digests.at(-1)?.sandboxes ?? []).map((sandbox) => ({ ...sandbox, run: digests.length - 1 })),
    effects: [],
  }
}

function stripOf(
  [claim, column]: readonly [number, number],
  behaviour: string,
  name: string,
  digests: readonly RunDigest[],
  texts: Texts,
): Strip[] {
  const cells = digests.map(({ cells }) => cells.get(behaviour)?.get(name) ?? null)
  if (cells.every((cell) => cell === null)) return []
  const messages = cells.flatMap((cell) => (cell === null || cell.letter === 'p' ? [] : [texts.place(cell.message)]))
  return [[claim, column, cells.map((cell) => cell?.letter ?? ' ').join(''), messages]]
}

function body(digests: readonly RunDigest[]): VNode {
  const bad = badCells(digests)
  const last = digests.at(-1)
  const recent = bad.filter(({ since }) => since === last?.head.name)
  const measured = digests.some(({ figures, sandboxes }) => figures.length > 0 || sandboxes.length > 0)
  const servers = new Set(digests.map(({ server }) => server)).size
  return markup`
    <header class=${`answer ${last?.outcome ?? ''}`}>
      ${digests.some(({ simulated }) => simulated) && markup`<p class="simulated">SIMULATED cluster: these results are no evidence about a real one.</p>`}
      <p class="context">${digests.length} runs, ${digests[0]?.head.startedAt.slice(0, 10)} to ${last?.head.startedAt.slice(0, 10)} · newest ${last?.head.name}: Kata ${last?.head.kata ?? 'of unknown release'}, Kubernetes ${last?.head.kubernetes}</p>
      <h1>${headline(bad, recent)}</h1>
      <p>The newest run is ${last?.outcome.replace('-', ' ')}.${servers > 1 ? ` The runs are of ${servers} clusters: a difference may be the cluster's.` : ''}</p>
    </header>
    <nav aria-label="Sections">
      <a href="#failing">What fails</a> <a href="#matrix">Matrix</a> ${measured && markup`<a href="#charts">Charts</a>`} <a href="#runs">Runs</a>
    </nav>
    <main>
      <section id="failing" aria-labelledby="failing-title">
        <h2 id="failing-title">What fails in the newest run, and since when</h2>
        ${bad.length === 0 ? markup`<p>Nothing.</p>` : table('What fails', ['Check', 'Claim', 'Fails since', 'Kata then', 'Because'], bad.slice(0, MOST).map(lineOf))}
        ${bad.length > MOST && markup`<p>And ${bad.length - MOST} more, which the matrix has.</p>`}
      </section>
      ${matrixPlace()}
      ${measured && chartsPlace()}
      <section id="runs" aria-labelledby="runs-title">
        <h2 id="runs-title">Runs</h2>
        ${table(
          'All runs',
          ['Run', 'Number', 'Started', 'Kata', 'Kubernetes', 'Outcome'],
          digests
            .map(({ head, outcome }, run) => [
              head.name,
              String(run + 1),
              head.startedAt.slice(0, 16),
              head.kata ?? '?',
              head.kubernetes,
              outcome,
            ])
            .reverse(),
        )}
      </section>
    </main>
  `
}

const MOST = 500

function headline(bad: readonly BadCell[], recent: readonly BadCell[]): string {
  if (bad.length === 0) return 'Nothing fails in the newest run.'
  const fail = bad.length === 1 ? '1 check fails' : `${bad.length} checks fail`
  return `${fail} in the newest run, ${recent.length === 0 ? 'none' : recent.length} of them newly.`
}

const lineOf = ({ key, title, since, kata, message }: BadCell): string[] => [key, title, since, kata ?? '?', message]

const table = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): VNode => markup`
  <div class="scroll" role="region" aria-label=${title} tabindex="0">
    <table>
      <thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map(([name, ...cells]) => markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody>
    </table>
  </div>
`
