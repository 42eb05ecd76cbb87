import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { RUN_LABEL } from '../../engine/cluster/labels.ts'
import type { Cluster, KubeObject } from '../../helpers/cluster/cluster.ts'
import { connect } from '../../helpers/cluster/connect.ts'
import { type Intercept, startProxy } from '../harness/apiProxy.ts'
import {
  type Expected,
  inEachNamespace,
  rightsWithoutWatch,
  runOnBadCluster,
  shiftedClock,
  terminatingNamespace,
} from '../harness/badCluster.ts'
import { userWith } from '../harness/limitedUser.ts'
import { describeOnCluster } from './realCluster.ts'
import { startWebhook } from './webhookServer.ts'

// What test/harness/badCluster.test.ts shows on the simulator, here as a real API server, kubelet and controllers have it.

const RUN_MS = 170_000
const takesEffectWithinMs = 60_000

describeOnCluster('a cluster that is not in order, in reality', (real) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-bad-'))
  let cluster: Cluster
  before(async function () {
    // Nodes that cannot run VMs are not tested: nothing would be tried.
    if (!existsSync('/dev/kvm')) return this.skip()
    cluster = await connect({ kubeconfig: real().kubeconfig, runLabel: RUN_LABEL })
  })
  after(async () => {
    await cluster?.close()
    rmSync(folder, { recursive: true })
  })
  afterEach(async () => {
    const labelSelector = 'app.kubernetes.io/managed-by=kata-conformance'
    const left = await cluster.list({ apiVersion: 'v1', kind: 'Namespace', labelSelector })
    expect(left.map(({ metadata }) => metadata.name)).to.deep.equal([])
  })

  const run = (expected: Expected, more: Parameters<typeof runOnBadCluster>[2] = {}, kubeconfig = real().kubeconfig) =>
    runOnBadCluster(kubeconfig, expected, more)

  /** With objects in the cluster that are effective when `holds` says so. */
  async function during(
    objects: readonly KubeObject[],
    holds: () => Promise<boolean>,
    body: () => Promise<void>,
  ): Promise<void> {
    try {
      for (const each of objects) await cluster.create(each)
      const deadline = performance.now() + takesEffectWithinMs
      while (!(await holds())) if (performance.now() > deadline) throw new Error('the cluster is in order all the same')
      await body()
    } finally {
      for (const { apiVersion, kind, metadata } of objects)
        await cluster.delete({ apiVersion, kind, name: metadata.name ?? '', namespace: metadata.namespace })
    }
  }

  const isRefused = async (object: KubeObject, by: RegExp): Promise<boolean> =>
    cluster.create(object, { dryRun: true }).then(
      () => false,
      ({ message }: Error) => by.test(message),
    )
  const somePod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bad-cluster', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'busybox:1.36' }] },
  }

  it('an aggregated API that is down', () => {
    const extension = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.nobody.example.com' },
      spec: {
        group: 'nobody.example.com',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { namespace: 'kube-system', name: 'nobody' },
      },
    }
    return during(
      [extension],
      async () => (await cluster.staleApis()).length > 0,
      () =>
        run({
          exitCode: 3,
          verdicts: null,
          says: /gets no answer for nobody\.example\.com\/v1beta1, which an extension serves/,
        }),
    )
  }).timeout(RUN_MS)

  it("a clock that is ahead of the API server's", () =>
    run(
      {
        exitCode: 0,
        verdicts: ['passed', 'passed', 'passed'],
        says: /^note: the clock of this machine is 7\d{3} s ahead of/,
      },
      { env: shiftedClock(folder, 7_200_000) },
    )).timeout(RUN_MS)

  it('a user without watch', async () => {
    const user = await userWith({ cluster, kubeconfig: real().kubeconfig }, 'blind', rightsWithoutWatch(), 'default')
    try {
      await run({ exitCode: 3, verdicts: null, says: /cannot watch namespaces/ }, {}, user.kubeconfig)
    } finally {
      await user.remove()
    }
  }).timeout(RUN_MS)

  it('an admission policy that rejects', () =>
    during(
      policyAgainst('pods', 'false'),
      () => isRefused(somePod, /denied request/),
      () =>
        run({
          exitCode: 3,
          verdicts: ['broken', 'broken', 'skipped'],
          says: /pod \S+ was not created: .*ValidatingAdmissionPolicy 'kata-conformance-test' with binding .* denied request/,
        }),
    )).timeout(RUN_MS)

  async function behindWebhook(manner: 'hangs' | 'denies', by: RegExp, expected: Expected): Promise<void> {
    const server = await startWebhook(real(), manner)
    const webhook = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'kata-conformance-test' },
      webhooks: [
        {
          name: `${manner}.example.com`,
          clientConfig: server.clientConfig,
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          failurePolicy: 'Fail',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 1,
        },
      ],
    }
    try {
      await during(
        [webhook],
        () => isRefused(somePod, by),
        () => run(expected),
      )
    } finally {
      server.close()
    }
  }

  it('an admission webhook that rejects', () =>
    behindWebhook('denies', /denied the request/, {
      exitCode: 3,
      verdicts: ['broken', 'broken', 'skipped'],
      says: /pod \S+ was not created: .*admission webhook "denies\.example\.com" denied the request: not in this cluster/,
    })).timeout(RUN_MS)

  it('an admission webhook that hangs', () =>
    behindWebhook('hangs', /failed calling webhook/, {
      exitCode: 3,
      verdicts: ['broken', 'broken', 'broken'],
      says: /pod \S+ was not created: .*failed calling webhook "hangs\.example\.com".*(deadline exceeded|imeout)/,
    })).timeout(RUN_MS)

  // Of a volume that nobody has, so that they cost the node nothing but their number.
  it('a node without room for a pod', async () => {
    const [node] = await cluster.list({ apiVersion: 'v1', kind: 'Node' })
    const { name = '' } = node?.metadata ?? {}
    const { allocatable } = node?.['status'] as { allocatable: { pods: string } }
    const room = Number(allocatable.pods)
    const pods = Array.from({ length: room }, (_, number): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `waiting-${number}`, namespace: 'default' },
      spec: {
        nodeName: name,
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: 'busybox:1.36' }],
        volumes: [{ name: 'none', configMap: { name: 'none' } }],
      },
    }))
    await during(
      pods,
      () => Promise.resolve(true),
      () =>
        run({
          exitCode: 3,
          verdicts: ['broken', 'broken', 'broken'],
          says: new RegExp(`node ${name} has no room for a pod: ${room} of ${room} are there`),
        }),
    )
    const gone = { timeoutMs: 60_000, what: 'the pods gone' }
    for (const { metadata } of pods)
      await cluster.waitForDeleted(
        { apiVersion: 'v1', kind: 'Pod', name: metadata.name ?? '', namespace: 'default' },
        gone,
      )
  }).timeout(RUN_MS)

  it('a namespace of an earlier run that does not go', async () => {
    const remove = await terminatingNamespace(cluster)
    try {
      await run({
        exitCode: 0,
        verdicts: ['passed', 'passed', 'passed'],
        says: /^note: namespace kata-conformance-20260101-000000-aaaa of another run is still being deleted: phase Terminating/,
      })
    } finally {
      await remove()
    }
  }).timeout(RUN_MS)

  it('an image that cannot be pulled', () =>
    run(
      {
        exitCode: 3,
        verdicts: ['broken', 'broken', 'broken'],
        says: /(ErrImagePull|ImagePullBackOff): .*localhost:1\/none/,
      },
      { argv: ['--image', 'busybox=localhost:1/none:1'] },
    )).timeout(RUN_MS)

  it('a policy that forbids the privileged namespace', () => {
    const label = 'pod-security.kubernetes.io/enforce'
    const privileged = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'bad-cluster', labels: { [label]: 'privileged' } },
    }
    return during(
      policyAgainst(
        'namespaces',
        `!has(object.metadata.labels) || object.metadata.labels[?'${label}'].orValue('') != 'privileged'`,
      ),
      () => isRefused(privileged, /denied request/),
      () =>
        run({
          exitCode: 0,
          verdicts: ['passed', 'passed', 'skipped'],
          says: /^note: a namespace with Pod Security level privileged is refused: .*ValidatingAdmissionPolicy .* denied request/,
        }),
    )
  }).timeout(RUN_MS)

  async function behind(intercept: Intercept, expected: Expected): Promise<void> {
    const proxy = await startProxy(real().kubeconfig, [intercept])
    try {
      await run(expected, {}, proxy.kubeconfig)
    } finally {
      await proxy.close()
    }
  }

  it('a ResourceQuota in the way', () =>
    behind(
      inEachNamespace((namespace) =>
        cluster.create({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'tenant', namespace },
          spec: { hard: { 'limits.memory': '1Gi' } },
        }),
      ),
      {
        exitCode: 3,
        verdicts: ['broken', 'broken', 'passed'],
        says: /pod \S+ was not created: .*(failed quota: tenant: must specify limits\.memory|status unknown for quota)/,
      },
    )).timeout(RUN_MS)

  it('a LimitRange in the way', () =>
    behind(
      inEachNamespace((namespace) =>
        cluster.create({
          apiVersion: 'v1',
          kind: 'LimitRange',
          metadata: { name: 'tenant', namespace },
          spec: { limits: [{ type: 'Container', default: { memory: '300Mi' } }] },
        }),
      ),
      {
        exitCode: 3,
        verdicts: ['broken', 'broken', 'passed'],
        says: /was admitted with resources that it did not ask for, by a LimitRange of its namespace: .*memory limit for container main/,
      },
    )).timeout(RUN_MS)
})

/** A policy that lets nobody create what the expression is false for. */
function policyAgainst(resource: string, expression: string): KubeObject[] {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const metadata = { name: 'kata-conformance-test' }
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] }
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules: [rule] }, validations: [{ expression }] },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: ['Deny'] },
    },
  ]
}
