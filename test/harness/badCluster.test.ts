import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { startProxy, type Intercept } from './apiProxy.ts'
import {
  type Expected,
  inEachNamespace,
  podsAnswered,
  refusal,
  rightsWithoutWatch,
  runOnBadCluster,
  shiftedClock,
  terminatingNamespace,
} from './badCluster.ts'
import { userWith } from './limitedUser.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

// Clusters that are not in order. What an API server of v1.34 says there is in test/kubernetes/badCluster.test.ts, from a real one.

const denied = 'admission webhook "deny.example.com" denied the request: not in this cluster'
const hanging =
  'Internal error occurred: failed calling webhook "slow.example.com": failed to call webhook: Post "https://slow.example.com/?timeout=1s": context deadline exceeded'
const noHostNamespaces = 'pods "node-probe-1" is forbidden: violates PodSecurity "restricted:latest": host namespaces'

describe('a cluster that is not in order', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-scenarios-'))
  let target: Target
  before(async () => void (target = await startTarget()))
  after(async () => {
    await target.close()
    rmSync(folder, { recursive: true })
  })
  afterEach(async () => expect(await target.made(), 'left behind').to.deep.equal([]))

  /** The scenario `small`, but for one thing. */
  async function onScenario(change: (text: string) => string, expected: Expected): Promise<void> {
    const small = readFileSync(path.join(import.meta.dirname, '../../sim/scenarios/small.yaml'), 'utf8')
    const scenario = path.join(folder, 'scenario.yaml')
    writeFileSync(scenario, change(small))
    const other = await startTarget({ scenario })
    try {
      await runOnBadCluster(other.kubeconfig, expected)
      expect(await other.made(), 'left behind').to.deep.equal([])
    } finally {
      await other.close()
    }
  }

  async function behind(intercept: Intercept, expected: Expected): Promise<void> {
    const proxy = await startProxy(target.kubeconfig, [intercept])
    try {
      await runOnBadCluster(proxy.kubeconfig, expected)
    } finally {
      await proxy.close()
    }
  }

  it('in order: all passes', () =>
    runOnBadCluster(target.kubeconfig, { exitCode: 0, verdicts: ['passed', 'passed', 'passed'], says: /KATA-BAD-001/ }))

  it('a release of Kubernetes that is too old', () =>
    onScenario((text) => text.replace(/kubernetesVersion: .*/, 'kubernetesVersion: v1.19.16'), {
      exitCode: 3,
      verdicts: null,
      says: /Kubernetes v1\.19\.16 of http\S+ is not supported: it must be 1\.24 or newer/,
    }))

  it('a release of Kubernetes that nobody knew', () =>
    onScenario((text) => text.replace(/kubernetesVersion: .*/, 'kubernetesVersion: v1.47.0'), {
      exitCode: 0,
      verdicts: ['passed', 'passed', 'passed'],
      says: /^note: Kubernetes v1\.47\.0 is not a release that this suite knows \(1\.24 to 1\.35\)/,
    }))

  it('an aggregated API that is down', () =>
    behind(
      {
        method: 'GET',
        path: /\/apis$/,
        async answer(_, forward) {
          const { status, body } = await forward()
          const stale = { version: 'v1beta1', resources: [], freshness: 'Stale' }
          const groups = (body as { items: object[] }).items
          return {
            status,
            body: { ...body, items: [...groups, { metadata: { name: 'metrics.k8s.io' }, versions: [stale] }] },
          }
        },
      },
      { exitCode: 3, verdicts: null, says: /gets no answer for metrics\.k8s\.io\/v1beta1, which an extension serves/ },
    ))

  for (const [what, ms] of [
    ['ahead of', 7_200_000],
    ['behind', -7_200_000],
  ] as const)
    it(`a clock that is ${what} the API server's`, () =>
      runOnBadCluster(
        target.kubeconfig,
        {
          exitCode: 0,
          verdicts: ['passed', 'passed', 'passed'],
          says: new RegExp(`^note: the clock of this machine is 7\\d{3} s ${what} the API server's`),
        },
        { env: shiftedClock(folder, ms) },
      ))

  it('a user without watch', async () => {
    const user = await userWith(target, 'blind', rightsWithoutWatch())
    await runOnBadCluster(user.kubeconfig, {
      exitCode: 3,
      verdicts: null,
      says: /not permitted: the user of context \S+ cannot watch namespaces.*kata-conformance rbac --for run/,
    })
    await user.remove()
  })

  it('an admission webhook that rejects', () =>
    behind(podsAnswered(403, 'Forbidden', denied), {
      exitCode: 3,
      verdicts: ['broken', 'broken', 'skipped'],
      says: /pod \S+ was not created: .*admission webhook "deny\.example\.com" denied the request/,
    }))

  it('an admission webhook that hangs', () =>
    behind(podsAnswered(500, 'InternalError', hanging), {
      exitCode: 3,
      verdicts: ['broken', 'broken', 'broken'],
      says: /pod \S+ was not created: .*failed calling webhook "slow\.example\.com".*context deadline exceeded/,
    }))

  it('a namespace of an earlier run that does not go', async () => {
    const remove = await terminatingNamespace(target.cluster)
    try {
      await runOnBadCluster(target.kubeconfig, {
        exitCode: 0,
        verdicts: ['passed', 'passed', 'passed'],
        says: /^note: namespace kata-conformance-20260101-000000-aaaa of another run is still being deleted: phase Terminating/,
      })
    } finally {
      await remove()
    }
  })

  it('an image that cannot be pulled', () =>
    runOnBadCluster(
      target.kubeconfig,
      {
        exitCode: 3,
        verdicts: ['broken', 'broken', 'broken'],
        says: /(ErrImagePull|ImagePullBackOff): .*localhost:1\/none/,
      },
      { argv: ['--image', 'busybox=localhost:1/none:1'] },
    ))

  it('a policy that forbids the privileged namespace', () =>
    behind(
      {
        method: 'POST',
        path: /\/namespaces$/,
        answer: ({ body }, forward) =>
          (body as { metadata: { name: string } }).metadata.name.endsWith('-privileged')
            ? Promise.resolve(refusal(403, 'Forbidden', 'admission webhook "psa.example.com" denied the request: no'))
            : forward(),
      },
      {
        exitCode: 0,
        verdicts: ['passed', 'passed', 'skipped'],
        says: /^note: a namespace with Pod Security level privileged is refused: .*"psa\.example\.com" denied the request: no/,
      },
    ))

  it('Pod Security that forbids the probe', () =>
    behind(
      {
        method: 'POST',
        path: /-privileged\/pods$/,
        answer: () => Promise.resolve(refusal(403, 'Forbidden', noHostNamespaces)),
      },
      {
        exitCode: 0,
        verdicts: ['passed', 'passed', 'skipped'],
        says: /^note: no node probe on kata-1: .*violates PodSecurity "restricted:latest": host namespaces/,
      },
    ))

  it('a ResourceQuota in the way', () =>
    behind(
      inEachNamespace((namespace) =>
        target.cluster.create({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'tenant', namespace },
          spec: { hard: { 'limits.memory': '1Gi' } },
        }),
      ),
      {
        exitCode: 3,
        verdicts: ['broken', 'broken', 'passed'],
        says: /pod \S+ was not created: .*failed quota: tenant: must specify limits\.memory/,
      },
    ))

  for (const [what, limits, says] of [
    [
      'defaults',
      { default: { memory: '300Mi' } },
      /was admitted with resources that it did not ask for, by a LimitRange/,
    ],
    [
      'a minimum',
      { min: { memory: '1Gi' } },
      /^note: no node probe on kata-1: .*minimum memory usage per Container is 1Gi, but request is 16Mi/,
    ],
  ] as const)
    it(`a LimitRange in the way, with ${what}`, () =>
      behind(
        inEachNamespace((namespace) =>
          target.cluster.create({
            apiVersion: 'v1',
            kind: 'LimitRange',
            metadata: { name: 'tenant', namespace },
            spec: { limits: [{ type: 'Container', ...limits }] },
          }),
        ),
        { exitCode: 3, verdicts: ['broken', 'broken', what === 'defaults' ? 'passed' : 'skipped'], says },
      ))

  it('nodes without room for a pod', () =>
    onScenario((text) => text.replaceAll(/^( +)cpus: 16$/gm, '$1cpus: 16\n$1maxPods: 1'), {
      exitCode: 3,
      verdicts: ['broken', 'broken', 'broken'],
      says: /node kata-[12] has no room for a pod: 1 of 1 are there/,
    }))
})
