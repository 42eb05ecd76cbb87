import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { command } from '../harness/commandLine.ts'

describe('diff-versions, as a command', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'diff-versions-'))
    const values = 'shims:\n  disableAll: true\n  qemu:\n    enabled: true\ndefaultShim:\n  amd64: qemu\n'
    writeFileSync(path.join(folder, 'values.yaml'), values)
  })
  after(() => rmSync(folder, { recursive: true }))

  it('prints what disrupts first, then the rest, then the claims, with exit code 0', async () => {
    const { code, stdout, stderr } = await command(['diff-versions', '3.25.0', '3.30.0'])
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.match(
      /^kata-deploy 3\.25 -> 3\.30: \d+ changes \(\d+ disrupts, \d+ act, \d+ know\), \d+ claims\n/,
    )
    expect(stdout).to.match(
      /RuntimeClass kata-cloud-hypervisor: kata-cloud-hypervisor -> kata-clh-runtime-rs\n.*Act: /s,
    )
    expect(stdout).to.match(
      /Claims of 3\.30 and not of 3\.25 \(\d+\)\n.* {2}KATA-MEM-001 MUST >=3\.26: Without request/s,
    )
  })

  it('holds the values of a profile against the chart', async () => {
    const argv = ['diff-versions', 'v3.32.0', '4.0.0', '--profile', path.join(folder, 'values.yaml'), '-o', 'json']
    const { stdout } = await command(argv)
    const { changes, others, claims } = JSON.parse(stdout) as {
      changes: { subject: string; weight: string; chapters: string[] }[]
      others: number
      claims: { behaviour: string; change: string }[]
    }
    expect(changes.find(({ subject }) => subject === 'defaultShim.amd64')).to.include({ weight: 'know' })
    expect(changes.find(({ subject }) => subject === 'overhead of RuntimeClass kata-qemu')?.chapters).to.include(
      'OVERHEAD',
    )
    expect(others).to.be.above(0)
    expect(claims.map(({ behaviour, change }) => `${behaviour} ${change}`)).to.include('KATA-SUBPATH-002 ends')
  })

  it('prints Markdown for a pull request', async () => {
    const { stdout } = await command(['diff-versions', '3.28.0', '3.29.0', '-o', 'markdown'])
    expect(stdout).to.match(/^## kata-deploy 3\.28 → 3\.29\n/)
    expect(stdout).to.contain('| what | change | consequence | chapters |').and.contain('SIGTERM')
  })

  for (const [from, to] of [
    ['3.24.0', '3.26.0'],
    ['3.26.0', 'latest'],
  ] as const)
    it(`refuses ${from} ${to} in one line that says what is known`, async () => {
      const { code, stdout, stderr } = await command(['diff-versions', from, to])
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
      expect(stderr).to.match(
        /^kata-conformance: nothing is written down of kata-deploy (3\.24\.0|latest): known are 3\.25 to 4\.1; .*\n$/,
      )
    })
})
