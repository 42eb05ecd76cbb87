import type { KubeObject } from '../cluster/cluster.ts'

/** Quantities as the manifest writes them: `{ memory: '256Mi', cpu: '500m' }`. */
export type Quantities = Readonly<Record<string, string>>

/** Fields of a container of a manifest, as they are. */
export type ContainerFields = Readonly<Record<string, unknown>>

export interface Mount {
  name: string
  mountPath: string
  subPath?: string
  readOnly?: boolean
  mountPropagation?: 'None' | 'HostToContainer' | 'Bidirectional'
}

/** One container of a pod: an immutable description. */
export class ContainerBuilder {
  readonly fields: ContainerFields

  constructor(fields: ContainerFields) {
    this.fields = fields
  }

  /** Sets or replaces fields of the container as the manifest has them. */
  with(fields: ContainerFields): ContainerBuilder {
    return new ContainerBuilder({ ...this.fields, ...fields })
  }

  /** A name of fixtures/images.yaml, or a reference. */
  image(image: string): ContainerBuilder {
    return this.with({ image })
  }

  command(argv: readonly string[], fields: ContainerFields = {}): ContainerBuilder {
    return this.with({ ...fields, command: [...argv] })
  }

  /** Runs `text` by `sh -c` as the main process. */
  script(text: string, fields: ContainerFields = {}): ContainerBuilder {
    return this.command(['sh', '-c', text], fields)
  }

  limits(limits: Quantities): ContainerBuilder {
    return this.#resources({ limits })
  }

  requests(requests: Quantities): ContainerBuilder {
    return this.#resources({ requests })
  }

  #resources(resources: Record<string, Quantities>): ContainerBuilder {
    return this.with({ resources: { ...(this.fields['resources'] as object | undefined), ...resources } })
  }

  env(variables: Readonly<Record<string, string>>): ContainerBuilder {
    const env = Object.entries(variables).map(([name, value]) => ({ name, value }))
    return this.with({ env: [...((this.fields['env'] as object[] | undefined) ?? []), ...env] })
  }

  securityContext(fields: Readonly<Record<string, unknown>>): ContainerBuilder {
    return this.with({ securityContext: { ...(this.fields['securityContext'] as object | undefined), ...fields } })
  }

  privileged(): ContainerBuilder {
    return this.securityContext({ privileged: true })
  }

  /** Capabilities without their CAP_ prefix: `{ add: ['NET_ADMIN'], drop: ['ALL'] }`. */
  capabilities(capabilities: { add?: readonly string[]; drop?: readonly string[] }): ContainerBuilder {
    return this.securityContext({ capabilities })
  }

  mount(mount: Mount): ContainerBuilder {
    return this.with({ volumeMounts: [...((this.fields['volumeMounts'] as object[] | undefined) ?? []), mount] })
  }

  /** A block volume as a device of the container. */
  device(name: string, devicePath: string): ContainerBuilder {
    return this.with({
      volumeDevices: [...((this.fields['volumeDevices'] as object[] | undefined) ?? []), { name, devicePath }],
    })
  }

  livenessExec(command: readonly string[], fields: ContainerFields = {}): ContainerBuilder {
    return this.with({ livenessProbe: { periodSeconds: 1, ...fields, exec: { command: [...command] } } })
  }

  readinessExec(command: readonly string[], fields: ContainerFields = {}): ContainerBuilder {
    return this.with({ readinessProbe: { periodSeconds: 1, ...fields, exec: { command: [...command] } } })
  }
}

/** What a further container is: the text of a script, fields, or what is made of the pod's default container. */
export type ContainerContent = string | ContainerFields | ((container: ContainerBuilder) => ContainerBuilder)

/** @param base what the container has unless `content` says otherwise */
export function containerOf(
  base: ContainerBuilder,
  content: ContainerContent,
  fields: ContainerFields,
): ContainerBuilder {
  if (typeof content === 'string') return base.script(content, fields)
  return (typeof content === 'function' ? content(base) : base.with(content)).with(fields)
}

/** Containers of a pod's manifest, init containers first. */
export function containersOf(manifest: KubeObject): Record<string, unknown>[] {
  const spec = (manifest['spec'] ?? {}) as {
    containers?: Record<string, unknown>[]
    initContainers?: Record<string, unknown>[]
  }
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
}
