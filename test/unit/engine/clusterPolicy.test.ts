import { expect } from 'chai'
import { clusterPolicy, isReady } from '../../../engine/cluster/clusterPolicy.ts'
import { unmetNeeds } from '../../../engine/plan/needs.ts'
import { known } from '../../../helpers/facts/fact.ts'
import type { ClusterFacts } from '../../../helpers/facts/facts.ts'
import { detectKyverno } from '../../../helpers/facts/kyverno.ts'
import { accessFor } from '../../../engine/access/accessRules.ts'

const asked = { namespaceLabels: { 'runtime-sandbox': 'enabled' }, podSpec: { '+(runtimeClassName)': 'kata-qemu' } }
const made = clusterPolicy('kata-conformance-r1-1', 'r1', asked)

describe('ClusterPolicy of a run', () => {
  it('carries the labels of the run, and concerns pods of its namespaces alone', () => {
    expect(made.metadata.labels).to.deep.equal({
      'app.kubernetes.io/managed-by': 'kata-conformance',
      'kata-conformance.dev/run': 'r1',
    })
    const { rules } = made['spec'] as { rules: { match: unknown }[] }
    expect(rules.map(({ match }) => match)).to.deep.equal([
      {
        any: [
          {
            resources: {
              kinds: ['Pod'],
              operations: ['CREATE'],
              namespaceSelector: { matchLabels: { 'runtime-sandbox': 'enabled', 'kata-conformance.dev/run': 'r1' } },
            },
          },
        ],
      },
    ])
  })

  it('cannot be widened by what is asked of it', () => {
    const other = clusterPolicy('p', 'r1', { ...asked, namespaceLabels: { 'kata-conformance.dev/run': 'r2' } })
    expect(JSON.stringify(other)).to.include('"kata-conformance.dev/run":"r1"').and.not.include('r2')
  })

  it('is awaited until Kyverno says that it is ready', () => {
    const withStatus = (status: object) => isReady({ ...made, status })
    expect(withStatus({ conditions: [{ type: 'Ready', status: 'True' }] })).to.equal(true)
    expect(withStatus({ conditions: [{ type: 'Ready', status: 'False' }] })).to.equal(false)
    expect(isReady(made)).to.equal(false)
  })

  it('is no policy of the cluster', async () => {
    const found = await detectKyverno({ raw: () => Promise.resolve({ items: [made] }) })
    expect(found.defaultClassPolicies).to.deep.equal([])
    expect(found.policies).to.deep.equal([])
  })

  it('is made only where the operator allows it, and Kyverno is there', () => {
    const options = { quietNodes: false, slow: false, allowNodeChanges: false, allowDisruptive: false }
    const unmet = (allowClusterPolicy: boolean, kyverno: boolean) =>
      unmetNeeds(['default-rc-policy'], {
        facts: { nodes: [], kyverno: known(kyverno, 'API') } as unknown as ClusterFacts,
        node: undefined,
        options: { ...options, allowClusterPolicy },
      })
    expect(unmet(true, true)).to.deep.equal([])
    expect(unmet(false, true)[0]).to.include('--allow-cluster-policy')
    expect(unmet(true, false)[0]).to.include('there is none')
  })

  it('takes rights that nothing else has', () => {
    const verbs = (clusterPolicies: boolean, command: 'run' | 'clean') =>
      accessFor({ command, probe: true, nodeChanges: false, clusterPolicy: clusterPolicies, minor: null })
        .filter(({ resource }) => resource === 'clusterpolicies')
        .flatMap((rule) => rule.verbs)
    expect(verbs(false, 'run')).to.deep.equal(['list'])
    expect(verbs(true, 'run')).to.have.members(['list', 'create', 'watch', 'delete'])
    expect(verbs(false, 'clean')).to.deep.equal([])
    expect(verbs(true, 'clean')).to.deep.equal(['list', 'delete'])
  })
})
