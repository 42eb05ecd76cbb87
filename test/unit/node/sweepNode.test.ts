import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { sweepNode } from '../../../helpers/node/sweepNode.ts'

/** Where the workshop finds what a run makes; here below a folder of the test. */
const places = ['/var/tmp', '/host-dev', '/dev/shm', '/dev/mqueue', '/sys/block', '/proc']

describe('the sweep of a node, in a real shell', () => {
  let node: string
  const at = (...parts: string[]): string => path.join(node, ...parts)

  beforeEach(function () {
    if (process.platform !== 'linux') this.skip()
    node = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-sweep-'))
    for (const place of places) mkdirSync(at(place), { recursive: true })
  })
  afterEach(() => {
    if (node) rmSync(node, { recursive: true, force: true })
  })

  function loopDevice(name: string, backing: string): void {
    mkdirSync(at('/sys/block', name, 'loop'), { recursive: true })
    writeFileSync(at('/sys/block', name, 'loop', 'backing_file'), `${backing}\n`)
  }

  function pidFile(name: string, pid: number, tag: string): void {
    writeFileSync(at('/var/tmp', name), `${pid}\n`)
    mkdirSync(at('/proc', String(pid)))
    writeFileSync(at('/proc', String(pid), 'environ'), `HOME=/\0KATA_CONFORMANCE_TAG=${tag}\0`)
  }

  /** What is detached, killed and removed; nothing of this machine is. */
  async function swept(tag: string): Promise<string[]> {
    const run = async (argv: readonly string[]) => {
      const [shell = '', option = '', script = '', ...rest] = argv
      const here = places.reduce((text, place) => text.replaceAll(place, at(place)), script)
      const harmless = `losetup() { :; }\nkill() { :; }\n${here}`
      const { stdout, stderr, status } = spawnSync(shell, [option, harmless, ...rest], { encoding: 'utf8' })
      return { stdout: stdout.replaceAll(node, ''), stderr, exitCode: status ?? -1 }
    }
    return [...(await sweepNode(run, 'node-1', tag))].sort()
  }

  const left = (): string[] =>
    places
      .slice(0, 4)
      .flatMap((place) => readdirSync(at(place)).map((name) => `${place}/${name}`))
      .sort()

  /** All that createNodeChanges makes, with the numbers that it gives. */
  function changesOf(tag: string, loop: string): string[] {
    mkdirSync(at('/var/tmp', `${tag}-1`))
    writeFileSync(at('/var/tmp', `${tag}-1`, 'file'), 'x')
    const files = [`/var/tmp/${tag}-12.img`, `/host-dev/${tag}-12`, `/dev/shm/${tag}-3`, `/dev/mqueue/${tag}-3`]
    for (const file of files) writeFileSync(at(file), '')
    loopDevice(loop, `/var/tmp/${tag}-12.img`)
    return [`/var/tmp/${tag}-1`, ...files].sort()
  }

  it('takes all that the run has made', async () => {
    const made = changesOf('kata-conformance-nightly', 'loop0')
    expect(await swept('kata-conformance-nightly')).to.deep.equal([...made, 'loop device loop0'].sort())
    expect(left()).to.deep.equal([])
  })

  it('leaves what a run or a shard has made whose name begins alike', async () => {
    const others = [
      ...changesOf('kata-conformance-nightly-2', 'loop0'),
      ...changesOf('kata-conformance-nightly-s1', 'loop1'),
      ...changesOf('kata-conformance-nightlybuild', 'loop2'),
    ].sort()
    writeFileSync(at('/var/tmp/kata-conformance-nightly-1.img.orig'), '')
    expect(await swept('kata-conformance-nightly')).to.deep.equal([])
    expect(left()).to.deep.equal([...others, '/var/tmp/kata-conformance-nightly-1.img.orig'].sort())
  })

  it('finds a loop device by the name of its file alone, also when that is gone', async () => {
    // As the kernel shows a path through a mount of a pod that has gone.
    loopDevice('loop0', '/kata-conformance-nightly-1.img')
    loopDevice('loop1', '/var/tmp/kata-conformance-nightly-2.img (deleted)')
    loopDevice('loop2', '/var/tmp/kata-conformance-nightly-2-1.img (deleted)')
    loopDevice('loop3', '/var/lib/kata-conformance-nightly-3/disk')
    expect(await swept('kata-conformance-nightly')).to.deep.equal(['loop device loop0', 'loop device loop1'])
  })

  it('ends a process of the run, and no other', async () => {
    pidFile('kata-conformance-nightly-1.pid', 2_000_001, 'kata-conformance-nightly')
    pidFile('kata-conformance-nightly-2.pid', 2_000_002, 'kata-conformance-nightly-2')
    pidFile('kata-conformance-nightly-2-1.pid', 2_000_003, 'kata-conformance-nightly-2')
    const removed = await swept('kata-conformance-nightly')
    expect(removed.filter((each) => each.startsWith('process'))).to.deep.equal(['process 2000001'])
    expect(existsSync(at('/var/tmp/kata-conformance-nightly-2-1.pid'))).to.equal(true)
  })
})
