import { containerdStates, taskFolder } from './containerdState.ts'
import { hostRoot } from './hostFile.ts'

/** What the OCI specification of a sandbox says of it. */
export interface SandboxSpec {
  readonly id: string
  readonly podUid: string
  readonly namespace: string
  readonly podName: string
  /** Network namespace that the CRI made for the pod, for instance /var/run/netns/cni-…; null with hostNetwork. */
  readonly netns: string | null
  readonly cgroupsPath: string
}

const mark = '--- spec of '

/** Prints the OCI specifications that name the pod's UID. One exec. */
export const sandboxSpecsArgv = (podUid: string): string[] => ['sh', '-c', specsScript, 'probe', podUid]

const specsScript = `for spec in $(grep -lF "$1" ${containerdStates
  .map((state) => `${hostRoot}${state}/${taskFolder}/*/config.json`)
  .join(' ')} 2>/dev/null); do
  printf '\\n${mark}%s\\n' "$spec"
  cat "$spec"
done
exit 0`

/**
 * The sandboxes of the pod: annotations io.kubernetes.cri.sandbox-uid and container-type, never a search by name. More than
 * one when an earlier sandbox of the same pod left its folder behind. Specifications that are cut short are left out.
 * Source: containerd internal/cri/annotations.
 */
export function parseSandboxSpecs(stdout: string, podUid: string): SandboxSpec[] {
  const sandboxes: SandboxSpec[] = []
  for (const part of stdout.split(`\n${mark}`).slice(1)) {
    const lineEnd = part.indexOf('\n')
    const id = part.slice(0, lineEnd).split('/').at(-2) ?? ''
    const spec = parseJson(part.slice(lineEnd + 1))
    const annotations = spec?.annotations ?? {}
    if (annotations['io.kubernetes.cri.sandbox-uid'] !== podUid) continue
    if (annotations['io.kubernetes.cri.container-type'] !== 'sandbox') continue
    sandboxes.push({
      id,
      podUid,
      namespace: annotations['io.kubernetes.cri.sandbox-namespace'] ?? '',
      podName: annotations['io.kubernetes.cri.sandbox-name'] ?? '',
      netns: spec?.linux?.namespaces?.find((each) => each.type === 'network')?.path ?? null,
      cgroupsPath: spec?.linux?.cgroupsPath ?? '',
    })
  }
  return sandboxes
}

interface OciSpec {
  annotations?: Record<string, string>
  linux?: { cgroupsPath?: string; namespaces?: { type: string; path?: string }[] }
}

function parseJson(text: string): OciSpec | null {
  try {
    return JSON.parse(text) as OciSpec
  } catch {
    return null
  }
}
