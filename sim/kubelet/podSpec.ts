import type { KubeObject } from '../kubeObject.ts'

/** The parts of v1.PodSpec that the kubelet and the scheduler act on. */
export type ResourceList = Record<string, string>

export interface KeyRef {
  name: string
  key: string
  optional?: boolean
}

export interface EnvVar {
  name: string
  value?: string
  valueFrom?: {
    fieldRef?: { fieldPath: string }
    resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
    configMapKeyRef?: KeyRef
    secretKeyRef?: KeyRef
  }
}

export interface ProbeHandler {
  exec?: { command: string[] }
  httpGet?: {
    path?: string
    port: number | string
    host?: string
    scheme?: string
    httpHeaders?: { name: string; value: string }[]
  }
  tcpSocket?: { port: number | string; host?: string }
  grpc?: { port: number; service?: string }
  sleep?: { seconds: number }
}

export interface Probe extends ProbeHandler {
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}

export interface SecurityContext {
  privileged?: boolean
  capabilities?: { add?: string[]; drop?: string[] }
  allowPrivilegeEscalation?: boolean
  readOnlyRootFilesystem?: boolean
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  seccompProfile?: { type: string }
}

export interface VolumeMount {
  name: string
  mountPath: string
  readOnly?: boolean
  subPath?: string
  subPathExpr?: string
  mountPropagation?: 'None' | 'HostToContainer' | 'Bidirectional'
}

export interface ContainerSpec {
  name: string
  image: string
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  command?: string[]
  args?: string[]
  workingDir?: string
  env?: EnvVar[]
  envFrom?: {
    prefix?: string
    configMapRef?: { name: string; optional?: boolean }
    secretRef?: { name: string; optional?: boolean }
  }[]
  resources?: { requests?: ResourceList; limits?: ResourceList }
  resizePolicy?: { resourceName: 'cpu' | 'memory'; restartPolicy: 'NotRequired' | 'RestartContainer' }[]
  volumeMounts?: VolumeMount[]
  volumeDevices?: { name: string; devicePath: string }[]
  ports?: { name?: string; containerPort: number; hostPort?: number; hostIP?: string; protocol?: string }[]
  securityContext?: SecurityContext
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: { postStart?: ProbeHandler; preStop?: ProbeHandler }
  restartPolicy?: 'Always'
  terminationMessagePath?: string
  terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError'
  tty?: boolean
  stdin?: boolean
  stdinOnce?: boolean
  /** Of an ephemeral container. */
  targetContainerName?: string
}

export interface KeyToPath {
  key: string
  path: string
  mode?: number
}

export interface DownwardItem {
  path: string
  mode?: number
  fieldRef?: { fieldPath: string }
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
}

export interface VolumeProjection {
  serviceAccountToken?: { path: string; expirationSeconds?: number; audience?: string }
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean }
  secret?: { name: string; items?: KeyToPath[]; optional?: boolean }
  downwardAPI?: { items?: DownwardItem[] }
}

export interface Volume {
  name: string
  emptyDir?: { medium?: string; sizeLimit?: string }
  hostPath?: { path: string; type?: string }
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean; defaultMode?: number }
  secret?: { secretName: string; items?: KeyToPath[]; optional?: boolean; defaultMode?: number }
  projected?: { sources?: VolumeProjection[]; defaultMode?: number }
  downwardAPI?: { items?: DownwardItem[]; defaultMode?: number }
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  ephemeral?: { volumeClaimTemplate: { spec: Record<string, unknown> } }
}

export interface PodSpec {
  nodeName?: string
  runtimeClassName?: string
  restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  serviceAccountName?: string
  schedulerName?: string
  hostname?: string
  subdomain?: string
  setHostnameAsFQDN?: boolean
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  shareProcessNamespace?: boolean
  enableServiceLinks?: boolean
  dnsPolicy?: string
  dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name: string; value?: string }[] }
  hostAliases?: { ip: string; hostnames: string[] }[]
  securityContext?: {
    sysctls?: { name: string; value: string }[]
    runAsUser?: number
    runAsGroup?: number
    supplementalGroups?: number[]
    fsGroup?: number
    seccompProfile?: { type: string }
  }
  nodeSelector?: Record<string, string>
  affinity?: {
    nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } }
  }
  tolerations?: { key?: string; operator?: string; value?: string; effect?: string; tolerationSeconds?: number }[]
  readinessGates?: { conditionType: string }[]
  schedulingGates?: { name: string }[]
  resources?: { requests?: ResourceList; limits?: ResourceList }
  overhead?: ResourceList
  initContainers?: ContainerSpec[]
  containers: ContainerSpec[]
  ephemeralContainers?: ContainerSpec[]
  volumes?: Volume[]
}

export interface NodeSelectorRequirement {
  key: string
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  values?: string[]
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[]
  matchFields?: NodeSelectorRequirement[]
}

export function specOf(pod: KubeObject): PodSpec {
  return pod['spec'] as PodSpec
}

export const podKey = (pod: KubeObject): string => `${pod.metadata.namespace}/${pod.metadata.name}`
export const podPath = (pod: KubeObject): string =>
  `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`
/** As the kubelet prints a pod in messages: name_namespace(uid). */
export const podFullName = (pod: KubeObject): string =>
  `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
export const isSidecar = (container: ContainerSpec): boolean => container.restartPolicy === 'Always'
