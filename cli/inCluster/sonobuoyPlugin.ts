import { sonobuoyResultsFile } from '../../reports/sonobuoy/sonobuoyResults.ts'
import { confined, elsewhere, resultsContainer, resultsFolder, resultsResources, suite, volumes } from './suitePod.ts'

/** Where Sonobuoy's worker, in the same pod, looks for results; the volume `results` is Sonobuoy's. */
const handedOver = { name: 'results', mountPath: '/tmp/sonobuoy/results' }

/**
 * The suite as a Sonobuoy plugin: Sonobuoy adds its worker and the volume `results` to the pod. A second container hands over, since it outlives
 * the suite, however that ended. Rights are those of Sonobuoy's own ServiceAccount.
 * Source: Sonobuoy 0.57, pkg/plugin/driver/job/job.go and the documentation of plugins
 */
export function sonobuoyPlugin(image: string, given: readonly string[]): Record<string, unknown> {
  const container = {
    image,
    imagePullPolicy: 'IfNotPresent',
    securityContext: { ...confined, runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  }
  const written = { ...volumes.results.mount, name: 'suite-results' }
  return {
    'sonobuoy-config': {
      driver: 'Job',
      'plugin-name': 'kata-conformance',
      // Any other .yaml in the archive, such as evidence, would be read as results, too.
      'result-format': 'manual',
      'result-files': [sonobuoyResultsFile],
      description: 'Does Kata Containers on this cluster do what its deployment guide says?',
    },
    podSpec: {
      serviceAccountName: 'sonobuoy-serviceaccount',
      restartPolicy: 'Never',
      enableServiceLinks: false,
      affinity: { nodeAffinity: elsewhere },
      containers: [
        {
          ...container,
          name: resultsContainer,
          args: ['results', 'sonobuoy', '--from', resultsFolder, '--to', handedOver.mountPath],
          resources: resultsResources,
          volumeMounts: [written, handedOver],
        },
      ],
      volumes: [{ name: written.name, emptyDir: {} }, volumes.temporary.volume],
    },
    spec: {
      ...container,
      ...suite(given),
      volumeMounts: [written, volumes.temporary.mount, handedOver],
    },
  }
}
