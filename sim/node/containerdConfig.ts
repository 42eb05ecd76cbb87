import { parse, stringify, type TomlTable } from 'smol-toml'
import type { Departures } from '../faults/departures.ts'
import type { MachineFiles } from '../machine/machineFiles.ts'
import type { NodeScenario } from '../scenarios/scenario.ts'
import { configPath, shimBinary, type KataHandler } from '../shims/kataHandler.ts'
import { mergeToml } from '../shims/shimToml.ts'
import type { Distribution } from './distributions.ts'

/** The snapshotter that a shim of the chart needs (values.yaml: fc wants devmapper, TEE and CoCo shims nydus; the operator must set them up). */
export function snapshotterOf(
  handler: Pick<KataHandler, 'hypervisor' | 'variant'>,
  { cocoSnapshotter, teeSnapshotter }: Pick<Departures, 'cocoSnapshotter' | 'teeSnapshotter'>,
): string | null {
  if (handler.variant !== null) return teeSnapshotter === 'none' ? null : cocoSnapshotter
  return handler.hypervisor === 'firecracker' ? 'devmapper' : null
}

/** containerd's configuration of a node in the folders of its distribution, with kata-deploy's handlers where the node has Kata. */
export function writeContainerdConfig(
  files: MachineFiles,
  node: {
    scenario: NodeScenario
    kataNumber: number | null
    distribution: Distribution
    handlers: readonly KataHandler[]
    departures: Departures
  },
): void {
  const { scenario, distribution, departures } = node
  const { containerdConfig, template, dropIn } = distribution
  const imports = scenario.kata && template !== null ? [dropIn] : []
  const text = containerdToml(scenario, imports)
  const lost = node.kataNumber === 2 ? departures.secondNodeMissingHandlers : []
  const handlers = node.handlers.filter(({ name }) => !lost.includes(name))
  const ours = kataDeployToml(handlers, departures)
  if (template === null) {
    // k0s puts the CRI's settings of containerd.d into a file of its own, which its main file imports (k0s, containerd configurer).
    files.write(containerdConfig, stringify({ version: 2, imports: ['/run/k0s/containerd-cri.toml'] }))
    const merged = scenario.kata ? mergeToml(text, [ours]) : parse(text)
    files.write('/run/k0s/containerd-cri.toml', stringify(merged))
  } else {
    // A template of the distribution is rendered at each start of containerd; kata-deploy adds its import to the template.
    if (template !== containerdConfig)
      files.write(template, `${imports.length > 0 ? `imports = ["${dropIn}"]\n` : ''}{{ template "base" . }}\n`)
    files.write(containerdConfig, text)
  }
  if (scenario.kata) files.write(dropIn, ours)
}

function containerdToml({ defaultRuntime, snapshotters }: NodeScenario, imports: readonly string[]): string {
  const proxies = snapshotters.includes('devmapper')
    ? {
        'io.containerd.snapshotter.v1.devmapper': {
          pool_name: 'containerd-pool',
          root_path: '/var/lib/containerd/devmapper',
          base_image_size: '10GB',
        },
      }
    : {}
  const nydus = { type: 'snapshot', address: '/run/containerd-nydus/containerd-nydus-grpc.sock' }
  return stringify({
    version: 2,
    ...(snapshotters.includes('nydus') ? { proxy_plugins: { nydus } } : {}),
    ...(imports.length > 0 ? { imports: [...imports] } : {}),
    plugins: {
      'io.containerd.grpc.v1.cri': {
        sandbox_image: 'registry.k8s.io/pause:3.10',
        containerd: {
          default_runtime_name: defaultRuntime,
          snapshotter: 'overlayfs',
          runtimes: {
            [defaultRuntime]: {
              runtime_type: 'io.containerd.runc.v2',
              options: { SystemdCgroup: true, ...(defaultRuntime === 'crun' ? { BinaryName: '/usr/bin/crun' } : {}) },
            },
          },
        },
      },
      ...proxies,
    },
  })
}

/**
 * The drop-in that kata-deploy writes (its config.toml handling, 3.26): one runtime for each handler.
 * @param type runtime_type's middle is the shim's name, whatever the handler is called.
 */
export function kataDeployToml(
  handlers: readonly KataHandler[],
  departures: Pick<
    Departures,
    | 'shimBinaries'
    | 'runtimeTypes'
    | 'podAnnotations'
    | 'handlersKeepHostDevicesAway'
    | 'teeSnapshotter'
    | 'cocoSnapshotter'
    | 'handlersWithNydus'
  >,
): string {
  const runtimes: Record<string, TomlTable> = {}
  for (const handler of handlers) {
    const snapshotter = departures.handlersWithNydus.includes(handler.name)
      ? 'nydus'
      : snapshotterOf(handler, departures)
    runtimes[handler.name] = {
      runtime_type:
        departures.runtimeTypes[handler.name] ?? `io.containerd.${handler.custom ?? `kata-${handler.shim}`}.v2`,
      runtime_path: shimBinary({ language: departures.shimBinaries[handler.name] ?? handler.language }),
      ...(departures.handlersKeepHostDevicesAway ? { privileged_without_host_devices: true } : {}),
      ...(departures.podAnnotations.length > 0 ? { pod_annotations: [...departures.podAnnotations] } : {}),
      ...(snapshotter ? { snapshotter } : {}),
      options: { ConfigPath: configPath(handler) },
    }
  }
  return stringify({ plugins: { 'io.containerd.grpc.v1.cri': { containerd: { runtimes } } } })
}
