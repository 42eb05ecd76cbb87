import { behaviour } from '../../helpers/behaviour.ts'
import { FactUnknownError } from '../../helpers/facts/armFacts.ts'
import { complaints } from '../../helpers/deployment/complaints.ts'
import {
  configMaps,
  installationFolder,
  kataDeploy,
  kataDeployDaemonSets,
  lastLines,
  podsOf,
  releaseOf,
  type Workload,
} from '../../helpers/deployment/kataDeploy.ts'
import { kataLabelOfNodes, namespaceLabels } from '../../helpers/deployment/clusterLabels.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { chartRelease } from '../../helpers/oracles/chart/chartRelease.ts'
import { kataNodeNames, kataProbes, withKataNodes } from '../../helpers/oracles/kataNodes.ts'

/** The figures of a DaemonSet that is rolled out are all equal. */
const counts = ['numberReady', 'numberAvailable', 'updatedNumberScheduled'] as const

/**
 * A pod of kata-deploy that is ready proves little: before 3.31 it has no probes, and is ready while it installs (kata-containers#6866). The label
 * comes last, once containerd knows the handlers.
 */
behaviour('KATA-DEPLOY-001', {
  on: theCluster,
  pods: () => ({}),
  async check({ api, facts, finding, expect }) {
    const { daemonSets, jobs } = await kataDeploy(api)
    const labels = await kataLabelOfNodes(api)
    for (const { namespace, name, generation, selector, status } of daemonSets) {
      const what = `DaemonSet ${namespace}/${name}`
      const desired = Number(status['desiredNumberScheduled'] ?? 0)
      expect(desired, `nodes that ${what} is wanted on`).to.be.at.least(1)
      expect(Number(status['observedGeneration'] ?? 0), `generation of ${what} that was acted upon`).to.equal(
        generation,
      )
      for (const count of counts) expect(Number(status[count] ?? 0), `${count} of ${what}`).to.equal(desired)
      for (const pod of await podsOf(api, namespace, selector))
        expect(
          labels.get(pod.node),
          `label katacontainers.io/kata-runtime of ${pod.node}, where ${pod.name} runs`,
        ).to.equal('true')
    }
    if (daemonSets.length > 0) return
    finding(`kata-deploy is in Job mode: ${jobs.map(({ name }) => name).join(', ')}`)
    for (const job of jobs) {
      expect(outcomeOf(job), `Job ${job.namespace}/${job.name}`).to.equal('Complete')
      const node = job.template.spec.nodeName
      if (node !== undefined)
        expect(labels.get(node), `label katacontainers.io/kata-runtime of ${node}, where ${job.name} ran`).to.equal(
          'true',
        )
    }
    const kata = kataNodeNames(facts.cluster)
    expect(kata, 'nodes with Kata').to.not.be.empty
  },
  killedBy: {
    'kata-deploy-half-rolled-out': 'updatedNumberScheduled of DaemonSet',
    'kata-label-missing': 'label katacontainers.io/kata-runtime of plain-1',
    'kata-deploy-job-failed': "expected 'Failed' to equal 'Complete'",
  },
})

/** Complete, Failed, or what is still awaited. */
function outcomeOf({ status }: Workload): string {
  const conditions = (status['conditions'] ?? []) as { type: string; status: string }[]
  return (
    conditions.find(({ type, status: is }) => is === 'True' && ['Complete', 'Failed'].includes(type))?.type ?? 'running'
  )
}

behaviour('KATA-DEPLOY-010', {
  on: theCluster,
  pods: () => ({}),
  async check({ api, facts, finding, expect }) {
    const chart = chartRelease(facts.cluster.kataVersion.value)
    for (const { namespace, name, template } of await kataDeployDaemonSets(api)) {
      const { hostPID = false, volumes = [], containers } = template.spec
      const privileged = containers.some(({ securityContext }) => securityContext?.privileged === true)
      const hostPaths = volumes.flatMap(({ hostPath }) => hostPath?.path ?? [])
      const needsPrivileges = privileged || hostPID || hostPaths.length > 0
      finding(`${name}: privileged ${privileged}, hostPID ${hostPID}, hostPath ${hostPaths.join(', ') || 'none'}`)
      if (chart?.privileged !== false) {
        expect(hostPID, `hostPID of ${name}`).to.equal(true)
        expect(privileged, `a privileged container in ${name}`).to.equal(true)
        expect(hostPaths, `hostPath volumes of ${name}`).to.include('/')
      }
      const level = (await namespaceLabels(api, namespace))['pod-security.kubernetes.io/enforce'] ?? 'privileged'
      expect(needsPrivileges ? level : 'privileged', `Pod Security level of namespace ${namespace}`).to.equal(
        'privileged',
      )
    }
  },
  killedBy: {
    'kata-deploy-without-host-root': 'hostPath volumes of kata-deploy',
    'kata-namespace-at-baseline': 'Pod Security level of namespace kata-containers',
  },
})

