import path from 'node:path'
import { expect } from 'chai'
import { nodeTag } from '../../helpers/node/workshopPod.ts'
import { command, fixtures, recordOf, type Scratch, scratch, startCommand } from './commandLine.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

const env = { KATA_CONFORMANCE_SPECS: fixtures('beside') }

describe('objects beside pods, other nodes, and what is made on a node', () => {
  let target: Target
  let results: Scratch

  before(async () => {
    target = await startTarget()
  })
  after(() => target.close())
  beforeEach(() => {
    results = scratch()
  })
  afterEach(() => results.remove())

  const argv = (...more: string[]) => [
    ...['run', '--kubeconfig', target.kubeconfig, '--runtime-class', 'kata-qemu', '--out', results.folder],
    ...more,
  ]
  const verdicts = () =>
    Object.fromEntries(
      recordOf(results.runs()[0] ?? '').arms.map(({ id, verdict, message }) => [id, [verdict, message]]),
    )
  const passed = ['passed', '']

  it('with --allow-node-changes: all of it works, and nothing is left', async () => {
    const end = await command(argv('--allow-node-changes'), env)
    expect(verdicts(), end.stderr).to.deep.equal({
      'KATA-BESIDE-001 kata-qemu': passed,
      'KATA-BESIDE-002 kata-qemu': passed,
      'KATA-BESIDE-003 kata-qemu': passed,
      'KATA-BESIDE-004 kata-qemu': [
        'broken',
        'KATA-BESIDE-004 changes the node, but its claim does not list node-changes among its needs',
      ],
    })
    expect(end.stderr).to.not.include('stays')
    expect(await target.made()).to.deep.equal([])
  })

  it('without it: what changes the node is skipped, and says by which flag it runs', async () => {
    await command(argv('--behaviour', 'KATA-BESIDE-003'), env)
    expect(verdicts()['KATA-BESIDE-003 kata-qemu']).to.deep.equal([
      'skipped',
      'makes files or devices of its own on the node, or ends processes of its own pods; run with --allow-node-changes',
    ])
  })

  it('SIGKILL with a folder on the node: clean removes the folder before the namespace', async () => {
    const hanging = { ...env, HANG_WITH_FOLDER: '1' }
    const run = startCommand(argv('--allow-node-changes', '--behaviour', 'KATA-BESIDE-003'), hanging)
    await run.says(/the folder is there/)
    run.child.kill('SIGKILL')
    await run.ended
    const runId = path.basename(results.runs()[0] ?? '')
    const end = await command(['clean', '--kubeconfig', target.kubeconfig, '--run', runId])
    expect(end.code, end.stderr).to.equal(0)
    expect(end.stdout).to.match(new RegExp(`^Node/kata-\\d//var/tmp/${nodeTag(runId)}-\\d+ removed$`, 'm'))
    expect(await target.made()).to.deep.equal([])
  })
})
