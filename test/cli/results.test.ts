import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { unpackTar } from 'modern-tar'
import type { Cluster, ExecResult } from '../../helpers/cluster/cluster.ts'
import { fetchResults } from '../../cli/inCluster/fetchResults.ts'
import { command, startCommand } from '../harness/commandLine.ts'
import { journalOfEverything } from '../reports/record.ts'

const pod = { namespace: 'n', name: 'p', uid: 'u' }

describe('results that are fetched from a pod', () => {
  let folder: string
  let from: string
  let to: string
  const journal = 'x'.repeat(100_000)

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-results-'))
    from = path.join(folder, 'from')
    to = path.join(folder, 'to')
    mkdirSync(path.join(from, 'run-1', 'evidence'), { recursive: true })
    writeFileSync(path.join(from, 'run-1', 'events.ndjson'), journal)
    writeFileSync(path.join(from, 'run-1', 'evidence', 'ä.bin'), Buffer.of(0, 255, 10, 13))
    writeFileSync(path.join(from, '.ended'), '1\n')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** The pod's commands, run here; `change` is what the connection does to their output. */
  const podDouble = (change: (argv: readonly string[], stdout: string) => string = (_, stdout) => stdout) => {
    const asked: string[][] = []
    return {
      asked,
      async exec(_: unknown, [, , ...argv]: readonly string[]): Promise<ExecResult> {
        const { stdout, stderr, code } = await command([...argv.slice(0, -1), from])
        asked.push(argv)
        return { stdout: change(argv, stdout), stderr, exitCode: code ?? 1 }
      },
    }
  }
  const fetch = (double: ReturnType<typeof podDouble>) =>
    fetchResults(double as unknown as Cluster, pod, to, AbortSignal.timeout(60_000))

  it('are what the suite wrote, byte for byte, without marks of the pod', async () => {
    await fetch(podDouble())
    expect(readFileSync(path.join(to, 'run-1', 'events.ndjson'), 'utf8')).to.equal(journal)
    expect([...readFileSync(path.join(to, 'run-1', 'evidence', 'ä.bin'))]).to.deep.equal([0, 255, 10, 13])
    expect(readdirSync(to)).to.deep.equal(['run-1'])
  })

  it('are asked for again where the end of a piece was lost', async () => {
    let cut = 0
    const double = podDouble((argv, stdout) => (argv[1] === 'read' && cut++ === 0 ? stdout.slice(0, 40) : stdout))
    await fetch(double)
    expect(double.asked.map((argv) => argv[1])).to.deep.equal(['pack', 'read', 'read'])
    expect(readFileSync(path.join(to, 'run-1', 'events.ndjson'), 'utf8')).to.equal(journal)
  })

  it('are refused when they arrive damaged', async () => {
    const double = podDouble((argv, stdout) => (argv[1] === 'read' ? `AAAA${stdout.slice(4)}` : stdout))
    const error = await fetch(double).catch((caught: Error) => caught)
    expect(error).to.be.an('error').with.property('message').that.includes('arrived damaged')
  })

  it('are missing with the reason when the pod cannot pack them', async () => {
    rmSync(from, { recursive: true })
    const error = await fetch(podDouble()).catch((caught: Error) => caught)
    expect(error)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/results pack ended with code 3: .*ENOENT/)
  })

  it('are held until somebody has fetched them as a tar archive', async () => {
    rmSync(path.join(from, '.ended'))
    const hold = startCommand(['results', 'hold', '--from', from])
    const tar = startCommand(['results', 'tar', '--from', from])
    writeFileSync(path.join(from, '.ended'), '0\n')
    const { stdout, code } = await tar.ended
    expect(code).to.equal(0)
    const names = (await unpackTar(new TextEncoder().encode(stdout))).map(({ header }) => header.name)
    expect(names).to.include('run-1/events.ndjson').and.not.include('.ended')
    expect(await hold.ended).to.include({ code: 0 })
  })

  it('are left to Sonobuoy as an archive with its own results, and `done` names it as the worker sees it', async () => {
    writeFileSync(
      path.join(from, 'run-1', 'events.ndjson'),
      journalOfEverything()
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    )
    mkdirSync(to)
    const env = { SONOBUOY_RESULTS_DIR: '/seen/by/worker' }
    expect(await command(['results', 'sonobuoy', '--from', from, '--to', to], env)).to.include({ code: 0, stderr: '' })
    expect(readFileSync(path.join(to, 'done'), 'utf8')).to.equal('/seen/by/worker/kata-conformance.tar.gz')
    const entries = await unpackTar(gunzipSync(readFileSync(path.join(to, 'kata-conformance.tar.gz'))))
    const results = entries.find(({ header }) => header.name === 'sonobuoy_results.yaml')
    expect(new TextDecoder().decode(results?.data)).to.match(/^name: kata-conformance\nstatus: failed\n/)
    expect(entries.map(({ header }) => header.name)).to.include('run-1/events.ndjson')
  })

  it('are left to Sonobuoy where it says, also when the suite did not begin', async () => {
    rmSync(path.join(from, 'run-1'), { recursive: true })
    mkdirSync(to)
    expect(await command(['results', 'sonobuoy', '--from', from], { SONOBUOY_RESULTS_DIR: to })).to.include({ code: 0 })
    expect(readFileSync(path.join(to, 'done'), 'utf8')).to.equal(path.join(to, 'kata-conformance.tar.gz'))
    expect(readFileSync(path.join(from, 'sonobuoy_results.yaml'), 'utf8')).to.match(/status: unknown/)
  })

  it('are held no longer than was said', async () => {
    const { code, stdout, stderr } = await command(['results', 'hold', '--from', from, '--for', '1'])
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: 'nobody fetched the results within 1 s\n' })
    expect(stdout).to.match(/kubectl exec .* results tar \| tar x/)
  })
})
