import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { validateXML } from 'xmllint-wasm'
import { junit } from '../../reports/junit/junit.ts'
import { foldJournal } from '../../reports/record/foldJournal.ts'
import { journalOfEverything, recordOfEverything } from './record.ts'

const schema = readFileSync(path.join(import.meta.dirname, 'junit.xsd'), 'utf8')

async function problems(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [schema] })
  return errors.map(({ rawMessage }) => rawMessage)
}

describe('junit.xml', () => {
  it('is valid with every verdict, and with texts of guests that are no XML', async () => {
    expect(await problems(junit(recordOfEverything()))).to.deep.equal([])
  })

  it('is valid for a simulated run, a run of nothing and one without an end', async () => {
    const started = journalOfEverything({ simulated: true, context: '' })
    for (const events of [started, started.slice(0, 1), started.slice(0, -4)])
      expect(await problems(junit(foldJournal(events)))).to.deep.equal([])
  })

  it('the schema is one that can fail', async () => {
    const xml = junit(recordOfEverything())
    expect(await problems(xml.replace(' classname=', ' class='))).to.not.be.empty
    expect(await problems(xml.replace('<failure ', '<fault ').replace('</failure>', '</fault>'))).to.not.be.empty
  })

  it('counts are those of its cases', () => {
    const xml = junit(recordOfEverything())
    const [, tests, failures, errors] = /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml) ?? []
    const count = (pattern: RegExp) => xml.match(pattern)?.length
    expect([Number(tests), Number(failures), Number(errors)]).to.deep.equal([
      count(/<testcase /g),
      count(/<failure /g),
      count(/<error /g),
    ])
  })
})
