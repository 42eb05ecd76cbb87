import { expect } from 'chai'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import { runtimeClassObjects } from '../../../sim/node/clusterObjects.ts'
import { kataDeployObjects } from '../../../sim/node/kataDeployObjects.ts'
import { handlersOf } from '../../../sim/node/handlersOf.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import type { KubeObject } from '../../../sim/kubeObject.ts'
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

  const made = (of: Scenario, kind: string, faults: string[] = []) =>
    kataDeployObjects(of, departuresOf(faults))
      .map(({ object }) => object)
      .filter((object) => object.kind === kind)
  const podOf = (object: KubeObject | undefined) =>
    (
      object?.spec as {
        template: {
          spec: {
            hostPID?: boolean
            containers: { image: string }[]
            volumes: { name: string; hostPath?: { path: string } }[]
          }
        }
      }
    ).template.spec

  it('the DaemonSet is privileged, in a namespace that allows it', () => {
    expect(made(scenario, 'Namespace')[0]?.metadata).to.deep.include({
      name: 'kata-containers',
      labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
    })
    const pod = podOf(made(scenario, 'DaemonSet')[0])
    expect(pod.hostPID).to.equal(true)
    expect(pod.containers[0]?.image).to.equal('quay.io/kata-containers/kata-deploy:3.26.0')
    expect(made(scenario, 'Job')).to.deep.equal([])
  })

  it('custom runtimes are in the ConfigMap that the DaemonSet mounts', () => {
    const [map] = made(scenario, 'ConfigMap')
    expect(map?.metadata.labels).to.include({ 'helm.sh/chart': 'kata-deploy-3.26.0' })
    const data = map?.data as Record<string, string>
    expect(data['custom-runtimes.list']).to.equal('kata-qemu-minimal:qemu::\nkata-qemu-block-minimal:qemu::\n')
    expect(data['dropin-kata-qemu-minimal.toml']).to.include('default_memory = 256')
  })

  it('Job mode has a Job for each Kata node, and from 4.1 none is privileged', async () => {
    const jobMode = await loadScenario('job-mode')
    expect(made(jobMode, 'DaemonSet')).to.deep.equal([])
    const jobs = made(jobMode, 'Job')
    expect(jobs.map(({ metadata }) => metadata.name)).to.deep.equal([
      'kata-deploy-install-kata-1',
      'kata-deploy-install-kata-2',
    ])
    expect(podOf(jobs[0])).to.not.have.property('hostPID')
    expect(podOf(jobs[0]).volumes.flatMap(({ hostPath }) => hostPath?.path ?? [])).to.deep.equal(['/etc/containerd/'])
  })

  it('no release before 3.32 has Job mode', async () => {
    const error = await loadScenario('job-mode', { kataVersion: '3.31.0' }).catch((thrown: Error) => thrown.message)
    expect(error).to.equal('kata-deploy 3.31.0 knows no Job mode: it came with 3.32.0')
  })

  const folders: [distribution: Scenario['distribution'], folder: string][] = [
    ['k8s', '/etc/containerd/'],
    ['rke2', '/var/lib/rancher/rke2/agent/etc/containerd/'],
    ['k3s', '/var/lib/rancher/k3s/agent/etc/containerd/'],
    ['k0s', '/etc/k0s/'],
    ['microk8s', '/var/snap/microk8s/current/args/'],
  ]
  for (const [distribution, folder] of folders)
    it(`on ${distribution} it mounts ${folder}`, () => {
      const pod = podOf(made({ ...scenario, distribution }, 'DaemonSet')[0])
      expect(pod.volumes.find(({ name }) => name === 'containerd-conf')?.hostPath?.path).to.equal(folder)
    })
})
