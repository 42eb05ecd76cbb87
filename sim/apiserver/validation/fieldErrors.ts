import type { Cause } from '../apiError.ts'

/*
 * Texts of k8s.io/apimachinery/pkg/util/validation/field (v0.34). Each answers a Cause.
 */

export const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  field,
})

export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${show(value)}: ${detail}`,
  field,
})

export const notSupported = (field: string, value: string, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
  field,
})

export const duplicate = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${show(value)}`,
  field,
})

export const missing = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueNotFound',
  message: `Not found: ${show(value)}`,
  field,
})

export const prohibited = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
  field,
})

export const tooLong = (field: string, maxLength: number): Cause => ({
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${maxLength} bytes`,
  field,
})

const show = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value))
