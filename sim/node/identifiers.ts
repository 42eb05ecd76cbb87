import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** Id of a sandbox or container, as containerd makes it. */
export function containerId(): string {
  return randomBytes(32).toString('hex')
}

/** A locally administered unicast MAC address. */
export function macAddress(): string {
  const bytes = randomBytes(6)
  bytes[0] = ((bytes[0] ?? 0) & 0xfe) | 0x02
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

/** Context id of a guest's vsock: 3 to 2^32 - 2 (0 to 2 are reserved). */
export function guestCid(): number {
  return randomInt(3, 2 ** 32 - 1)
}

/** Name of a network namespace of the CNI. */
export function networkNamespaceName(): string {
  return `cni-${randomUUID()}`
}
