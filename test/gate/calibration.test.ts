import { expect } from 'chai'
import { alarms, noiseModels } from './calibrate.ts'

// A sample of `npm run gate-calibration`, by fixed seeds: so few gates cannot show the rates, but they show a gate that has lost its senses.
describe('calibration of the gate', () => {
  for (const [name, noise] of Object.entries(noiseModels)) {
    it(`keeps quiet when nothing has changed, and sees what has: ${name}`, () => {
      expect(alarms(noise, { gates: 40, shift: 0, seed: 11 }), 'false alarms of 40').to.be.at.most(1)
      expect(alarms(noise, { gates: 10, shift: 0.25, seed: 12 }), 'of 10 that are 25 % slower').to.equal(10)
    }).timeout(120_000)
  }
})
