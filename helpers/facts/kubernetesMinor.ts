/** 34 of v1.34.4; null for what does not look like a version of Kubernetes. */
export function kubernetesMinor(version: string): number | null {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1]
  return minor === undefined ? null : Number(minor)
}
