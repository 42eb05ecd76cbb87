import type { ClassFacts } from '../facts/facts.ts'

/**
 * What a subPath of an emptyDir shows of what another container of the pod wrote into the emptyDir before: nothing where the emptyDir is made in the guest,
 * as the kubelet prepares the subPath in the directory on the node (upstream issues 1728 and 12218; recorded on 3.26.0), and the content where it is
 * the node's, as in every pod of the default runtime. Null when it is not known where the emptyDir is.
 */
export const subPathShows = ({ emptyDir }: Pick<ClassFacts, 'emptyDir'>): 'nothing' | 'the content' | null => {
  if (!emptyDir || emptyDir.value === null) return null
  return emptyDir.value === 'guest' ? 'nothing' : 'the content'
}
