import { expect } from 'chai'
import { expectedOverhead, preflight, targetOf } from '../../../engine/upgrade/preflight.ts'
import type { Cluster, KubeObject } from '../../../helpers/cluster/cluster.ts'
import type { ClusterState } from '../../../reports/record/upgradeJournal.ts'

const state = (version: string, memory: string): ClusterState => ({
  version,
  classes: [{ name: 'kata-qemu', handler: 'kata-qemu', overhead: { memory, cpu: '250m' }, nodeSelector: {} }],
  nodes: [
    {
      node: 'n1',
      unknown: null,
      ready: true,
      label: 'true',
      version,
      handlers: ['kata-qemu'],
      files: {},
      orphans: [],
    },
  ],
})

const pod = (name: string, memory: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'app' },
  spec: {
    nodeName: 'n1',
    runtimeClassName: 'kata-qemu',
    overhead: { memory: '160Mi', cpu: '250m' },
    containers: [{ resources: { requests: { memory } } }],
  },
  status: { phase: 'Running' },
})

const node = (memory: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  status: { allocatable: { cpu: '8', memory } },
})

const clusterOf = (pods: KubeObject[], nodes: KubeObject[]) =>
  ({ list: ({ kind }: { kind: string }) => Promise.resolve(kind === 'Pod' ? pods : nodes) }) as unknown as Cluster

const plan = { node: 'n1', runtimeClass: 'kata-qemu', stream: true, block: false }

describe('the preflight of an upgrade', () => {
  it('reads the new release off the command', () => {
    expect(targetOf(['helm', 'upgrade', 'kata-deploy', '--version', '4.0.0'])).to.equal('4.0.0')
    expect(targetOf(['helm', 'upgrade', 'k', './kata-deploy-3.31.0.tgz', '--set', 'image.tag=3.31.0'])).to.equal(
      '3.31.0',
    )
    expect(targetOf(['helm', 'upgrade', 'k', '--version', '4.0.0', '--set', 'image.tag=3.31.0'])).to.equal(null)
    expect(targetOf(['kubectl', '--server', 'https://10.0.0.1:6443', 'apply'])).to.equal(null)
  })

  it('expects the new chart’s overhead where the cluster has the old chart’s, and its own where values say so', () => {
    expect(expectedOverhead(state('3.32.0', '160Mi'), '4.0.0')['kata-qemu']).to.include({ memory: '320Mi' })
    expect(expectedOverhead(state('3.32.0', '200Mi'), '4.0.0')['kata-qemu']).to.include({ memory: '200Mi' })
  })

  it('stops where the Kata pods of a node do not fit any more with the new overhead', async () => {
    const pods = Array.from({ length: 8 }, (_, index) => pod(`p${index}`, '64Mi'))
    const of = { state: state('3.32.0', '160Mi'), target: '4.0.0', plans: [plan], acceptHazards: false }
    const tight = await preflight(clusterOf(pods, [node('2600Mi')]), of)
    expect(
      tight
        .filter(({ weight }) => weight === 'stops')
        .map(({ what }) => what)
        .join(),
    ).to.match(/1280 MiB more/)
    const roomy = await preflight(clusterOf(pods, [node('16Gi')]), of)
    expect(roomy.filter(({ weight }) => weight === 'stops')).to.deep.equal([])
    expect(roomy.filter(({ subject }) => subject.startsWith('pod app/'))).to.have.length(8)
  })

  it('stops where a release is known to end running pods, unless that is accepted', async () => {
    const from = { state: state('3.28.0', '160Mi'), target: '3.29.0', plans: [], acceptHazards: false }
    const refused = await preflight(clusterOf([], [node('16Gi')]), from)
    expect(
      refused
        .filter(({ weight }) => weight === 'stops')
        .map(({ subject }) => subject)
        .join(),
    ).to.match(/SIGTERM/)
    const accepted = await preflight(clusterOf([], [node('16Gi')]), { ...from, acceptHazards: true })
    expect(accepted.filter(({ weight }) => weight === 'stops')).to.deep.equal([])
  })

  it('tells of drop-ins that the new configuration is read beneath', async () => {
    const path = 'share/defaults/kata-containers/runtimes/qemu/config.d/60-mine.toml'
    const old = state('3.30.0', '160Mi')
    const with60 = { ...old, nodes: old.nodes.map((each) => ({ ...each, files: { [path]: 20 } })) }
    const said = await preflight(clusterOf([], [node('16Gi')]), {
      state: with60,
      target: '3.31.0',
      plans: [],
      acceptHazards: false,
    })
    const [remark] = said.filter(({ subject }) => subject === 'drop-ins of node n1')
    expect(remark).to.include({ weight: 'know' })
    expect(remark?.what).to.include(path)
  })
})
