import { sharedReading } from './sharedReading.ts'

/** Reads a source of evidence, or takes part in a reading of the same that has yet to begin. */
export type EvidenceReader = (key: string, read: () => Promise<string>) => Promise<string>

/** ms. Where a node gives way a hundred arms turn red together, and each asks the cluster, the node and often the same pod for the same. */
const EVERY_MS = 1000

/** For all arms of a run: what one of them is given is never older than its failure. */
export function createEvidenceReader(): EvidenceReader {
  const reads = new Map<string, () => Promise<string>>()
  const shared = sharedReading((key) => {
    const read = reads.get(key)
    reads.delete(key)
    return read ? read() : Promise.reject(new Error(`nobody asked for ${key}`))
  }, EVERY_MS)
  return (key, read) => {
    reads.set(key, read)
    return shared(key)
  }
}
