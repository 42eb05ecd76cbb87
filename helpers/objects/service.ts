import type { ObjectSpec } from './objectSpec.ts'

/**
 * A Service in front of one pod of the check.
 * @param pod the pod's name within the check
 * @param type NodePort: reached on every node too
 */
export const service = (
  pod: string,
  port: number,
  targetPort = port,
  type: 'ClusterIP' | 'NodePort' = 'ClusterIP',
): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'Service',
  content: ({ labelsOf }) => ({
    spec: {
      ...(type === 'ClusterIP' ? {} : { type }),
      // IPv6 too where the cluster has it.
      ipFamilyPolicy: 'PreferDualStack',
      selector: labelsOf(pod),
      ports: [{ port, targetPort, protocol: 'TCP' }],
    },
  }),
})
