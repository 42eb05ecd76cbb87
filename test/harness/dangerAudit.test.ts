import { expect } from 'chai'
import { MANAGED_BY, MANAGER } from '../../engine/cluster/labels.ts'
import type { AuditEvent } from '../../sim/apiserver/http/audit.ts'
import { type AuditedRun, auditedRun } from './auditedRun.ts'

// Everything is run, and what the run asked of the API server and left on the nodes is held against what it may do.

interface Made {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
}

interface Mount {
  readonly name: string
  readonly readOnly?: boolean
}

interface MadePod extends Made {
  readonly spec: {
    readonly runtimeClassName?: string
    readonly containers: readonly {
      readonly securityContext?: { readonly privileged?: boolean }
      readonly volumeMounts?: readonly Mount[]
      readonly volumeDevices?: readonly Mount[]
    }[]
    readonly volumes?: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[]
  }
}

const workshop = /^node-workshop-/

/** Writes which leave nothing in the cluster that could carry a label. */
const leavesNothing: Readonly<Record<string, string>> = {
  selfsubjectaccessreviews: 'asks what the user may do; no such object is kept',
}

/** Privileged pods of the default runtime, which have all of their node. */
const privilegedOnTheNode: readonly { readonly name: RegExp; readonly why: string }[] = [
  { name: /^node-probe-\d+$/, why: 'the node probe, sealed before it is ready' },
  { name: /^shared-host-/, why: "KATA-SEC-008 reads the node's kernel log" },
  { name: /^shared-pod-/, why: 'canaries of claims about privileged pods with hostPID, which only list processes' },
]

/** Folders of a node that pods have writable. */
const writableOnTheNode: readonly { readonly path: RegExp; readonly kata?: true; readonly why: string }[] = [
  { path: /^\/var\/lib\/kubelet\/pods\/[0-9a-f-]{36}\/volumes$/, why: 'KATA-SEC-006: of a pod of its own' },
  { path: /^\/(dev|proc|sys)$/, kata: true, why: "KATA-HOSTPATH-002, 003: under Kata the guest's; they are listed" },
]

/** With --allow-node-changes: what the suite has made there itself, and where it makes it. */
const writableWithFlags = [
  { path: /^\/(var\/tmp|dev)\/kata-conformance-[\w-]+$/, why: 'made by the run' },
  { path: /^\/(var\/tmp|dev)$/, why: 'of the workshop, which makes them' },
]

const isWrite = ({ verb }: AuditEvent): boolean => !['get', 'list', 'watch'].includes(verb)
const succeeded = ({ responseStatus: { code } }: AuditEvent): boolean => code < 300
const keyOf = (resource: string, namespace = '', name = ''): string => `${resource} ${namespace}/${name}`

/** What the writes made, by what the API server answered. */
const madeBy = (requests: readonly AuditEvent[]): Made[] =>
  requests
    .filter((each) => each.verb === 'create' && each.objectRef?.subresource === undefined && succeeded(each))
    .filter(({ objectRef }) => !((objectRef?.resource ?? '') in leavesNothing))
    .map(({ responseObject }) => responseObject as Made)

const podsOf = ({ requests }: AuditedRun): MadePod[] =>
  madeBy(requests).filter((each): each is MadePod => each.kind === 'Pod')

/** Writes to anything that the run has not made. */
function foreignWrites(requests: readonly AuditEvent[]): string[] {
  const own = new Set<string>()
  const foreign: string[] = []
  for (const request of requests.filter((each) => isWrite(each) && succeeded(each))) {
    const { verb, requestURI, objectRef, responseObject } = request
    const { resource = '', namespace, name } = objectRef ?? {}
    if (resource in leavesNothing) continue
    if (verb === 'create' && objectRef?.subresource === undefined) {
      const { metadata } = responseObject as Made
      own.add(keyOf(resource, namespace, metadata.name))
      if (metadata.labels?.[MANAGED_BY] !== MANAGER) foreign.push(`${verb} ${requestURI}: ${metadata.name}, unlabelled`)
    } else if (!own.has(keyOf(resource, resource === 'namespaces' ? undefined : namespace, name)))
      foreign.push(`${verb} ${requestURI}`)
  }
  return foreign
}

const privileged = ({ spec }: MadePod): boolean =>
  spec.containers.some(({ securityContext }) => securityContext?.privileged === true)

