import { behaviour } from '../../helpers/behaviour.ts'
import { reportedHandlers } from '../../helpers/deployment/clusterLabels.ts'
import { containerdOf } from '../../helpers/deployment/containerdOf.ts'
import { installations } from '../../helpers/deployment/installations.ts'
import { environmentOf, installationFolder, kataDeploy, type KataDeploy } from '../../helpers/deployment/kataDeploy.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import type { ClusterFacts } from '../../helpers/facts/facts.ts'
import { runsKata } from '../../helpers/node/containerdConfig.ts'
import { isTable, tomlAt } from '../../helpers/node/mergeToml.ts'
import type { NodeProbe } from '../../helpers/node/nodeProbe.ts'
import { anyKata, cluster } from '../../helpers/oracles/applicability.ts'
import { chartRelease } from '../../helpers/oracles/chart/chartRelease.ts'
import { defaultHandlers } from '../../helpers/oracles/defaultHandlers.ts'
import { containerdFolder, shimPath } from '../../helpers/oracles/kataInstallation.ts'
import { kataProbes, probesOfClass, someKataNode, withKataNodes } from '../../helpers/oracles/kataNodes.ts'
import { declaredOn, handlersNamed, handlersOffered } from '../../helpers/oracles/offeredHandlers.ts'

/**
 * A RuntimeClass is an object of the API, its handler a section of containerd's configuration on each node: a pod that lands where the section is
 * missing never starts. Fields: kata-deploy binary/src/runtime/containerd.rs, write_containerd_runtime_config.
 */
behaviour('KATA-DEPLOY-011', {
  on: anyKata,
  pods: () => ({}),
  async check(context) {
    const { api, facts, expect } = context
    const handler = need(facts.class.handler, 'handler')
    const [folder, reported] = await Promise.all([installationFolder(api), reportedHandlers(api)])
    for (const probe of probesOfClass(context)) {
      const runtime = (await containerdOf(probe)).runtimes.find((each) => each.handler === handler)
      const where = `handler ${handler} of containerd on ${probe.node}`
      expect(runtime ? 'configured' : 'missing', where).to.equal('configured')
      if (!runtime) continue
      expect(runtime.type, `runtime_type of ${where}`).to.match(/^io\.containerd\.kata(-[^.]+)?\.v2$/)
      expect(runtime.path, `runtime_path of ${where}`).to.equal(shimPath(folder, need(facts.class.shim, 'shim')))
      expect(runtime.privilegedWithoutHostDevices, `privileged_without_host_devices of ${where}`).to.equal(true)
      expect(runtime.podAnnotations, `pod_annotations of ${where}`).to.include('io.katacontainers.*')
      const config = runtime.configPath ?? ''
      expect((await probe.fileStatus(config))?.kind ?? 'absent', `${config}, ConfigPath of ${where}`).to.equal(
        'regular file',
      )
      // What the kubelet heard from the running containerd: its file alone may have been written and never been read.
      const known = reported.get(probe.node)
      if (known) expect(known, `handlers that ${probe.node} reports`).to.include(handler)
    }
  },
  killedBy: {
    'handler-missing-on-second-node': 'handler kata-clh of containerd on kata-2',
    'kata-clh-with-a-legacy-runtime-type': 'runtime_type of handler kata-clh',
    'pod-annotations-not-passed': 'pod_annotations of handler',
    'host-devices-flag-missing': 'privileged_without_host_devices of handler',
    'kata-qemu-runtime-rs-run-by-the-go-shim': 'runtime_path of handler kata-qemu-runtime-rs',
    'kata-cloud-hypervisor-run-by-the-go-shim': 'runtime_path of handler kata-cloud-hypervisor',
  },
})

const folderOf = (found: KataDeploy): string | null => {
  const [first] = [...found.daemonSets, ...found.jobs]
  const volume = first?.template.spec.volumes?.find(({ name }) => name === 'containerd-conf')
  return volume?.hostPath?.path.trim() ?? null
}

