import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { isTable, tomlAt } from '../../helpers/node/mergeToml.ts'
import { classes, onNode, qemu } from '../../helpers/oracles/applicability.ts'

/** Templating and its cache are the factory's; DAX is the window through which a guest maps files of the host. Upstream ships all three off. */
behaviour('KATA-BENCH-013', {
  on: classes(qemu, onNode),
  pods: () => ({}),
  async check({ facts, node, finding, expect }) {
    const toml = await node.effectiveToml(need(facts.class.handler, 'the handler of the class'))
    expect(toml, `effective configuration of ${facts.class.name}`).to.not.equal(null)
    const values = toml?.values ?? {}
    const hypervisors = tomlAt(values, 'hypervisor')
    const cacheMiB = isTable(hypervisors)
      ? Number(
          Object.values(hypervisors).map((each) => (isTable(each) ? (each['virtio_fs_cache_size'] ?? 0) : 0))[0] ?? 0,
        )
      : 0
    const template = tomlAt(values, 'factory', 'enable_template') === true
    const cached = Number(tomlAt(values, 'factory', 'vm_cache_number') ?? 0)
    finding(
      `DAX window ${cacheMiB} MiB${cacheMiB === 0 ? ' (off)' : ''}, templating ${template ? 'on' : 'off'}, ${cached} VMs kept in advance: what the start of a pod takes here owes ${
        cacheMiB > 0 || template || cached > 0 ? 'something' : 'nothing'
      } to them`,
    )
    // Templates are cloned by live migration of a VM without shared file system (upstream: How to use VM templating): together with one, pods cannot start.
    const shared = isTable(hypervisors)
      ? Object.values(hypervisors).flatMap((each) => (isTable(each) ? [each['shared_fs'] ?? 'virtio-fs'] : []))
      : []
    expect(
      template && shared.includes('virtio-fs'),
      'templating together with a file system shared by virtio-fs',
    ).to.equal(false)
  },
  killedBy: {
    'templating-with-virtiofs': 'templating together with a file system shared by virtio-fs',
    'vm-templates-enabled': 'templating together with a file system shared by virtio-fs',
  },
})
