import type { KubeObject } from '../../kubeObject.ts'
import { age } from './duration.ts'

/** One column of a Table: a row of data. */
export interface Column {
  name: string
  type?: 'string' | 'integer' | 'boolean'
  format?: string
  /** 0 is always shown, 1 with -o wide. */
  priority?: number
  description?: string
  /** Described by this field of the OpenAPI document of the core group: `ObjectMeta.name`. */
  documentedAs?: string
  cell: (object: KubeObject, now: number) => unknown
}

export const nameColumn: Column = {
  name: 'Name',
  format: 'name',
  documentedAs: 'meta.v1.ObjectMeta.name',
  cell: ({ metadata }) => metadata.name,
}
export const ageColumn: Column = {
  name: 'Age',
  documentedAs: 'meta.v1.ObjectMeta.creationTimestamp',
  cell: ({ metadata }, now) => age(metadata['creationTimestamp'], now),
}
