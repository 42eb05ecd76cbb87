import type { ObjectSpec } from './objectSpec.ts'

/**
 * A ClusterIP Service in front of one pod of the check.
 * @param pod the pod's name within the check
 */
export const service = (pod: string, port: number, targetPort = port): ObjectSpec => ({
  apiVersion: 'v1',
  kind: 'Service',
  content: ({ labelsOf }) => ({ spec: { selector: labelsOf(pod), ports: [{ port, targetPort, protocol: 'TCP' }] } }),
})
