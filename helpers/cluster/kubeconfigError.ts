/** The kubeconfig cannot be used. `message` is one line: what, in which file, and what would be right. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
}
