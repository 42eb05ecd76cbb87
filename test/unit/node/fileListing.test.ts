import { expect } from 'chai'
import { parseDigests, parseInventory, parseStatus } from '../../../helpers/node/fileListing.ts'
import { resolved } from '../../../helpers/node/resolved.ts'
import { nodeInMemory } from './host.ts'

describe('files of a node', () => {
  it('reads what stat prints of one', () => {
    expect(parseStatus('755|62914560|regular file\n')).to.deep.equal({
      mode: 0o755,
      bytes: 62_914_560,
      kind: 'regular file',
    })
    expect(parseStatus('2750|4096|directory\n')).to.deep.equal({ mode: 0o2750, bytes: 4096, kind: 'directory' })
    expect(parseStatus('')).to.equal(null)
  })

  it('reads an inventory, in the order of the paths', () => {
    expect(
      parseInventory('644|7|./VERSION\n755|62914560|./bin/containerd-shim-kata-v2\n644|12|./bin/a b\n'),
    ).to.deep.equal([
      { path: 'VERSION', mode: 0o644, bytes: 7 },
      { path: 'bin/a b', mode: 0o644, bytes: 12 },
      { path: 'bin/containerd-shim-kata-v2', mode: 0o755, bytes: 62_914_560 },
    ])
  })

  it('reads what sha256sum prints', () => {
    const digest = 'a'.repeat(64)
    expect([...parseDigests(`${digest}  ./bin/firecracker\n`)]).to.deep.equal([['bin/firecracker', digest]])
    expect([...parseDigests('sha256sum: ./bin/x: No such file or directory\n')]).to.deep.equal([])
  })

  it('follows the links of the host', async () => {
    const { probe } = await nodeInMemory(
      { '/srv/kata/bin/containerd-shim-kata-v2': 'ELF\0release 3.26.0\0' },
      { '/opt/kata': '/srv/kata' },
    )
    expect(await probe.realPath('/opt/kata/bin/containerd-shim-kata-v2')).to.equal(
      '/srv/kata/bin/containerd-shim-kata-v2',
    )
    expect(await probe.realPath('/opt/kata/bin/firecracker')).to.equal(null)
    expect(await resolved(probe, '/opt/kata/bin/containerd-shim-kata-v2')).to.equal(
      await resolved(probe, '/srv/kata/bin/containerd-shim-kata-v2'),
    )
    expect(await resolved(probe, '/opt/kata/bin/firecracker')).to.equal('/opt/kata/bin/firecracker')
  })

  it('finds a release in a binary without running it', async () => {
    const { probe } = await nodeInMemory({ '/opt/kata/bin/kata-runtime': '\x7fELF\nrelease 3.26.0 of it\n' })
    expect(await probe.holds('/opt/kata/bin/kata-runtime', '3.26.0')).to.equal(true)
    expect(await probe.holds('/opt/kata/bin/kata-runtime', '3.25.0')).to.equal(false)
    expect(await probe.holds('/opt/kata/bin/absent', '3.26.0')).to.equal(false)
  })
})
