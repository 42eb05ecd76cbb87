import path from 'node:path'
import type { KnownDeviation } from './profile.ts'
import { loadProfile } from './loadProfile.ts'

const file = path.join(import.meta.dirname, '..', '..', 'fixtures', 'known-deviations.yaml')

/** Deviations of Kata itself that the suite ships, each with its upstream reference and its end. Throws ProfileError. */
export const shippedDeviations = (): readonly KnownDeviation[] => loadProfile(file).knownDeviations
