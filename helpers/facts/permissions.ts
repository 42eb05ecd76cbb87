import type { Cluster } from '../cluster/cluster.ts'
import { isConnectionTrouble } from '../cluster/connectionTrouble.ts'
import { known, unknown, type Fact } from './fact.ts'

/** May the suite create RuntimeClasses (and delete them again)? One SelfSubjectAccessReview each. */
export async function detectMayCreateRuntimeClasses(cluster: Cluster): Promise<Fact<boolean>> {
  const resource = { group: 'node.k8s.io', resource: 'runtimeclasses' }
  const verbs = ['create', 'delete']
  try {
    const answers = await Promise.all(verbs.map((verb) => cluster.may(verb, resource)))
    const lacking = verbs.filter((_, index) => !answers[index])
    const said = lacking.length === 0 ? 'create and delete are allowed' : `${lacking.join(' and ')} not allowed`
    return known(lacking.length === 0, `SelfSubjectAccessReview of runtimeclasses.node.k8s.io: ${said}`)
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    return unknown(`SelfSubjectAccessReview failed: ${(error as Error).message}`)
  }
}

/**
 * May the suite ask kubelets through the API server (get nodes/proxy)? The right reaches all that a kubelet serves, which is why no role that the suite prints
 * has it: claims that need it run for whoever has it anyway.
 */
export async function detectMayReadKubelets(cluster: Cluster): Promise<Fact<boolean>> {
  try {
    const allowed = await cluster.may('get', { resource: 'nodes', subresource: 'proxy' })
    return known(allowed, `SelfSubjectAccessReview of nodes/proxy: get ${allowed ? 'is' : 'not'} allowed`)
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    return unknown(`SelfSubjectAccessReview failed: ${(error as Error).message}`)
  }
}

/**
 * May the suite have a namespace of Pod Security level privileged? The right to create namespaces, and a namespace with that label
 * passing admission as a dry run: policies of the cluster (Kyverno, PSS defaults) speak up there.
 */
export async function detectPrivilegedNamespace(cluster: Cluster): Promise<Fact<boolean>> {
  try {
    if (!(await cluster.may('create', { resource: 'namespaces' })))
      return known(false, 'SelfSubjectAccessReview of namespaces: create not allowed')
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        generateName: 'kata-conformance-',
        labels: { 'pod-security.kubernetes.io/enforce': 'privileged' },
      },
    }
    await cluster.create(namespace, { dryRun: true })
    return known(true, 'a namespace with Pod Security level privileged is admitted (dry run)')
  } catch (error) {
    if (isConnectionTrouble(error)) throw error
    const { code, message } = error as { code?: unknown; message: string }
    return code === 403 || code === 400 || code === 422
      ? known(false, `a namespace with Pod Security level privileged is refused: ${message}`)
      : unknown(message)
  }
}
