import { compareRuns } from '../../reports/compare/comparison.ts'
import { decide } from '../../reports/gate/decide.ts'
import { randomOf } from '../reliability/random.ts'
import { type NoiseModel, noisyFigure, usualNoise } from './noisyFigure.ts'
import { type CheckDouble, runDouble } from './runDouble.ts'

/** Figures of a usual run: four metrics on six RuntimeClasses. */
const FIGURES = 24

/** Ways in which a machine is noisy; each is held to the same limits. */
export const noiseModels: Readonly<Record<string, NoiseModel>> = {
  usual: usualNoise,
  'drift of 5 % in each run': { ...usualNoise, drift: 0.05 },
  'one sample in twenty three times as long': { ...usualNoise, outlier: 3 },
  'blocks that go with the one before (0.5)': { ...usualNoise, correlation: 0.5 },
  'half of the blocks 8 % slower': { ...usualNoise, second: 0.08 },
}

/** How many of so many gates say "do not ship" when one figure has really changed by `shift` (0: none has). */
export function alarms(
  noise: NoiseModel,
  { gates, shift, seed }: { gates: number; shift: number; seed: number },
): number {
  const random = randomOf(seed)
  let alarms = 0
  for (let gate = 0; gate < gates; gate++) {
    const run = (id: string, changed: boolean) =>
      runDouble(
        id,
        Array.from({ length: FIGURES }, (_, index): CheckDouble => ({
          behaviour: `KATA-BENCH-${String(index).padStart(3, '0')}`,
          figures: [noisyFigure(`metric-${index}`, random, noise, { shift: changed && index === 0 ? shift : 0 })],
        })),
      )
    const { answer } = decide(compareRuns(run('a', false), run('b', true)))
    if (answer === 'do-not-ship') alarms += 1
  }
  return alarms
}
