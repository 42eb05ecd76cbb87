import { expect } from 'chai'
import { load } from 'js-yaml'
import type { Outcome } from '../../reports/record/runRecord.ts'
import { nothingForSonobuoy, sonobuoyResults } from '../../reports/sonobuoy/sonobuoyResults.ts'
import { runDouble } from '../gate/runDouble.ts'
import { recordOfEverything } from './record.ts'

interface Item {
  readonly name: string
  readonly status: string
  readonly details?: Record<string, string>
  readonly items?: Item[]
}

const leaves = (item: Item): Item[] => (item.items ? item.items.flatMap(leaves) : [item])

/** As Sonobuoy 0.57 makes the status of a plugin from what its leaves say. */
const summary = (item: Item): string => {
  const found = new Set(leaves(item).map(({ status }) => status))
  return found.has('failed') ? 'failed' : found.has('unknown') ? 'unknown' : 'passed'
}

describe('results for Sonobuoy', () => {
  const root = load(sonobuoyResults(recordOfEverything())) as Item

  it('are a tree of chapters and arms with the statuses that Sonobuoy knows', () => {
    expect(root.items?.map(({ name }) => name)).to.deep.equal(['answer', 'CHECK', 'controls', 'canaries'])
    for (const { status } of leaves(root)) expect(['passed', 'failed', 'skipped', 'unknown']).to.include(status)
    const checks = root.items?.[1]?.items?.map(({ status, details }) => `${details?.['verdict']}: ${status}`)
    expect(checks).to.deep.equal([
      'passed: passed',
      'failed: failed',
      'broken: unknown',
      'environment: unknown',
      'skipped: skipped',
      'known: skipped',
    ])
    const canaries = root.items?.[3]?.items?.map(({ status, details }) => `${details?.['verdict']}: ${status}`)
    expect(canaries?.slice(0, 3)).to.deep.equal(['passed: failed', 'failed: passed', 'broken: unknown'])
  })

  it('keep texts of guests as they are, but for what its parser refuses', () => {
    expect(sonobuoyResults(recordOfEverything())).to.not.match(/\\u[dD][89a-fA-F]|\\0|\\x/)
    expect(leaves(root).find(({ name }) => name.startsWith('KATA-CHECK-002'))?.details?.['message']).to.contain(
      ']]> <script>alert("1")</script> &',
    )
  })

  const answers: [outcome: Outcome, verdict: 'passed' | 'failed' | 'broken', gate: boolean, summary: string][] = [
    ['conformant', 'passed', true, 'passed'],
    ['conformant', 'failed', false, 'passed'],
    ['not-conformant', 'failed', true, 'failed'],
    ['incomplete', 'broken', true, 'unknown'],
    ['incomplete', 'passed', true, 'unknown'],
    ['invalid', 'passed', true, 'failed'],
  ]
  for (const [outcome, verdict, gate, status] of answers) {
    it(`come to ${status} when a run is ${outcome} with a ${gate ? 'gate-relevant' : 'recommended'} arm that ${verdict}`, () => {
      const record = runDouble('r', [{ behaviour: 'KATA-A-001', verdicts: [verdict], gate }], { outcome })
      expect(summary(load(sonobuoyResults(record)) as Item)).to.equal(status)
    })
  }

  it('are unknown, with the reason, when the suite left nothing', () => {
    const nothing = load(nothingForSonobuoy('no journal')) as Item
    expect(summary(nothing)).to.equal('unknown')
    expect(leaves(nothing)[0]?.details).to.deep.equal({ message: 'no journal' })
  })
})
