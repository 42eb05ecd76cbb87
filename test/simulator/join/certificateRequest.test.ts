import { createPublicKey, verify } from 'node:crypto'
import { expect } from 'chai'
import { certificateRequest } from '../../../sim/join/certificateRequest.ts'

/** Content and end of the DER value at an offset. */
function valueAt(der: Buffer, at: number): { content: Buffer; end: number } {
  const short = der[at + 1]!
  const bytes = short < 0x80 ? 0 : short & 0x7f
  const length = bytes === 0 ? short : der.readUIntBE(at + 2, bytes)
  const start = at + 2 + bytes
  return { content: der.subarray(start, start + length), end: start + length }
}

describe('certificate request', () => {
  for (const [ip, bytes] of [
    ['10.250.0.1', '87040afa0001'],
    ['fd00::1:2', '8710fd000000000000000000000000010002'],
  ] as const) {
    it(`is signed with its key and names ${ip}`, () => {
      const { key, request } = certificateRequest({ organization: 'system:nodes', commonName: 'system:node:a' }, ip)
      const der = Buffer.from(request.replace(/-----[^-]+-----/g, ''), 'base64')
      const { content, end } = valueAt(der, 0)
      expect(end).to.equal(der.length)
      const info = content.subarray(0, valueAt(content, 0).end)
      const algorithm = valueAt(content, info.length)
      const signature = valueAt(content, algorithm.end).content.subarray(1)
      expect(verify('sha256', info, createPublicKey(key), signature)).to.equal(true)
      expect(info.toString('hex')).to.include(bytes)
      expect(info.toString('latin1')).to.include('system:nodes').and.to.include('system:node:a')
    })
  }

  it('refuses what is no address', () => {
    expect(() => certificateRequest({ organization: 'o', commonName: 'c' }, 'localhost')).to.throw(
      'localhost is no IP address',
    )
  })
})
