import {
  ContainerBuilder,
  type ContainerContent,
  type ContainerFields,
  containerOf,
  type Mount,
  type Quantities,
} from './containerBuilder.ts'
import { type Description, manifestOf } from './podDescription.ts'
import { exceedsBaseline } from './podSecurity.ts'
import type { Awaited, PodSpec } from './podSpec.ts'

/** A pod that a check asks for, described step by step; every step gives a new description, `build` the specification. */
export class Pod {
  readonly #is: Description

  constructor(description: Description) {
    this.#is = description
  }

  build(): PodSpec {
    const { awaited, timeoutMs, shared, elsewhere, after, mayBeUnschedulable, namespace } = this.#is
    const manifest = manifestOf(this.#is)
    const privileged = !this.#is.atBaseline && exceedsBaseline(manifest)
    const spec = { awaited, timeoutMs, shared, elsewhere, after, mayBeUnschedulable, privileged, manifest }
    return namespace === null ? spec : { ...spec, namespace }
  }

  // What the engine does with it

  awaits(awaited: Awaited): Pod {
    return this.#but({ awaited })
  }

  /** How long the awaited state may take, ms. */
  timeout(timeoutMs: number): Pod {
    return this.#but({ timeoutMs })
  }

  /** The check changes the pod: no other check may see it. */
  unshared(): Pod {
    return this.#but({ shared: false })
  }

  /** Is created when the pod of this name in the same check is there. */
  after(name: string): Pod {
    return this.#but({ after: name })
  }

  /** Runs on a second Kata node: for claims whose `needs` has nodes>=2. */
  onAnotherNode(): Pod {
    return this.#but({ elsewhere: true })
  }

  /** Is created in the suite's namespace of Pod Security level baseline, also where that level refuses it: for claims about the refusal. */
  atBaseline(): Pod {
    return this.#but({ atBaseline: true })
  }

  /** Is bound to this very node, past the scheduler; that the node does not take it is an outcome: for claims about nodes that no class sends pods to. */
  boundTo(node: string): Pod {
    return this.with({ nodeName: node }).#but({ mayBeUnschedulable: true })
  }

  /** Is created in a namespace that the check made (temporaryNamespace). */
  inNamespace(namespace: string): Pod {
    return this.#but({ namespace })
  }

  /** The claim is that no node has room: that the scheduler finds none is an outcome, not a broken cluster. */
  expectsNoRoom(): Pod {
    return this.#but({ mayBeUnschedulable: true })
  }

  // The pod

  /** Sets or replaces fields of the pod's spec as the manifest has them. */
  with(fields: Readonly<Record<string, unknown>>): Pod {
    return this.#but({ spec: { ...this.#is.spec, ...fields } })
  }

  annotations(annotations: Readonly<Record<string, string>>): Pod {
    return this.#but({ annotations: { ...this.#is.annotations, ...annotations } })
  }

  labels(labels: Readonly<Record<string, string>>): Pod {
    return this.#but({ labels: { ...this.#is.labels, ...labels } })
  }

  restartPolicy(restartPolicy: 'Always' | 'OnFailure' | 'Never'): Pod {
    return this.with({ restartPolicy })
  }

  /** terminationGracePeriodSeconds. */
  gracePeriod(seconds: number): Pod {
    return this.with({ terminationGracePeriodSeconds: seconds })
  }

  hostPID(): Pod {
    return this.with({ hostPID: true })
  }

  hostIPC(): Pod {
    return this.with({ hostIPC: true })
  }

  hostNetwork(): Pod {
    return this.with({ hostNetwork: true })
  }

  shareProcessNamespace(): Pod {
    return this.with({ shareProcessNamespace: true })
  }

  sysctls(sysctls: Readonly<Record<string, string>>): Pod {
    return this.podSecurityContext({ sysctls: Object.entries(sysctls).map(([name, value]) => ({ name, value })) })
  }

  podSecurityContext(fields: Readonly<Record<string, unknown>>): Pod {
    return this.with({ securityContext: { ...(this.#is.spec['securityContext'] as object | undefined), ...fields } })
  }

  /** What Pod Security level restricted asks for. Most claims are about what root sees, so it is not the default. */
  restricted(): Pod {
    const profile = { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } }
    return this.podSecurityContext(profile).#each((container) =>
      container.securityContext({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }),
    )
  }

  // Containers: these speak of `main`

  image(image: string): Pod {
    return this.main((main) => main.image(image))
  }

  command(argv: readonly string[], fields: ContainerFields = {}): Pod {
    return this.main((main) => main.command(argv, fields))
  }

  /** Runs `text` by `sh -c` as the main process. */
  script(text: string, fields: ContainerFields = {}): Pod {
    return this.main((main) => main.script(text, fields))
  }

  limits(limits: Quantities): Pod {
    return this.main((main) => main.limits(limits))
  }

  requests(requests: Quantities): Pod {
    return this.main((main) => main.requests(requests))
  }

  env(variables: Readonly<Record<string, string>>): Pod {
    return this.main((main) => main.env(variables))
  }

  privileged(): Pod {
    return this.main((main) => main.privileged())
  }

  /** Capabilities without their CAP_ prefix: `{ add: ['NET_ADMIN'], drop: ['ALL'] }`. */
  capabilities(capabilities: { add?: readonly string[]; drop?: readonly string[] }): Pod {
    return this.main((main) => main.capabilities(capabilities))
  }

  securityContext(fields: Readonly<Record<string, unknown>>): Pod {
    return this.main((main) => main.securityContext(fields))
  }

  livenessExec(command: readonly string[], fields: ContainerFields = {}): Pod {
    return this.main((main) => main.livenessExec(command, fields))
  }

  readinessExec(command: readonly string[], fields: ContainerFields = {}): Pod {
    return this.main((main) => main.readinessExec(command, fields))
  }

  /** @param change what is made of the container `main` */
  main(change: (main: ContainerBuilder) => ContainerBuilder): Pod {
    const [main, ...others] = this.#is.containers
    return this.#but({ containers: [change(main as ContainerBuilder), ...others] })
  }

  /** A further container, of the image of `main`; it sleeps unless `content` says what it does. */
  container(name: string, content: ContainerContent = {}, fields: ContainerFields = {}): Pod {
    return this.#but({ containers: [...this.#is.containers, containerOf(this.#further(name), content, fields)] })
  }

  initContainer(name: string, content: ContainerContent, fields: ContainerFields = {}): Pod {
    return this.#but({
      initContainers: [...this.#is.initContainers, containerOf(this.#further(name), content, fields)],
    })
  }

  // Volumes: mounted in `main`; other containers mount them by name (`container.mount`)

  /** A volume as the manifest has it, mounted at `mountPath` of `main` unless that is null. */
  volume(
    name: string,
    source: Readonly<Record<string, unknown>>,
    mountPath: string | null,
    mount: Partial<Mount> = {},
  ): Pod {
    const added = this.#but({ volumes: [...this.#is.volumes, { name, ...source }] })
    return mountPath === null ? added : added.main((main) => main.mount({ ...mount, name, mountPath }))
  }

  /** @param options.type of hostPath: Directory, File, BlockDevice… */
  hostPath(path: string, mountPath: string, options: { type?: string; readOnly?: boolean; name?: string } = {}): Pod {
    const source = { hostPath: { path, ...(options.type === undefined ? {} : { type: options.type }) } }
    const mount = options.readOnly === undefined ? {} : { readOnly: options.readOnly }
    return this.volume(options.name ?? this.#nextVolume(), source, mountPath, mount)
  }

  emptyDir(
    mountPath: string,
    options: { medium?: 'Memory'; sizeLimit?: string; subPath?: string; name?: string } = {},
  ): Pod {
    const { name, subPath, ...emptyDir } = options
    return this.volume(name ?? this.#nextVolume(), { emptyDir }, mountPath, subPath === undefined ? {} : { subPath })
  }

  /**
   * One file with `text` at `mountPath`, as a ConfigMap's key with `subPath` would be mounted, without an object beside
   * the pod: the text is an annotation, read by the downward API.
   */
  configFile(mountPath: string, text: string): Pod {
    const name = this.#nextVolume()
    const annotation = `kata-conformance.dev/${name}`
    const item = { path: 'file', fieldRef: { fieldPath: `metadata.annotations['${annotation}']` } }
    return this.annotations({ [annotation]: text }).volume(name, { downwardAPI: { items: [item] } }, mountPath, {
      subPath: 'file',
    })
  }

  /** @param name of a ConfigMap of the check (`objects`) */
  configMap(name: string, mountPath: string, mount: Partial<Mount> = {}): Pod {
    return this.volume(this.#nextVolume(), { configMap: { name } }, mountPath, mount)
  }

  /** @param secretName of a Secret of the check (`objects`) */
  secret(secretName: string, mountPath: string, mount: Partial<Mount> = {}): Pod {
    return this.volume(this.#nextVolume(), { secret: { secretName } }, mountPath, mount)
  }

  /**
   * A claim of the check (`objects`), or an existing one; `device: true` for volumeMode Block. Waited for until the kubelet says of a volume that it does
   * not come, which takes it 2 min 3 s: a late volume would be blamed on the runtime before (podAttachAndMountTimeout in pkg/kubelet/volumemanager, 1.34).
   */
  claim(claimName: string, path: string, options: { device?: boolean; readOnly?: boolean; name?: string } = {}): Pod {
    const name = options.name ?? this.#nextVolume()
    const source = { persistentVolumeClaim: { claimName } }
    const patient = this.timeout(150_000)
    if (options.device) return patient.volume(name, source, null).main((main) => main.device(name, path))
    return patient.volume(name, source, path, options.readOnly === undefined ? {} : { readOnly: options.readOnly })
  }

  #nextVolume(): string {
    return `volume-${this.#is.volumes.length + 1}`
  }

  #further(name: string): ContainerBuilder {
    const { image, imagePullPolicy } = this.#is.containers[0]?.fields ?? {}
    return new ContainerBuilder({ name, image, imagePullPolicy, command: ['sleep', '3601'] })
  }

  #each(change: (container: ContainerBuilder) => ContainerBuilder): Pod {
    return this.#but({
      containers: this.#is.containers.map(change),
      initContainers: this.#is.initContainers.map(change),
    })
  }

  #but(change: Partial<Description>): Pod {
    return new Pod({ ...this.#is, ...change })
  }
}
