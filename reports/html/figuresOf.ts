import type { RunRecord } from '../record/runRecord.ts'
import type { FigureData } from './pageData.ts'

/** What a class is compared with ends the metric's name: docs/figures.md. */
const besides: Readonly<Record<string, string>> = {
  '-default-runtime': 'default runtime beside',
  '-qemu': 'QEMU beside',
}

/** Every figure of a run with every sample. Claims that share a measurement have it once. */
export function figuresOf({ arms }: RunRecord, run: number): FigureData[] {
  const seen = new Set<string>()
  return arms.flatMap((arm) =>
    arm.figures.flatMap(({ metric, unit, better, method, documented = null, samples }): FigureData[] => {
      const suffix = Object.keys(besides).find((each) => metric.endsWith(each)) ?? ''
      const name = [arm.runtimeClass ?? 'default runtime', ...(arm.case === null ? [] : [`(${arm.case})`])].join(' ')
      const series = suffix === '' ? name : `${besides[suffix]} ${name}`
      const key = `${metric} ${series} ${arm.node} ${arm.repeat} ${samples[0]?.at} ${samples[0]?.value}`
      if (seen.has(key)) return []
      seen.add(key)
      return [
        {
          ...{ metric: metric.slice(0, metric.length - suffix.length), unit, better, method, documented, series, run },
          behaviour: arm.behaviour,
          samples: samples.map(({ block, value, invalid }) => {
            const short = Number(value.toPrecision(5))
            return invalid === null ? [block, short] : [block, short, invalid]
          }),
        },
      ]
    }),
  )
}
