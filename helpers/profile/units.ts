import { z } from 'zod'

/** What is said of a value in the wrong unit: the same amount in MiB, when it can be told. */
function rightMemory(input: unknown): string {
  const match = typeof input === 'string' ? /^(\d+)\s*(Ki|Mi|Gi|K|M|MB|MiB|G|GB|GiB)?B?$/i.exec(input.trim()) : null
  const scale: Readonly<Record<string, number>> = { k: 1 / 1024, m: 1, g: 1024 }
  const mib = match ? Number(match[1]) * (scale[(match[2] ?? 'm')[0]?.toLowerCase() ?? 'm'] ?? 1) : null
  return mib === null ? 'it must be a number of MiB, such as 256' : `it must be a number of MiB: ${mib}`
}

/** No guest has a TiB of default memory: such a number is bytes. */
const mostMiB = 2 ** 20

/** A number of MiB; texts with units and bytes are refused with the number that was meant. */
export const memoryMiB = z
  .int({ error: ({ input }) => `is ${JSON.stringify(input)}; ${rightMemory(input)}` })
  .positive({ error: ({ input }) => `is ${String(input)}; it must be a number of MiB, such as 256` })
  .max(mostMiB, {
    error: ({ input }) =>
      `is ${String(input)}, which looks like bytes; it must be a number of MiB: ${Number(input) / 2 ** 20}`,
  })

function rightVcpus(input: unknown): string {
  const match = typeof input === 'string' ? /^(\d+)m$/.exec(input.trim()) : null
  if (match) return `it must be a number of vCPUs: ${Math.ceil(Number(match[1]) / 1000)}`
  return `it must be a number of vCPUs, such as 1`
}

/** A number of vCPUs; Kata takes fractions from 3.4 on. */
export const vcpus = z
  .number({ error: ({ input }) => `is ${JSON.stringify(input)}; ${rightVcpus(input)}` })
  .positive({ error: ({ input }) => `is ${String(input)}; ${rightVcpus(input)}` })

export const flag = z.boolean({ error: ({ input }) => `is ${JSON.stringify(input)}; it must be true or false` })

export const text = z
  .string({
    error: ({ input }) =>
      `is ${JSON.stringify(input) ?? 'missing'}; it must be a text${typeof input === 'number' ? `: "${input}"` : ''}`,
  })
  .min(1, { error: 'is empty; it must be a text' })

export const release = z
  .string({ error: ({ input }) => `is ${JSON.stringify(input)}; it must be a release in quotes, such as "3.26.0"` })
  .regex(/^\d+\.\d+\.\d+(-\w+)?$/, {
    error: ({ input }) => `is ${JSON.stringify(input)}; it must be a release, such as "3.26.0"`,
  })

export const day = z
  .string({ error: ({ input }) => `is ${JSON.stringify(input) ?? 'missing'}; it must be a day, such as 2027-06-30` })
  .refine((value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)), {
    error: ({ input }) => `is ${JSON.stringify(input)}; it must be a day, such as 2027-06-30`,
  })