behaviour('KATA-DEPLOY-013', {
  on: withKataNodes,
  pods: () => ({}),
  async check({ api, facts, probes, finding, expect }) {
    const distribution = need(facts.cluster.distribution, 'the distribution')
    const folder = folderOf(await kataDeploy(api))
    if (folder === null)
      throw new FactUnknownError("kata-deploy's folder of containerd's configuration", 'it mounts none')
    const expected = containerdFolder(distribution)
    finding(`${distribution}: kata-deploy writes to ${folder}`)
    for (const probe of kataProbes({ probes, facts, finding })) {
      const containerd = await containerdOf(probe)
      const read = containerd.files
      expect(
        read.some((file) => file.startsWith(folder))
          ? folder
          : `${folder}, where containerd of ${probe.node} reads nothing`,
        'folder that kata-deploy writes to',
      ).to.equal(expected)
      expect(containerd.notImported ?? 'nothing', `drop-in that containerd of ${probe.node} does not import`).to.equal(
        'nothing',
      )
      expect(
        containerd.runtimes.some(runsKata) ? 'some' : 'none',
        `Kata's handlers in containerd of ${probe.node}`,
      ).to.equal('some')
    }
  },
  killedBy: { 'containerd-folder-of-another-distribution': 'folder that kata-deploy writes to' },
})

/** Switches of debugging in a configuration: `section.key` with its value; false where it is not said. */
function debugSwitches(values: Readonly<Record<string, unknown>>): Map<string, boolean> {
  const hypervisors = isTable(values['hypervisor']) ? Object.keys(values['hypervisor']) : []
  const places = [...hypervisors.map((name) => ['hypervisor', name]), ['runtime'], ['agent', 'kata']]
  return new Map(
    places.map(
      (place) => [`${place.join('.')}.enable_debug`, tomlAt(values, ...place, 'enable_debug') === true] as const,
    ),
  )
}

/** Debug output slows guests down and fills logs: it falsifies every figure, so that it is looked for where it is really read, on the nodes. */
behaviour('KATA-DEPLOY-014', {
  on: anyKata,
  pods: () => ({}),
  async check(context) {
    const { api, facts, finding, expect } = context
    const found = await kataDeploy(api)
    const debug = [...found.daemonSets, ...found.jobs].map(environmentOf).find((env) => env['DEBUG'] !== undefined)?.[
      'DEBUG'
    ]
    if (debug === undefined) throw new FactUnknownError('whether debug is on', "kata-deploy's environment has no DEBUG")
    const handler = need(facts.class.handler, 'handler')
    const ownClasses = chartRelease(facts.cluster.kataVersion.value)?.debugClasses ?? false
    const expected = debug === 'true' && (!ownClasses || handler.endsWith('-debug'))
    finding(`DEBUG of kata-deploy is ${debug}`)
    for (const probe of probesOfClass(context)) {
      const toml = await probe.effectiveToml(handler)
      expect(toml ? 'there' : 'absent', `configuration of ${handler} on ${probe.node}`).to.equal('there')
      for (const [key, value] of debugSwitches(toml?.values ?? {}))
        expect(value, `${key} of ${handler} on ${probe.node}`).to.equal(expected)
    }
  },
  killedBy: {
    'debug-left-on': 'runtime.enable_debug of kata-qemu on kata-2',
    'handler-missing-on-second-node': 'configuration of kata-clh on kata-2',
  },
})

const defaultClass = 'kata'

/**
 * `createDefaultRuntimeClass` of the guide, `runtimeClasses.createDefault` of the chart: the documents have true and false as its default, so the
 * operator's profile decides. A class that is there all the same leads to the default shim, or it is a leftover.
 */
behaviour('KATA-DEPLOY-015', {
  on: cluster(({ declared, declaresAllClasses = true, classes }) =>
    (declared !== null && declaresAllClasses) || classes.some(({ name }) => name === defaultClass)
      ? true
      : { no: 'no profile says whether there is a default class, and there is none' },
  ),
  pods: () => ({}),
  async check({ api, facts, expect }) {
    const { declared, declaresAllClasses = true, classes, nodes, kataVersion } = facts.cluster
    const object = await api.find({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: defaultClass })
    if (declared !== null && declaresAllClasses) {
      const wanted = declared.some(({ name }) => name === defaultClass)
      expect(object ? 'there' : 'absent', 'RuntimeClass kata').to.equal(wanted ? 'there' : 'absent')
    }
    if (!object) return
    const architectures = [
      ...new Set(nodes.flatMap(({ kata, architecture }) => (kata.value === true ? (architecture.value ?? []) : []))),
    ]
    // Of two installations one alone has made the class.
    const expected = (await installations(api)).flatMap(
      (environment) =>
        defaultHandlers(architectures, {
          declared: declared?.find(({ name }) => name === defaultClass)?.handler,
          environment,
          chart: chartRelease(kataVersion.value)?.defaultShim ?? null,
        }) ?? [],
    )
    if (expected.length === 0)
      throw new FactUnknownError("the chart's default shim", `Kata is ${kataVersion.value ?? kataVersion.how}`)
    expect(expected, 'handlers of the default shim').to.include(object['handler'])
    const handlers = classes.filter(({ name }) => name !== defaultClass).map(({ handler }) => handler.value)
    expect(handlers, 'handlers of the other classes').to.include(object['handler'])
  },
  killedBy: {
    'default-class-left-behind': "RuntimeClass kata: expected 'there' to equal 'absent'",
    'default-class-of-another-shim': 'handlers of the default shim',
  },
})

