import { expect } from 'chai'
import { fitsPattern, runsKata } from '../../../helpers/node/containerdConfig.ts'
import { mergeToml, tomlAt } from '../../../helpers/node/mergeToml.ts'
import { nodeInMemory } from './host.ts'

const main = `version = 2
imports = ["conf.d/*.toml", "/opt/kata/containerd/config.d/kata-deploy.toml"]
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
`
const kataDeploy = `[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata-qemu]
runtime_type = "io.containerd.kata-qemu.v2"
runtime_path = "/opt/kata/bin/containerd-shim-kata-v2"
privileged_without_host_devices = true
pod_annotations = ["io.katacontainers.*"]
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata-qemu.options]
ConfigPath = "/opt/kata/share/defaults/kata-containers/runtimes/qemu/configuration-qemu.toml"
`
const runtimes = '/opt/kata/share/defaults/kata-containers/runtimes/qemu'

describe("containerd's configuration", () => {
  it('follows imports, with patterns and relative to the file', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': main,
      '/etc/containerd/conf.d/10.toml': '[proxy_plugins.nydus]\ntype = "snapshot"\n',
      '/etc/containerd/conf.d/10.toml.bak': 'not toml [',
      '/opt/kata/containerd/config.d/kata-deploy.toml': kataDeploy,
    })
    const config = await probe.containerd()
    expect(config?.files).to.deep.equal([
      '/etc/containerd/config.toml',
      '/etc/containerd/conf.d/10.toml',
      '/opt/kata/containerd/config.d/kata-deploy.toml',
    ])
    expect(config?.defaultRuntime).to.equal('runc')
    expect(config?.proxyPlugins).to.deep.equal(['nydus'])
    expect(config?.snapshotters).to.deep.equal(['overlayfs', 'nydus'])
    expect(config?.notImported).to.equal(null)
    const [runc, kata] = config?.runtimes ?? []
    expect(runc).to.include({ handler: 'runc', type: 'io.containerd.runc.v2', systemdCgroup: true })
    expect(kata).to.include({
      handler: 'kata-qemu',
      type: 'io.containerd.kata-qemu.v2',
      privilegedWithoutHostDevices: true,
    })
    expect([runc, kata].map((each) => each && runsKata(each))).to.deep.equal([false, true])
  })

  it('says when nothing imports what kata-deploy wrote', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': 'version = 2\n',
      '/opt/kata/containerd/config.d/kata-deploy.toml': kataDeploy,
    })
    const config = await probe.containerd()
    expect(config?.runtimes).to.deep.equal([])
    expect(config?.notImported).to.equal('/opt/kata/containerd/config.d/kata-deploy.toml')
  })

  it("reads version 3, and RKE2's file before /etc", async () => {
    const version3 = kataDeploy.replaceAll('io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.runtime')
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': main,
      '/var/lib/rancher/rke2/agent/etc/containerd/config.toml': `version = 3\n${version3}`,
    })
    const config = await probe.containerd()
    expect(config?.runtimes.map((each) => each.handler)).to.deep.equal(['kata-qemu'])
  })

  it('names the file that is not TOML', async () => {
    const { probe } = await nodeInMemory({ '/etc/containerd/config.toml': 'version = [' })
    const error = await probe.containerd().then(
      () => null,
      (reason: Error) => reason,
    )
    expect(error?.message).to.match(/^node node-1: \/etc\/containerd\/config\.toml is not TOML: /)
  })

  it('matches patterns within one folder only', () => {
    expect(fitsPattern('/etc/a/b.toml', '/etc/a/*.toml')).to.equal(true)
    expect(fitsPattern('/etc/a/c/b.toml', '/etc/a/*.toml')).to.equal(false)
    expect(fitsPattern('/etc/a/bXtoml', '/etc/a/*.toml')).to.equal(false)
  })
})

