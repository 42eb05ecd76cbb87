/** A Kubernetes object as JSON, nothing dropped and nothing converted (dates stay strings). */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  [field: string]: unknown
}

/** Where an object lives: `{ apiVersion: 'v1', kind: 'Pod', namespace, name }`. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  namespace?: string | undefined
  name: string
}

export interface CallOptions {
  signal?: AbortSignal
  /** Deadline of this one request, ms. */
  timeoutMs?: number
}

export interface ExecOptions extends CallOptions {
  container?: string
  /**
   * Only for commands that keep their standard output open to the end and print something there: when it ends, containerd closes stdin too, and what was
   * not yet read is lost (containerd/containerd#12734, #13934). `cat >file` alone loses one in twenty on a node at rest, `cat >file && echo read` none.
   */
  stdin?: string
  /**
   * True when running the command a second time does no harm: only then may a dropped connection be retried.
   * Default false: an exec that may have run is never silently repeated.
   */
  readOnly?: boolean
  /**
   * False when the command of a read prints nothing by nature (`test -e`, `grep -q`). Otherwise a read that exits with 0
   * and prints nothing is made again, up to three times in all: the kubelet can lose short outputs.
   */
  expectOutput?: boolean
}

export interface ExecResult {
  stdout: string
  stderr: string
  exitCode: number
}

/** What came through one connection to a port of a pod. */
export interface Forwarded {
  received: string
  /** Why the node's container runtime made no connection, in its words; empty when it made one. */
  error: string
}

/** State of the waits' cache: the last object seen, and the events that name it. */
export interface WaitOptions {
  signal?: AbortSignal
  /** Deadline, ms. */
  timeoutMs: number
  /** True when what the watch has at the moment may be too old: the server is asked first. */
  fresh?: boolean
  /** What is awaited, for the error: "Ready", "phase Succeeded". */
  what: string
  /** Returns why the awaited state can no longer be reached (ErrImagePull, FailedCreatePodSandBox…), or null. */
  unreachable?: (object: KubeObject, events: readonly KubeObject[]) => string | null
}

/** Everything the suite asks of a cluster. Credentials by @kubernetes/client-node; the only door to the API server. */
export interface Cluster {
  readonly context: string
  readonly server: string
  version(): Promise<{ gitVersion: string }>
  /** `group/version` of each API that the server gets no answer for from the extension that serves it. Empty where the server does not tell (before 1.26). */
  staleApis(): Promise<string[]>
  /** How far the clock of this machine is ahead of the API server's, ms, to a second; null where no answer had a date. */
  readonly clockAheadMs: number | null
  get(ref: ObjectRef, options?: CallOptions): Promise<KubeObject>
  /** Null instead of a 404. */
  find(ref: ObjectRef, options?: CallOptions): Promise<KubeObject | null>
  list(
    of: { apiVersion: string; kind: string; namespace?: string; labelSelector?: string; fieldSelector?: string },
    options?: CallOptions,
  ): Promise<KubeObject[]>
  /** As `list`, page by page: of a large cluster only what `keep` makes of each object stays in memory. */
  listAs<Kept>(
    of: { apiVersion: string; kind: string; namespace?: string; labelSelector?: string; fieldSelector?: string },
    keep: (object: KubeObject) => Kept,
    options?: CallOptions,
  ): Promise<Kept[]>
  /** POST with fieldValidation=Strict. Throws ApiError with the server's Status (409, 403, 422…). */
  create(object: KubeObject, options?: CallOptions & { dryRun?: boolean }): Promise<KubeObject>
  /** With `subresource` that part of the object is patched: `ephemeralcontainers`, `resize`. */
  patch(
    ref: ObjectRef,
    patch: unknown,
    options?: CallOptions & { type?: 'merge' | 'strategic' | 'json'; subresource?: string },
  ): Promise<KubeObject>
  /** Deletes by name and, when given, UID precondition. False when it was already gone. */
  delete(ref: ObjectRef & { uid?: string }, options?: CallOptions & { gracePeriodSeconds?: number }): Promise<boolean>
  /** One SelfSubjectAccessReview. */
  may(
    verb: string,
    resource: { group?: string; resource: string; subresource?: string; namespace?: string },
  ): Promise<boolean>
  /** GET of any path: `/api/v1/nodes/n/proxy/...`, `/openapi/v3`. */
  raw(path: string, options?: CallOptions): Promise<unknown>

  /**
   * Resolves with the object as soon as `until` holds. Fed by one watch per namespace and kind, shared by all waits.
   * Throws WaitError (deadline, or unreachable) that says the last state, the last events and what was awaited.
   */
  /** With a `uid`, a deletion or a namesake ends the wait; without, a successor of the same name is waited for. */
  waitFor(
    ref: ObjectRef & { uid?: string },
    until: (object: KubeObject) => boolean,
    options: WaitOptions,
  ): Promise<KubeObject>
  waitForDeleted(ref: ObjectRef & { uid?: string }, options: WaitOptions): Promise<void>
  /** Events of the namespace that name the object, oldest first, from the shared watch. */
  eventsOf(object: { namespace: string; uid?: string; name: string }): Promise<readonly KubeObject[]>

  /** Throws ExecError (rejected, connect, closed, timeout) when no exit status came; a non-zero exit is a result. */
  exec(pod: { namespace: string; name: string }, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /**
   * Sends something to a port of a pod, as kubectl port-forward does, and hears until the other side ends. What is sent must do no harm a second time.
   * Throws ExecError as exec does.
   */
  forward(
    pod: { namespace: string; name: string },
    port: number,
    sent: string,
    options?: CallOptions,
  ): Promise<Forwarded>
  logs(
    pod: { namespace: string; name: string },
    options?: CallOptions & { container?: string; previous?: boolean; tailLines?: number },
  ): Promise<string>
  followLogs(
    pod: { namespace: string; name: string },
    options: CallOptions & { container?: string },
  ): AsyncIterable<string>

  /**
   * What the cluster could not be asked for, for seconds, after that moment of performance.now(): then a deadline that passed or a figure says nothing
   * about the product. Null when all was well.
   */
  troubleSince(moment: number): string | null

  /** Calls made so far, for the run record. */
  readonly stats: {
    requests: number
    watches: number
    retries: readonly { at: string; request: string; attempt: number; because: string }[]
  }
  close(): Promise<void>
}
