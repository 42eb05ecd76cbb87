import { behaviour } from '../../helpers/behaviour.ts'
import { kataDeploy, kataDeployDaemonSets, podsOf } from '../../helpers/deployment/kataDeploy.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { kataNodeNames } from '../../helpers/oracles/kataNodes.ts'
import { remedyOf } from '../../helpers/oracles/remedies.ts'
import { busybox } from '../../helpers/pods/pod.ts'

/** The columns of `kubectl get daemonset`, and what the API calls them (pkg/printers/internalversion, printDaemonSet). */
const columns = {
  CURRENT: 'currentNumberScheduled',
  READY: 'numberReady',
  'UP-TO-DATE': 'updatedNumberScheduled',
  AVAILABLE: 'numberAvailable',
} as const

// The command diagnoses nothing unless its figures are those of the pods, and of the nodes.
behaviour('KATA-TROUBLE-002', {
  on: theCluster,
  pods: () => ({}),
  async check({ api, facts, finding, expect }) {
    let desiredOfAll = 0
    for (const { namespace, name, selector, status } of await kataDeployDaemonSets(api)) {
      const desired = Number(status['desiredNumberScheduled'] ?? 0)
      desiredOfAll += desired
      const shown = Object.entries(columns).map(([column, field]) => [column, Number(status[field] ?? 0)] as const)
      finding(`${namespace}/${name}: DESIRED ${desired}, ${shown.map((each) => each.join(' ')).join(', ')}`)
      for (const [column, value] of shown)
        expect(value, `${column} of DaemonSet ${namespace}/${name}, beside DESIRED`).to.equal(desired)
      const ready = (await podsOf(api, namespace, selector)).filter((pod) => pod.ready)
      expect(ready.length, `pods of ${namespace}/${name} that are ready, beside READY`).to.equal(desired)
    }
    const withKata = kataNodeNames(facts.cluster)
    expect(desiredOfAll, `DESIRED of all, beside ${withKata.length} nodes with Kata`).to.be.at.least(withKata.length)
  },
  killedBy: {
    'kata-deploy-half-rolled-out': 'UP-TO-DATE of DaemonSet kata-containers/kata-deploy, beside DESIRED',
    'second-node-unmanaged': 'DESIRED of all, beside 2 nodes with Kata',
  },
})

const absent = 'kata-conformance-no-such-class'

behaviour('KATA-TROUBLE-008', {
  on: theCluster,
  pods: () => ({ refused: busybox(absent).awaits('settled') }),
  async check({ pods, api, facts, finding, expect }) {
    expect(pods.refused.outcome, 'outcome of a pod whose RuntimeClass is not there').to.equal('refused')
    const message = pods.refused.refusal?.message ?? ''
    expect(message, 'what it is refused with').to.include(`"${absent}" not found`)
    expect(remedyOf(message)?.cause, 'cause that the message tells').to.equal('RuntimeClass missing')
    const { items } = (await api.raw('/apis/node.k8s.io/v1/runtimeclasses')) as {
      items: { metadata: { name: string } }[]
    }
    const listed = items.map(({ metadata }) => metadata.name)
    expect(listed, 'RuntimeClasses that are listed').to.not.include(absent)
    finding(`kubectl get runtimeclass: ${listed.join(', ')}`)

    const { daemonSets } = await kataDeploy(api)
    if (daemonSets.length === 0) return finding('kata-deploy is in Job mode: it has no pods that stay')
    const running = (await Promise.all(daemonSets.map((each) => podsOf(api, each.namespace, each.selector)))).flat()
    finding(`kubectl get pods -o wide: ${running.map(({ name, node }) => `${name} on ${node}`).join(', ')}`)
    const served = running.filter(({ ready }) => ready).map(({ node }) => node)
    const unserved = kataNodeNames(facts.cluster).filter((node) => !served.includes(node))
    expect(unserved, 'nodes with Kata on which no pod of kata-deploy is ready').to.deep.equal([])
  },
  killedBy: {
    'missing-runtimeclass-accepted': 'outcome of a pod whose RuntimeClass is not there',
    'second-node-unmanaged': 'nodes with Kata on which no pod of kata-deploy is ready',
  },
})
