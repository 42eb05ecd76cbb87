import { parse } from 'smol-toml'
import { behaviour } from '../../helpers/behaviour.ts'
import { handlerFiles } from '../../helpers/deployment/handlerFiles.ts'
import { installationFolder } from '../../helpers/deployment/kataDeploy.ts'
import { kataNodes } from '../../helpers/oracles/applicability.ts'
import { debugRoot, nodeDebugPod } from '../../helpers/pods/nodeDebugPod.ts'

behaviour('KATA-TROUBLE-003', {
  on: kataNodes,
  pods: () => ({ debug: nodeDebugPod() }),
  async check({ pods, api, node, expect }) {
    const named = await handlerFiles(node, await installationFolder(api))
    const files = [...new Set(named.map(({ path }) => path))].sort()
    expect(files, `files that the Kata handlers of ${node.node} name`).to.not.be.empty
    const { stdout } = await pods.debug.read([
      'sh',
      '-c',
      'ls -la "$@" 2>&1; true',
      'ls',
      ...files.map((file) => `${debugRoot}${file}`),
    ])
    const listed = files.filter((file) => stdout.split('\n').some((line) => /^[-l]/.test(line) && names(line, file)))
    expect(
      files.filter((file) => !listed.includes(file)),
      `files of Kata that a debug pod cannot list on ${node.node}`,
    ).to.deep.equal([])
  },
  killedBy: {
    'firecracker-missing-on-second-node': 'files of Kata that a debug pod cannot list',
  },
})

/** A line of `ls -la` about this file; of a link it names the target too. */
const names = (line: string, file: string): boolean => line.replace(/ -> .*$/, '').endsWith(` ${debugRoot}${file}`)

// As the guide has it, by `ls`: it shows that the device is there. That it opens is KATA-PREREQ-002.
behaviour('KATA-TROUBLE-007', {
  on: kataNodes,
  pods: () => ({ debug: nodeDebugPod() }),
  async check({ pods, node, expect }) {
    const { stdout, stderr } = await pods.debug.read(['sh', '-c', `ls -la ${debugRoot}/dev/kvm; true`])
    expect(stdout.trim() || stderr.trim(), `ls -la ${debugRoot}/dev/kvm on ${node.node}`).to.match(/^c.* 10, *232 /)
  },
  killedBy: {
    'node-without-kvm': `ls -la ${debugRoot}/dev/kvm on`,
    'kata-emulates-without-kvm': `ls -la ${debugRoot}/dev/kvm on`,
  },
})

/** Where the guide says that the default configuration is, and where runtime-rs has its own; EL8 packages have the last. */
const defaultConfigurations = (folder: string): readonly string[] => [
  `${folder}/share/defaults/kata-containers/configuration.toml`,
  `${folder}/share/defaults/kata-containers/runtime-rs/configuration.toml`,
  '/usr/share/defaults/kata-containers/configuration.toml',
  '/usr/share/kata-containers/defaults/configuration.toml',
]

behaviour('KATA-TROUBLE-011', {
  on: kataNodes,
  pods: () => ({ debug: nodeDebugPod() }),
  async check({ pods, api, node, facts, finding, expect }) {
    const places = defaultConfigurations(await installationFolder(api))
    const script = `for file in ${places.join(' ')}; do
      [ -s "${debugRoot}$file" ] || continue
      echo "$file"
      exec cat "${debugRoot}$file"
    done
    echo none`
    const { stdout } = await pods.debug.read(['sh', '-c', script])
    const [path = '', ...lines] = stdout.split('\n')
    expect(path, `default configuration that a debug pod can read on ${node.node}`).to.be.oneOf(places)
    finding(`${node.node}: ${path}`)
    expect(Object.keys(parse(lines.join('\n'))), `tables of ${path}`).to.include('hypervisor')
    // It is one shim's only, and without its drop-ins: what a class really runs with is the effective configuration of its handler.
    const here = facts.cluster.classes.filter(({ nodes }) => nodes.includes(node.node))
    const tables = await Promise.all(
      here.map(async ({ name, handler }) => {
        const toml = handler.value === null ? null : await node.effectiveToml(handler.value)
        return { name, tables: Object.keys(toml?.values ?? {}) }
      }),
    )
    for (const { name, tables: of } of tables)
      expect(of, `tables of the effective configuration of ${name}`).to.include('hypervisor')
  },
  killedBy: {
    'stratovirt-class-offered': 'tables of the effective configuration of kata-stratovirt',
    'handler-missing-on-second-node': 'tables of the effective configuration of kata-clh',
    'default-configuration-dangles': 'default configuration that a debug pod can read on',
  },
})
