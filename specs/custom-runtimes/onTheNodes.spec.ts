import { isDeepStrictEqual } from 'node:util'
import { containerdOf } from '../../helpers/deployment/containerdOf.ts'
import { parse } from 'smol-toml'
import { behaviour } from '../../helpers/behaviour.ts'
import { askedRuntime } from '../../helpers/deployment/customRuntime.ts'
import { installationFolder } from '../../helpers/deployment/kataDeploy.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { isTable, tomlAt, type TomlTable } from '../../helpers/node/mergeToml.ts'
import { classes } from '../../helpers/oracles/applicability.ts'
import { custom, familyOfBase, probesOfBase } from '../../helpers/oracles/customClass.ts'
import { configurations, customFolder, shimPath } from '../../helpers/oracles/kataInstallation.ts'
import { probesOfClass } from '../../helpers/oracles/kataNodes.ts'

const customClass = classes(custom)

behaviour('KATA-CUSTOM-001', {
  on: customClass,
  pods: () => ({}),
  async check(context) {
    const { api, facts, expect } = context
    const handler = need(facts.class.handler, 'handler')
    const { base } = await askedRuntime(api, handler)
    const folder = customFolder(await installationFolder(api), handler)
    for (const probe of probesOfClass(context))
      expect(await probe.list(folder), `files of ${folder} on ${probe.node}`).to.include(`configuration-${base}.toml`)
  },
  killedBy: { 'custom-runtimes-read-the-stock-configuration': 'custom-runtimes/kata-qemu-minimal on kata-1' },
})

/** Keys of a table and below, as `a.b.c`, with their values. */
function leaves(table: TomlTable, above: readonly string[] = []): [path: string[], value: unknown][] {
  return Object.entries(table).flatMap(([key, value]) =>
    isTable(value) ? leaves(value, [...above, key]) : ([[[...above, key], value]] as [string[], unknown][]),
  )
}

const valueAt = (table: TomlTable, path: readonly string[]): unknown => tomlAt(table, ...path)

/**
 * kata-deploy 3.27 and later put further drop-ins beside the operator's (prefix, kernel parameters), so that what must hold is said key by key: the
 * drop-in has it as asked, the copied base file has not, and the merge of all of them is as asked.
 */
behaviour('KATA-CUSTOM-002', {
  on: customClass,
  pods: () => ({}),
  async check(context) {
    const { api, facts, expect } = context
    const handler = need(facts.class.handler, 'handler')
    const { base, dropIn } = await askedRuntime(api, handler)
    if (dropIn === null) throw new FactUnknownError(`the overrides of ${handler}`, 'kata-deploy was given none for it')
    const installation = await installationFolder(api)
    const family = familyOfBase(base) ?? need(facts.class.shim, 'shim')
    const name = `configuration-${base}.toml`
    const folder = customFolder(installation, handler)
    for (const probe of probesOfClass(context)) {
      const text = await probe.readFileIfThere(`${folder}/config.d/50-overrides.toml`)
      const where = `50-overrides.toml of ${handler} on ${probe.node}`
      expect(text === null ? 'absent' : 'there', where).to.equal('there')
      const overrides = parse(text ?? '')
      const [copy, stock, effective] = await Promise.all([
        probe.readFile(`${folder}/${name}`).then((toml) => parse(toml)),
        probe.readFile(`${configurations(installation, family)}/${name}`).then((toml) => parse(toml)),
        probe.effectiveToml(handler),
      ])
      expect(overrides, `what ${where} sets`).to.deep.equal(dropIn)
      for (const [path, value] of leaves(dropIn)) {
        const key = path.join('.')
        // What the shim's own file says of the key anyway proves nothing of the copy.
        if (!isDeepStrictEqual(valueAt(stock, path), value))
          expect(valueAt(copy, path), `${key} in the copied ${name} of ${handler} on ${probe.node}`).to.not.deep.equal(
            value,
          )
        expect(
          valueAt(effective?.values ?? {}, path),
          `${key} that ${handler} has in the end on ${probe.node}`,
        ).to.deep.equal(value)
      }
    }
  },
  killedBy: {
    'block-minimal-disables-block-devices': 'what 50-overrides.toml of kata-qemu-block-minimal on kata-1 sets',
    'minimal-class-uses-block-devices': 'what 50-overrides.toml of kata-qemu-minimal on kata-1 sets',
    'custom-runtimes-read-the-stock-configuration': '50-overrides.toml of kata-qemu-minimal on kata-1',
    'custom-overrides-in-base-file': '50-overrides.toml of kata-qemu-minimal on kata-1',
    'drop-in-differs-on-second-node': 'what 50-overrides.toml of kata-qemu-minimal on kata-2 sets',
    'default-vcpus-2': 'what 50-overrides.toml of kata-qemu-minimal on kata-1 sets',
  },
})

behaviour('KATA-CUSTOM-004', {
  on: customClass,
  pods: () => ({}),
  async check(context) {
    const { api, facts, finding, expect } = context
    const handler = need(facts.class.handler, 'handler')
    const { base } = await askedRuntime(api, handler)
    const family = familyOfBase(base)
    if (family === null)
      throw new FactUnknownError(`the shim behind baseConfig ${base}`, 'no release of kata-deploy that is known has it')
    const folder = await installationFolder(api)
    finding(`${handler} is made of ${base}, of the ${family === 'go' ? 'Go' : 'Rust'} shim`)
    for (const probe of probesOfClass(context)) {
      const runtime = (await containerdOf(probe)).runtimes.find((each) => each.handler === handler)
      expect(runtime?.path, `runtime_path of ${handler} on ${probe.node}`).to.equal(shimPath(folder, family))
      expect(runtime?.configPath, `ConfigPath of ${handler} on ${probe.node}`).to.equal(
        `${customFolder(folder, handler)}/configuration-${base}.toml`,
      )
    }
  },
  killedBy: { 'custom-runtimes-read-the-stock-configuration': 'ConfigPath of kata-qemu-minimal on kata-1' },
})

behaviour('KATA-CUSTOM-006', {
  on: customClass,
  pods: () => ({}),
  async check(context) {
    const { api, facts, expect } = context
    const handler = need(facts.class.handler, 'handler')
    const { base, dropIn } = await askedRuntime(api, handler)
    if (dropIn === null) throw new FactUnknownError(`the overrides of ${handler}`, 'kata-deploy was given none for it')
    const path = `${customFolder(await installationFolder(api), handler)}/config.d/50-overrides.toml`
    const probes = probesOfBase(base, context)
    const texts = await Promise.all(probes.map((probe) => probe.readFileIfThere(path)))
    for (const [index, text] of texts.entries()) {
      const where = `50-overrides.toml of ${handler} on ${probes[index]?.node}`
      expect(text === null ? 'absent' : 'there', where).to.equal('there')
      expect(text, `${where}, beside ${probes[0]?.node}`).to.equal(texts[0])
    }
  },
  killedBy: {
    'drop-in-differs-on-second-node': '50-overrides.toml of kata-qemu-minimal on kata-2, beside kata-1',
    'custom-runtimes-read-the-stock-configuration': '50-overrides.toml of kata-qemu-minimal on kata-1',
    'custom-overrides-in-base-file': '50-overrides.toml of kata-qemu-minimal on kata-1',
  },
})
