import type { KubeObject } from '../cluster/cluster.ts'

/** Where the suite's files on a node lie: kept over a reboot, and nobody's but ours by their names. */
export const folders = '/var/tmp'
/** The node's /dev in the workshop pod. */
export const hostDevices = '/host-dev'

/** POSIX message queues and shared memory of the node, as the workshop pod has them: it is in the node's IPC namespace. */
export const ipcFolders = ['/dev/mqueue', '/dev/shm'] as const

/** What everything is named after that a run makes on nodes. */
export const nodeTag = (runId: string): string => `kata-conformance-${runId}`

/**
 * The pod which makes and undoes changes on a node: privileged, of the default runtime, in the host's PID and IPC namespaces, with the node's
 * /var/tmp and /dev writable and nothing else of its root. Only where the operator allows node changes; the node probe stays read-only.
 */
export const workshopPodManifest = (options: {
  readonly namespace: string
  readonly node: string
  readonly labels: Readonly<Record<string, string>>
  readonly image: string
  /** Secrets of the namespace. */
  readonly imagePullSecrets?: readonly string[]
}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'node-workshop-', namespace: options.namespace, labels: { ...options.labels } },
  spec: {
    nodeName: options.node,
    hostPID: true,
    hostIPC: true,
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    tolerations: [{ operator: 'Exists' }],
    ...(options.imagePullSecrets ? { imagePullSecrets: options.imagePullSecrets.map((name) => ({ name })) } : {}),
    containers: [
      {
        name: 'workshop',
        image: options.image,
        imagePullPolicy: 'IfNotPresent',
        // In the host's PID namespace sleep is not process 1: TERM ends it.
        command: ['sleep', '2147483647'],
        securityContext: { privileged: true, runAsUser: 0 },
        resources: { limits: { memory: '128Mi' }, requests: { cpu: '1m', memory: '16Mi' } },
        volumeMounts: [
          { name: 'folders', mountPath: folders },
          { name: 'devices', mountPath: hostDevices },
        ],
      },
    ],
    volumes: [
      { name: 'folders', hostPath: { path: folders, type: 'Directory' } },
      { name: 'devices', hostPath: { path: '/dev', type: 'Directory' } },
    ],
  },
})
