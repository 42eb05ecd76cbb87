import { expect } from 'chai'
import { parse } from 'smol-toml'
import { kataDeployToml } from '../../../sim/node/containerdConfig.ts'
import { handlersOf } from '../../../sim/node/handlersOf.ts'
import { loadScenario } from '../../../sim/scenarios/loadScenario.ts'
import { annotatedConfig } from '../../../sim/shims/annotations.ts'
import { healthy } from '../../../sim/faults/departures.ts'
import { departuresOf } from '../../../sim/faults/faultDepartures.ts'
import { configPath, type KataHandler } from '../../../sim/shims/kataHandler.ts'
import { kataRelease } from '../../../sim/shims/kataRelease.ts'
import { shimConfig, type ShimConfig } from '../../../sim/shims/shimConfig.ts'
import { baseConfiguration, baseToml, dropInToml, mergeToml } from '../../../sim/shims/shimToml.ts'

async function handler(name: string, kataVersion = '3.26.0'): Promise<KataHandler> {
  const scenario = await loadScenario('documented', { kataVersion })
  const found = handlersOf(scenario, kataRelease(kataVersion), healthy).find((one) => one.name === name)
  if (!found) throw new Error(`no handler ${name} in Kata ${kataVersion}`)
  return found
}

async function effective(name: string, kataVersion = '3.26.0'): Promise<ShimConfig> {
  const found = await handler(name, kataVersion)
  const base = baseToml(baseConfiguration(found, kataRelease(kataVersion), healthy), found)
  return shimConfig(mergeToml(base, found.dropIn === null ? [] : [dropInToml(found)]))
}

describe('configuration of the shims', () => {
  it('has the defaults of 3.26.0', async () => {
    expect(await effective('kata-qemu')).to.include({
      defaultMemoryMiB: 2048,
      defaultVcpus: 1,
      memorySlots: 10,
      disableBlockDeviceUse: true,
      staticSizing: false,
      sharedFs: 'virtio-fs',
    })
    expect(await effective('kata-qemu-runtime-rs')).to.include({
      disableBlockDeviceUse: false,
      staticSizing: false,
      overhead: null,
    })
    expect(await effective('kata-fc')).to.include({ staticSizing: true, sharedFs: 'none' })
    expect(await effective('kata-dragonball')).to.include({ sharedFs: 'inline-virtio-fs', virtiofsDaemon: null })
  })

  it('merges the drop-in of a custom runtime', async () => {
    expect(await effective('kata-qemu-minimal')).to.include({
      defaultMemoryMiB: 256,
      disableBlockDeviceUse: true,
      memorySlots: 10,
    })
    expect(await effective('kata-qemu-block-minimal')).to.include({
      defaultMemoryMiB: 256,
      disableBlockDeviceUse: false,
      blockDeviceDriver: 'virtio-scsi',
    })
  })

  const drift: [version: string, name: string, expected: Partial<ShimConfig>][] = [
    ['3.25.0', 'kata-qemu', { disableBlockDeviceUse: false }],
    ['3.31.0', 'kata-qemu-runtime-rs', { staticSizing: false, sandboxCgroupOnly: false }],
    ['3.32.0', 'kata-qemu-runtime-rs', { staticSizing: true, sandboxCgroupOnly: true, overhead: null }],
    ['4.0.0', 'kata-qemu-runtime-rs', { staticSizing: true, guestEmptyDir: false }],
    ['4.0.0', 'kata-qemu', { staticSizing: false, guestEmptyDir: false }],
    ['3.30.0', 'kata-clh-runtime-rs', { staticSizing: false }],
  ]
  for (const [version, name, expected] of drift) {
    it(`${version} ${name}: ${JSON.stringify(expected)}`, async () => {
      expect(await effective(name, version)).to.include(expected)
    })
  }

  it('sizes by overhead from 4.0 on', async () => {
    expect((await effective('kata-qemu-runtime-rs', '4.0.0')).overhead).to.deep.equal({ vcpus: 0.2, memoryMiB: 32 })
  })

  it('is where containerd looks for it', async () => {
    const minimal = await handler('kata-qemu-minimal')
    expect(configPath(minimal)).to.equal(
      '/opt/kata/share/defaults/kata-containers/custom-runtimes/kata-qemu-minimal/configuration-qemu.toml',
    )
    const toml = parse(kataDeployToml([minimal, await handler('kata-dragonball')], healthy)) as never as {
      plugins: Record<string, { containerd: { runtimes: Record<string, object> } }>
    }
    expect(toml.plugins['io.containerd.grpc.v1.cri']?.containerd.runtimes['kata-qemu-minimal']).to.deep.equal({
      runtime_type: 'io.containerd.kata-qemu-minimal.v2',
      runtime_path: '/opt/kata/bin/containerd-shim-kata-v2',
      privileged_without_host_devices: true,
      pod_annotations: ['io.katacontainers.*'],
      options: { ConfigPath: configPath(minimal) },
    })
  })

  it('keeps the configuration of a renamed handler', async () => {
    const scenario = await loadScenario('documented')
    const renamed = handlersOf(scenario, kataRelease('3.26.0'), departuresOf(['kata-qemu-handler-renamed']))
    expect(renamed.map(({ name }) => name))
      .to.include('kata')
      .and.not.include('kata-qemu')
    expect(configPath(renamed[0] as KataHandler)).to.equal(configPath(await handler('kata-qemu')))
  })
})

describe('annotations', () => {
  const memory = { 'io.katacontainers.config.hypervisor.default_memory': '1024' }

  it('are refused by the Go shim unless enabled', async () => {
    const config = await effective('kata-qemu')
    expect(() => annotatedConfig(config, { language: 'go' }, memory)).to.throw(
      'annotation io.katacontainers.config.hypervisor.default_memory is not enabled',
    )
    const params = annotatedConfig(
      config,
      { language: 'go' },
      { 'io.katacontainers.config.hypervisor.kernel_params': 'foo=bar' },
    )
    expect(params.kernelParams).to.match(/ foo=bar$/)
  })

  it('size the VM under the Rust shim, which ignores what it does not know', async () => {
    const config = await effective('kata-qemu-runtime-rs')
    const unknown = { 'io.katacontainers.config.hypervisor.no_such_thing': '1' }
    expect(annotatedConfig(config, { language: 'rust' }, { ...memory, ...unknown })).to.deep.equal({
      ...config,
      defaultMemoryMiB: 1024,
    })
  })
})
