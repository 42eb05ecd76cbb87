import type { VNode } from 'preact'
import type { Choice } from '../choice.ts'
import { type Cell, cellFits, differs, nowOf, type Row, type Shown } from '../grid.ts'
import { markup } from '../markup.ts'
import type { PageData } from '../pageData.ts'
import { colourOf, glyphs, wordOf } from './glyph.ts'

interface Props {
  readonly data: PageData
  readonly shown: Shown
  readonly choice: Choice
  readonly open: (cell: Cell) => void
}

/** Behaviours against RuntimeClasses. One stop of the Tab key: the arrow keys go from cell to cell. */
export function Matrix({ data, shown, choice, open }: Props): VNode {
  const { rows, columns } = shown
  const chapters = [...new Set(rows.map(({ claim }) => claim.chapter))]
  return markup`
    <div class="scroll matrix" role="region" aria-label="Verdicts by behaviour and RuntimeClass" tabindex="0" onKeyDown=${move}>
      <table>
        <thead><tr><th scope="col">Behaviour</th>${columns.map(
          (column) => markup`<th scope="col" class="turned"><span>${data.columns[column]}</span></th>`,
        )}</tr></thead>
        ${chapters.map((chapter) => {
          const own = rows.filter(({ claim }) => claim.chapter === chapter)
          return markup`
            <tbody key=${chapter}>
              <tr class="chapter"><th scope="rowgroup">${chapter}</th>${columns.map(
                (column) => markup`<td>${passedOf(own, column)}</td>`,
              )}</tr>
              ${own.map((row) => line(row, columns, data, choice, open))}
            </tbody>
          `
        })}
      </table>
    </div>
  `
}

/** How many of those that have a verdict passed: 7/8. */
function passedOf(rows: readonly Row[], column: number): string {
  const now = rows.flatMap(({ cells }) => {
    const cell = cells[column]
    return cell ? (nowOf(cell) ?? []) : []
  })
  return now.length === 0 ? '' : `${now.filter((letter) => letter === 'p').length}/${now.length}`
}

const line = (
  { claim, cells }: Row,
  columns: readonly number[],
  data: PageData,
  choice: Choice,
  open: Props['open'],
): VNode => markup`
  <tr key=${claim.id} id=${claim.id}>
    <th scope="row"><code>${claim.id}</code> ${claim.title} <small>${claim.level}</small></th>
    ${columns.map((column) => {
      const cell = cells[column]
      return cell ? cellOf(cell, data, cellFits(cell, choice), open) : markup`<td class="none"></td>`
    })}
  </tr>
`

function cellOf(cell: Cell, data: PageData, fits: boolean, open: Props['open']): VNode {
  const now = nowOf(cell)
  const word = now === null ? 'not about this class' : wordOf(now)
  const history = differs(cell) ? `, ${data.kind === 'comparison' ? cell.change?.what : runsOf(cell)}` : ''
  const classes = [now === null ? 'off' : word, fits ? '' : 'faint', differs(cell) ? 'differs' : '']
  return markup`
    <td class=${classes.filter(Boolean).join(' ')}>
      <button type="button" tabindex="-1" aria-label=${`${cell.key}: ${word}${history}`} title=${`${cell.key}: ${word}${history}`} onClick=${() => open(cell)}>
        ${markOf(cell, data)}
      </button>
    </td>
  `
}

function markOf(cell: Cell, data: PageData): VNode | string {
  const now = nowOf(cell)
  if (now === null) return '·'
  if (data.kind === 'run' || !differs(cell)) return glyphs[now]
  if (data.kind === 'comparison') {
    const [was, is] = [...cell.letters].map((letter) => (letter === ' ' ? '∅' : glyphs[letter as typeof now]))
    return was === is ? `${was}′` : `${was}→${is}`
  }
  const part = 100 / cell.letters.length
  const stops = [...cell.letters].map((letter, run) => `${colourOf[letter]} ${run * part}% ${(run + 1) * part}%`)
  return markup`${glyphs[now]}<span class="strip" style=${`background:linear-gradient(90deg,${stops.join(',')})`}></span>`
}

const runsOf = ({ letters }: Cell): string => {
  const bad = [...letters].filter((letter) => letter === 'f').length
  return `failed in ${bad} of ${letters.trim().length} runs`
}

const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ...{ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] },
}

/** From cell to cell by the arrow keys; from the table itself, to its first cell. */
function move(event: KeyboardEvent): void {
  const step = steps[event.key]
  const region = event.currentTarget as HTMLElement
  if (!step || !(event.target instanceof HTMLElement)) return
  const from = event.target.closest('td')
  if (!from) {
    event.preventDefault()
    region.querySelector<HTMLElement>('td button')?.focus()
    return
  }
  event.preventDefault()
  const rows = [...region.querySelectorAll('tr')]
  let [row, column] = [rows.indexOf(from.parentElement as HTMLTableRowElement), from.cellIndex]
  for (;;) {
    row += step[0]
    column += step[1]
    const next = rows[row]?.cells[column]
    if (!next) return
    const button = next.querySelector('button')
    if (button) {
      button.focus()
      return
    }
  }
}
