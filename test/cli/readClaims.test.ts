import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { readClaims } from '../../cli/readClaims.ts'

describe('what is kept of the claims', () => {
  let folder: string
  let cache: string
  const write = (title: string) =>
    writeFileSync(
      path.join(folder, 'specs', 'memory', 'behaviours.yaml'),
      `chapter: MEM\nclaims: [{ id: KATA-MEM-001, title: ${title} }]\n`,
    )
  const titles = async (kept = cache) => (await readClaims(path.join(folder, 'specs'), kept)).map(({ title }) => title)

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-'))
    cache = path.join(folder, 'cache', 'claims.json')
    mkdirSync(path.join(folder, 'specs', 'memory'), { recursive: true })
    write('one')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is read back', async () => {
    expect(await titles()).to.deep.equal(['one'])
    writeFileSync(cache, readFileSync(cache, 'utf8').replace('"one"', '"kept"'))
    expect(await titles()).to.deep.equal(['kept'])
  })

  it('gives way to an edit at once, of the same length too', async () => {
    await titles()
    write('two')
    expect(await titles()).to.deep.equal(['two'])
  })

  it('is not believed when it is damaged', async () => {
    await titles()
    writeFileSync(cache, '{')
    expect(await titles()).to.deep.equal(['one'])
  })

  it('is not missed where nothing can be written', async () => {
    expect(await titles(path.join(folder, 'specs', 'memory', 'behaviours.yaml', 'claims.json'))).to.deep.equal(['one'])
  })
})
