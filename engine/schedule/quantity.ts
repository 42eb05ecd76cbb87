import { quantityToScalar } from '@kubernetes/client-node/dist/util.js'

/** "500m" -> 500, "2" -> 2000 */
export const milliCpu = (quantity: string): number => Number(quantityToScalar(quantity)) * 1000

/** "256Mi" -> 256 */
export const mebibytes = (quantity: string): number => Number(quantityToScalar(quantity)) / 2 ** 20
