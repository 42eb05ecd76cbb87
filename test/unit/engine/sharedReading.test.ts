import { expect } from 'chai'
import { sharedReading } from '../../../engine/arm/sharedReading.ts'

describe('a shared reading', () => {
  /** Answers are given in the order of the reads, each when told. */
  const reader = () => {
    const reads: { key: string; answer: (value: string) => void; fail: (error: Error) => void }[] = []
    const read = sharedReading(
      (key) => new Promise<string>((answer, fail) => void reads.push({ key, answer, fail })),
      0,
    )
    return { reads, read }
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

  it('is one for all who ask while another is under way, and begins after that one', async () => {
    const { reads, read } = reader()
    const [first, second, third] = [read('n1'), read('n1'), read('n1')]
    await turn()
    expect(reads).to.have.length(1)
    reads[0]?.answer('old')
    expect(await first).to.equal('old')
    await turn()
    expect(reads).to.have.length(2)
    reads[1]?.answer('new')
    expect(await Promise.all([second, third])).to.deep.equal(['new', 'new'])
  })

  it('is of one key', async () => {
    const { reads, read } = reader()
    void read('n1')
    void read('n2')
    await turn()
    expect(reads.map(({ key }) => key)).to.deep.equal(['n1', 'n2'])
  })

  it('that failed fails nobody but those who shared it', async () => {
    const { reads, read } = reader()
    const first = read('n1')
    const second = read('n1')
    reads[0]?.fail(new Error('cut'))
    expect(await first.catch((error: Error) => error.message)).to.equal('cut')
    await turn()
    reads[1]?.answer('whole')
    expect(await second).to.equal('whole')
  })

  it('is made anew when nothing is under way', async () => {
    const { reads, read } = reader()
    const first = read('n1')
    reads[0]?.answer('a')
    await first
    await turn()
    void read('n1')
    expect(reads).to.have.length(2)
  })
})
