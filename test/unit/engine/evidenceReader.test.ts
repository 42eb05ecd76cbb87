import { expect } from 'chai'
import { createEvidenceReader } from '../../../engine/arm/evidenceReader.ts'

describe('the reader of evidence', () => {
  it('reads once for all who ask while another reading is under way, and nothing that is older than a question', async () => {
    const reader = createEvidenceReader()
    let state = 'before'
    let reads = 0
    const read = () => {
      reads++
      return Promise.resolve(state)
    }
    const first = reader('pod', read)
    state = 'after'
    const others = await Promise.all([reader('pod', read), reader('pod', read), reader('pod', read)])
    expect(await first).to.equal('before')
    expect(others).to.deep.equal(['after', 'after', 'after'])
    expect(reads).to.equal(2)
  })

  it('tells what could not be read to all who asked for it', async () => {
    const reader = createEvidenceReader()
    const read = () => Promise.reject(new Error('the node is gone'))
    const said = (answer: Promise<string>) => answer.catch((error: Error) => error.message)
    const asked = [said(reader('pod', read)), said(reader('pod', read)), said(reader('other', read))]
    expect(await Promise.all(asked)).to.deep.equal(Array(3).fill('the node is gone'))
  })
})
