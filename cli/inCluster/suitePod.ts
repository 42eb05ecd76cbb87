import { pullSecretKey } from '../../helpers/pods/pullSecret.ts'

/** Where the suite's pod keeps results; its container `results` hands them out when the suite has ended. */
export const resultsFolder = '/results'
export const suiteContainer = 'suite'
export const resultsContainer = 'results'
/** Entry point of the image, for exec. */
export const entryPoint = ['node', '/suite/cli/kata-conformance.js'] as const

/** How long a run may take, s; then its pod is told to stop. */
export const runSeconds = 12 * 3600
/** How long the suite may take to remove what it made when its pod is told to stop, s. */
export const stopSeconds = 240

const profileFolder = '/etc/kata-conformance'
const pullFolder = '/etc/kata-conformance-pull'
export const profileKey = 'profile.yaml'

export interface SuitePodOptions {
  readonly image: string
  /** Arguments of `run` beside those about where results and the profile lie. */
  readonly arguments: readonly string[]
  /** Name of a ConfigMap with the profile under `profile.yaml`. */
  readonly profile: string | null
  /** Name of a Secret by which this pod and those of the suite pull. */
  readonly pullSecret: string | null
  readonly serviceAccount: string
}

/** Pod Security level restricted: no root, nothing writable but two volumes, no capability. */
export const confined = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

export const volumes = {
  results: { mount: { name: 'results', mountPath: resultsFolder }, volume: { name: 'results', emptyDir: {} } },
  temporary: { mount: { name: 'tmp', mountPath: '/tmp' }, volume: { name: 'tmp', emptyDir: {} } },
}

export const resultsResources = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '1Gi' } }

/** The container that runs the suite, but for its image and volumes. */
export const suite = (given: readonly string[]) => ({
  name: suiteContainer,
  args: ['run', '--out', resultsFolder, ...given],
  env: [
    { name: 'CI', value: 'true' },
    { name: 'KATA_CONFORMANCE_ENDED', value: `${resultsFolder}/.ended` },
  ],
  // Its last lines are in the pod's status, where `kubectl describe` shows them.
  terminationMessagePolicy: 'FallbackToLogsOnError',
  resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '2Gi' } },
})

/**
 * The spec of a pod that runs the suite once. Two containers share the results: they outlive the suite, however it ended, until they were
 * fetched or an hour has passed.
 */
export function suitePodSpec({ image, arguments: given, profile, pullSecret, serviceAccount }: SuitePodOptions) {
  const files = [
    ...(profile === null
      ? []
      : [
          {
            flag: ['--profile', `${profileFolder}/${profileKey}`],
            mount: { name: 'profile', mountPath: profileFolder, readOnly: true },
            volume: { name: 'profile', configMap: { name: profile } },
          },
        ]),
    ...(pullSecret === null
      ? []
      : [
          {
            flag: ['--image-pull-config', `${pullFolder}/${pullSecretKey}`],
            mount: { name: 'pull', mountPath: pullFolder, readOnly: true },
            volume: { name: 'pull', secret: { secretName: pullSecret } },
          },
        ]),
  ]
  const container = { image, imagePullPolicy: 'IfNotPresent', securityContext: confined }
  return {
    serviceAccountName: serviceAccount,
    restartPolicy: 'Never',
    enableServiceLinks: false,
    terminationGracePeriodSeconds: stopSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    affinity: { nodeAffinity: elsewhere },
    ...(pullSecret === null ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
    containers: [
      {
        ...container,
        ...suite([...files.flatMap(({ flag }) => flag), ...given]),
        volumeMounts: [volumes.results.mount, volumes.temporary.mount, ...files.map(({ mount }) => mount)],
      },
      {
        ...container,
        name: resultsContainer,
        args: ['results', 'hold', '--from', resultsFolder],
        resources: resultsResources,
        volumeMounts: [volumes.results.mount],
      },
    ],
    volumes: [volumes.results.volume, volumes.temporary.volume, ...files.map(({ volume }) => volume)],
  }
}

/** Never on a simulated node, which runs no images; rather not on a node under test, which checks may put under load. */
export const elsewhere = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [
      {
        matchExpressions: [
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          { key: 'kata-conformance.dev/simulated', operator: 'DoesNotExist' },
        ],
      },
    ],
  },
  preferredDuringSchedulingIgnoredDuringExecution: [
    {
      weight: 1,
      preference: {
        matchExpressions: [{ key: 'katacontainers.io/kata-runtime', operator: 'NotIn', values: ['true'] }],
      },
    },
  ],
}
