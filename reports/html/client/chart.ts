import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { markup } from '../markup.ts'

interface Props {
  /** What it shows, for those who do not see it. */
  readonly said: string
  /** @param width of the place for it, CSS pixels */
  readonly draw: (width: number) => SVGSVGElement | HTMLElement
}

/** A chart, drawn when it comes into sight, or when the page is printed, and again when its place changes its width. */
export function Chart({ said, draw }: Props): VNode {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const own = place.current
    if (!own) return
    let drawn = 0
    const show = (width = own.clientWidth) => {
      if (width === 0 || drawn === width) return
      drawn = width
      const chart = draw(Math.min(width, 1100))
      for (const svg of chart instanceof SVGSVGElement ? [chart] : chart.querySelectorAll('svg')) {
        svg.setAttribute('role', 'img')
        svg.setAttribute('aria-label', said)
        // A label on a group without a role is said by nobody.
        for (const mark of svg.querySelectorAll('[aria-label]')) {
          mark.setAttribute('data-mark', mark.getAttribute('aria-label') ?? '')
          mark.removeAttribute('aria-label')
        }
      }
      own.replaceChildren(chart)
      own.style.minHeight = ''
    }
    const sight = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && show(),
      {
        rootMargin: '400px',
      },
    )
    const size = new ResizeObserver(() => drawn > 0 && show())
    const beforePrint = () => show(own.clientWidth || 700)
    sight.observe(own)
    size.observe(own)
    addEventListener('beforeprint', beforePrint)
    return () => {
      sight.disconnect()
      size.disconnect()
      removeEventListener('beforeprint', beforePrint)
    }
  }, [draw, said])
  return markup`<div class="chart" ref=${place} style="min-height:6rem"></div>`
}