describe('effective configuration of Kata', () => {
  it('lays config.d over the base in lexical order, whatever the files are called', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': main,
      '/opt/kata/containerd/config.d/kata-deploy.toml': kataDeploy,
      [`${runtimes}/configuration-qemu.toml`]:
        '[hypervisor.qemu]\ndefault_memory = 2048\ndefault_vcpus = 1\nenable_annotations = ["a", "b"]\n[runtime]\nsandbox_cgroup_only = false\n',
      [`${runtimes}/config.d/50-overrides`]: '[hypervisor.qemu]\ndefault_memory = 256\n',
      [`${runtimes}/config.d/10-core.toml`]:
        '[hypervisor.qemu]\ndefault_memory = 512\nenable_annotations = ["c"]\n[agent.kata]\ndial_timeout = 90\n',
    })
    const toml = await probe.effectiveToml('kata-qemu')
    expect(toml?.dropIns).to.deep.equal([`${runtimes}/config.d/10-core.toml`, `${runtimes}/config.d/50-overrides`])
    expect(tomlAt(toml?.values ?? {}, 'hypervisor', 'qemu', 'default_memory')).to.equal(256)
    expect(tomlAt(toml?.values ?? {}, 'hypervisor', 'qemu', 'default_vcpus')).to.equal(1)
    expect(tomlAt(toml?.values ?? {}, 'hypervisor', 'qemu', 'enable_annotations')).to.deep.equal(['c'])
    expect(tomlAt(toml?.values ?? {}, 'runtime', 'sandbox_cgroup_only')).to.equal(false)
    expect(tomlAt(toml?.values ?? {}, 'agent', 'kata', 'dial_timeout')).to.equal(90)
  })

  it('takes config.d from where a linked file really is', async () => {
    const { probe } = await nodeInMemory(
      {
        '/etc/containerd/config.toml': main,
        '/opt/kata/containerd/config.d/kata-deploy.toml': kataDeploy,
        '/opt/kata/real/configuration-qemu.toml': '[hypervisor.qemu]\ndefault_memory = 2048\n',
        '/opt/kata/real/config.d/50.toml': '[hypervisor.qemu]\ndefault_memory = 128\n',
        [`${runtimes}/config.d/50.toml`]: '[hypervisor.qemu]\ndefault_memory = 9\n',
      },
      { [`${runtimes}/configuration-qemu.toml`]: '/opt/kata/real/configuration-qemu.toml' },
    )
    const toml = await probe.effectiveToml('kata-qemu')
    expect(toml?.path).to.equal('/opt/kata/real/configuration-qemu.toml')
    expect(tomlAt(toml?.values ?? {}, 'hypervisor', 'qemu', 'default_memory')).to.equal(128)
  })

  it('is none for an unknown handler, and for one that is run by something else', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': main.replaceAll('runtimes.runc', 'runtimes.kata-qemu'),
      '/etc/kata-containers/configuration.toml': '[hypervisor.qemu]\n',
    })
    expect(await probe.effectiveToml('kata-clh')).to.equal(null)
    expect(await probe.effectiveToml('kata-qemu')).to.equal(null)
  })

  it('names the line of a drop-in that is not TOML', async () => {
    const { probe } = await nodeInMemory({
      '/etc/containerd/config.toml': main,
      '/opt/kata/containerd/config.d/kata-deploy.toml': kataDeploy,
      [`${runtimes}/configuration-qemu.toml`]: '',
      [`${runtimes}/config.d/50.toml`]: '[hypervisor.qemu]\ndefault_memory = \n',
    })
    const error = await probe.effectiveToml('kata-qemu').then(
      () => null,
      (reason: Error) => reason,
    )
    expect(error?.message).to.match(/config\.d\/50\.toml:\d+ is not TOML/)
  })

  it('merges tables deeply and replaces everything else', () => {
    expect(mergeToml({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, d: { e: 1 } })).to.deep.equal({
      a: { b: 1, c: [3] },
      d: { e: 1 },
    })
  })
})
