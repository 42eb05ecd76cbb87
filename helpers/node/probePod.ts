import type { KubeObject } from '../cluster/cluster.ts'
import { hostRoot } from './hostFile.ts'

export interface ProbePodOptions {
  /** Namespace with Pod Security level privileged. */
  readonly namespace: string
  readonly node: string
  /** Default `node-probe-<random>`, chosen by the API server. */
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** A busybox; default busybox:1.36. */
  readonly image?: string
  readonly imagePullSecrets?: readonly string[]
  /**
   * HostToContainer (default): unmounts on the host reach the probe, which would otherwise keep volumes of other pods busy.
   * None: for nodes whose root is a private mount, where the container runtime refuses the former.
   */
  readonly propagation?: 'HostToContainer' | 'None'
}

/**
 * A readOnly mount is not read-only below: /run, /sys, /dev… are mounts of their own and stay writable. The probe makes each
 * of them read-only in its own mount namespace (a bind remount changes that namespace only) before it says that it is ready.
 * Kubernetes' recursiveReadOnly would do it, but needs Kubernetes 1.33 and containerd 2.0. In the host's PID namespace sleep is not
 * process 1: TERM ends it.
 */
const seal = `sed -n 's#^[^ ]* [^ ]* [^ ]* [^ ]* \\(${hostRoot}[^ ]*\\) .*#\\1#p' /proc/self/mountinfo | while read -r at; do
  mount -o remount,bind,ro "$at" 2>/dev/null
done
: > /tmp/sealed
exec sleep 2147483647`

/**
 * The probe: one privileged pod of the default runtime, never of a Kata class, whose hostPath would show the guest.
 * It sees the host's processes and its root, read-only, and holds no credentials of the cluster.
 */
export function probePodManifest(options: ProbePodOptions): KubeObject {
  const named = options.name === undefined ? { generateName: 'node-probe-' } : { name: options.name }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...named,
      namespace: options.namespace,
      ...(options.labels ? { labels: { ...options.labels } } : {}),
      ...(options.annotations ? { annotations: { ...options.annotations } } : {}),
    },
    spec: {
      // nodeName and not a selector: a full or cordoned node can be probed too.
      nodeName: options.node,
      hostPID: true,
      hostNetwork: false,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      tolerations: [{ operator: 'Exists' }],
      ...(options.imagePullSecrets ? { imagePullSecrets: options.imagePullSecrets.map((name) => ({ name })) } : {}),
      containers: [
        {
          name: 'probe',
          image: options.image ?? 'busybox:1.36',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', seal],
          securityContext: { privileged: true, runAsUser: 0 },
          // Asked no more once it holds: an exec a second would be in every figure of the node.
          startupProbe: { exec: { command: ['test', '-e', '/tmp/sealed'] }, periodSeconds: 1, failureThreshold: 300 },
          resources: { limits: { memory: '128Mi' }, requests: { cpu: '1m', memory: '16Mi' } },
          volumeMounts: [
            {
              name: 'host',
              mountPath: hostRoot,
              readOnly: true,
              mountPropagation: options.propagation ?? 'HostToContainer',
            },
          ],
        },
      ],
      volumes: [{ name: 'host', hostPath: { path: '/', type: 'Directory' } }],
    },
  }
}