/** Paths of the node that a pod can write to. */
function writablePaths({ spec }: MadePod): string[] {
  const mounts = spec.containers.flatMap(({ volumeMounts = [], volumeDevices = [] }) => [
    ...volumeMounts.filter(({ readOnly }) => readOnly !== true),
    ...volumeDevices,
  ])
  return (spec.volumes ?? []).flatMap(({ name, hostPath }) =>
    hostPath && mounts.some((mount) => mount.name === name) ? [hostPath.path] : [],
  )
}

/** Pods that have more of their node than the tables say. */
function tooMuch(run: AuditedRun, paths: typeof writableOnTheNode, pods: typeof privilegedOnTheNode): string[] {
  return podsOf(run).flatMap((pod) => {
    const { name } = pod.metadata
    const kata = pod.spec.runtimeClassName !== undefined
    const rights = privileged(pod) && !kata && !pods.some((each) => each.name.test(name)) ? ['privileged'] : []
    const open = writablePaths(pod).filter(
      (at) => !paths.some(({ path, kata: only }) => path.test(at) && (kata || !only)),
    )
    return [...rights, ...open].map((what) => `${name} (${pod.spec.runtimeClassName ?? 'default runtime'}): ${what}`)
  })
}

/** What carries the suite's name on nodes, and loop devices with what they are over. */
const marks = (files: readonly string[]): string[] =>
  files.filter((file) => /kata-conformance|loop\d+ over \S/.test(file))

describe('what a run without flags touches', function () {
  this.timeout(600_000)
  let run: AuditedRun

  before(async () => {
    run = await auditedRun({ classes: ['kata-qemu'], allowNodeChanges: false, allowDisruptive: false })
  })

  it('writes to its own labelled objects alone, and leaves none', () => {
    expect(madeBy(run.requests)).to.have.length.greaterThan(100)
    expect(foreignWrites(run.requests)).to.deep.equal([])
    expect(run.record.leaked).to.deep.equal([])
  })

  it('starts nothing that changes a node', () => {
    expect(podsOf(run).filter(({ metadata }) => workshop.test(metadata.name))).to.deep.equal([])
    const onNodes = madeBy(run.requests).filter(({ kind }) => kind === 'PersistentVolume')
    expect(onNodes).to.deep.equal([])
    const announced = run.requests.filter(
      ({ verb, objectRef }) => verb === 'patch' && objectRef?.resource === 'namespaces',
    )
    expect(announced).to.deep.equal([])
  })

  it('has no pod with more of its node than the claims need', () => {
    expect(tooMuch(run, writableOnTheNode, privilegedOnTheNode)).to.deep.equal([])
    const probes = podsOf(run).filter(({ metadata }) => metadata.name.startsWith('node-probe-'))
    expect(probes).to.have.length(2)
    expect(probes.flatMap(writablePaths)).to.deep.equal([])
  })

  it('leaves the nodes as they were', () => {
    expect(marks(run.after)).to.deep.equal(marks(run.before))
  })
})

describe('what a run with --allow-node-changes and --allow-disruptive touches', function () {
  this.timeout(600_000)
  let run: AuditedRun

  before(async () => {
    const flags = { allowNodeChanges: true, allowDisruptive: true }
    run = await auditedRun({ classes: ['kata-qemu', 'kata-qemu-block-minimal'], ...flags })
  })

  it('writes to its own labelled objects alone, and leaves none', () => {
    expect(foreignWrites(run.requests)).to.deep.equal([])
    expect(run.record.leaked).to.deep.equal([])
  })

  it('changes nodes by its workshop, on files and devices of its own', () => {
    expect(podsOf(run).filter(({ metadata }) => workshop.test(metadata.name))).to.have.length.greaterThan(0)
    const ofChecks = podsOf(run).flatMap(writablePaths)
    expect(ofChecks.filter((at) => at.includes('kata-conformance-'))).to.have.length.greaterThan(2)
    expect(
      tooMuch(
        run,
        [...writableOnTheNode, ...writableWithFlags],
        [...privilegedOnTheNode, { name: workshop, why: 'the workshop' }],
      ),
    ).to.deep.equal([])
  })

  it('undoes each change', () => {
    expect(marks(run.after)).to.deep.equal(marks(run.before))
  })
})
