import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { createPersistentFile } from '../../../engine/journal/persistentFile.ts'

describe('a file on a disk that is full for a while', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-file-'))
  const file = path.join(folder, 'events.ndjson')
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has every line whole and in order once there is room', async () => {
    let room = 10
    const small = (descriptor: number, bytes: Buffer): number => {
      if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      const taken = writeSync(descriptor, bytes, 0, Math.min(room, bytes.length))
      room -= taken
      return taken
    }
    const written = createPersistentFile(file, small)
    written.append('{"line":1}\n')
    expect(written.failure?.message).to.match(/^ENOSPC/)
    expect(readFileSync(file, 'utf8')).to.equal('{"line":1}')
    written.append('{"line":2}\n')
    room = 1000
    written.append('{"line":3}\n')
    expect(written.failure).to.equal(null)
    await written.close()
    expect(readFileSync(file, 'utf8')).to.equal('{"line":1}\n{"line":2}\n{"line":3}\n')
  })
})
