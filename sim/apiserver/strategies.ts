import type { KubeObject } from '../kubeObject.ts'
import type { Cause } from './apiError.ts'
import type { Context } from './context.ts'
import type { Kind } from './kinds.ts'
import { strategies } from './strategies/table.ts'

/** What one kind does at a write beyond the generic: pkg/registry/<group>/<kind>/strategy.go. */
export interface Strategy {
  prepareForCreate?(object: KubeObject, context: Context): void
  prepareForUpdate?(object: KubeObject, old: KubeObject, subresource: string, context: Context): void
  /** Of every write except to /status. */
  validate?(object: KubeObject): Cause[]
  validateUpdate?(object: KubeObject, old: KubeObject, subresource: string): Cause[]
  warnings?(object: KubeObject): string[]
}

const plain: Strategy = {}

export const strategyOf = (kind: Kind): Strategy => strategies[kind.plural] ?? plain
