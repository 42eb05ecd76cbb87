import { expect } from 'chai'
import { dropInsOf } from '../../../reports/record/dropIns.ts'
import type { NodeState } from '../../../reports/record/upgradeJournal.ts'
import { judgeDropIns } from '../../../reports/upgrade/judgeDropIns.ts'

const runtimes = 'share/defaults/kata-containers'
const helm = `${runtimes}/custom-runtimes/kata-qemu-minimal/config.d/50-overrides.toml`
const own = `${runtimes}/runtimes/qemu/config.d/60-of-mine.toml`

const node = (files: Record<string, number>): NodeState => ({
  node: 'n1',
  unknown: null,
  ready: true,
  label: 'true',
  version: '3.30.0',
  handlers: [],
  files,
  orphans: [],
})

describe('drop-ins of the operator', () => {
  it('are told from those that kata-deploy writes for itself', () => {
    const files = {
      [helm]: 80,
      [own]: 20,
      [`${runtimes}/runtimes/qemu/config.d/10-kata-deploy.toml`]: 9,
      [`${runtimes}/runtimes/qemu/config.d/20-debug.toml`]: 9,
      [`${runtimes}/runtimes/qemu/configuration-qemu.toml`]: 9000,
      'containerd/config.d/kata-deploy.toml': 700,
    }
    expect(dropInsOf({ files })).to.deep.equal([helm, own])
  })

  it('block when an upgrade took them away, and are told of when it wrote them anew', () => {
    const was = node({ [helm]: 80, [own]: 20 })
    expect(judgeDropIns(was, was)).to.deep.equal([])
    expect(judgeDropIns(was, node({ [helm]: 90 }))).to.deep.equal([
      {
        weight: 'blocks',
        subject: 'drop-ins of node n1',
        title: 'are gone',
        what: own,
        because: 'sandboxes that start from now on do without the settings in them',
      },
      {
        weight: 'told',
        subject: 'drop-ins of node n1',
        title: 'have another size',
        what: helm,
        because: 'the command wrote them anew; the checks after it ran with these',
      },
    ])
  })
})
