import { expect } from 'chai'
import { parseBootId } from '../../../helpers/guest/bootId.ts'
import { commandLineOfLog } from '../../../helpers/guest/kernel.ts'

describe('kernel under a container', () => {
  it('reads a boot id', () => {
    expect(parseBootId('db5b7d30-cba8-499e-95eb-1435a9fdbc5f\n', 'here')).to.equal(
      'db5b7d30-cba8-499e-95eb-1435a9fdbc5f',
    )
  })

  it('takes no other text for a boot id', () => {
    expect(() => parseBootId('', 'boot_id in pod web')).to.throw('boot_id in pod web is not a boot id: ""')
    expect(() => parseBootId("cat: can't open", 'here')).to.throw('is not a boot id')
  })

  it('finds the command line that a kernel log begins with', () => {
    const log = '[    0.000000] Linux version 6.18.5\n[    0.000000] Command line: tsc=reliable panic=1 \n[    0.1] x\n'
    expect(commandLineOfLog(log)).to.equal('tsc=reliable panic=1')
    expect(commandLineOfLog('[   31.600902]   with environment:\n')).to.equal(null)
  })
})
