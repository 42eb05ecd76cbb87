import type { ReadApi } from '../../helpers/behaviour.ts'

/** A RuntimeClass, of what its claims ask about. */
export interface RuntimeClassObject {
  readonly handler: string
  readonly nodeSelector: Readonly<Record<string, string>>
  /** overhead.podFixed */
  readonly overhead: Readonly<Record<string, string>>
}

/** Null when there is no RuntimeClass of that name. */
export async function runtimeClassObject(api: ReadApi, name: string): Promise<RuntimeClassObject | null> {
  const object = await api.find({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', name })
  if (!object) return null
  const { handler, scheduling, overhead } = object as {
    handler: string
    scheduling?: { nodeSelector?: Record<string, string> }
    overhead?: { podFixed?: Record<string, string> }
  }
  return { handler, nodeSelector: scheduling?.nodeSelector ?? {}, overhead: overhead?.podFixed ?? {} }
}
