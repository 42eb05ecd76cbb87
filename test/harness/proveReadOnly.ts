import { expect } from 'chai'
import type { Cluster } from '../../helpers/cluster/cluster.ts'
import { runLabels } from '../../engine/cluster/labels.ts'
import { startNodeProbe, type RunningProbe } from '../../helpers/node/startNodeProbe.ts'

/** A cluster with a node of this name, as its administrator sees it. */
export interface ProbedCluster {
  readonly cluster: Cluster
  readonly node: string
  readonly image?: string
}

const namespace = 'kata-conformance-read-only'
/** Folders of a host that root can write to everywhere: on its root, and on mounts of their own below it. */
const writable = ['/var/tmp', '/etc', '/tmp', '/run', '/dev', '/dev/shm', '/opt']

const tryToWrite = `for folder in ${writable.join(' ')}; do
  [ -d "/host$folder" ] || continue
  if ( : >"/host$folder/kata-conformance-written" ) 2>/tmp/why; then echo "$folder written"; else echo "$folder $(tail -n 1 /tmp/why)"; fi
  if mkdir "/host$folder/kata-conformance-made" 2>/tmp/why; then echo "$folder made"; else echo "$folder $(tail -n 1 /tmp/why)"; fi
done`

/** mocha tests: nothing of the host can be written through the node probe, whichever mount it is on. */
export function proveReadOnly(start: () => Promise<ProbedCluster>): void {
  let target: ProbedCluster
  let running: RunningProbe

  const exec = (argv: readonly string[]) => target.cluster.exec(running.pod, [...argv])

  before(async function () {
    this.timeout(120_000)
    target = await start()
    const labels = { ...runLabels('read-only'), 'pod-security.kubernetes.io/enforce': 'privileged' }
    await target.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
    await target.cluster.waitFor({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }, () => true, {
      timeoutMs: 30_000,
      what: 'the default ServiceAccount',
    })
    const { node, image } = target
    running = await startNodeProbe(target.cluster, { namespace, node, ...(image === undefined ? {} : { image }) })
  })

  after(async function () {
    this.timeout(60_000)
    await running?.remove()
    const object = await target?.cluster.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
    if (object)
      await target.cluster.delete({
        apiVersion: 'v1',
        kind: 'Namespace',
        name: namespace,
        uid: object.metadata.uid ?? '',
      })
  })

  it('a file or folder of the host cannot be made', async () => {
    const { stdout } = await exec(['sh', '-c', tryToWrite])
    const lines = stdout.split('\n').filter(Boolean)
    expect(lines).to.have.length.greaterThan(7)
    expect(lines.filter((line) => !line.endsWith('Read-only file system'))).to.deep.equal([])
  })

  it("every mount below the host's root is read-only", async () => {
    const { stdout } = await exec(['cat', '/proc/self/mountinfo'])
    const ofHost = stdout
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, , , , target = '']) => target === '/host' || target.startsWith('/host/'))
    expect(ofHost).to.have.length.greaterThan(3)
    // Of mounts over one another, the last is what a path leads to.
    const reached = [...new Map(ofHost.map((fields) => [fields[4], fields])).values()]
    const open = reached.filter(([, , , , , options = '']) => !options.split(',').includes('ro'))
    expect(open.map((fields) => `${fields[4]} ${fields[5]}`)).to.deep.equal([])
  })

  it('and it reads all the same', async () => {
    expect((await running.probe.readFile('/etc/hostname')).trim()).to.not.equal('')
    expect(await running.probe.processes()).to.not.be.empty
  })
}
