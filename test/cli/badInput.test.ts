import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { command, type Ended } from '../harness/commandLine.ts'
import { startTarget, type Target } from '../harness/simulatedCluster.ts'
import { fileOf, tokenWithoutRights, writeFiles } from './badInputFiles.ts'
import { type Row, rows } from './badInputs.ts'

describe('bad input: one line, nothing deployed, nothing half written', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-input-'))
  const ended = new Map<Row, Ended>()
  let target: Target
  let pages: Server

  before(async function () {
    this.timeout(240_000)
    target = await startTarget()
    pages = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<html><title>Sign in</title></html>'),
    )
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
    writeFiles(folder, target, (pages.address() as AddressInfo).port, await tokenWithoutRights(target))
    const queue = [...rows]
    await Promise.all(
      Array.from({ length: 3 }, async () => {
        for (let row = queue.shift(); row; row = queue.shift()) ended.set(row, await tryRow(row))
      }),
    )
  })

  after(async () => {
    pages.close()
    await target.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const tryRow = (row: Row) =>
    command(
      row.argv.map((each) =>
        each === 'OUT'
          ? path.join(folder, 'out', String(rows.indexOf(row)))
          : each.replace(/^\$(\w+)/, (_all, name) => fileOf(folder, String(name))),
      ),
    )

  for (const row of rows) {
    it(`${row.what}: exit code ${row.exitCode}`, () => {
      const end = ended.get(row) as Ended
      expect(end.stderr).to.match(row.says)
      expect(end.stderr.trimEnd().split('\n'), 'lines').to.have.length(1)
      expect(end.stdout, 'standard output').to.equal('')
      expect(end.code).to.equal(row.exitCode)
      const out = path.join(folder, 'out', String(rows.indexOf(row)))
      expect(existsSync(out), 'the folder of results').to.equal(false)
    })
  }

  it('nothing was made in the cluster', async () => {
    expect(await target.made()).to.deep.equal([])
  })

  it('a full disk: refused before anything is deployed', async function () {
    const full = path.join(folder, 'full')
    mkdirSync(full)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full], { stdio: 'ignore' })
    } catch {
      this.skip()
    }
    try {
      const end = await command(['run', '--kubeconfig', fileOf(folder, 'good'), '--out', path.join(full, 'results')])
      expect(end.stderr).to.match(/less than 50 MiB are free there; choose another folder with --out/)
      expect(end.code).to.equal(2)
      expect(readdirSync(full)).to.deep.equal([])
    } finally {
      execFileSync('umount', [full])
    }
  })
})