/** Handlers that a node's containerd runs with Kata. */
async function kataHandlers(probe: NodeProbe): Promise<string[]> {
  return (await containerdOf(probe)).runtimes.filter(runsKata).map(({ handler }) => handler)
}

behaviour('KATA-DEPLOY-016', {
  on: withKataNodes,
  pods: () => ({}),
  async check({ facts, probes, finding, expect }) {
    const named = handlersNamed(facts.cluster)
    for (const probe of kataProbes({ probes, facts, finding })) {
      const configured = await kataHandlers(probe)
      const offered = handlersOffered(facts.cluster, probe.node)
      expect(
        offered.filter((handler) => !configured.includes(handler)),
        `handlers that a RuntimeClass names and ${probe.node} has not`,
      ).to.deep.equal([])
      expect(
        configured.filter((handler) => !named.includes(handler)),
        `handlers of ${probe.node} that no RuntimeClass names`,
      ).to.deep.equal([])
      for (const { name, handler } of declaredOn(facts.cluster, probe.node))
        expect(configured, `handlers of ${probe.node}, with that of the declared ${name}`).to.include(handler)
    }
    finding(overheadsBesideTheChart(facts.cluster))
  },
  killedBy: {
    'kata-qemu-class-missing': 'that no RuntimeClass names',
    'kata-qemu-handler-renamed': 'with that of the declared kata-qemu',
    'kata-clh-class-with-qemu-handler': 'that no RuntimeClass names',
    'kata-fc-class-with-qemu-handler': 'that no RuntimeClass names',
    'kata-dragonball-class-with-qemu-handler': 'that no RuntimeClass names',
    'minimal-class-with-qemu-handler': 'that no RuntimeClass names',
    'block-minimal-class-with-qemu-handler': 'that no RuntimeClass names',
    'handler-missing-on-second-node': 'and kata-2 has not',
    'stratovirt-class-offered': 'handlers that a RuntimeClass names and kata-1 has not',
    'kata-stratovirt-handler-configured': 'that no RuntimeClass names',
  },
})

/** Values may override them: told, not judged. */
function overheadsBesideTheChart({ classes, kataVersion }: ClusterFacts): string {
  const chart = chartRelease(kataVersion.value)
  const others = classes.flatMap(({ name, handler, overheadMiB }) => {
    const documented = chart?.overhead((handler.value ?? '').replace(/^kata-/, ''))?.memory
    return documented && overheadMiB.value !== null && `${overheadMiB.value}Mi` !== documented
      ? [`${name} ${overheadMiB.value}Mi, chart ${documented}`]
      : []
  })
  return others.length === 0 ? "overheads are the chart's" : `overheads beside the chart's: ${others.join('; ')}`
}

behaviour('KATA-DEPLOY-009', {
  on: cluster(someKataNode, ({ kataVersion }) => {
    const chart = chartRelease(kataVersion.value)
    if (!chart) return { unknown: `whether the chart has StratoVirt: Kata is ${kataVersion.value ?? kataVersion.how}` }
    return chart.shims.includes('stratovirt') ? { no: 'the chart of this release has StratoVirt' } : true
  }),
  pods: () => ({}),
  async check({ api, facts, probes, finding, expect }) {
    const path = `${await installationFolder(api)}/bin/stratovirt`
    const object = await api.find({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: 'kata-stratovirt' })
    expect(object ? 'there' : 'absent', 'RuntimeClass kata-stratovirt').to.equal('absent')
    for (const probe of kataProbes({ probes, facts, finding })) {
      expect((await probe.fileStatus(path))?.kind ?? 'absent', `${path} on ${probe.node}`).to.equal('absent')
      expect(await kataHandlers(probe), `handlers of ${probe.node}`).to.not.include('kata-stratovirt')
    }
  },
  killedBy: {
    'stratovirt-class-offered': "RuntimeClass kata-stratovirt: expected 'there' to equal 'absent'",
    'kata-stratovirt-handler-configured': 'handlers of kata-1',
  },
})
