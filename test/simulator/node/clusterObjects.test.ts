import { expect } from 'chai'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import { kataDeployObjects, runtimeClassObjects } from '../../../sim/node/clusterObjects.ts'
import { handlersOf } from '../../../sim/node/handlersOf.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import type { Scenario } from '../../../sim/scenarios/scenario.ts'
import { kataRelease } from '../../../sim/shims/kataRelease.ts'

let scenario: Scenario
before(async () => {
  scenario = await loadScenario('documented')
})

function classes(faults: string[] = []) {
  return new Map(runtimeClassObjects(scenario, departuresOf(faults)).map((object) => [object.metadata.name, object]))
}

describe('objects of kata-deploy', () => {
  it('RuntimeClasses are as the chart makes them', () => {
    expect(classes().get('kata-clh')).to.deep.equal({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: {
        name: 'kata-clh',
        labels: { 'app.kubernetes.io/managed-by': 'Helm', 'kata-deploy/instance': 'default' },
      },
      handler: 'kata-clh',
      overhead: { podFixed: { memory: '130Mi', cpu: '250m' } },
      scheduling: { nodeSelector: { 'katacontainers.io/kata-runtime': 'true' } },
    })
  })

  const handlers: [fault: string, name: string, handler: string][] = [
    ['kata-qemu-handler-renamed', 'kata-qemu', 'kata'],
    ['kata-clh-class-with-qemu-handler', 'kata-clh', 'kata-qemu'],
    ['kata-fc-class-with-qemu-handler', 'kata-fc', 'kata-qemu'],
    ['kata-dragonball-class-with-qemu-handler', 'kata-dragonball', 'kata-qemu'],
    ['minimal-class-with-qemu-handler', 'kata-qemu-minimal', 'kata-qemu'],
    ['block-minimal-class-with-qemu-handler', 'kata-qemu-block-minimal', 'kata-qemu'],
  ]
  for (const [fault, name, handler] of handlers) {
    it(`${fault}: that class alone`, () => {
      const differing = [...classes([fault]).values()].filter((object) => object.handler !== object.metadata.name)
      expect(differing.map((object) => [object.metadata.name, String(object.handler)])).to.deep.equal([[name, handler]])
    })
  }

  it('kata-qemu-class-missing: its handler stays', () => {
    const departures = departuresOf(['kata-qemu-class-missing'])
    expect([...classes(['kata-qemu-class-missing']).keys()]).to.not.include('kata-qemu')
    expect(handlersOf(scenario, kataRelease('3.26.0'), departures).map(({ name }) => name)).to.include('kata-qemu')
  })

  it('kata-qemu-handler-renamed: containerd has kata instead of kata-qemu', () => {
    const names = handlersOf(scenario, kataRelease('3.26.0'), departuresOf(['kata-qemu-handler-renamed'])).map(
      ({ name }) => name,
    )
    expect(names).to.include('kata').and.not.include('kata-qemu')
  })

  it('runtimeclass-overhead-missing and runtimeclass-scheduling-missing', () => {
    for (const object of classes(['runtimeclass-overhead-missing']).values())
      expect(object).to.not.have.property('overhead')
    for (const object of classes(['runtimeclass-scheduling-missing']).values())
      expect(object).to.not.have.property('scheduling')
  })

  it('undeclared-runtimeclass: one more, like kata-qemu', () => {
    const more = classes(['undeclared-runtimeclass']).get('kata-undeclared')
    const like = classes().get('kata-qemu')
    expect(more).to.deep.equal({ ...like, metadata: { ...like?.metadata, name: 'kata-undeclared' } })
  })

  it('the DaemonSet is privileged, in a namespace that allows it', () => {
    const { namespace, daemonSet } = kataDeployObjects(scenario)
    expect(namespace.metadata).to.deep.include({
      name: 'kata-containers',
      labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
    })
    const { template } = daemonSet.spec as { template: { spec: { hostPID: boolean; containers: { image: string }[] } } }
    expect(template.spec.hostPID).to.equal(true)
    expect(template.spec.containers[0]?.image).to.equal('quay.io/kata-containers/kata-deploy:3.26.0')
  })
})
