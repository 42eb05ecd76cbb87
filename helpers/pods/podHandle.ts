import type { Quantities } from './containerBuilder.ts'
import type { ExecOptions, ExecResult, Forwarded, KubeObject } from '../cluster/cluster.ts'

/** What became of a pod that a check asked for. */
export type PodOutcome =
  /** Ready condition true */
  | 'ready'
  /** phase Succeeded or Failed, or a container terminated for good */
  | 'finished'
  /** the API server refused the object; `refusal` has its Status */
  | 'refused'
  /** it will not start: StartError, FailedCreatePodSandBox…; `failure` says which and the text */
  | 'not-started'

/** An ephemeral container, of the image of the pod's first container. */
export interface AddedContainer {
  readonly name: string
  readonly command: readonly string[]
  /** Container of the pod whose namespaces it joins, where the runtime can: targetContainerName. */
  readonly target: string
}

/** A pod under observation. Given to checks; every method is bound to the arm's deadline and abort signal. */
export interface PodHandle {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly node: string
  readonly outcome: PodOutcome
  /** Status of the refusal: code, reason, message. Null unless outcome is refused. */
  readonly refusal: { code: number; reason: string; message: string } | null
  /** Reason and message of the event or container state that keeps it from starting. Null unless outcome is not-started. */
  readonly failure: { reason: string; message: string } | null
  /** The object as last seen. */
  readonly object: KubeObject
  /** True once the check has asked for its deletion. */
  readonly deleted: boolean
  /** The pod as the API server admitted it, before anything ran. */
  readonly admitted: KubeObject
  /** Runs a command that only reads; a dropped connection is retried. Throws ExecError without an exit status. */
  read(argv: readonly string[], options?: Omit<ExecOptions, 'readOnly'>): Promise<ExecResult>
  /** Runs a command which may change something: never repeated. */
  exec(argv: readonly string[], options?: Omit<ExecOptions, 'readOnly'>): Promise<ExecResult>
  /** Sends something harmless to a port, as kubectl port-forward does, and hears until the other side ends. Throws ExecError. */
  forward(port: number, sent: string): Promise<Forwarded>
  logs(options?: { container?: string; previous?: boolean }): Promise<string>
  followLogs(options?: { container?: string }): AsyncIterable<string>
  events(): Promise<readonly { type: string; reason: string; message: string }[]>
  /** Adds an ephemeral container to the running pod, as kubectl debug does. Nobody can take it away again while the pod is there. */
  addContainer(container: AddedContainer): Promise<void>
  /** Gives a container of the running pod other limits, as kubectl patch --subresource resize does. What the kubelet makes of it is in the status. */
  resize(container: string, limits: Quantities): Promise<void>
  /** Waits on the shared watch. */
  waitFor(what: string, until: (object: KubeObject) => boolean, timeoutMs: number): Promise<KubeObject>
  /**
   * Deletes the pod and resolves with the ms until it was gone from the API.
   * @throws PodLost when somebody else had deleted it
   */
  delete(options?: { gracePeriodSeconds?: number; timeoutMs?: number }): Promise<number>
}
