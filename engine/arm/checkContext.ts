import type { CheckContext } from '../../helpers/behaviour.ts'
import type { ObjectHandle } from '../../helpers/objects/objectHandle.ts'
import type { PodHandle } from '../../helpers/pods/podHandle.ts'
import { podSpecOf } from '../../helpers/pods/podSpec.ts'
import type { Measurement } from '../../reports/record/arm.ts'
import type { FigureHead, Sample } from '../../reports/record/figure.ts'
import type { Arm } from '../plan/arm.ts'
import { withoutHardware, withoutSnapshotter } from '../plan/decide.ts'
import type { ArmServices } from './armServices.ts'
import { NeedUnmetError } from './needUnmetError.ts'
import { type AssertionLog, recordingExpect } from './recordingExpect.ts'
import type { Timeline } from './timeline.ts'

export interface Reading {
  readonly figure: FigureHead
  readonly sample: Sample
}

/** What comes together while a check runs. */
export interface Course {
  readonly named: Record<string, PodHandle>
  readonly objects: Readonly<Record<string, ObjectHandle>>
  readonly log: AssertionLog
  readonly measurements: Measurement[]
  readonly readings: Reading[]
  readonly findings: string[]
  readonly extras: ReturnType<ArmServices['extras']>
  readonly timeline: Timeline
  readonly pods: PodHandle[]
}

/** What a check is given. */
export function contextOf(
  arm: Arm,
  services: ArmServices,
  course: Course,
  signal: AbortSignal,
): CheckContext<string, unknown> {
  return {
    pods: course.named,
    objects: course.objects,
    runtimeClass: arm.planned.runtimeClass ?? undefined,
    case: arm.caseValue,
    facts: { cluster: services.facts, class: arm.classFacts as never, node: arm.nodeFacts as never },
    measure(name, value, unit) {
      if (!Number.isFinite(value)) throw new Error(`the figure ${JSON.stringify(name)} is no number: ${value}`)
      course.measurements.push({ name, value, unit })
      return value
    },
    sample(asked, { at, ...taken }) {
      if (!Number.isFinite(taken.value))
        throw new Error(`the figure ${JSON.stringify(asked.metric)} is no number: ${taken.value}`)
      const figure = { ...asked }
      const sample = { ...taken, at: at.toISOString() }
      course.readings.push({ figure, sample })
      services.sampled?.(arm, figure, sample)
    },
    finding: (text) => void course.findings.push(text),
    expect: recordingExpect(course.log),
    get node() {
      needsProbe(arm)
      return services.probe(arm.planned.node ?? '')
    },
    get probes() {
      needsProbe(arm)
      return services.probes()
    },
    get changes() {
      // A volume of the suite's own stands in where the cluster has no StorageClass for it.
      if (!arm.claim.needs.some((need) => need === 'node-changes' || need.startsWith('storageclass:'))) {
        throw new Error(
          `${arm.planned.behaviour} changes the node, but its claim does not list node-changes among its needs`,
        )
      }
      return course.extras.changes
    },
    api: services.api,
    createObject: (local, spec) => course.extras.createObject(local, spec),
    async temporaryRuntimeClass(handler, fields) {
      return course.extras.temporaryRuntimeClass(handler, fields)
    },
    temporaryNamespace: (labels) => course.extras.temporaryNamespace(labels),
    async temporaryClusterPolicy(policy) {
      if (!arm.claim.needs.includes('default-rc-policy'))
        throw new Error(
          `${arm.planned.behaviour} makes a policy, but its claim does not list default-rc-policy among its needs`,
        )
      return course.extras.temporaryClusterPolicy(policy)
    },
    async createPod(asked) {
      const lacking =
        arm.planned.runtimeClass === null
          ? null
          : (withoutHardware(arm) ?? withoutSnapshotter(arm, arm.claim, services.facts))
      if (lacking !== null) throw new NeedUnmetError(lacking)
      const pod = await course.extras.createPod(podSpecOf(asked))
      course.pods.push(pod)
      return pod
    },
    signal,
  }
}

/** What a claim does not list is not there for it: the run may have been started without. */
function needsProbe({ claim, planned }: Arm): void {
  if (claim.needs.some((need) => ['node-probe', 'crictl', 'ctr'].includes(need))) return
  throw new Error(`${planned.behaviour} uses the node probe, but its claim does not list node-probe among its needs`)
}
