import { stringify, type TomlTable } from 'smol-toml'
import type { Departures } from '../faults/departures.ts'
import { configPath, shimBinary, type KataHandler } from '../shims/kataHandler.ts'

export const kataDeployConfig = '/opt/kata/containerd/config.d/kata-deploy.toml'

/** The snapshotter that a shim of the chart needs (values.yaml: fc wants devmapper and the CoCo shims nydus, which the operator must set up). */
export function snapshotterOf(
  handler: Pick<KataHandler, 'hypervisor' | 'confidential'>,
  { cocoSnapshotter }: Pick<Departures, 'cocoSnapshotter'>,
): string | null {
  if (handler.confidential !== null) return cocoSnapshotter
  return handler.hypervisor === 'firecracker' ? 'devmapper' : null
}

/** /etc/containerd/config.toml of a node of kubeadm; kata-deploy adds its import. */
export function containerdToml(
  defaultRuntime: 'runc' | 'crun',
  kata: boolean,
  snapshotters: readonly string[],
): string {
  const proxies = snapshotters.includes('devmapper')
    ? {
        'io.containerd.snapshotter.v1.devmapper': {
          pool_name: 'containerd-pool',
          root_path: '/var/lib/containerd/devmapper',
          base_image_size: '10GB',
        },
      }
    : {}
  return stringify({
    version: 2,
    ...(kata ? { imports: [kataDeployConfig] } : {}),
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
  departures: Pick<Departures, 'shimBinaries' | 'runtimeTypes' | 'podAnnotations' | 'cocoSnapshotter'>,
): string {
  const runtimes: Record<string, TomlTable> = {}
  for (const handler of handlers) {
    const snapshotter = snapshotterOf(handler, departures)
    runtimes[handler.name] = {
      runtime_type:
        departures.runtimeTypes[handler.name] ?? `io.containerd.${handler.custom ?? `kata-${handler.shim}`}.v2`,
      runtime_path: shimBinary({ language: departures.shimBinaries[handler.name] ?? handler.language }),
      privileged_without_host_devices: true,
      ...(departures.podAnnotations.length > 0 ? { pod_annotations: [...departures.podAnnotations] } : {}),
      ...(snapshotter ? { snapshotter } : {}),
      options: { ConfigPath: configPath(handler) },
    }
  }
  return stringify({ plugins: { 'io.containerd.grpc.v1.cri': { containerd: { runtimes } } } })
}
