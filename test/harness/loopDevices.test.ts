import { expect } from 'chai'
import type { ExecResult } from '../../helpers/cluster/cluster.ts'
import { createNodeChanges, type RunInWorkshop, type UndoableChanges } from '../../helpers/node/createNodeChanges.ts'
import { loopScript } from '../../helpers/node/loopDevice.ts'
import { startWorkshop } from '../../helpers/node/startWorkshop.ts'
import { sweepNode } from '../../helpers/node/sweepNode.ts'
import { noPods } from '../unit/node/noPods.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

const tag = 'kata-conformance-loop-test'
const namespace = 'kata-conformance-loops'
const attach = 'losetup "$2" "$1" 2>/dev/null && break'

describe('a loop device of the suite', () => {
  let target: Target
  let run: RunInWorkshop

  before(async function () {
    this.timeout(60_000)
    target = await startTarget()
    const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' }
    await target.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
    await target.cluster.waitFor({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }, () => true, {
      timeoutMs: 30_000,
      what: 'the default ServiceAccount',
    })
    run = await startWorkshop(target.cluster, { namespace, node: 'kata-1', labels: {}, image: 'busybox:1.36' })
  })
  after(() => target.close())
  afterEach(() => sweepNode(run, 'kata-1', tag))

  /** What happens while the device is made: the operation's own script, with something done right after the file was attached. */
  const interferedBy =
    (what: string): RunInWorkshop =>
    (argv): Promise<ExecResult> =>
      run(argv.map((each) => each.replace(attach, what)))

  /** Devices and files with the tag. */
  const left = async () =>
    (await run(['sh', '-c', `ls /var/tmp /host-dev | grep ${tag}; cat /sys/block/loop*/loop/backing_file 2>/dev/null`]))
      .stdout

  async function refused(changes: UndoableChanges): Promise<string> {
    const why = await changes.blockDevice(16).then(
      () => 'made',
      (error: unknown) => (error as Error).message,
    )
    await changes.undo()
    return why
  }

  it('begins with its magic, and its file does', async () => {
    const changes = createNodeChanges(run, 'kata-1', tag, noPods)
    const device = await changes.blockDevice(16)
    expect(await device.read(0, device.magic.length)).to.equal(device.magic)
    await changes.undo()
    expect(await left()).to.equal('')
  })

  it('whose magic is missing is refused, and taken down again', async () => {
    const emptied = attach.replace('break', '{ : >"$1"; truncate -s "$4M" "$1"; break; }')
    expect(await refused(createNodeChanges(interferedBy(emptied), 'kata-1', tag, noPods))).to.match(
      /loop\d+ does not begin with what was written into/,
    )
    expect(await left()).to.equal('')
  })

  it('which is over another file is refused before it is read', async () => {
    const other = `/var/tmp/${tag}-99`
    await run(['truncate', '-s', '1M', other])
    const elsewhere = attach.replace('"$1"', `"${other}"`)
    expect(await refused(createNodeChanges(interferedBy(elsewhere), 'kata-1', tag, noPods))).to.match(
      /loop\d+ is not over/,
    )
  })

  it('is written to by nobody before that', () => {
    expect(loopScript).to.include(attach)
    expect(loopScript.match(/of="[^"]+"/g)).to.deep.equal(['of="$1"'])
    expect(loopScript.indexOf('seen=')).to.be.greaterThan(loopScript.indexOf(attach))
  })
})
