import { behaviour } from '../../helpers/behaviour.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { tomlAt } from '../../helpers/node/mergeToml.ts'
import { classes, onNode } from '../../helpers/oracles/applicability.ts'

/**
 * Templates and caches of VMs make sandboxes start faster, and share the memory (and the boot_id) of one VM among them: no release has them on
 * (configuration-*.toml.in, [factory], all commented out). That they are off is what figures of start-up are compared under.
 */
behaviour('KATA-PRODUCT-003', {
  on: classes(onNode),
  pods: () => ({}),
  async check({ facts, node, finding, expect }) {
    const handler = need(facts.class.handler, 'handler')
    const toml = await node.effectiveToml(handler)
    expect(toml ? 'there' : 'absent', `configuration of ${handler} on ${node.node}`).to.equal('there')
    const values = toml?.values ?? {}
    const template = tomlAt(values, 'factory', 'enable_template') === true
    const cached = Number(tomlAt(values, 'factory', 'vm_cache_number') ?? 0)
    // `kata-runtime factory init` stays as long as it serves VMs.
    const servers = (await node.processes()).filter(
      ({ argv }) => argv[0]?.endsWith('/kata-runtime') && argv.includes('factory'),
    )
    finding(`VM templating ${template ? 'on' : 'off'}, ${cached} VMs cached, ${servers.length} factory processes`)
    expect(template, `enable_template of ${handler} on ${node.node}`).to.equal(false)
    expect(cached, `vm_cache_number of ${handler} on ${node.node}`).to.equal(0)
    expect(
      servers.map(({ argv }) => argv.join(' ')),
      `factory processes on ${node.node}`,
    ).to.deep.equal([])
  },
  killedBy: {
    'vm-templates-enabled': 'enable_template of kata-qemu',
    'templating-with-virtiofs': 'enable_template of kata-',
  },
})
