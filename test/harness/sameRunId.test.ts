import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { command, fixtures, scratch, startCommand } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

describe('a second run with the id of one that is under way', () => {
  const [first, second] = [scratch(), scratch()]
  let target: Target

  before(async () => {
    target = await startTarget()
  })
  after(async () => {
    await target.close()
    first.remove()
    second.remove()
  })

  const argv = (out: string, ...more: string[]) => [
    ...['run', '--kubeconfig', target.kubeconfig, '--runtime-class', 'kata-qemu', '--run-id', 'monday'],
    ...['--out', out, ...more],
  ]
  const env = { KATA_CONFORMANCE_SPECS: fixtures('long') }

  it('is refused in one line, and touches nothing of the first', async () => {
    const run = startCommand(argv(first.folder), env)
    await run.says(/\[1\/3\] passed KATA-LONG-001/)
    const there = await target.made()
    expect(there).to.include('Namespace/kata-conformance-monday')
    for (const more of [[], ['--shard', '1/2']]) {
      const end = await command(argv(second.folder, ...more), env)
      expect(end.stderr).to.match(
        /^kata-conformance: a run with the id monday is in this cluster already \(namespace kata-conformance-monday\S*\): give another --run-id; if .*\n$/,
      )
      expect(end.code).to.equal(2)
      expect(readdirSync(second.folder)).to.deep.equal([])
      expect(await target.made()).to.deep.equal(there)
    }
    run.child.kill('SIGINT')
    expect((await run.ended).code).to.equal(130)
    expect(await target.made()).to.deep.equal([])
  })
})
