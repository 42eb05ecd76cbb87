import { behaviour } from '../../helpers/behaviour.ts'
import { expectOwnKernel, printsBootId } from '../../helpers/guest/inVirtualMachine.ts'
import { controlledPods, logOf } from '../../helpers/objects/controlledPods.ts'
import { becomesAvailable, deployment } from '../../helpers/objects/deployment.ts'
import { theCluster } from '../../helpers/oracles/applicability.ts'
import { someClass } from '../../helpers/oracles/someClass.ts'
import { need } from '../../helpers/facts/armFacts.ts'
import { busybox, idle } from '../../helpers/pods/pod.ts'

const AVAILABLE_MS = 120_000

const untrusted = { 'io.kubernetes.cri.untrusted-workload': 'true' }

// The notes have the annotation on the Deployment, where containerd never sees it. On its pods it would break them: a class is a handler, and
// containerd takes both for a contradiction (internal/cri/config, GetSandboxRuntime; recorded on 1.7.24).
behaviour('KATA-CTR-005', {
  on: theCluster,
  pods: ({ facts }) => ({ annotated: busybox(someClass(facts).name).annotations(untrusted).awaits('settled') }),
  furtherPods: 1,
  timeoutMs: 180_000,
  async check({ pods, createObject, api, facts, expect }) {
    const { annotated } = pods
    expect(annotated.outcome, 'outcome of a pod with class and annotation').to.equal('not-started')
    expect(annotated.failure?.reason, 'why it does not start').to.equal('FailedCreatePodSandBox')
    expect(annotated.failure?.message, 'what the event says').to.include(
      'untrusted workload with explicit runtime handler is not allowed',
    )
    const beside = await createObject(
      'annotated-deployment',
      deployment(busybox(someClass(facts).name), { annotations: untrusted }),
    )
    expect(
      await becomesAvailable(api, beside, AVAILABLE_MS),
      'a Deployment whose own metadata has the annotation',
    ).to.equal('available')
  },
  killedBy: { 'untrusted-annotation-ignored': "outcome of a pod with class and annotation: expected 'ready'" },
})

// mykata and kata are names of the notes: any name will do for the class, and the handler decides.
behaviour('KATA-CTR-008', {
  on: theCluster,
  pods: () => ({}),
  furtherPods: 1,
  timeoutMs: 180_000,
  async check({ temporaryRuntimeClass, createObject, api, facts, expect }) {
    const like = someClass(facts)
    const original = await api.find({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name: like.name })
    const { overhead, scheduling } = original ?? {}
    const name = await temporaryRuntimeClass(need(like.handler, `the handler of ${like.name}`), {
      ...(overhead === undefined ? {} : { overhead }),
      ...(scheduling === undefined ? {} : { scheduling }),
    })
    // Ready when it has printed: nobody waits for its log.
    const replica = busybox(name)
      .script(`${printsBootId}; touch /tmp/printed; ${idle}`)
      .readinessExec(['test', '-e', '/tmp/printed'])
    const made = await createObject('mykata', deployment(replica))
    expect(await becomesAvailable(api, made, AVAILABLE_MS), 'a Deployment of a class of any name').to.equal('available')
    const [first] = await controlledPods(api, made)
    if (!first) throw new Error(`Deployment ${made.name} is available and has no pod`)
    const { nodeName = '' } = first['spec'] as { nodeName?: string }
    const [printed = ''] = (await logOf(api, first)).split('\n')
    expect(printed, 'what its pod prints').to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expectOwnKernel(expect, "boot_id in its pod beside the node's", printed, await api.bootId(nodeName))
  },
  killedBy: {
    'runc-behind-kata-handlers': "boot_id in its pod beside the node's",
    'stdout-lost': 'what its pod prints',
    'exec-probes-fail': 'a Deployment of a class of any name',
  },
})
