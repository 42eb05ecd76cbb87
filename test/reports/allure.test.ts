import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestResult } from 'allure-js-commons'
import { expect } from 'chai'
import { writeAllureResults } from '../../reports/allure/allureResults.ts'
import type { RunRecord } from '../../reports/record/runRecord.ts'
import { recordOfEverything } from './record.ts'

describe('allure-results', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-allure-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  async function written(record: RunRecord): Promise<Map<string, TestResult>> {
    await writeAllureResults(folder, record)
    const results = path.join(folder, 'allure-results')
    return new Map(
      readdirSync(results)
        .filter((name) => name.endsWith('-result.json'))
        .map((name) => JSON.parse(readFileSync(path.join(results, name), 'utf8')) as TestResult)
        .map((result) => [result.fullName ?? '', result]),
    )
  }

  it('a result an arm, with the arm’s own start and stop in whole milliseconds', async () => {
    const record = recordOfEverything()
    const results = await written(record)
    expect([...results.keys()]).to.have.members(record.arms.map(({ id }) => id))
    for (const arm of record.arms) {
      const { start, stop } = results.get(arm.id) as TestResult
      expect(start).to.equal(Date.parse(arm.startedAt))
      expect(stop).to.equal(Date.parse(arm.startedAt) + Math.round(arm.durationMs))
    }
  })

  it('historyId depends on the arm alone; uuid on the run too', async () => {
    const monday = await written(recordOfEverything({ runId: '20260202-000000-0000' }))
    const tuesday = await written(recordOfEverything({ runId: '20260203-000000-0000', context: 'another' }))
    const ids = [...monday.values()].map(({ historyId }) => historyId)
    expect(new Set(ids).size, 'no two arms share a history').to.equal(monday.size)
    for (const [id, result] of monday) {
      expect(tuesday.get(id)?.historyId).to.equal(result.historyId)
      expect(tuesday.get(id)?.uuid).to.not.equal(result.uuid)
    }
  })

  it('statuses: a canary passes when its check failed, environment is broken, known is skipped', async () => {
    const results = await written(recordOfEverything())
    const status = (id: string) => results.get(id)?.status
    expect(status('KATA-CANARY-002 canary a case')).to.equal('passed')
    expect(status('KATA-CANARY-001 canary')).to.equal('failed')
    expect(status('KATA-CHECK-004 kata-qemu')).to.equal('broken')
    expect(status('KATA-CHECK-006 kata-qemu')).to.equal('skipped')
  })

  it('epic, feature, story and severity say chapter, behaviour, arm and level', async () => {
    const results = await written(recordOfEverything({ simulated: true }))
    const label = (name: string) =>
      results.get('KATA-CHECK-002 kata-qemu a case')?.labels.find((each) => each.name === name)?.value
    expect(label('epic')).to.equal('CHECK')
    expect(label('feature')).to.match(/^KATA-CHECK-002 Title/)
    expect(label('story')).to.equal('KATA-CHECK-002 kata-qemu a case')
    expect(label('severity')).to.equal('normal')
    expect(label('tag')).to.equal('SIMULATED')
  })

  it('evidence is attached, and a second writing leaves nothing of the first', async () => {
    const record = recordOfEverything()
    mkdirSync(path.join(folder, 'evidence'))
    writeFileSync(path.join(folder, 'evidence', 'pod.yaml'), 'kind: Pod\n')
    const [first] = record.arms
    first?.evidence.push({ name: 'pod.yaml', path: 'evidence/pod.yaml', mediaType: 'application/yaml' })
    const result = (await written(record)).get(first?.id ?? '')
    const source = result?.attachments[0]?.source ?? ''
    expect(readFileSync(path.join(folder, 'allure-results', source), 'utf8')).to.equal('kind: Pod\n')
    const before = readdirSync(path.join(folder, 'allure-results'))
    await written(record)
    expect(readdirSync(path.join(folder, 'allure-results'))).to.have.members(before)
    expect(readdirSync(folder)).to.not.include('allure-results.part')
  })
})
