/** Words of env_logger and of Rust's panics (kata-deploy binary/src/utils/logging.rs); `Error:` is how its main ends. */
const complaint = /\bERROR\b|panicked at|^Error:/

/** A level and a target of env_logger: `[2026-01-01T00:00:00Z ERROR kube_client::client::builder] …`. */
const ofTheClient = /\bERROR\s+kube_client\b/

/**
 * Lines of kata-deploy's log that complain. The Kubernetes client logs each request that failed as an error, whether it is repeated or not (kube
 * client/builder.rs, on_failure): while kata-deploy restarts the node's runtime they belong to it, and stay in the log of a pod that did well.
 */
export function complaints(lines: readonly string[]): { readonly own: string[]; readonly ofTheClient: string[] } {
  const all = lines.filter((line) => complaint.test(line))
  return {
    own: all.filter((line) => !ofTheClient.test(line)),
    ofTheClient: all.filter((line) => ofTheClient.test(line)),
  }
}
