import { type Facts, NotApplicableError } from '../facts/armFacts.ts'

/**
 * Throws NotApplicableError where the node of the arm is known to have another architecture: a class may have nodes of several, and its arms any of them.
 */
export function onHomeOf(architecture: string, { node }: Facts): void {
  const found = node.architecture.value
  if (found !== null && found !== architecture)
    throw new NotApplicableError(`${node.name} is ${found}, not ${architecture}`)
}