behaviour('KATA-DEPLOY-017', {
  on: theCluster,
  pods: () => ({}),
  async check({ api, finding, expect }) {
    for (const { namespace, name, selector, status } of await kataDeployDaemonSets(api)) {
      // The guide's command, `kubectl logs -l name=kata-deploy`; a second installation's label ends in its suffix.
      expect(selector['name'], `label "name" that ${name} selects its pods by`).to.match(/^kata-deploy(-.+)?$/)
      const pods = await podsOf(api, namespace, { name: selector['name'] ?? '' })
      const nodes = new Set(pods.map(({ node }) => node))
      expect(nodes.size, `nodes with a pod of label name=${selector['name']}`).to.equal(
        Number(status['desiredNumberScheduled'] ?? 0),
      )
      for (const pod of pods) {
        const lines = await lastLines(api, pod, 200)
        expect(lines, `log of ${pod.name}`).to.not.be.empty
        const { own, ofTheClient } = complaints(lines)
        expect(own, `complaints in the log of ${pod.name}`).to.deep.equal([])
        if (ofTheClient.length > 0)
          finding(`${pod.name}: ${ofTheClient.length} requests to the API server failed: ${ofTheClient.at(-1)}`)
        if (pod.restarts > 0) finding(`${pod.name} on ${pod.node} was restarted ${pod.restarts} times`)
      }
    }
  },
  killedBy: {
    'kata-deploy-label-renamed': 'label "name" that kata-deploy selects its pods by',
    'kata-deploy-logs-an-error': 'complaints in the log of kata-deploy',
  },
})

/**
 * The release is compared wherever it can be read: chart's label on its ConfigMap, image tag, VERSION beside the shims of each node, and the
 * operator's profile. Helm's own record is a Secret that holds every value of the installation: the suite does not ask to read it.
 */
behaviour('KATA-DEPLOY-012', {
  on: withKataNodes,
  pods: () => ({}),
  async check({ api, facts, probes, finding, expect }) {
    const found = await kataDeploy(api)
    const witnesses = new Map<string, string>()
    for (const { kind, namespace, name, image } of [...found.daemonSets, ...found.jobs]) {
      const release = releaseOf(image)
      if (release !== null) witnesses.set(`image of ${kind} ${namespace}/${name}`, release)
    }
    for (const { metadata } of await configMaps(api, found)) {
      const release = /^kata-deploy-(\d+\.\d+\.\d+.*)$/.exec(metadata.labels?.['helm.sh/chart'] ?? '')?.[1]
      if (release !== undefined) witnesses.set(`chart's label on ConfigMap ${metadata.name}`, release)
    }
    const { declaredVersion } = facts.cluster
    if (declaredVersion) witnesses.set("the operator's profile", declaredVersion)
    const folder = await installationFolder(api)
    for (const probe of kataProbes({ probes, facts, finding })) {
      const text = await probe.readFileIfThere(`${folder}/VERSION`)
      const release = /\d+\.\d+\.\d+\S*/.exec(text ?? '')?.[0]
      if (release !== undefined) witnesses.set(`VERSION of the shims on ${probe.node}`, release)
    }
    if (witnesses.size < 2)
      throw new FactUnknownError(
        'what was deployed and what is declared',
        `only ${[...witnesses.keys()].join('') || 'nothing'} tells a release`,
      )
    const [[first, expected] = ['', '']] = witnesses
    finding([...witnesses].map(([where, release]) => `${where}: ${release}`).join('; '))
    for (const [where, release] of witnesses)
      expect(release, `release by ${where}, beside that by ${first}`).to.equal(expected)
  },
  killedBy: { 'nodes-not-upgraded': 'release by VERSION of the shims on kata-1, beside that by image of DaemonSet' },
})
