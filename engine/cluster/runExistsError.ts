/** Another run of this id is in the cluster: its objects have the names and labels that this one's would have. */
export class RunExistsError extends Error {
  readonly exitCode: 2 | 3
  /** @param exitCode 3 where something was made before it was known */
  constructor(runId: string, what: string, exitCode: 2 | 3 = 2) {
    super(
      `a run with the id ${runId} is in this cluster already (${what}): give another --run-id; ` +
        `if that run was killed, kata-conformance clean --run ${runId} removes what it left`,
    )
    this.name = 'RunExistsError'
    this.exitCode = exitCode
  }
}
