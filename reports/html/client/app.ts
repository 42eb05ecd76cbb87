import type { VNode } from 'preact'
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { addressOf, type Choice, choiceOf, everything } from '../choice.ts'
import { type Cell, rowsOf, shownOf } from '../grid.ts'
import { markup } from '../markup.ts'
import type { PageData } from '../pageData.ts'
import { Detail } from './detail.ts'
import { Filters } from './filters.ts'
import { Matrix } from './matrix.ts'

/** The matrix with its filters and the opened cell. What is chosen stands in the address. */
export function App({ data }: { data: PageData }): VNode {
  const [choice, setChoice] = useState<Choice>(() => choiceOf(location.hash) ?? everything)
  const rows = useMemo(() => rowsOf(data), [data])
  const choose = useCallback((change: Partial<Choice>) => {
    setChoice((before) => {
      const after = { ...before, ...change }
      history.replaceState(null, '', addressOf(after))
      return after
    })
  }, [])
  useEffect(() => {
    const follow = () => {
      const given = choiceOf(location.hash)
      if (given) setChoice(given)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const { text, verdicts, runtimeClass, chapter, level, changed, cell: key } = choice
  const shown = useMemo(
    () => shownOf(rows, data, { ...everything, text, verdicts, runtimeClass, chapter, level, changed }),
    [rows, data, text, verdicts, runtimeClass, chapter, level, changed],
  )
  const open = useCallback((cell: Cell) => choose({ cell: cell.key }), [choose])
  const matrix = useMemo(
    () =>
      markup`<${Matrix} data=${data} shown=${shown} choice=${{ ...everything, verdicts, runtimeClass, changed }} open=${open} />`,
    [data, shown, verdicts, runtimeClass, changed, open],
  )
  const opened = key === '' ? undefined : rows.flatMap(({ cells }) => cells).find((cell) => cell?.key === key)
  return markup`
    <div>
      <${Filters} data=${data} choice=${choice} choose=${choose} said=${`${shown.fitting} of ${shown.all} cells`} />
      <p class="hint">Each cell opens. By keys: Tab to the table, arrows from cell to cell, Enter opens, Esc closes.</p>
      ${shown.rows.length === 0 ? markup`<p>Nothing fits.</p>` : matrix}
      ${opened && markup`<${Detail} key=${key} data=${data} cell=${opened} close=${() => choose({ cell: '' })} />`}
    </div>
  `
}
