import { kubernetesMinor } from '../facts/kubernetesMinor.ts'
import type { ClassCondition } from './applicability.ts'

/** InPlacePodVerticalScaling is beta, and on by default, since this minor version (pkg/features/kube_features.go). */
const since = 33

/** API server and kubelets serve pods/resize by default. Where somebody switched it off, the API server says so when it is asked. */
export const resizesInPlace: ClassCondition = (of, { kubernetesVersion, nodes }) => {
  const kubelets = nodes.filter(({ name }) => of.nodes.includes(name))
  const versions = [
    { who: 'the API server', fact: kubernetesVersion },
    ...kubelets.map(({ name, kubeletVersion }) => ({ who: `the kubelet of ${name}`, fact: kubeletVersion })),
  ]
  for (const { who, fact } of versions) {
    const minor = fact.value === null ? null : kubernetesMinor(fact.value)
    if (minor === null) return { unknown: `the version of ${who} is unknown: ${fact.value ?? fact.how}` }
    if (minor < since)
      return { no: `${who} is of Kubernetes ${fact.value}: pods are resized in place by default from 1.${since} on` }
  }
  return true
}
