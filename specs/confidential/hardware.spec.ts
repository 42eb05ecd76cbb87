import { behaviour, type CheckContext, type Expect } from '../../helpers/behaviour.ts'
import { FactUnknownError, need } from '../../helpers/facts/armFacts.ts'
import { unknown } from '../../helpers/facts/fact.ts'
import type { ClassFacts, NodeFacts } from '../../helpers/facts/facts.ts'
import { expectInVm } from '../../helpers/guest/inVirtualMachine.ts'
import { memoryProtection } from '../../helpers/guest/memoryProtection.ts'
import { type NodeCondition, nested, nodes } from '../../helpers/oracles/applicability.ts'
import { confidentialOn, hasHardware, isCocoDev, teeOf } from '../../helpers/oracles/confidentialClass.ts'
import { busybox } from '../../helpers/pods/pod.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'

const notLooked = unknown<never>('nobody looked for it')

type Kind = (facts: ClassFacts) => boolean
const forHardware: Kind = (facts) => teeOf(facts) !== null

/** Some class of the kind can have its pods, and their images, there. */
const hasClass =
  (kind: Kind, what: string): NodeCondition =>
  (node, { classes }) =>
    confidentialOn(node, classes).some(kind)
      ? true
      : { no: `${node.name} has no class ${what} whose images it can unpack` }

/** Tries a pod of each class of the kind, one after another. */
async function tryEach(
  { facts, createPod }: Pick<CheckContext<string, unknown>, 'facts' | 'createPod'>,
  kind: Kind,
  look: (facts: ClassFacts, pod: PodHandle, node: NodeFacts) => Promise<void>,
): Promise<void> {
  for (const each of confidentialOn(facts.node, facts.cluster.classes).filter(kind)) {
    const pod = await createPod(busybox(each.name).awaits('settled'))
    await look(each, pod, facts.node)
    await pod.delete()
  }
}

const became = ({ outcome, failure }: PodHandle): string =>
  outcome === 'not-started' ? `not started, ${failure?.reason}` : outcome

/** Words of the shims for a confidential guest that the node cannot have (qemu_amd64.go, clh.go and qemu_s390x.go, enableProtection). */
const lacksProtection = /Confidential Computing|guest protection|unexpected protection/i

/**
 * Expects that a pod does not start. Returns why not where that is not the hardware that is lacking, which says nothing of it: a file that is missing keeps it
 * from starting too.
 */
function expectNotStarted(expect: Expect, pod: PodHandle, of: string, where: string): string | null {
  expect(became(pod), `a pod of ${of} on a node ${where}`).to.equal('not started, FailedCreatePodSandBox')
  const said = pod.failure?.message ?? ''
  return lacksProtection.test(said) ? null : `pods of ${of} fail otherwise: ${said}`
}

/** Once every class has been tried. @throws FactUnknownError */
function refuseOtherCauses(causes: readonly (string | null)[]): void {
  const others = causes.filter((cause) => cause !== null)
  if (others.length > 0) throw new FactUnknownError('whether the classes need their hardware', others.join('; '))
}

behaviour('KATA-TEE-006', {
  on: nodes(hasClass(forHardware, 'for a TEE')),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { facts, api, finding, expect } = context
    need(facts.node.tee ?? notLooked, 'hardware for confidential guests')
    const causes: (string | null)[] = []
    await tryEach(context, forHardware, async (each, pod, node) => {
      const wanted = teeOf(each)
      if (hasHardware(each, node) !== true) {
        causes.push(expectNotStarted(expect, pod, each.name, `without ${wanted}`))
        return finding(`${each.name} without ${wanted}: ${pod.failure?.message ?? ''}`)
      }
      expect(became(pod), `a pod of ${each.name} on a node with ${wanted}`).to.equal('ready')
      await expectInVm({ api, expect, runtimeClass: each.name }, pod)
      const { tee, how, whole } = await memoryProtection(pod)
      if (tee === null && !whole) throw new FactUnknownError("the guest's protection", how)
      expect(tee ?? 'none', `protection of memory in a guest of ${each.name} (${how})`).to.equal(wanted)
    })
    refuseOtherCauses(causes)
  },
  timeoutMs: 240_000,
  killedBy: {
    'tee-class-starts-without-hardware': 'on a node without',
    'tee-guest-is-an-ordinary-one': 'protection of memory in a guest of kata-qemu-tdx',
  },
})

behaviour('KATA-TEE-007', {
  on: nodes(nested, hasClass(forHardware, 'for a TEE')),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { finding, expect } = context
    const causes: (string | null)[] = []
    await tryEach(context, forHardware, (each, pod) => {
      causes.push(expectNotStarted(expect, pod, each.name, 'that is a virtual machine'))
      finding(`${each.name}: ${pod.failure?.message ?? ''}`)
      return Promise.resolve()
    })
    refuseOtherCauses(causes)
  },
  timeoutMs: 240_000,
  killedBy: { 'tee-class-starts-without-hardware': 'on a node that is a virtual machine' },
})

// Upstream says of it: the stack of confidential containers without the hardware. What its guests are where the hardware is there is recorded.
behaviour('KATA-TEE-008', {
  on: nodes(hasClass(isCocoDev, 'coco-dev')),
  pods: () => ({}),
  furtherPods: 1,
  async check(context) {
    const { facts, api, finding, expect } = context
    const hardware = need(facts.node.tee ?? notLooked, 'hardware for confidential guests')
    await tryEach(context, isCocoDev, async (each, pod) => {
      expect(became(pod), `a pod of ${each.name} on a node with ${hardware.join(', ') || 'no TEE'}`).to.equal('ready')
      await expectInVm({ api, expect, runtimeClass: each.name }, pod)
      const { tee, how } = await memoryProtection(pod)
      if (hardware.length > 0)
        return finding(`${each.name} beside ${hardware.join(', ')}: guest is ${tee ?? 'ordinary'}, ${how}`)
      expect(tee ?? 'none', `protection of memory in a guest of ${each.name} without the hardware (${how})`).to.equal(
        'none',
      )
    })
  },
  timeoutMs: 240_000,
  killedBy: { 'coco-dev-wants-hardware': 'a pod of kata-qemu-coco-dev on a node with no TEE' },
})
